"""Everything that reads Financials for people: lists, cards, lookups and counts.

What shows records asks whether `by` may look at the table; only what a code stands for is told to anyone.
Whoever follows changes reads through `change_feed` instead.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import CharField, F, Model, Q, QuerySet, UniqueConstraint

from tallystick.financials import access, change_feed
from tallystick.financials.folding import Folded, fold, has_word
from tallystick.financials.models import Change, Company, Contact, User
from tallystick.financials.permissions import OPERATOR, Actor
from tallystick.financials.problems import FinancialsError, RecordMissing
from tallystick.financials.tables import CUSTOMER, TABLES, TEXT_KINDS, Field, Kind, Table, table_named
from tallystick.financials.values import Unacceptable, clean

PAGE_SIZE = 50
BUYER = "customer_no"  # names a document's customer
OTHER_NUMBERS = ("external_document_no", "order_no", "credit_memo_no")  # that stand on documents, as they were typed
SORTED = 250_000  # as many records are sorted by a column that no index leads to, while somebody waits
SORTED_BY_TEXT = 150_000  # or by a text, whose capitals are folded first
SORTED_BY_CODE = 50_000  # or by the code of what they name, which is looked up for each
LAST_CHARACTER = chr(0x10FFFF)
READ_THROUGH = 10_000  # a table of as many rows may be read through for one figure beside a card
FEW = 1_000  # of what a search or a filter leaves, as many are sorted by themselves; more are read along the list
COUNTED = 10_000  # of what a search or a filter leaves, as many are counted; then there are "more than" these
SEARCH_WORDS = 6
EXPORT_CHUNK = 2_000


class Operator(StrEnum):
    """How a filter compares."""

    IS = "is"  # the value, or any of several in a list or tuple
    IS_NOT = "is_not"
    CONTAINS = "contains"
    STARTS_WITH = "starts_with"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BLANK = "blank"
    NOT_BLANK = "not_blank"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on a field. A reference is compared by its code (text) or its id."""

    field: str
    operator: Operator = Operator.IS
    value: Any = None


@dataclass(frozen=True, slots=True)
class Query:
    """What a list shows: the same query pages, counts and exports. `order`: field names, with `-` for descending."""

    search: str = ""
    filters: tuple[Filter, ...] = ()
    order: tuple[str, ...] = ()


EVERYTHING = Query()


