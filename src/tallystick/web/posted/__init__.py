"""What was posted, to read: shipments, invoices, credit memos, payments, transactions, and all entries of a document."""
