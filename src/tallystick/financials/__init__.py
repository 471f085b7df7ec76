"""Financials: the finance system. It does not know that a synchronisation exists.

- `tables`       what the tables of master data look like; every face and every file format is driven by it
- `services`     everything that writes
- `queries`      everything that reads for people
- `change_feed`  what changed since a cursor, and pages of data for whoever follows the changes
- `exchange`     import from and export to CSV and XLSX
- `demo`         a company to look at
"""