@dataclass(frozen=True, slots=True)
class Record:
    """A record for people: `values` by field name with references as ids, `codes` of the references as people see them."""

    table: Table
    id: UUID
    version: int
    values: Mapping[str, Any]
    codes: Mapping[str, str]
    created_at: datetime
    modified_at: datetime

    def shown(self, name: str) -> Any:
        """The value as people know it: the code of a reference, the value of anything else."""
        return self.codes.get(name, "") if self.table.by_name[name].references else self.values[name]

    @property
    def key(self) -> str:
        """The number or code; an exchange rate's currency and date."""
        return " ".join(str(self.shown(name)) for name in self.table.key)

    @property
    def title(self) -> str:
        """What people know the record by, next to its key."""
        return str(self.shown(self.table.title))


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page of a list, and how many records there are in all; with `more`, more than these."""

    records: list[Record]
    total: int
    page: int
    page_size: int
    more: bool = False

    @property
    def pages(self) -> int:
        """How many pages there are, as far as they were counted; one when there is nothing."""
        return max(1, -(-self.total // self.page_size))

    @property
    def is_last(self) -> bool:
        """Whether no page comes after it."""
        return len(self.records) < self.page_size if self.more else self.page >= self.pages


@dataclass(frozen=True, slots=True)
class Referable:
    """A record to choose in a lookup."""

    id: UUID
    code: str
    name: str


def list_records(
    company: Company,
    table: str,
    query: Query = EVERYTHING,
    *,
    page: int = 1,
    page_size: int = PAGE_SIZE,
    exact: bool = False,
    by: Actor = OPERATOR,
) -> RecordPage:
    """Return one page of the records that match: five queries, whatever the page size. A page too far is the last.

    Counting stops after `COUNTED` where it would read each record, unless the number is to be `exact`. Which records are on
    the page is found first, so that their references are looked up for them alone."""
    described = _readable(table, by)
    where = _where(company, described, query)
    ordered = _ordered(company, described, where, query.order)
    total, more, ids = 0, False, []
    if page <= 1:  # most lists that somebody searches end here: what is on the page is all there is
        ids = list(ordered.values_list("pk", flat=True)[: page_size + 1])
        total, page = len(ids), 1
    if page > 1 or total > page_size:
        at_once = not where and _is_indexed_by_company(described)
        total, more = _counted(_all(company, described).filter(where), exact=exact or at_once)
        page = page if more else min(page, max(1, -(-total // page_size)))
        ids = ids[:page_size] or _ids_on_page(ordered, total, page, page_size, from_end=not more)
    found = _records(company, described, _values(described, _all(company, described).filter(pk__in=ids)))
    records = {record.id: record for record in found}
    return RecordPage([records[id] for id in ids if id in records], total, page, page_size, more)


def _counted(matching: "QuerySet[Any]", *, exact: bool) -> tuple[int, bool]:
    """Return how many match, and whether there are more that were not counted."""
    if exact:
        return matching.count(), False
    found = matching.order_by()[: COUNTED + 1].count()
    return min(found, COUNTED), found > COUNTED


def _is_indexed_by_company(table: Table) -> bool:
    """Whether an index begins with the company, so that the records of one are counted without a look at them."""
    meta = apps.get_model("financials", table.model)._meta
    unique = [constraint.fields for constraint in meta.constraints if isinstance(constraint, UniqueConstraint)]
    return any(
        names[:1] in (("company",), ["company"]) for names in (*unique, *(index.fields for index in meta.indexes))
    )


def _ids_on_page(ordered: "QuerySet[Any]", total: int, page: int, page_size: int, *, from_end: bool) -> list[UUID]:
    """Return the ids on a page of an ordered list; a page behind the middle is read from the end, which is nearer."""
    start, end = (page - 1) * page_size, page * page_size
    if not from_end or start <= total // 2:
        return list(ordered.values_list("pk", flat=True)[start:end])
    end = min(end, total)
    return list(ordered.reverse().values_list("pk", flat=True)[total - end : total - start])[::-1]


def count_records(company: Company, table: str, query: Query = EVERYTHING, *, by: Actor = OPERATOR) -> int:
    """Return how many records match."""
    described = _readable(table, by)
    return _all(company, described).filter(_matches(described, query)).count()


def count_naming(company: Company, table: str, field: str, id: UUID, *, by: Actor = OPERATOR) -> int | None:
    """Return how many records name this one in `field`; None where only reading a large table through could tell.

    A column that many tables have and few people ask by, such as the payment terms of an order, has no index."""
    described = _readable(table, by)
    rows = _all(company, described)
    column = described.field(field).column
    if not _is_indexed(described, column) and rows.order_by().values("pk")[READ_THROUGH : READ_THROUGH + 1].exists():
        return None
    return rows.filter(**{column: id}).count()


def _is_indexed(table: Table, column: str) -> bool:
    """Whether an index leads to the column, by itself or behind the company."""
    meta = apps.get_model("financials", table.model)._meta
    unique = [constraint for constraint in meta.constraints if isinstance(constraint, UniqueConstraint)]
    known = [*(index.fields for index in meta.indexes), *(constraint.fields for constraint in unique)]
    leading = {next((name for name in names if name != "company"), "") for names in known}
    return any(field.column == column and (field.db_index or field.name in leading) for field in meta.concrete_fields)


def get_record(company: Company, table: str, id: UUID, *, by: Actor = OPERATOR) -> Record:
    """Return a record. Raises `RecordMissing` when this company has none of that id."""
    described = _readable(table, by)
    found = _records(company, described, _values(described, _all(company, described).filter(pk=id)))
    if not found:
        raise RecordMissing(described.label, str(id))
    return found[0]


def find_record(company: Company, table: str, code: str, *, by: Actor = OPERATOR) -> Record | None:
    """Return the record with this number or code, however it is capitalised, or None."""
    described = table_named(table)
    id = ids_by_code(company, table, [code]).get(code.strip().upper())
    return None if id is None else get_record(company, described.name, id, by=by)


def ids_by_code(company: Company, table: str, codes: Iterable[str]) -> dict[str, UUID]:
    """Return the ids of the records with these numbers or codes, by number or code in capitals; one query."""
    described = table_named(table)
    if len(described.key) != 1:
        parent = described.field(described.key[0]).label
        raise FinancialsError(f"{described.label_plural} have no code of their own.", hint=f"Filter by {parent}.")
    wanted = {code.strip().upper() for code in codes}
    name = described.key[0]
    found: dict[str, UUID] = {}
    for chunk in _chunks(sorted(wanted), 500):
        found.update(_all(company, described).filter(**{f"{name}__in": chunk}).values_list(name, "pk"))
    return found


def codes_by_id(company: Company, table: str, ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return the numbers or codes of records by id."""
    described = table_named(table)
    found: dict[UUID, str] = {}
    for chunk in _chunks(list(ids), 500):
        found.update(_all(company, described).filter(pk__in=chunk).values_list("pk", described.key[0]))
    return found


