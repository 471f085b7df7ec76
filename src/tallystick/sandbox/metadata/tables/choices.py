"""The choices that several columns may share."""

from __future__ import annotations

from tallystick.sandbox.metadata.model import Choice, Option


def _choice(name: str, label: str, *labels: str) -> Choice:
    """Shipped shared choices are numbered from 0."""
    return Choice(name, label, tuple(Option(value, text) for value, text in enumerate(labels)))


BUDGET_STATUS = _choice("budgetstatus", "Budget Status", "No Committed Budget", "May Buy", "Can Buy", "Will Buy")
NEED = _choice("need", "Need", "Must have", "Should have", "Good to have", "No need")
PURCHASE_PROCESS = _choice("purchaseprocess", "Purchase Process", "Individual", "Committee", "Unknown")
PURCHASE_TIMEFRAME = _choice(
    "purchasetimeframe", "Purchase Timeframe", "Immediate", "This Quarter", "Next Quarter", "This Year", "Unknown"
)
CHOICES = (BUDGET_STATUS, NEED, PURCHASE_PROCESS, PURCHASE_TIMEFRAME)
