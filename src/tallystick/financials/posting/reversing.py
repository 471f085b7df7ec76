"""Takes back a transaction by counter entries. What was posted stays; both stand in the ledgers, and sum to nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from tallystick.financials.posting.entries import Detail, Entries, GLLine, Movement, Receivable
from tallystick.financials.posting.kinds import DetailedEntryType, Source

REVERSIBLE = (Source.PAYMENT, Source.APPLICATION, Source.ITEM_JOURNAL, Source.PURCHASE_RECEIPT)


@dataclass(frozen=True, slots=True)
class PostedReceivable:
    """A customer ledger entry as it was posted, its first detailed entry, and the id its counter entry is to have."""

    receivable: Receivable
    initial: UUID
    counter: UUID


@dataclass(frozen=True, slots=True)
class PostedBefore:
    """What a transaction entered; movements and details by the id they are stored under."""

    gl: Sequence[GLLine] = ()
    movements: Sequence[tuple[UUID, Movement]] = ()
    receivables: Sequence[PostedReceivable] = ()
    details: Sequence[tuple[UUID, Detail]] = ()  # of applications


def counter_entries(posted: PostedBefore, posting_date: date, application_no: int) -> Entries:
    """Return the counter entries. A payment and its counter entry are applied to each other, so that both are closed."""
    counters = [_receivable(one, posting_date) for one in posted.receivables]
    return Entries(
        tuple(replace(line, amount=-line.amount) for line in posted.gl),
        movements=tuple(_movement(id, one) for id, one in posted.movements),
        receivables=tuple(counters),
        details=(
            *(_detail(id, one) for id, one in posted.details),
            *(detail for one in posted.receivables for detail in _closed(one, application_no)),
        ),
    )


def _movement(id: UUID, movement: Movement) -> Movement:
    return replace(movement, quantity=-movement.quantity, cost_amount=-movement.cost_amount, reverses=id)


def _detail(id: UUID, detail: Detail) -> Detail:
    return replace(detail, amount=-detail.amount, amount_lcy=-detail.amount_lcy, reverses=id)


def _receivable(posted: PostedReceivable, posting_date: date) -> Receivable:
    entry = posted.receivable
    return replace(
        entry,
        id=posted.counter,
        amount=-entry.amount,
        amount_lcy=-entry.amount_lcy,
        document_date=posting_date,
        due_date=posting_date,
    )


def _closed(posted: PostedReceivable, application_no: int) -> Iterable[Detail]:
    entry = posted.receivable
    amounts = -entry.amount, -entry.amount_lcy
    back = Detail(posted.counter, DetailedEntryType.INITIAL, entry.document, entry.customer, *amounts)
    yield replace(back, reverses=posted.initial)
    applied = replace(back, type=DetailedEntryType.APPLICATION, application_no=application_no)
    yield replace(applied, entry=entry.id, applied_entry=posted.counter)
    yield replace(applied, amount=entry.amount, amount_lcy=entry.amount_lcy, applied_entry=entry.id)