def look_up(company: Company, table: str, text: str, *, limit: int = 20, by: Actor = OPERATOR) -> list[Referable]:
    """Return records to choose from while somebody types: those whose code begins or whose name goes on like it."""
    return _look_up(company, _readable(table, by), text, limit)


def _look_up(company: Company, described: Table, text: str, limit: int) -> list[Referable]:
    matching = _ordered(company, described, _where(company, described, Query(search=text)))
    shown = [_relation_path(described.field(name)) for name in (described.key[0], described.title)]
    return [Referable(*row) for row in matching.values_list("pk", *shown)[:limit]]


def neighbours(
    company: Company, table: str, id: UUID, query: Query = EVERYTHING, *, by: Actor = OPERATOR
) -> tuple[UUID | None, UUID | None]:
    """Return the records before and after this one in the order of the list; two indexed look-ups in plain order.

    In another order, nobody is beside a record that comes after the first `COUNTED`."""
    described = _readable(table, by)
    if query == EVERYTHING and len(described.key) == 1:
        return _neighbours_by_key(company, described, id)
    ordered = _ordered(company, described, _where(company, described, query), query.order)
    ids = list(ordered.values_list("pk", flat=True)[:COUNTED])
    if id not in ids:
        return None, None
    place = ids.index(id)
    return (ids[place - 1] if place else None), (ids[place + 1] if place + 1 < len(ids) else None)


def _neighbours_by_key(company: Company, table: Table, id: UUID) -> tuple[UUID | None, UUID | None]:
    key = table.key[0]
    rows = _all(company, table)
    here = rows.filter(pk=id).values_list(key, flat=True).first()
    if here is None:
        return None, None
    before = rows.filter(**{f"{key}__lt": here}).order_by(f"-{key}").values_list("pk", flat=True).first()
    after = rows.filter(**{f"{key}__gt": here}).order_by(key).values_list("pk", flat=True).first()
    return before, after


def search(company: Company, text: str, *, limit: int, by: Actor = OPERATOR) -> list[tuple[Table, list[Referable]]]:
    """Return the first records of each table that match, of the tables `by` may look at. Three queries per table at most.

    Lines are found through their documents, and entries through the documents they were posted with. Documents are found
    by the beginning of their number, by the other numbers they bear, and through the customers that match: there are too
    many to read through all of them for a word."""
    searched = (
        table
        for table in access.readable(by, TABLES.values())
        if any(field.searched for field in table.fields) and not table.lined and table.followed
    )
    if not text.strip():
        return []
    customers = _look_up(company, CUSTOMER, text, limit)
    through = [customer.id for customer in customers]
    found = (
        (
            table,
            _look_up_document(company, table, text.strip(), through, limit)
            if {BUYER, *OTHER_NUMBERS[:1]} <= table.by_name.keys()
            else customers
            if table is CUSTOMER
            else _look_up(company, table, text, limit),
        )
        for table in searched
    )
    return [(table, records) for table, records in found if records]


