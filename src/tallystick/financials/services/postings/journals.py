"""Posts the lines that were entered in the item journal, and takes them off it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from django.utils import timezone

from tallystick.financials.models import Company, ItemJournalLine
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.posting.entries import Entries
from tallystick.financials.posting.goods import stock_problems
from tallystick.financials.posting.kinds import EntryType
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.ledger import take_turn
from tallystick.financials.services.postings import movements
from tallystick.financials.services.postings.movements import JournalLine, Stock
from tallystick.financials.services.postings.previews import PostingPreview, shown
from tallystick.financials.services.postings.reading import filled, may_be_negative


@dataclass(frozen=True, slots=True)
class _Day:
    """What is entered on one posting date."""

    posting_date: date
    entries: Entries


def preview_item_journal_lines(company: Company, *, today: date | None = None, by: Actor = OPERATOR) -> PostingPreview:
    """Return what `post_item_journal_lines` would enter, or what stands in its way. Writes nothing."""
    by.require(Permission.POST)
    _, stock, days, problems = _plan(company, today, lock=False)
    names = {thing.id: f"{thing.no} {thing.description}" for thing in stock.things.values()}
    return shown(problems, sum((day.entries for day in days), Entries()), stock.chart, names)


def post_item_journal_lines(company: Company, *, today: date | None = None, by: Actor = OPERATOR) -> list[int]:
    """Post every line of the item journal and remove them; return the numbers of the transactions, one per posting date.

    A line without a date is posted today. Raises `InvalidRecord` with every problem of every line; then all stay."""
    by.require(Permission.POST)
    return in_transaction(lambda: _post(take_turn(company), today, by))


def _post(company: Company, today: date | None, by: Actor) -> list[int]:
    ids, stock, days, problems = _plan(company, today, lock=True)
    if problems:
        raise InvalidRecord(problems)
    stored = [movements.store(stock, day.entries, day.posting_date, by) for day in days]
    ItemJournalLine.objects.filter(pk__in=ids).delete()
    return [entries[0].transaction.transaction_no for entries in stored]


def _plan(company: Company, today: date | None, *, lock: bool) -> tuple[list[UUID], Stock, list[_Day], list[Problem]]:
    rows = ItemJournalLine.objects.filter(company=company).order_by("line_no")
    lines = list(rows.select_for_update(no_key=True) if lock else rows)
    stock = movements.read_stock(company, {filled(line.item_id) for line in lines}, lock=lock)
    if not lines:
        what = "There is nothing to post in the item journal."
        return [], stock, [], [Problem("item-journal-line", "Item Journal", "", what, "Enter a line first.")]
    days, problems = [], list[Problem]()
    dated = sorted(((line.posting_date or today or timezone.localdate(), line) for line in lines), key=_by_day)
    for day, found in groupby(dated, key=lambda pair: pair[0]):
        entries, wrong = movements.plan(stock, [_line(line) for _, line in found], day, check_stock=False)
        days.append(_Day(day, entries))
        problems.extend(wrong)
    moved = [movement for day in days for movement in day.entries.movements]
    problems.extend(stock_problems(moved, stock.things, may_be_negative=may_be_negative(company)))
    return [line.pk for line in lines], stock, days, problems


def _by_day(pair: tuple[date, ItemJournalLine]) -> tuple[date, int]:
    return pair[0], pair[1].line_no


def _line(row: ItemJournalLine) -> JournalLine:
    return JournalLine(
        filled(row.item_id),
        EntryType(row.entry_type),
        row.quantity,
        row.unit_of_measure_id,
        row.unit_cost,
        row.document_no,
        row.description,
        name=f"Line {row.line_no}",
    )
