"""What a posting would enter, shown without writing: the plan that posting it would store."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.books import Chart
from tallystick.financials.posting.entries import Document, Entries
from tallystick.financials.problems import Problem


@dataclass(frozen=True, slots=True)
class PreviewEntry:
    """An entry of a ledger (its table). `of` names the account, customer, item or VAT groups.

    `quantity` counts base units; `amount_lcy` is in the local currency, `amount` in that of the document."""

    ledger: str
    document_type: str
    document_no: str
    of: str
    description: str
    quantity: Decimal | None = None
    amount: Decimal | None = None
    amount_lcy: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PostingPreview:
    """What would be entered, or every problem that stands in the way. Pending documents are called `***`."""

    problems: Sequence[Problem]
    entries: Sequence[PreviewEntry]

    @property
    def ok(self) -> bool:
        """Whether it could be posted as things are."""
        return not self.problems


def shown(problems: Sequence[Problem], entries: Entries, chart: Chart, names: Mapping[UUID, str]) -> PostingPreview:
    """Return a plan as people read it; `names` calls customers and items by their numbers."""
    return PostingPreview(tuple(problems), () if problems else tuple(_entries(entries, chart, names)))


def _entries(entries: Entries, chart: Chart, names: Mapping[UUID, str]) -> Iterator[PreviewEntry]:
    for line in entries.gl:
        account = chart.accounts[line.account]
        of = f"{account.no} {account.name}"
        yield _entry("g-l-entry", line.document, of, line.description, amount_lcy=line.amount)
    for tax in entries.vat:
        groups = " ".join(chart.vat_codes.get(group, "?") for group in (tax.business_group, tax.product_group))
        of = f"{groups} {tax.percent.normalize():f} % of {tax.base:f}"
        yield _entry("vat-entry", tax.document, of, tax.description, amount_lcy=tax.amount)
    for owed in entries.receivables:
        of = names.get(owed.customer, str(owed.customer))
        yield _entry(
            "customer-ledger-entry",
            owed.document,
            of,
            owed.description,
            amount=owed.amount,
            amount_lcy=owed.amount_lcy,
        )
    for moved in entries.movements:
        of = names.get(moved.item, str(moved.item))
        yield _entry(
            "item-ledger-entry",
            moved.document,
            of,
            moved.description,
            quantity=moved.quantity,
            amount_lcy=moved.cost_amount,
        )


def _entry(
    ledger: str,
    document: Document,
    of: str,
    description: str,
    *,
    quantity: Decimal | None = None,
    amount: Decimal | None = None,
    amount_lcy: Decimal,
) -> PreviewEntry:
    return PreviewEntry(ledger, document.type.value, document.no, of, description, quantity, amount, amount_lcy)
