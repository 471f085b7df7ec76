"""Financials as a side of the engine: read through its change feed, written through its services."""

from tallystick.integration.finance_side.side import FinanceSide

__all__ = ["FinanceSide"]
