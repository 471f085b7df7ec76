"""The integration: what holds Financials and Dynamics 365 Sales together.

- `models`        connection, couplings, loose rows, runs, history
- `mappings`      the shipped table mappings, as data
- `stores`        the engine's memory on the database
- `finance_side`  Financials as a side
- `connections`   the two sides of a company
- `operations`    what pages and commands call
- `jobs`          durable work in the background
"""
