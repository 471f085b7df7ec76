"""What a posting can enter: in the general, the VAT, the customer and the item ledger. Amounts of the general and the VAT
ledger are in the local currency, debit above zero."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.kinds import DetailedEntryType, DocumentType, EntryType, SubLedger

ZERO = Decimal(0)
PENDING = "***"  # the number of a document that gets its number when it is stored: a preview draws none


@dataclass(frozen=True, slots=True)
class Document:
    """What an entry is posted from: kind and number of a document."""

    type: DocumentType
    no: str


@dataclass(frozen=True, slots=True)
class GLLine:
    """An amount on an account."""

    account: UUID
    amount: Decimal
    document: Document
    description: str = ""
    customer: UUID | None = None
    item: UUID | None = None
    ledger: SubLedger = SubLedger.NONE  # whose amounts it mirrors: their sum is the sum of that ledger


@dataclass(frozen=True, slots=True)
class VATLine:
    """VAT of one rate: owed below zero, and the base it was worked out of."""

    document: Document
    customer: UUID
    description: str
    business_group: UUID
    product_group: UUID
    percent: Decimal
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """Goods that come in (above zero) or go out, in base units; `cost_amount` has the sign of the quantity."""

    entry_type: EntryType
    document: Document
    item: UUID
    description: str
    quantity: Decimal
    unit: UUID
    factor: Decimal
    unit_cost: Decimal
    cost_amount: Decimal
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class Receivable:
    """What a customer owes (above zero) or is owed; `currency` None is the local one."""

    id: UUID
    document: Document
    customer: UUID
    description: str
    document_date: date
    due_date: date
    currency: UUID | None
    group: UUID
    amount: Decimal
    amount_lcy: Decimal
    external_document_no: str = ""
    order_no: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    """A change of what is left of a customer ledger entry."""

    entry: UUID
    type: DetailedEntryType
    document: Document
    customer: UUID
    amount: Decimal
    amount_lcy: Decimal
    application_no: int | None = None
    applied_entry: UUID | None = None
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entries:
    """All that one transaction enters."""

    gl: Sequence[GLLine] = ()
    vat: Sequence[VATLine] = ()
    movements: Sequence[Movement] = ()
    receivables: Sequence[Receivable] = ()
    details: Sequence[Detail] = ()

    def __add__(self, other: "Entries") -> "Entries":
        return Entries(
            (*self.gl, *other.gl),
            (*self.vat, *other.vat),
            (*self.movements, *other.movements),
            (*self.receivables, *other.receivables),
            (*self.details, *other.details),
        )

    @property
    def largest(self) -> Decimal:
        """The largest amount of all, whatever its sign."""
        amounts = [
            *(line.amount for line in self.gl),
            *(line.base for line in self.vat),
            *(line.cost_amount for line in self.movements),
            *(amount for line in self.receivables for amount in (line.amount, line.amount_lcy)),
        ]
        return max(map(abs, amounts), default=ZERO)

    @property
    def balance(self) -> Decimal:
        """What the general ledger lines sum to; zero, or it is a mistake of ours."""
        return sum((line.amount for line in self.gl), ZERO)


def summed(lines: Iterable[GLLine]) -> tuple[GLLine, ...]:
    """Return one line per account (and all else they say), as they appear, without those of zero."""
    totals: dict[GLLine, Decimal] = {}
    for line in lines:
        key = replace(line, amount=ZERO)
        totals[key] = totals.get(key, ZERO) + line.amount
    return tuple(replace(key, amount=amount) for key, amount in totals.items() if amount)


def initial(receivable: Receivable) -> Detail:
    """Return the first detailed entry of a customer ledger entry: all of it."""
    return Detail(
        receivable.id,
        DetailedEntryType.INITIAL,
        receivable.document,
        receivable.customer,
        receivable.amount,
        receivable.amount_lcy,
    )


def numbered(entries: Entries, numbers: Mapping[DocumentType, str]) -> Entries:
    """Return the entries with the numbers that their pending documents were given."""

    def of(document: Document) -> Document:
        return Document(document.type, numbers[document.type]) if document.no == PENDING else document

    return Entries(
        tuple(replace(one, document=of(one.document)) for one in entries.gl),
        tuple(replace(one, document=of(one.document)) for one in entries.vat),
        tuple(replace(one, document=of(one.document)) for one in entries.movements),
        tuple(replace(one, document=of(one.document)) for one in entries.receivables),
        tuple(replace(one, document=of(one.document)) for one in entries.details),
    )
