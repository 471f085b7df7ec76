"""Sales quotes, orders and credit memos: one page for the three, with lines that are edited like a spreadsheet."""
