"""What stands on the paper of a posted document. Pure data; amounts are in the currency of the document."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line as it is charged. A line without `charged` is a comment: its description alone.

    `amount` is what it comes to after its own discount, before that of the invoice, in terms of its prices."""

    no: str
    description: str
    description_2: str = ""
    quantity: Decimal = ZERO
    unit: str = ""
    unit_price: Decimal = ZERO
    discount_percent: Decimal = ZERO
    vat_percent: Decimal = ZERO
    amount: Decimal = ZERO
    charged: bool = True


@dataclass(frozen=True, slots=True)
class Rate:
    """What all lines of one VAT rate come to, without VAT, and the VAT."""

    percent: Decimal
    base: Decimal
    vat: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A whole document. `facts` are what it says about itself, label and text, in order; blank ones are left out."""

    title: str
    no: str
    on: date
    letterhead: Sequence[str]  # the company's name first
    contact: str  # how the company is reached
    bill_to: Sequence[str]
    ship_to: Sequence[str]  # nothing where the goods went to the same address
    facts: Sequence[tuple[str, str]]
    lines: Sequence[PaperLine]
    rates: Sequence[Rate]
    currency: str
    places: int
    prices_including_vat: bool
    invoice_discount: Decimal
    amount: Decimal
    amount_including_vat: Decimal
    note: str = ""  # what was done, in the words of the document
    closing: Sequence[str] = field(default=())  # how to pay

    @property
    def sum_of_lines(self) -> Decimal:
        """What the lines add up to before the invoice discount, in terms of their prices."""
        return sum((line.amount for line in self.lines), ZERO)

    def money(self, amount: Decimal) -> str:
        """An amount as the currency writes it, with commas between thousands."""
        return f"{amount:,.{self.places}f}"

    def texts(self) -> Iterable[str]:
        """All that people wrote: what the fonts must be able to show."""
        yield from (*self.letterhead, self.contact, *self.bill_to, *self.ship_to, self.note, *self.closing)
        yield from (text for _, text in self.facts)
        for line in self.lines:
            yield from (line.no, line.description, line.description_2, line.unit)


def plain(number: Decimal, least: int = 0) -> str:
    """A quantity, price or percentage: with commas, `least` decimal places and as many more as it needs."""
    whole, _, places = f"{number:,.5f}".partition(".")
    places = places[:least] + places[least:].rstrip("0")
    return f"{whole}.{places}" if places else whole
