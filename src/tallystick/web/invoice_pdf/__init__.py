"""Posted invoices and credit memos as PDF."""
