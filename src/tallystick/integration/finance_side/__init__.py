"""Financials as a side of the engine: read through its change feed, written through its services."""

from tallystick.integration.finance_side.side import FinanceSide
from tallystick.integration.finance_side.writing import SYNCHRONIZATION

__all__ = ["SYNCHRONIZATION", "FinanceSide"]