def _look_up_document(
    company: Company, table: Table, text: str, customers: Sequence[UUID], limit: int
) -> list[Referable]:
    """Return the first documents of that number, with that number on them, or of these customers; along indexes."""
    shown = ("pk", "no", table.title)
    rows = _all(company, table)
    others = [name for name in OTHER_NUMBERS if name in table.by_name]
    asked = [
        rows.filter(_begins("no", text.upper())).order_by("no", "pk"),
        *(rows.filter(**{name: text}).order_by("no", "pk") for name in others),
        *([rows.filter(customer_id__in=customers).order_by("no", "pk")] if customers else []),
    ]
    found: dict[UUID, Referable] = {}
    for one in asked:
        if len(found) < limit:
            found |= {row[0]: Referable(*row) for row in one.values_list(*shown)[:limit] if row[0] not in found}
    return list(found.values())[:limit]


def _begins(column: str, text: str) -> Q:
    """The condition that a code begins like this. SQLite needs to be told the range to look in an index for it."""
    condition = Q(**{f"{column}__startswith": text})
    if connection.vendor == "sqlite":
        condition &= Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})
    return condition


def _readable(table: str, by: Actor) -> Table:
    described = table_named(table)
    access.require_reading(by, described)
    return described


def iterate_records(
    company: Company, table: str, query: Query = EVERYTHING, *, by: Actor = OPERATOR
) -> Iterator[Record]:
    """Return every matching record, read a chunk at a time: memory stays flat. Versions are not read (they are 0)."""
    return _iterate(company, _readable(table, by), query)


def _iterate(company: Company, described: Table, query: Query) -> Iterator[Record]:
    rows = _values(described, _ordered(company, described, _matches(described, query), query.order))
    for row in rows.iterator(chunk_size=EXPORT_CHUNK):
        yield _record(described, row, {})


def persons_of_customer(company: Company, customer: UUID, *, by: Actor = OPERATOR) -> list[Record]:
    """Return the contacts that work for a customer, its company contact first."""
    described = _readable("contact", by)
    theirs = _all(company, described).filter(
        Q(business_relation__customer=customer) | Q(company_contact__business_relation__customer=customer)
    )
    return _records(company, described, _values(described, theirs.order_by("type", "no")))


def customer_of_contact(company: Company, contact: UUID, *, by: Actor = OPERATOR) -> UUID | None:
    """Return the customer that the contact is or works for."""
    _readable("contact", by)
    row = (
        Contact.objects.filter(company=company, pk=contact)
        .values_list("business_relation__customer", "company_contact__business_relation__customer")
        .first()
    )
    return (row[0] or row[1]) if row else None


def recently_changed(company: Company, *, limit: int = 10, by: Actor = OPERATOR) -> list[Record]:
    """Return the records that people changed last, newest first, of the tables `by` may look at; a few queries."""
    shown = ("customer", "contact", "salesperson", "currency", "item", "resource")
    tables = [table.name for table in access.readable(by, map(table_named, shown))]
    newest = [
        change
        for table in tables
        for change in Change.objects.filter(company_id=company.pk, table_name=table, deleted=False).order_by(
            "-xid", "-seq"
        )[:limit]
    ]
    newest.sort(key=lambda change: (change.xid, change.seq), reverse=True)
    records: dict[UUID, Record] = {}
    for table in tables:
        described = table_named(table)
        ids = [change.record_id for change in newest[:limit] if change.table_name == table]
        if ids:
            rows = _values(described, _all(company, described).filter(pk__in=ids))
            records |= {record.id: record for record in _records(company, described, rows)}
    return [records[change.record_id] for change in newest[:limit] if change.record_id in records]


