"""What the rules need to know of the database, read with one query per kind however many records are checked."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model

from tallystick.financials import database
from tallystick.financials.models import Company, Contact, Item, PurchaseOrder
from tallystick.financials.services.documents.facts import DocumentFacts
from tallystick.financials.table import LINE_NO
from tallystick.financials.tables import Table, table_named

Values = dict[str, Any]  # by column


@dataclass(frozen=True, slots=True)
class Referred:
    """A record that others name: what its name is, and for a contact what it is and whom it works for."""

    id: UUID
    code: str
    name: str = ""
    type: str = ""
    company_contact_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Units:
    """What items, or resources, are counted in: by owner their base unit, by owner and unit how many base units.

    `priced` are the owners and units that price lists state a price for, `posted` the items of the item ledger."""

    base: Mapping[UUID, UUID | None]
    factors: Mapping[tuple[UUID, UUID], Decimal]
    priced: frozenset[tuple[UUID, UUID]] = frozenset()
    posted: frozenset[UUID] = frozenset()


NO_UNITS = Units({}, {})


@dataclass(frozen=True, slots=True)
class Goods:
    """What a line takes from its item. The cost is that of one base unit."""

    no: str
    description: str
    type: str
    blocked: bool
    unit_cost: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """Read before a page of records is checked."""

    company: Company
    table: Table
    referred: Mapping[str, Mapping[UUID, Referred]]  # by table, by id; what is not here does not exist
    company_contacts: Mapping[UUID, UUID]  # of customers: the company contact they are
    busy_contacts: frozenset[UUID]  # contacts that have persons or are a customer
    units: Units
    today: date
    goods: Mapping[UUID, Goods]  # items that purchase or journal lines name
    expected_receipts: Mapping[UUID, date | None]  # of purchase orders that new lines belong to
    salespeople: Mapping[UUID, UUID | None]  # of contacts that opportunities name
    documents: DocumentFacts = None


def model_fields(table: Table) -> "dict[str, Field[Any, Any]]":
    """Return the columns of the description as fields of the Django model, in the order of the description."""
    model: type[Model] = apps.get_model("financials", table.model)
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    return {field.column: by_column[field.column] for field in table.fields}


def read_rows(company: Company, table: Table, ids: Iterable[UUID], *, lock: bool) -> dict[UUID, Values]:
    """Return the records of these ids by id, with every column of the description; locked until the transaction ends."""
    wanted = list(ids)
    if not wanted:
        return {}
    columns = model_fields(table)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {names}, id FROM {table.db_table} WHERE {database.any_of("id")} AND company_id = %s
            ORDER BY id{database.for_update() if lock else ""}""",
            [database.list_parameter(wanted), database.id_parameter(company.pk)],
        )
        readers = [database.reader_of(field) for field in columns.values()]
        rows = database.convert_rows(cursor.fetchall(), [*readers, database.read_id])
    return {row[-1]: dict(zip(columns, row[:-1], strict=True)) for row in rows}


def read_referred(company: Company, table_name: str, ids: Iterable[UUID]) -> dict[UUID, Referred]:
    """Return what is known of the records of these ids."""
    wanted = list(ids)
    if not wanted:
        return {}
    table = table_named(table_name)
    extra = ", name, type, company_contact_id" if table_name == "contact" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, {table.key[0]}{extra} FROM {table.db_table}
            WHERE {database.any_of("id")} AND company_id = %s""",
            [database.list_parameter(wanted), database.id_parameter(company.pk)],
        )
        found = [Referred(_id(row[0]), *row[1:4], *map(database.read_id, row[4:])) for row in cursor.fetchall()]
    return {referred.id: referred for referred in found}


def read_names(company: Company, table_name: str, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return what people call these records: number and name, or for what is a part of something the whole key."""
    wanted = list(ids)
    table = table_named(table_name)
    if not wanted:
        return {}
    shown, joins = [], []
    for place, field in enumerate(map(table.field, table.key)):
        if field.references:
            joins.append(f"JOIN {table_named(field.references).db_table} k{place} ON k{place}.id = r.{field.column}")
            shown.append(f"k{place}.{table_named(field.references).key[0]}")
        else:
            shown.append(f"r.{field.column}")
    if table_name == "contact":
        shown.append("r.name")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT r.id, {", ".join(shown)} FROM {table.db_table} r {" ".join(joins)}
            WHERE {database.any_of("r.id")} AND r.company_id = %s""",
            [database.list_parameter(wanted), database.id_parameter(company.pk)],
        )
        return {_id(row[0]): " ".join(str(value) for value in row[1:] if value != "") for row in cursor.fetchall()}


def name_of(company: Company, table_name: str, id: UUID) -> str:
    """Return what people call a record, for a message; its id when it is gone."""
    return read_names(company, table_name, [id]).get(id, str(id))


def read_units(owners: Table, ids: Iterable[UUID], *, lock: bool) -> Units:
    """Return the units of these items or resources; with `lock`, their base units stay until the transaction ends."""
    wanted = database.list_parameter(sorted(ids))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT id, base_unit_of_measure_id FROM {owners.db_table} WHERE {database.any_of("id")}
            ORDER BY id{database.for_update() if lock else ""}""",
            [wanted],
        )
        base = {_id(row[0]): database.read_id(row[1]) for row in cursor.fetchall()}
        cursor.execute(
            f"""SELECT {owners.name}_id, unit_of_measure_id, qty_per_unit_of_measure
            FROM {owners.db_table}unitofmeasure WHERE {database.any_of(f"{owners.name}_id")}""",
            [wanted],
        )
        factors = {(_id(row[0]), _id(row[1])): Decimal(str(row[2])) for row in cursor.fetchall()}
        cursor.execute(
            f"""SELECT DISTINCT {owners.name}_id, unit_of_measure_id FROM financials_pricelistline
            WHERE {database.any_of(f"{owners.name}_id")} AND unit_of_measure_id IS NOT NULL""",
            [wanted],
        )
        priced = frozenset((_id(row[0]), _id(row[1])) for row in cursor.fetchall())
    return Units(base, factors, priced, read_posted(base) if owners.name == "item" else frozenset())


