"""The amounts of a document's lines, and with them of the document. Pure.

1. A line's price is its quantity times its unit price, rounded to the decimal places of the currency. Off it go the line
   discount, and off the rest the invoice discount, each rounded by itself. What freight and other charges on G/L accounts
   come to, the invoice discount leaves alone.
2. VAT is worked out of the sum of each rate, as the law has it, and shared out to the lines in their order, so that what
   the lines say adds up to what the document says. Halves are rounded away from zero.
3. Of a line that is invoiced in parts, each part is what the whole comes to up to then, less what it came to before. So
   the parts add up to the whole, whatever is rounded.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from tallystick.financials.rounding import rounded

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for the whole document. `places`: decimal places of amounts in its currency."""

    places: int
    prices_including_vat: bool = False
    invoice_discount_percent: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What is charged. `before` is the quantity of the same line that earlier invoices charged.

    Lines of one `vat_group` have the same `vat_percent`."""

    quantity: Decimal
    unit_price: Decimal
    line_discount_percent: Decimal = ZERO
    vat_percent: Decimal = ZERO
    vat_group: Hashable = None
    takes_invoice_discount: bool = True
    before: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """What a line comes to, in the currency of the document. The discounts are in terms of its prices."""

    line_discount_amount: Decimal
    invoice_discount_amount: Decimal
    amount: Decimal
    amount_including_vat: Decimal

    @property
    def vat_amount(self) -> Decimal:
        """The line's share of the VAT of its rate."""
        return self.amount_including_vat - self.amount


class _Charge(NamedTuple):
    """What some quantity of a line comes to, in terms of its prices, and the discounts that are off already."""

    line_discount: Decimal
    invoice_discount: Decimal
    charged: Decimal

    def less(self, other: "_Charge") -> "_Charge":
        return _Charge(*(mine - theirs for mine, theirs in zip(self, other, strict=True)))


def document_amounts(lines: Sequence[PricedLine], terms: Terms) -> list[LineAmounts]:
    """Return what each line comes to, in the order of the lines."""
    charges = [_charge(line, terms) for line in lines]
    charged: dict[Hashable, Decimal] = {}  # so far, by rate
    amounts = []
    for line, charge in zip(lines, charges, strict=True):
        before = charged.get(line.vat_group, ZERO)
        charged[line.vat_group] = after = before + charge.charged
        converted = _other_side(after, line.vat_percent, terms) - _other_side(before, line.vat_percent, terms)
        net, gross = (converted, charge.charged) if terms.prices_including_vat else (charge.charged, converted)
        amounts.append(LineAmounts(charge.line_discount, charge.invoice_discount, net, gross))
    return amounts


def total(amounts: Iterable[LineAmounts]) -> LineAmounts:
    """Return what the document comes to."""
    found = list(amounts)
    return LineAmounts(
        sum((one.line_discount_amount for one in found), ZERO),
        sum((one.invoice_discount_amount for one in found), ZERO),
        sum((one.amount for one in found), ZERO),
        sum((one.amount_including_vat for one in found), ZERO),
    )


def _charge(line: PricedLine, terms: Terms) -> _Charge:
    until_now = _charge_of(line, line.before + line.quantity, terms)
    return until_now.less(_charge_of(line, line.before, terms)) if line.before else until_now


def _charge_of(line: PricedLine, quantity: Decimal, terms: Terms) -> _Charge:
    price = rounded(quantity * line.unit_price, terms.places)
    line_discount = rounded(price * line.line_discount_percent / HUNDRED, terms.places)
    percent = terms.invoice_discount_percent if line.takes_invoice_discount else ZERO
    invoice_discount = rounded((price - line_discount) * percent / HUNDRED, terms.places)
    return _Charge(line_discount, invoice_discount, price - line_discount - invoice_discount)


def _other_side(charged: Decimal, vat_percent: Decimal, terms: Terms) -> Decimal:
    """What prices without VAT come to with it, or prices with VAT without it."""
    if terms.prices_including_vat:
        return rounded(charged * HUNDRED / (HUNDRED + vat_percent), terms.places)
    return charged + rounded(charged * vat_percent / HUNDRED, terms.places)