def companies_of(user: User) -> list[Company]:
    """Return the companies the user works in, by name."""
    return list(Company.objects.filter(memberships__user=user).order_by("name", "pk"))


# How a query becomes SQL


def _all(company: Company, table: Table) -> "QuerySet[Any]":
    model: type[Model] = apps.get_model("financials", table.model)
    return model._default_manager.filter(company_id=company.pk)


def _along(company: Company, table: Table, first: Field) -> "QuerySet[Any]":
    """All records; lines so that they can be read along what they are parts of, which is in order already. Then a page is
    read alone."""
    if first.name != table.part_of:
        return _all(company, table)
    owner = f"{first.relation}__company_id"
    model: type[Model] = apps.get_model("financials", table.model)
    # Not by a company of their own: SQLite would begin with them.
    return model._default_manager.filter(**{owner: company.pk, "company_id": F(owner)})


def _where(company: Company, table: Table, query: Query) -> Q:
    """The condition that a query makes; where few records fulfil it, that they are these. One query, if any.

    What few records fulfil is read through for all of them once, instead of along the list for each page."""
    condition = _matches(table, query)
    if not condition:
        return condition
    order = _key_of_company(table) if connection.vendor == "sqlite" else ()
    few = list(_all(company, table).filter(condition).order_by(*order).values_list("pk", flat=True)[: FEW + 1])
    return condition if len(few) > FEW else Q(pk__in=few)


def _key_of_company(table: Table) -> tuple[str, ...]:
    """The key by which an index holds the records of each company apart. In another order SQLite reads those of all.

    Parts have none: they are kept by what they are parts of."""
    return () if table.part_of or table.field(table.key[0]).references else table.key[:1]


def _matches(table: Table, query: Query) -> Q:
    searched = (_search(table, word) for word in query.search.split()[:SEARCH_WORDS])
    filtered = (_condition(table, condition) for condition in query.filters)
    return Q(*searched, *filtered)


def _search(table: Table, word: str) -> Q:
    codes, texts = table.searched_codes, table.searched_texts
    if not codes and not texts:
        return Q(**{f"{_relation_path(table.field(table.key[0]))}__startswith": word.upper()})
    condition = Q()
    for column in codes:
        condition |= Q(**{f"{column}__startswith": word.upper()})
    return condition | has_word(texts, word) if texts else condition


def _folded(column: str, text: str, lookup: str) -> Q:
    if connection.vendor == "sqlite" and text.isascii():  # SQLite finds A to Z in any capitals by itself
        return Q(**{f"{column}__{lookup}": text})
    compares: Any = CharField().get_lookup(lookup)
    return Q(compares(Folded(F(column)), fold(text)))


def _condition(table: Table, condition: Filter) -> Q:
    field = _field(table, condition.field)
    path = _path(field, condition.value)
    match condition.operator:
        case Operator.IS:
            values = condition.value if isinstance(condition.value, list | tuple) else [condition.value]
            return _any_of(field, path, values)
        case Operator.IS_NOT:
            values = condition.value if isinstance(condition.value, list | tuple) else [condition.value]
            return ~_any_of(field, path, values)
        case Operator.CONTAINS | Operator.STARTS_WITH if field.kind in TEXT_KINDS:
            return _folded(field.column, str(condition.value), _TEXT_LOOKUPS[condition.operator])
        case Operator.CONTAINS | Operator.STARTS_WITH if field.references:
            return Q(**{f"{path}__i{_TEXT_LOOKUPS[condition.operator]}": condition.value})
        case Operator.AT_LEAST:
            return Q(**{f"{path}__gte": _comparable(field, condition.value)})
        case Operator.AT_MOST:
            return Q(**{f"{path}__lte": _comparable(field, condition.value)})
        case Operator.BLANK:
            return _blank(field)
        case Operator.NOT_BLANK:
            return ~_blank(field)
    raise FinancialsError(
        f"{field.label} cannot be filtered with {condition.operator!r}.", hint="Only text contains or starts with text."
    )


_TEXT_LOOKUPS = {Operator.CONTAINS: "contains", Operator.STARTS_WITH: "startswith"}


