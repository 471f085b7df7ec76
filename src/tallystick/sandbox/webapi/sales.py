"""Actions of Sales that this environment knows by name and does not carry out yet: they say so and change nothing."""

from __future__ import annotations

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.http import Response
from tallystick.sandbox.rows.references import RowAddress
from tallystick.sandbox.webapi import operations
from tallystick.sandbox.webapi.call import Call

UNBOUND = (
    "WinOpportunity", "LoseOpportunity", "WinQuote", "CloseQuote", "ReviseQuote", "ConvertQuoteToSalesOrder",
    "FulfillSalesOrder", "CancelSalesOrder", "UnlockSalesOrderPricing", "ConvertSalesOrderToInvoice",
    "UnlockInvoicePricing", "GenerateQuoteFromOpportunity", "GenerateSalesOrderFromOpportunity",
    "GenerateInvoiceFromOpportunity", "RecalculatePrice", "RevertProduct",
)  # fmt: skip
BOUND = (
    ("salesorder", "LockSalesOrderPricing"), ("invoice", "LockInvoicePricing"), ("product", "PublishProductHierarchy"),
)  # fmt: skip


def _not_yet(name: str) -> Refusal:
    return Refusal(501, "0x80060888", f"{name} is not carried out by this environment yet; nothing was changed.")


def register() -> None:
    """Make these actions known."""
    for name in UNBOUND:
        operations.add_action(name, _refuse(name))
    for table, name in BOUND:
        operations.add_bound(table, name, "POST", _refuse_bound(name))


def _refuse(name: str) -> operations.Unbound:
    def action(call: Call, inside: str | None) -> Response:
        raise _not_yet(name)

    return action


def _refuse_bound(name: str) -> operations.Bound:
    def action(call: Call, inside: str | None, address: RowAddress) -> Response:
        raise _not_yet(name)

    return action
