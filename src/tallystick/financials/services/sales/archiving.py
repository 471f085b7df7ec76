"""The archive: documents as they were, version by version, as text that stands by itself."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.utils import timezone

from tallystick.financials import queries
from tallystick.financials.documents.kinds import DocumentKind, kind_named
from tallystick.financials.exchange.cells import to_text, to_value
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import ArchivedDocument, Company
from tallystick.financials.permissions import CHECKED, OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.deletion import delete_many
from tallystick.financials.services.documents.headers import OPEN
from tallystick.financials.services.sales.refusing import locked, refusal, save_all
from tallystick.financials.services.writes import Delete, Insert, Refused, Update
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Table, table_named
from tallystick.financials.values import Unacceptable

LONGEST_REASON = 100


def archive(company: Company, table: str, id: UUID, *, reason: str, by: Actor = OPERATOR) -> UUID:
    """Keep the document as it is now as the next version of its number, and return the id of that version."""
    by.require(Permission.WRITE)
    kind = kind_named(table)

    def work() -> UUID:
        locked(company, kind.headers, id)
        return archive_locked(company, kind, id, reason=reason, by=by)

    return in_transaction(work)


def archive_locked(company: Company, kind: DocumentKind, id: UUID, *, reason: str, by: Actor) -> UUID:
    """Archive a document that the caller's transaction has locked."""
    record = queries.get_record(company, kind.headers.name, id, by=CHECKED)
    versions = ArchivedDocument.objects.filter(company=company, table_name=kind.headers.name, no=record.key)
    last = versions.aggregate(last=Max("version_no"))["last"] or 0
    version = ArchivedDocument.objects.create(
        id=new_id(),
        company=company,
        table_name=kind.headers.name,
        no=record.key,
        version_no=last + 1,
        customer_name=record.values["customer_name"],
        amount_including_vat=record.values["amount_including_vat"],
        currency_code=record.codes["currency_code"],
        reason=reason[:LONGEST_REASON],
        document={"header": _as_text(record), "lines": [_as_text(line) for line in lines_of(company, kind, id)]},
        archived_by=by.name,
        archived_at=timezone.now(),
    )
    return version.pk


def archived_versions(company: Company, table: str, no: str) -> list[ArchivedDocument]:
    """Return the versions of the document of this number, the newest first."""
    found = ArchivedDocument.objects.filter(company=company, table_name=table, no=no.strip().upper())
    return list(found.order_by("-version_no"))


def restore(company: Company, archived_id: UUID, *, by: Actor = OPERATOR) -> UUID:
    """Bring back an archived version, and return the id of the document.

    A document that is there still is archived as it is and then becomes that version: it must be open, and nothing of it
    shipped. One that is gone comes back under its number. Amounts are worked out anew, with the VAT rates of today.
    Raises `RecordMissing`, or `InvalidRecord`: what the version names is there no more, or the document cannot change."""
    by.require(Permission.WRITE)
    version = ArchivedDocument.objects.filter(company=company, pk=archived_id).first()
    if version is None:
        raise RecordMissing("Archived Document", str(archived_id))
    return in_transaction(lambda: _restore(company, version, by))


def lines_of(company: Company, kind: DocumentKind, id: UUID) -> list[Record]:
    """Return the lines of a document in their order; one query."""
    condition = Filter(kind.lines.part_of, value=id)
    return list(
        queries.iterate_records(company, kind.lines.name, Query(filters=(condition,), order=(LINE_NO,)), by=CHECKED)
    )


def _as_text(record: Record) -> dict[str, str]:
    return {field.name: to_text(field, record.shown(field.name)) for field in record.table.fields}


def _restore(company: Company, version: ArchivedDocument, by: Actor) -> UUID:
    kind = kind_named(version.table_name)
    header = _values(company, kind.headers, [version.document["header"]], version.no)[0]
    lines = _values(company, kind.lines, version.document["lines"], version.no)
    present = queries.find_record(company, kind.headers.name, version.no)
    if present is None:
        [id] = save_all(company, kind.headers, [Insert(header)])
    else:
        id = present.id
        _make_room(company, kind, id, version, by)
    save_all(company, kind.headers, [Update(id, header)])  # what was blank then is blank now, whatever the customer has
    save_all(company, kind.lines, [Insert({**line, kind.lines.part_of: id}) for line in lines])
    return id


def _make_room(company: Company, kind: DocumentKind, id: UUID, version: ArchivedDocument, by: Actor) -> None:
    row = locked(company, kind.headers, id)
    if row["status"] != OPEN:
        message = f"{kind.headers.label} {row['no']} is {row['status'].lower()}."
        raise refusal(kind.headers, row["no"], "status", message, "Reopen it first.")
    archive_locked(company, kind, id, reason=f"Version {version.version_no} restored", by=by)
    outcomes = delete_many(
        company, kind.lines.name, [Delete(line.id) for line in lines_of(company, kind, id)], by=CHECKED
    )
    problems = [problem for outcome in outcomes if isinstance(outcome, Refused) for problem in outcome.problems]
    if problems:
        raise InvalidRecord(problems)


def _values(company: Company, table: Table, rows: Iterable[Mapping[str, str]], no: str) -> list[dict[str, Any]]:
    """Return what was kept as text as values to write; fields that there are no longer, or that are computed, are left."""
    kept = [
        {name: text for name, text in row.items() if name in table.by_name and not table.field(name).computed}
        for row in rows
    ]
    problems: list[Problem] = []
    values = [_typed(table, row, no, problems) for row in kept]
    for field in table.references:
        if field.name != table.part_of:
            _resolve(company, table, field.name, values, no, problems)
    if problems:
        raise InvalidRecord(problems)
    return values


def _typed(table: Table, row: Mapping[str, str], no: str, problems: list[Problem]) -> dict[str, Any]:
    values = {}
    for name, text in row.items():
        try:
            values[name] = to_value(table.field(name), text)
        except Unacceptable as problem:
            problems.append(Problem(table.name, no, name, problem.message, problem.hint))
    return values


def _resolve(
    company: Company, table: Table, name: str, values: list[dict[str, Any]], no: str, problems: list[Problem]
) -> None:
    target = table_named(str(table.field(name).references))
    wanted = {row[name] for row in values if row.get(name)}
    ids = queries.ids_by_code(company, target.name, wanted) if wanted else {}
    for code in sorted(wanted - ids.keys()):
        message = f"{target.label} {code}, which the version names, does not exist any more."
        problems.append(Problem(table.name, no, name, message, f"Create the {target.label} again first."))
    for row in values:
        if row.get(name):
            row[name] = ids.get(row[name])
