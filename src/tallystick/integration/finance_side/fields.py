"""How each field of Financials looks to the engine: its shape, the SQL that reads it, and what is done to what was read.

Most fields are as `financials.tables` describes them. A few are presented differently, because the other system sees
the same thing another way; they are listed in `PRESENTED`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeAlias

from tallystick.engine import Kind, SetupError, Shape, Value, decimal_text
from tallystick.financials import database
from tallystick.financials import tables as financials
from tallystick.financials.tables import Field, Table

RATE_SCALE = 10  # what Dataverse keeps of an exchange rate
COUNTRY_NAME_LENGTH = 80

Reader: TypeAlias = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Facts:
    """What has to be known to present a page of records: read once per page.

    `local_currency` is the id of the currency that the books are kept in. `rates` are the units of each currency, by id,
    for one unit of the other system's base currency."""

    local_currency: str | None = None
    rates: Mapping[str, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Presented:
    """A field as the engine sees it. `sql` reads it from the record `d` and what `join` adds; NULL is blank.

    `reader` makes, from the facts, what turns a value read into a canonical one; None where the database did it."""

    name: str
    shape: Shape
    sql: str
    join: str = ""
    reader: Callable[[Facts], Reader | None] | None = None


def presented(table: Table, name: str) -> Presented:
    """Return how a field is presented. Raises SetupError where the table has no such field."""
    special = PRESENTED.get((table.name, name)) or PRESENTED.get(("", name))
    if special is not None:
        return special()
    try:
        return _plain(table.field(name))
    except KeyError as exc:
        raise SetupError(
            f"Financials has no field {name!r} in table {table.label}.",
            hint=f"Correct the field mapping: run `tally fields {table.name}` for the names there are.",
        ) from exc


def _plain(field: Field) -> Presented:
    """Return a field as its table describes it."""
    column = f'd."{field.column}"'
    match field.kind:
        case financials.Kind.REFERENCE:
            return _reference(field.name, column)
        case financials.Kind.DECIMAL:
            scale = field.decimals or 0
            return Presented(
                field.name, Shape(Kind.DECIMAL, scale=scale), column, reader=lambda _: _decimal_reader(scale)
            )
        case financials.Kind.INTEGER:
            return Presented(field.name, Shape(Kind.INTEGER), column)
        case financials.Kind.BOOLEAN:
            return Presented(field.name, Shape(Kind.BOOLEAN), column, reader=lambda _: bool)
        case financials.Kind.DATE:
            return Presented(field.name, Shape(Kind.DATE), f"CAST({column} AS text)")
        case financials.Kind.CODE:
            return Presented(field.name, Shape(Kind.CODE, field.max_length), _text(column))
        case _:
            return Presented(field.name, Shape(Kind.TEXT, field.max_length), _text(column))


def _text(column: str) -> str:
    return f"NULLIF(TRIM({column}), '')"


def _decimal_reader(scale: int) -> Reader:
    # SQLite hands out floats; with at most 15 digits, formatting one to its scale gives back the digits stored.
    pattern = f"{{:.{scale}f}}"
    return pattern.format


def _reference(name: str, column: str, join: str = "") -> Presented:
    return Presented(name, Shape(Kind.REFERENCE), id_sql(column), join, lambda _: id_reader())


def id_sql(column: str) -> str:
    """Return the SQL that reads an id, to be completed by `id_reader`."""
    return f"CAST({column} AS text)" if database.on_postgresql() else column


def id_reader() -> Reader | None:
    """Return what turns an id as read into the usual text with dashes."""
    return None if database.on_postgresql() else with_dashes


def with_dashes(digits: str) -> str:
    """Return 32 hexadecimal digits as the text of a UUID."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _currency() -> Presented:
    """A blank currency means the local one. The other system names that one too, so it is presented by its id."""

    def reader(facts: Facts) -> Reader:
        complete, local = id_reader() or str, facts.local_currency
        return lambda value: local if value is None else complete(value)

    return Presented("currency_code", Shape(Kind.REFERENCE), id_sql("d.currency_id"), reader=reader)


def _country() -> Presented:
    """The other system has no table of countries: their code goes there, and a code, a name or an ISO code comes back."""
    join = "LEFT JOIN financials_country country ON country.id = d.country_id"
    return Presented("country_code", Shape(Kind.TEXT, COUNTRY_NAME_LENGTH), "country.code", join)


def _company() -> Presented:
    """Whom a person works for is presented as the customer, which is what the other system's contacts belong to."""
    join = "LEFT JOIN financials_businessrelation employer ON employer.contact_id = d.company_contact_id"
    return _reference("company", "employer.customer_id", join)


def _symbol() -> Presented:
    """Dataverse wants a symbol; a currency without one is known by its code."""
    return Presented("symbol", Shape(Kind.TEXT, 10), f"COALESCE({_text('d.symbol')}, d.code)")


def _description() -> Presented:
    """Dataverse wants a name; a currency without one is known by its code."""
    return Presented("description", Shape(Kind.TEXT, 60), f"COALESCE({_text('d.description')}, d.code)")


def _exchange_rate() -> Presented:
    """Units of the currency for one unit of the other system's base currency; blank where there is no rate."""

    def reader(facts: Facts) -> Reader:
        complete, rates = id_reader() or str, facts.rates or {}
        return lambda value: decimal_text(rates.get(str(complete(value))), RATE_SCALE)

    shape = Shape(Kind.DECIMAL, scale=RATE_SCALE, read_only=True)
    return Presented("exchange_rate", shape, id_sql("d.id"), reader=reader)


# By table ("" for every table that has the field) and field name.
PRESENTED: Mapping[tuple[str, str], Callable[[], Presented]] = {
    ("", "currency_code"): _currency,
    ("", "country_code"): _country,
    ("contact", "company"): _company,
    ("currency", "symbol"): _symbol,
    ("currency", "description"): _description,
    ("currency", "exchange_rate"): _exchange_rate,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """How the records of one mapping are read: the fields in order, and the SQL for them."""

    table: Table
    fields: tuple[Presented, ...]

    @classmethod
    def of(cls, table: Table, names: tuple[str, ...]) -> "Layout":
        return cls(table, tuple(presented(table, name) for name in names))

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(field.name for field in self.fields)

    @property
    def columns(self) -> str:
        """The select list: id, version, whether deleted, transaction, time of change, label, then the fields."""
        label = " || ' ' || ".join(f'd."{name}"' for name in dict.fromkeys((*self.table.key, self.table.title)))
        own = (id_sql("c.record_id"), "c.seq", "c.deleted", "c.xid", _changed_at(), label)
        return ", ".join((*own, *(field.sql for field in self.fields)))

    @property
    def joins(self) -> str:
        return " ".join(dict.fromkeys(field.join for field in self.fields if field.join))

    def readers(self, facts: Facts) -> Iterator[tuple[str, Reader]]:
        """Yield the fields whose values need something done to them, and what."""
        for field in self.fields:
            reader = field.reader(facts) if field.reader is not None else None
            if reader is not None:
                yield field.name, reader


def _changed_at() -> str:
    # As text, because Django would parse each of SQLite's with some ceremony.
    return "c.changed_at" if database.on_postgresql() else "CAST(c.changed_at AS text)"
