"""Lists and cards of master data: one implementation for all tables, driven by `financials.tables`."""
