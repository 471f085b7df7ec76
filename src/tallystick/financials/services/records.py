"""Writes records of master data: by the page, or one at a time through the same path."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils import timezone

from tallystick.financials import access, change_feed
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.problems import InvalidRecord, RecordMissing, StaleRecord
from tallystick.financials.services import following, numbers
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.facts import last_line, last_lines, name_of
from tallystick.financials.services.planning import Entry, Planned, plan
from tallystick.financials.services.storing import write_rows
from tallystick.financials.services.writes import Insert, Missing, Outcome, Refused, Saved, Stale, Update, Write
from tallystick.financials.table import LINE_NO, LINE_STEP
from tallystick.financials.tables import table_named


def create(
    company: Company, table: str, values: Mapping[str, object], *, id: UUID | None = None, by: Actor = OPERATOR
) -> Saved:
    """Store a new record; references are given as ids. Raises `InvalidRecord`, or `StaleRecord` if the id exists."""
    return _one(company, table, Insert(values, id), by)


def update(
    company: Company,
    table: str,
    id: UUID,
    values: Mapping[str, object],
    *,
    version: int | None = None,
    by: Actor = OPERATOR,
) -> Saved:
    """Change fields of a record. Raises `InvalidRecord`, `StaleRecord` (it is at another version) or `RecordMissing`."""
    return _one(company, table, Update(id, values, version), by)


def _one(company: Company, table: str, write: Write, by: Actor) -> Saved:
    match save_many(company, table, [write], by=by)[0]:
        case Saved() as saved:
            return saved
        case Refused(problems=problems):
            raise InvalidRecord(problems)
        case Stale(id=id, version=version):
            raise StaleRecord(table_named(table).label, name_of(company, table, id), id, version)
        case Missing(id=id):
            raise RecordMissing(table_named(table).label, str(id))


def save_many(company: Company, table: str, writes: Sequence[Write], *, by: Actor = OPERATOR) -> list[Outcome]:
    """Write what is valid, in one transaction; return an outcome per write, in their order.

    One refused record stops no other. A fixed number of statements, however many writes; a thousand a call is a good
    size. Two writes of one call must not name the same record."""
    access.require_writing(by, table_named(table))
    return in_transaction(lambda: _save(company, table, writes))


def _save(company: Company, table: str, writes: Sequence[Write]) -> list[Outcome]:
    return carry_out(company, table, plan(company, table, writes, lock=True))


def carry_out(company: Company, table: str, entries: list[Entry]) -> list[Outcome]:
    """Write what was planned with `lock`, in the transaction it was planned in."""
    entries = _number(company, table, entries)
    _number_lines(company, table, entries)
    planned = [entry for entry in entries if isinstance(entry, Planned)]
    changed = [entry for entry in planned if entry.changed]
    now = timezone.now()
    write_rows(company, table, changed, now)
    following.follow(company, table, changed, now)
    versions = change_feed.versions(company, table, [entry.id for entry in changed]) if changed else {}
    return [_outcome(entry, versions) for entry in entries]


def _outcome(entry: Entry, versions: Mapping[UUID, int]) -> Outcome:
    if not isinstance(entry, Planned):
        return entry
    version = versions.get(entry.id, entry.version)
    if version is None:
        raise AssertionError(f"the change feed did not notice {entry.id}")
    return Saved(entry.id, version, changed=entry.changed)


def _number(company: Company, table: str, entries: list[Entry]) -> list[Entry]:
    """Give new records without a number the next ones of the series."""
    described = table_named(table)
    column = described.field(described.key[0]).column
    unnumbered = [e for e in entries if described.numbered and isinstance(e, Planned) and not e.after[column]]
    if not unnumbered:
        return entries
    try:
        # The numbers of this page's other rows are not in the table yet, so the series cannot know them.
        used = {e.after[column] for e in entries if isinstance(e, Planned)}
        fresh = _unused(company, table, len(unnumbered), used)
    except InvalidRecord as refusal:
        refused = {entry.id for entry in unnumbered}
        return [Refused(e.id, refusal.problems) if e.id in refused else e for e in entries]
    for entry, number in zip(unnumbered, fresh, strict=True):
        entry.after[column] = number
    return entries


def _number_lines(company: Company, table: str, entries: list[Entry]) -> None:
    """Give new lines without a line number the numbers after the last line of what they are a part of."""
    described = table_named(table)
    if not described.lined:
        return
    coming = [entry for entry in entries if isinstance(entry, Planned)]
    unnumbered = [entry for entry in coming if entry.after[LINE_NO] is None]
    if not unnumbered:
        return
    parent = described.field(described.part_of).column if described.part_of else ""
    if parent:
        last = last_lines(described, {entry.after[parent] for entry in unnumbered})
    else:  # the lines of the company's one journal
        last = {company.pk: last_line(company, described)}
    for entry in coming:
        if (whole := entry.after.get(parent, company.pk)) in last:
            last[whole] = max(last[whole], entry.after[LINE_NO] or 0)
    for entry in unnumbered:
        whole = entry.after.get(parent, company.pk)
        last[whole] += LINE_STEP
        entry.after[LINE_NO] = last[whole]


def _unused(company: Company, table: str, count: int, used: set[str]) -> list[str]:
    fresh: list[str] = []
    while len(fresh) < count:
        fresh += [number for number in numbers.allocate(company, table, count - len(fresh)) if number not in used]
    return fresh
