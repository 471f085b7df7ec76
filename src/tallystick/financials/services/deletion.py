"""Deletes records of master data that nothing needs any more."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tallystick.financials import access, change_feed, database
from tallystick.financials.documents.kinds import BY_LINES
from tallystick.financials.models import BusinessRelation, Company
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing, StaleRecord
from tallystick.financials.services import purchases
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.documents.deletion import documents_of, reasons_to_stay
from tallystick.financials.services.documents.facts import lock_documents
from tallystick.financials.services.documents.totals import recompute
from tallystick.financials.services.facts import (
    name_of,
    read_base_units_among,
    read_customers_of,
    read_names,
    read_priced_units_among,
)
from tallystick.financials.services.writes import Delete, Deleted, Deletion, Missing, Refused, Stale
from tallystick.financials.tables import Field, Table, parts, referrers, table_named


def delete(company: Company, table: str, id: UUID, *, version: int | None = None, by: Actor = OPERATOR) -> None:
    """Delete a record. Raises `InvalidRecord` (other records refer to it), `StaleRecord` or `RecordMissing`."""
    label = table_named(table).label
    match delete_many(company, table, [Delete(id, version)], by=by)[0]:
        case Deleted():
            return
        case Refused(problems=problems):
            raise InvalidRecord(problems)
        case Stale(version=found):
            raise StaleRecord(label, name_of(company, table, id), id, found)
        case Missing():
            raise RecordMissing(label, str(id))


def delete_many(company: Company, table: str, deletions: Sequence[Delete], *, by: Actor = OPERATOR) -> list[Deletion]:
    """Delete what nothing refers to, in one transaction; return an outcome per deletion, in their order.

    Records deleted together do not hold each other back. A fixed number of statements, however many records."""
    described = table_named(table)
    access.require_writing(by, described)
    return in_transaction(lambda: _delete(company, described, deletions))


def _delete(company: Company, table: Table, deletions: Sequence[Delete]) -> list[Deletion]:
    if table.posted:
        return [_refused_posted(table, deletion) for deletion in deletions]
    lock_documents(company, table.name, [deletion.id for deletion in deletions], ())
    versions = change_feed.versions(company, table.name, [deletion.id for deletion in deletions], lock=True)
    current = {d.id for d in deletions if d.id in versions and d.version in (None, versions[d.id])}
    held = _problems(company, table, current)
    going = current - held.keys()
    orders = purchases.orders_of(going) if table.name == "purchase-order-line" else set()
    shortened = documents_of(table.name, going)
    _delete_rows(company, table, going)
    purchases.refresh_statuses(orders, timezone.now())
    if shortened:
        recompute(company, BY_LINES[table.name].headers.name, shortened)
    return [_outcome(deletion, going, held, versions) for deletion in deletions]


def _refused_posted(table: Table, deletion: Delete) -> Refused:
    problem = Problem(table.name, str(deletion.id), "", f"{table.label_plural} stay.", "Reverse the posting instead.")
    return Refused(deletion.id, (problem,))


def _outcome(
    deletion: Delete, going: set[UUID], held: Mapping[UUID, Sequence[Problem]], versions: Mapping[UUID, int]
) -> Deletion:
    if deletion.id in going:
        return Deleted(deletion.id)
    if deletion.id in held:
        return Refused(deletion.id, tuple(held[deletion.id]))
    if deletion.id in versions:
        return Stale(deletion.id, versions[deletion.id])
    return Missing(deletion.id)


def _problems(company: Company, table: Table, ids: set[UUID]) -> dict[UUID, list[Problem]]:
    """Return why records must stay; rows that go in the same call hold nothing back unless they stay themselves."""
    names = read_names(company, table.name, ids)
    reasons: dict[UUID, list[str]] = {}
    hints: dict[UUID, str] = {}
    going = set(ids)
    for id, reason, hint in reasons_to_stay(company, table.name, ids):
        reasons.setdefault(id, []).append(reason)
        hints[id] = hint
        going.discard(id)
    while True:
        found = list(_reasons(company, table, going, names))
        if not found:
            break
        for id, reason in found:
            reasons.setdefault(id, []).append(reason)
            going.discard(id)
    hint = "Remove these references first, or block the record instead of deleting it."
    return {
        id: [
            Problem(table.name, names[id], "", f"{table.label} {names[id]} {reason}.", hints.get(id, hint))
            for reason in texts
        ]
        for id, texts in reasons.items()
    }


def _reasons(company: Company, table: Table, ids: set[UUID], names: Mapping[UUID, str]) -> Iterable[tuple[UUID, str]]:
    if not ids:
        return
    for other, field, id, count in _count_referring(company, table, ids):
        label = other.label if count == 1 else other.label_plural
        yield id, f"is the {field.label} of {count} {label}"
    if table.name == "contact":
        for id in read_customers_of(ids):
            yield id, "is the company contact of a customer"
    if table.name in ("item-unit-of-measure", "resource-unit-of-measure"):
        for id in read_base_units_among(table, ids):
            yield id, "is the base unit"
        for id, count in read_priced_units_among(table, ids).items():
            yield id, f"is the unit of {count} Price List {'Line' if count == 1 else 'Lines'}"
    if table.name == "currency":
        for id in ids:
            if names[id].split(" ")[0] == company.local_currency:
                yield id, "is the local currency of the company"


def _count_referring(company: Company, table: Table, ids: set[UUID]) -> list[tuple[Table, Field, UUID, int]]:
    """Return how many records of which tables name these records in which field; one query.

    What is a part of a record goes with it, and records that go together do not count."""
    asked = [(other, field) for other, field in referrers(table.name) if other.part_of != field.name]
    counts, parameters = [], []
    for place, (other, field) in enumerate(asked):
        column = field.column
        counts.append(
            f"""SELECT {place}, {column}, count(*) FROM {other.db_table}
            WHERE company_id = %s AND {database.any_of(column)} AND NOT {database.any_of("id")} GROUP BY {column}"""
        )
        besides = ids if other is table else set()
        parameters += [database.id_parameter(company.pk), *map(database.list_parameter, (ids, besides))]
    if not counts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(counts), parameters)
        found = [(*asked[place], database.read_id(id), count) for place, id, count in cursor.fetchall()]
    return [(other, field, id, count) for other, field, id, count in found if id is not None]


def _delete_rows(company: Company, table: Table, ids: set[UUID]) -> None:
    if not ids:
        return
    if table.name == "customer":
        BusinessRelation.objects.filter(customer__in=ids).delete()
    with connection.cursor() as cursor:
        for part, field in parts(table.name):
            database.delete_rows(cursor, part.db_table, field.column, ids)
        cursor.execute(
            f"DELETE FROM {table.db_table} WHERE {database.any_of('id')} AND company_id = %s",
            [database.list_parameter(ids), database.id_parameter(company.pk)],
        )
