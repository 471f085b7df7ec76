"""Posted invoices and credit memos as paper: read once, and laid out by `paper.pdf`, which only who prints has to load."""

from tallystick.financials.paper.content import Paper
from tallystick.financials.paper.reading import credit_memo_paper, invoice_paper

__all__ = ["Paper", "credit_memo_paper", "invoice_paper"]
