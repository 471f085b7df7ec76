"""Which payment pays what: entries of one customer and currency that owe are applied to those that are owed.

1. Both sides go down by the amount, in the currency. In the local currency what is left goes down in proportion; what is
   applied in full keeps nothing.
2. The two sides may differ in the local currency, when the rate was another. What is lost goes to the account of realized
   losses, what is won to that of gains; a difference of one unit of the last decimal place is rounding, and goes there.
3. An invoice whose payment terms grant a discount, paid in time by less than all that is named, is paid but for the
   discount, which goes to the account of payment discounts, VAT included. The VAT of the invoice stays as it was posted,
   as where *Adjust for Payment Discount* of a VAT posting setup is off; whoever owes less VAT then posts a credit memo.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.books import PAYMENT_DISCOUNT, REALIZED_GAINS, REALIZED_LOSSES, ROUNDING, Books
from tallystick.financials.posting.entries import ZERO, Detail, Document, Entries, GLLine, summed
from tallystick.financials.posting.kinds import DetailedEntryType, DocumentType, SubLedger
from tallystick.financials.posting.money import share, told


@dataclass(frozen=True, slots=True)
class OpenEntry:
    """A customer ledger entry and what is left of it; `discount` is granted to payments until `discount_until`."""

    id: UUID
    entry_no: int
    document: Document
    customer: UUID
    currency: UUID | None
    group: UUID
    posting_date: date
    remaining: Decimal
    remaining_lcy: Decimal
    discount: Decimal = ZERO
    discount_until: date | None = None

    def less(self, amount: Decimal, amount_lcy: Decimal) -> "OpenEntry":
        """Return it with that much taken off what is left."""
        return OpenEntry(
            self.id,
            self.entry_no,
            self.document,
            self.customer,
            self.currency,
            self.group,
            self.posting_date,
            self.remaining - amount,
            self.remaining_lcy - amount_lcy,
            self.discount,
            self.discount_until,
        )

    @property
    def called(self) -> str:
        """What people call it."""
        return f"Customer Ledger Entry {self.entry_no} ({self.document.type.value or 'entry'} {self.document.no})"


@dataclass(frozen=True, slots=True)
class Target:
    """An entry to apply to, and how much: above zero, or None for all there is."""

    entry: OpenEntry
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    """So much of what is owed, paid by what was given; with the discount that closes the first."""

    owed: OpenEntry
    given: OpenEntry
    amount: Decimal
    discount: Decimal


def plan_application(
    applying: OpenEntry, targets: Sequence[Target], posting_date: date, application_no: int, books: Books
) -> Entries:
    """Return what the application enters; the problems stand in `books`, and then nothing is to be entered."""
    books.check_date(posting_date)
    for target in targets:
        _check(applying, target, posting_date, books)
    if len({target.entry.id for target in targets}) < len(targets):
        books.refuse(f"{applying.called} is applied twice to the same entry.", "Name each entry once.")
    if not targets:
        books.refuse(f"{applying.called} is applied to nothing.", "Name the entries it pays.")
    if books.problems:
        return Entries()
    details: list[Detail] = []
    lines: list[GLLine] = []
    for match in _matches(applying, targets, posting_date, books):
        for detail, line in _applied(match, application_no, books):
            details.append(detail)
            lines.extend(line)
    return Entries(summed(lines), details=tuple(details))


def _check(applying: OpenEntry, target: Target, posting_date: date, books: Books) -> None:
    entry = target.entry
    if entry.customer != applying.customer:
        books.refuse(f"{entry.called} is of another customer than {applying.called}.", "Apply entries of one customer.")
    elif entry.currency != applying.currency:
        books.refuse(f"{entry.called} is in another currency than {applying.called}.", "Apply entries of one currency.")
    elif not entry.remaining or not applying.remaining:
        closed = applying if entry.remaining else entry
        books.refuse(f"Nothing is left of {closed.called}.", "Choose an entry that is open.")
    elif (entry.remaining > 0) == (applying.remaining > 0):
        what = "owes" if entry.remaining > 0 else "is owed"
        books.refuse(f"{entry.called} {what} just as {applying.called} does.", "Apply what is owed to what was paid.")
    elif target.amount is not None and target.amount <= 0:
        books.refuse(f"{target.amount} of {entry.called} is not above zero.", "Enter how much is applied.")
    elif target.amount is not None and target.amount > abs(entry.remaining):
        what = f"{told(abs(entry.remaining))} is left of {entry.called}, not {told(target.amount)}."
        books.refuse(what, "Apply no more than is left.")
    elif posting_date < max(entry.posting_date, applying.posting_date):
        books.refuse(f"{entry.called} cannot be applied before it was posted.", "Choose a later posting date.")


def _matches(applying: OpenEntry, targets: Sequence[Target], day: date, books: Books) -> list[_Match]:
    """Share out what is applied, in the order of the targets, as long as there is some."""
    wanted = sum((abs(target.entry.remaining) if target.amount is None else target.amount for target in targets), ZERO)
    short = abs(applying.remaining) < wanted
    found = []
    for target in targets:
        entry, there = target.entry, abs(applying.remaining)
        discount = _discount(applying, entry, day)
        needed = abs(entry.remaining) if target.amount is None else target.amount
        if target.amount is None and discount and short and there >= needed - discount:
            needed -= discount
        amount = min(needed, there)
        if amount < needed and target.amount is not None:
            books.refuse(
                f"{told(there)} is left of {applying.called}, not {told(target.amount)}.", "Apply no more than that."
            )
        if not amount:
            books.refuse(f"Nothing of {applying.called} is left for {entry.called}.", "Name fewer entries.")
            continue
        kept = abs(entry.remaining) - amount
        match = _Match(*_sides(entry, applying), amount, kept if kept <= discount else ZERO)
        found.append(match)
        applying = applying.less(amount.copy_sign(applying.remaining), _part(applying, amount, books))
    return found


def _sides(entry: OpenEntry, applying: OpenEntry) -> tuple[OpenEntry, OpenEntry]:
    return (entry, applying) if entry.remaining > 0 else (applying, entry)


def _discount(applying: OpenEntry, entry: OpenEntry, day: date) -> Decimal:
    paid = applying.document.type is DocumentType.PAYMENT and entry.document.type is DocumentType.INVOICE
    in_time = entry.discount_until is not None and max(day, applying.posting_date) <= entry.discount_until
    return entry.discount if paid and in_time else ZERO


def _part(entry: OpenEntry, amount: Decimal, books: Books) -> Decimal:
    """What so much of an entry, whatever its sign, is in the local currency, with the sign of the entry."""
    return share(entry.remaining_lcy, amount, abs(entry.remaining), books.chart.local_places)


def _applied(match: _Match, application_no: int, books: Books) -> Iterator[tuple[Detail, list[GLLine]]]:
    """The detailed entries of a match, each with its lines in the general ledger."""
    owed, given, amount = match.owed, match.given, match.amount
    paid = -_part(given, amount, books)
    discount = _part(owed, match.discount, books) if match.discount else ZERO
    closes = amount + match.discount == owed.remaining
    booked = owed.remaining_lcy - discount if closes else _part(owed, amount, books)

    def detail(entry: OpenEntry, other: OpenEntry, kind: DetailedEntryType, amount: Decimal, lcy: Decimal) -> Detail:
        return Detail(entry.id, kind, entry.document, entry.customer, amount, lcy, application_no, other.id)

    def lines(entry: OpenEntry, lcy: Decimal, against: UUID | None = None) -> list[GLLine]:
        text = f"Application {application_no}" if application_no else "Application"
        owing = GLLine(
            books.receivables(entry.group),
            lcy,
            given.document,
            text,
            customer=entry.customer,
            ledger=SubLedger.CUSTOMER,
        )
        if against is None:
            return [owing]
        return [owing, GLLine(against, -lcy, given.document, text, customer=entry.customer)]

    yield detail(owed, given, DetailedEntryType.APPLICATION, -amount, -paid), lines(owed, -paid)
    yield detail(given, owed, DetailedEntryType.APPLICATION, amount, paid), lines(given, paid)
    if match.discount:
        account = books.setup(PAYMENT_DISCOUNT)
        kind = DetailedEntryType.PAYMENT_DISCOUNT
        yield detail(owed, given, kind, -match.discount, -discount), lines(owed, -discount, account)
    if difference := paid - booked:
        kind, purpose = _difference(difference, books)
        yield detail(owed, given, kind, ZERO, difference), lines(owed, difference, books.setup(purpose))


def _difference(difference: Decimal, books: Books) -> tuple[DetailedEntryType, str]:
    """What a difference in the local currency is: more came in than was booked (above zero), or less."""
    if abs(difference) <= Decimal(1).scaleb(-books.chart.local_places):
        return DetailedEntryType.ROUNDING, ROUNDING
    if difference > 0:
        return DetailedEntryType.REALIZED_GAIN, REALIZED_GAINS
    return DetailedEntryType.REALIZED_LOSS, REALIZED_LOSSES