def _any_of(field: Field, path: str, values: Sequence[Any]) -> Q:
    plain = [_comparable(field, value) for value in values if value not in (None, "")]
    condition = Q(**{f"{path}__in": plain}) if plain else Q(pk__in=[])
    return condition | _blank(field) if len(plain) < len(values) else condition


def _blank(field: Field) -> Q:
    if field.kind in (Kind.REFERENCE, Kind.DATE):
        return Q(**{f"{field.column}__isnull": True})
    return Q(**{field.column: field.blank})


def _comparable(field: Field, value: Any) -> Any:
    if field.references:
        return value if isinstance(value, UUID) else str(value).strip().upper()
    try:
        return clean(field, value)
    except Unacceptable as problem:
        raise FinancialsError(problem.message, hint=problem.hint) from None


def _path(field: Field, value: Any) -> str:
    if not field.references:
        return field.column
    first = value[0] if isinstance(value, list | tuple) and value else value
    return field.column if isinstance(first, UUID) else _relation_path(field)


def _relation_path(field: Field) -> str:
    """The Django path to the number or code that a reference shows."""
    return f"{field.relation}__{table_named(field.references).key[0]}" if field.references else field.column


def _ordered(company: Company, table: Table, where: Q, order: Sequence[str] = ()) -> "QuerySet[Any]":
    expressions: list[Any] = []
    for name in order or table.key:
        field = _field(table, name.removeprefix("-"))
        path = F(_relation_path(field))
        expression = Folded(path) if field.kind is Kind.TEXT else path
        expressions.append(expression.desc() if name.startswith("-") else expression.asc())
    first = _field(table, (order or table.key)[0].removeprefix("-"))
    return _along(company, table, first).filter(where).order_by(*expressions, "pk")


def sortable(company: Company, table: str, page: RecordPage) -> frozenset[str]:
    """Return the fields by which a list as long as this is sorted within a moment: along an index, or because it is short
    enough. One query where it is long and was not counted to its end."""
    described = table_named(table)
    rows = page.total
    if page.more:
        rows = _all(company, described).count() if _is_indexed_by_company(described) else SORTED + 1
    return frozenset(
        field.name for field in described.fields if rows <= _sorted_at_most(field) or _is_sorted(described, field)
    )


def _sorted_at_most(field: Field) -> int:
    if field.references:
        return SORTED_BY_CODE
    return SORTED_BY_TEXT if field.kind is Kind.TEXT else SORTED


def _is_sorted(table: Table, field: Field) -> bool:
    if field.name in (table.key[0], table.part_of):
        return True
    # Text is sorted without regard to capitals, in which no index holds it; codes of others are in other tables.
    return not field.references and field.kind is not Kind.TEXT and _is_indexed(table, field.column)


def _field(table: Table, name: str) -> Field:
    try:
        return table.field(name)
    except KeyError as unknown:
        raise FinancialsError(str(unknown.args[0])) from None


def _values(table: Table, rows: "QuerySet[Any]") -> "QuerySet[Any, Any]":
    columns = [field.column for field in table.fields]
    codes = [_relation_path(field) for field in table.references]
    return rows.values_list("pk", "created_at", "modified_at", *columns, *codes)


def _records(company: Company, table: Table, rows: Iterable[Sequence[Any]]) -> list[Record]:
    found = list(rows)
    versions = change_feed.versions(company, table.name, [row[0] for row in found])
    return [_record(table, row, versions) for row in found]


def _record(table: Table, row: Sequence[Any], versions: Mapping[UUID, int]) -> Record:
    values, codes = row[3 : 3 + len(table.fields)], row[3 + len(table.fields) :]
    return Record(
        table,
        row[0],
        versions.get(row[0], 0),
        dict(zip((field.name for field in table.fields), values, strict=True)),
        {field.name: code or "" for field, code in zip(table.references, codes, strict=True)},
        created_at=row[1],
        modified_at=row[2],
    )


def _chunks(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), size):
        yield values[start : start + size]
