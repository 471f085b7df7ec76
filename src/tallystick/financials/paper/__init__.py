"""Posted invoices and credit memos as paper: read once, laid out as PDF."""

from tallystick.financials.paper.content import Paper
from tallystick.financials.paper.pdf import as_pdf
from tallystick.financials.paper.reading import credit_memo_paper, invoice_paper

__all__ = ["Paper", "as_pdf", "credit_memo_paper", "invoice_paper"]
