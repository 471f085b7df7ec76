"""What receivables add to cards: of customers, of their ledger entries, of accounts."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.models import CustomerLedgerEntry
from tallystick.financials.tables import CUSTOMER_LEDGER_ENTRY, ITEM_LEDGER_ENTRY, Table
from tallystick.web.posted.settlement import settlement_of_entry
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Extension, Fragment


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """Buttons that lead to ledgers, payments and applications. At most one query."""
    match table.name:
        case "customer":
            return _of_customer(desk, record_id)
        case "g-l-account":
            number = queries.codes_by_id(desk.company, table.name, [record_id]).get(record_id, "")
            return (_list("G/L Entries", desk, "g-l-entry", g_l_account_no=number),)
        case "item" if desk.may_read(ITEM_LEDGER_ENTRY):
            number = queries.codes_by_id(desk.company, table.name, [record_id]).get(record_id, "")
            return (_list("Ledger Entries", desk, "item-ledger-entry", item_no=number),)
    return ()


def _of_customer(desk: Desk, record_id: UUID) -> Sequence[CardAction]:
    if not desk.may_read(CUSTOMER_LEDGER_ENTRY):
        return ()
    number = queries.codes_by_id(desk.company, "customer", [record_id]).get(record_id, "")
    ledger = _list("Ledger Entries", desk, "customer-ledger-entry", customer_no=number)
    if not desk.may_post:
        return (ledger,)
    url = f"{reverse('ledger-payment', args=(desk.company.slug,))}?{urlencode({'customer_no': number})}"
    return (ledger, CardAction("Register Payment", url, "cash", method="get"))


def _list(label: str, desk: Desk, table: str, **filters: str) -> CardAction:
    url = reverse("record-list", args=(desk.company.slug, table))
    return CardAction(label, f"{url}?{urlencode(filters)}", "list-details", method="get")


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """Beside a customer ledger entry: what is left of it, and what it was applied to."""
    if table.name != "customer-ledger-entry":
        return ()
    entry = CustomerLedgerEntry.objects.select_related("currency").filter(company=desk.company, pk=record_id).first()
    if entry is None:
        return ()
    currency = entry.currency.code if entry.currency else desk.company.local_currency
    return (
        Fragment(
            "receivables/_settlement_box.html", {"settlement": settlement_of_entry(desk, entry), "currency": currency}
        ),
    )


RECEIVABLES = Extension(card_actions=card_actions, fact_boxes=fact_boxes)
