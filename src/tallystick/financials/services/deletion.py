"""Deletes records of master data that nothing needs any more."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from django.db import connection

from tallystick.financials import change_feed, database
from tallystick.financials.models import BusinessRelation, Company
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing, StaleRecord
from tallystick.financials.services.attempts import in_transaction
from tallystick.financials.services.facts import (
    name_of,
    read_base_units_among,
    read_customers_of,
    read_names,
    read_posted,
    read_posted_units,
    read_priced_units_among,
)
from tallystick.financials.services.writes import Delete, Deleted, Deletion, Missing, Refused, Stale
from tallystick.financials.tables import Table, parts, referrers, table_named


def delete(company: Company, table: str, id: UUID, *, version: int | None = None) -> None:
    """Delete a record. Raises `InvalidRecord` (other records refer to it), `StaleRecord` or `RecordMissing`."""
    label = table_named(table).label
    match delete_many(company, table, [Delete(id, version)])[0]:
        case Deleted():
            return
        case Refused(problems=problems):
            raise InvalidRecord(problems)
        case Stale(version=found):
            raise StaleRecord(label, name_of(company, table, id), id, found)
        case Missing():
            raise RecordMissing(label, str(id))


def delete_many(company: Company, table: str, deletions: Sequence[Delete]) -> list[Deletion]:
    """Delete what nothing refers to, in one transaction; return an outcome per deletion, in their order.

    Records deleted together do not hold each other back. A fixed number of statements, however many records."""
    return in_transaction(lambda: _delete(company, table_named(table), deletions))


def _delete(company: Company, table: Table, deletions: Sequence[Delete]) -> list[Deletion]:
    versions = change_feed.versions(company, table.name, [deletion.id for deletion in deletions], lock=True)
    current = {d.id for d in deletions if d.id in versions and d.version in (None, versions[d.id])}
    held = _problems(company, table, current)
    going = current - held.keys()
    _delete_rows(company, table, going)
    return [_outcome(deletion, going, held, versions) for deletion in deletions]


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
    going = set(ids)
    while True:
        found = list(_reasons(company, table, going, names))
        if not found:
            break
        for id, reason in found:
            reasons.setdefault(id, []).append(reason)
            going.discard(id)
    hint = "Remove these references first, or block the record instead of deleting it."
    return {
        id: [Problem(table.name, names[id], "", f"{table.label} {names[id]} {reason}.", hint) for reason in texts]
        for id, texts in reasons.items()
    }


def _reasons(company: Company, table: Table, ids: set[UUID], names: Mapping[UUID, str]) -> Iterable[tuple[UUID, str]]:
    if not ids:
        return
    for other, field in referrers(table.name):
        if other.part_of == field.name:
            continue  # goes with it
        for id, count in _count_referring(other, field.column, ids, besides=ids if other is table else set()):
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
    if table.name == "item":
        for id, count in read_posted(ids).items():
            yield id, f"has {count} item ledger {'entry' if count == 1 else 'entries'}"
    if table.name == "unit-of-measure":
        for id, count in read_posted_units(ids).items():
            yield id, f"is the unit of {count} item ledger {'entry' if count == 1 else 'entries'}"
    if table.name == "currency":
        for id in ids:
            if names[id].split(" ")[0] == company.local_currency:
                yield id, "is the local currency of the company"


def _count_referring(table: Table, column: str, ids: set[UUID], *, besides: set[UUID]) -> list[tuple[UUID, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {column}, count(*) FROM {table.db_table}
            WHERE {database.any_of(column)} AND NOT {database.any_of("id")} GROUP BY {column}""",
            [database.list_parameter(ids), database.list_parameter(besides)],
        )
        return [(found, count) for row, count in cursor.fetchall() if (found := database.read_id(row)) is not None]


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