def read_posted(items: Iterable[UUID]) -> frozenset[UUID]:
    """Return which of these items the item ledger has entries of."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT item_id FROM financials_itemledgerentry WHERE {database.any_of('item_id')}",
            [database.list_parameter(items)],
        )
        return frozenset(_id(row[0]) for row in cursor.fetchall())


def read_goods(company: Company, items: Iterable[UUID]) -> dict[UUID, Goods]:
    """Return what lines take from these items; one query."""
    columns = ("no", "description", "type", "blocked", "unit_cost")
    rows = Item.objects.filter(company=company, pk__in=list(items)).values_list("pk", *columns)
    return {row[0]: Goods(*row[1:]) for row in rows}


def read_expected_receipts(company: Company, orders: Iterable[UUID]) -> dict[UUID, date | None]:
    """Return when the goods of purchase orders are expected; one query."""
    rows = PurchaseOrder.objects.filter(company=company, pk__in=list(orders))
    return dict(rows.values_list("pk", "expected_receipt_date"))


def read_salespeople(company: Company, contacts: Iterable[UUID]) -> dict[UUID, UUID | None]:
    """Return the salespeople of contacts, of a person without one that of the company; one query."""
    rows = Contact.objects.filter(company=company, pk__in=list(contacts))
    chain = ("pk", "salesperson_id", "company_contact__salesperson_id")
    return {contact: own or of_company for contact, own, of_company in rows.values_list(*chain)}


def last_line(company: Company, table: Table) -> int:
    """Return the number of the last line of a table whose lines are a part of nothing, 0 where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT coalesce(max({LINE_NO}), 0) FROM {table.db_table} WHERE company_id = %s",
            [database.id_parameter(company.pk)],
        )
        return int(cursor.fetchone()[0])


def last_lines(table: Table, parents: Iterable[UUID]) -> dict[UUID, int]:
    """Return the number of the last line of each of these records, 0 where there is none."""
    found = dict.fromkeys(parents, 0)
    column = table.field(table.part_of).column
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column}, max({LINE_NO}) FROM {table.db_table} WHERE {database.any_of(column)} GROUP BY {column}",
            [database.list_parameter(found)],
        )
        return found | {_id(row[0]): row[1] for row in cursor.fetchall()}


def read_priced_units_among(table: Table, ids: Iterable[UUID]) -> dict[UUID, int]:
    """Return which of these units of items, or of resources, price lists state prices for, and in how many lines."""
    owner = table.field(table.part_of)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT u.id, count(*) FROM {table.db_table} u JOIN financials_pricelistline l
            ON l.{owner.column} = u.{owner.column} AND l.unit_of_measure_id = u.unit_of_measure_id
            WHERE {database.any_of("u.id")} GROUP BY u.id""",
            [database.list_parameter(ids)],
        )
        return {_id(row[0]): row[1] for row in cursor.fetchall()}


def read_base_units_among(table: Table, ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these units of items, or of resources, are the base unit of theirs."""
    owner = table.field(table.part_of)
    owners = table_named(str(owner.references))
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT u.id FROM {table.db_table} u JOIN {owners.db_table} o
            ON o.id = u.{owner.column} AND o.base_unit_of_measure_id = u.unit_of_measure_id
            WHERE {database.any_of("u.id")}""",
            [database.list_parameter(ids)],
        )
        return {_id(row[0]) for row in cursor.fetchall()}


def read_company_contacts(customers: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the company contacts of customers, by customer."""
    return _relations("customer_id", "contact_id", customers)


def read_customers_of(contacts: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the customers that company contacts are, by contact."""
    return _relations("contact_id", "customer_id", contacts)


def _relations(of: str, to: str, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    wanted = list(ids)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {of}, {to} FROM financials_businessrelation WHERE {database.any_of(of)}",
            [database.list_parameter(wanted)],
        )
        return {_id(row[0]): _id(row[1]) for row in cursor.fetchall()}


def read_busy_contacts(contacts: Iterable[UUID]) -> frozenset[UUID]:
    """Return those of the contacts that persons work for or that are a customer."""
    wanted = list(contacts)
    if not wanted:
        return frozenset()
    parameter = database.list_parameter(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT company_contact_id FROM financials_contact WHERE {database.any_of("company_contact_id")}
            UNION SELECT contact_id FROM financials_businessrelation WHERE {database.any_of("contact_id")}""",
            [parameter, parameter],
        )
        return frozenset(_id(row[0]) for row in cursor.fetchall())


def read_keys(company: Company, table: Table, keys: Sequence[tuple[Any, ...]]) -> dict[tuple[Any, ...], UUID]:
    """Return which records hold these keys (values of the key columns), by key."""
    if not keys:
        return {}
    columns = [table.field(name).column for name in table.key]
    fields = model_fields(table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT {", ".join(columns)}, id FROM {table.db_table}
            WHERE company_id = %s AND {database.any_of(columns[0])}""",
            [database.id_parameter(company.pk), database.list_parameter({key[0] for key in keys})],
        )
        readers = [*(database.reader_of(fields[column]) for column in columns), database.read_id]
        found = database.convert_rows(cursor.fetchall(), readers)
    return {row[:-1]: row[-1] for row in found}


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(int=int(value, 16))
