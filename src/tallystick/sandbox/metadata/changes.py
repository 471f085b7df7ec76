"""Changing definitions: new columns, keys, options, and change tracking switched on."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata.build import MAX_MONEY, currency
from tallystick.sandbox.metadata.catalog import Catalog
from tallystick.sandbox.metadata.model import LOOKUPS, Column, Key, Kind, Option, Required, Table
from tallystick.sandbox.metadata.stored import column_definition, forget, make_effective, remember
from tallystick.sandbox.rows.values import new_id
from tallystick.sandbox.store import Transaction, quoted
from tallystick.sandbox.store.schema import key_index, key_statement, sql_columns, table_statements

Json = Mapping[str, object]
OPTION_PREFIX = 10_000
FIRST_OPTION = OPTION_PREFIX * 10_000
_SCHEMA_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}_[A-Za-z][A-Za-z0-9_]{0,90}")
_KEY_KINDS = frozenset({Kind.STRING, Kind.INTEGER, Kind.DECIMAL, Kind.DATETIME, Kind.DATE, Kind.PICKLIST, *LOOKUPS})
MAX_KEYS, MAX_KEY_COLUMNS, MAX_KEY_BYTES = 10, 16, 900


def text_of(label: object) -> str:
    """The text of a Label: that of the user, or the first there is."""
    if not isinstance(label, Mapping):
        return ""
    labels = label.get("LocalizedLabels") or [label.get("UserLocalizedLabel")]
    first = labels[0] if isinstance(labels, list) and labels else None
    return str(first.get("Label") or "") if isinstance(first, Mapping) else ""


def schema_name(given: Json) -> str:
    schema = given.get("SchemaName")
    if not isinstance(schema, str) or not _SCHEMA_NAME.fullmatch(schema) or schema.lower().startswith("mscrm"):
        raise invalid_argument(
            f"The schema name '{str(schema)[:100]}' is not valid: it starts with the publisher's prefix (2 to 8 letters "
            "or digits) and an underscore, such as new_ExternalId."
        )
    return schema


# ---- columns ---------------------------------------------------------------------------------------------------------

_CREATABLE = {
    "StringAttributeMetadata": Kind.STRING,
    "MemoAttributeMetadata": Kind.MEMO,
    "IntegerAttributeMetadata": Kind.INTEGER,
    "BigIntAttributeMetadata": Kind.BIGINT,
    "DecimalAttributeMetadata": Kind.DECIMAL,
    "DoubleAttributeMetadata": Kind.DOUBLE,
    "MoneyAttributeMetadata": Kind.MONEY,
    "BooleanAttributeMetadata": Kind.BOOLEAN,
    "DateTimeAttributeMetadata": Kind.DATETIME,
    "PicklistAttributeMetadata": Kind.PICKLIST,
    "MultiSelectPicklistAttributeMetadata": Kind.MULTIPICKLIST,
    "UniqueIdentifierAttributeMetadata": Kind.UNIQUEIDENTIFIER,
}
_WIDEST: dict[Kind, tuple[Decimal, Decimal]] = {
    Kind.INTEGER: (Decimal(-(2**31)), Decimal(2**31 - 1)),
    Kind.BIGINT: (Decimal(-(2**63)), Decimal(2**63 - 1)),
    Kind.DECIMAL: (Decimal(-(10**11)), Decimal(10**11)),
    Kind.DOUBLE: (Decimal(-(10**11)), Decimal(10**11)),
    Kind.MONEY: (-MAX_MONEY, MAX_MONEY),
}


def add_column(transaction: Transaction, table: Table, given: Json) -> Column:
    """A new custom column from its AttributeMetadata."""
    column = column_from(transaction.catalog, given)
    place_column(transaction, table, column)
    return column


def column_from(catalog: Catalog, given: Json) -> Column:
    """A custom column as its AttributeMetadata describes it, not yet in any table."""
    type_name = str(given.get("@odata.type", "")).rpartition(".")[2]
    kind = _CREATABLE.get(type_name)
    if kind is None:
        raise invalid_argument(f"Columns of type '{type_name[:100]}' cannot be created here.")
    schema = schema_name(given)
    named = Column(schema.lower(), kind, text_of(given.get("DisplayName")) or schema, schema, custom=True)
    return _with_limits(_with_shared_choice(catalog, named, given), given)


_CHOICE_ID = re.compile(r".*GlobalOptionSetDefinitions\(([^)]*)\)")


def _with_shared_choice(catalog: Catalog, column: Column, given: Json) -> Column:
    """`GlobalOptionSet@odata.bind` makes a choice column use a choice of its own."""
    bound = given.get("GlobalOptionSet@odata.bind")
    if bound is None or column.kind not in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        return column
    found = _CHOICE_ID.fullmatch(str(bound))
    wanted = found[1].strip() if found else ""
    for choice in catalog.choices.values():
        if wanted.lower() == choice.id or wanted == f"Name='{choice.name}'":
            return replace(column, options=choice.options, option_set=choice.name, global_choice=True)
    raise invalid_argument(f"There is no choice {str(bound)[:200]}.")


def place_column(transaction: Transaction, table: Table, column: Column) -> Table:
    """Add a column that is ready; a money column brings its value in base currency, and the currency if need be."""
    if column.name in table.columns:
        raise Refusal(
            400,
            "0x80047013",
            f"Attribute {column.name} already exists for entity {table.name}. Change the name and try again.",
        )
    for one in _with_companions(table, column):
        table = remember(transaction, "column", table, one.name, column_definition(one))
        for definition in sql_columns(one):
            transaction.connection.execute(f"ALTER TABLE {quoted(table.name)} ADD COLUMN {definition}")
    for statement in table_statements(table):  # what is there already stays
        transaction.connection.execute(statement)
    return table


def _with_companions(table: Table, column: Column) -> list[Column]:
    if column.kind is not Kind.MONEY:
        return [column]
    base = replace(
        column, name=f"{column.name}_base", schema=f"{column.schema}_Base", label=f"{column.label} (Base)", create=False,
        update=False, precision=4, minimum=-MAX_MONEY, maximum=MAX_MONEY,
    )  # fmt: skip
    missing = [] if "transactioncurrencyid" in table.columns else currency(table.name)
    return [*missing, column, base]


def _with_limits(column: Column, given: Json) -> Column:
    kind = column.kind
    column = replace(column, required=required_level(given, column.required))
    if kind in (Kind.STRING, Kind.MEMO):
        longest = 4000 if kind is Kind.STRING else 1_048_576
        length = _whole(given, "MaxLength", column.max_length or 100, 1, longest)
        formats = given.get("FormatName") or {}
        shown = str(formats.get("Value", "Text")) if isinstance(formats, Mapping) else "Text"
        return replace(column, max_length=length, format=shown)
    if kind in (Kind.DATETIME, Kind.DATE) and given.get("Format") == "DateOnly":
        return replace(column, kind=Kind.DATE, format="DateOnly")
    if kind in _WIDEST:
        low, high = _WIDEST[kind]
        precision = _whole(given, "Precision", column.precision or (2 if kind is not Kind.INTEGER else 0), 0, 10)
        low = _decimal(given, "MinValue", column.minimum if column.minimum is not None else low)
        high = _decimal(given, "MaxValue", column.maximum if column.maximum is not None else high)
        return replace(column, minimum=low, maximum=high, precision=precision)
    if kind is Kind.BOOLEAN and not column.options:
        return replace(column, options=_boolean_options(given), default=bool(given.get("DefaultValue")))
    if kind in (Kind.PICKLIST, Kind.MULTIPICKLIST) and not column.options and not column.global_choice:
        return replace(column, options=new_options(given.get("OptionSet")), option_set=column.name)
    return column


def required_level(given: Json, default: Required) -> Required:
    level = given.get("RequiredLevel")
    value = level.get("Value") if isinstance(level, Mapping) else None
    if value is None:
        return default
    try:
        return Required(str(value))
    except ValueError:
        raise invalid_argument(f"'{value}' is not a requirement level.") from None


def _whole(given: Json, name: str, default: int, low: int, high: int) -> int:
    value = given.get(name)
    if value is None:
        return default
    if type(value) is not int or not low <= value <= high:
        raise invalid_argument(f"{name} must be a whole number from {low} to {high}.")
    return value


def _decimal(given: Json, name: str, default: Decimal) -> Decimal:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise invalid_argument(f"{name} must be a number.")
    return Decimal(str(value))


def _boolean_options(given: Json) -> tuple[Option, ...]:
    options = given.get("OptionSet")
    no, yes = "No", "Yes"
    if isinstance(options, Mapping):
        for name in ("FalseOption", "TrueOption"):
            option = options.get(name)
            text = text_of(option.get("Label")) if isinstance(option, Mapping) else ""
            no, yes = (text or no, yes) if name == "FalseOption" else (no, text or yes)
    return Option(0, no, managed=False), Option(1, yes, managed=False)


def new_options(option_set: object) -> tuple[Option, ...]:
    """The options of an OptionSetMetadata; those without a value are numbered from the publisher's first on."""
    options = option_set.get("Options") if isinstance(option_set, Mapping) else None
    made: list[Option] = []
    for one in options if isinstance(options, list) else []:
        if not isinstance(one, Mapping):
            raise invalid_argument("Every option must be an object with Value and Label.")
        value = one.get("Value")
        number = value if type(value) is int else FIRST_OPTION + len(made)
        made.append(Option(number, text_of(one.get("Label")), managed=False))
    if len({option.value for option in made}) != len(made):
        raise Refusal(400, "0x80048403", "Two options of the choice have the same value.")
    return tuple(made)


def change_column(transaction: Transaction, table: Table, column: Column, given: Json) -> None:
    """What a metadata PUT may change of a column: its label, requirement level and limits."""
    changed = replace(column, label=text_of(given.get("DisplayName")) or column.label)
    changed = (
        _with_limits(changed, given)
        if column.custom
        else replace(changed, required=required_level(given, column.required))
    )
    remember(transaction, "column", table, column.name, column_definition(changed))


def remove_column(transaction: Transaction, table: Table, column: Column) -> None:
    """Delete a custom column with its values; one that a key uses stays."""
    if not column.custom:
        raise Refusal(400, "0x8004f01f", f"The column {column.name} is part of the system and cannot be deleted.")
    for key in table.keys:
        if column.name in key.columns:
            raise Refusal(400, "0x8004f01f", f"The column {column.name} cannot be deleted: the key {key.name} uses it.")
    names = [column.name, f"{column.name}_base"] if column.kind is Kind.MONEY else [column.name]
    columns = dict(table.columns)
    transaction.connection.execute(f"DROP INDEX IF EXISTS {quoted(f'{table.name}_{column.name}')}")
    if column.polymorphic:
        transaction.connection.execute(f"ALTER TABLE {quoted(table.name)} DROP COLUMN {quoted(column.type_column)}")
    for name in names:
        transaction.connection.execute(f"ALTER TABLE {quoted(table.name)} DROP COLUMN {quoted(name)}")
        forget(transaction, "column", table.name, name)
        forget(transaction, "options", table.name, name)
        del columns[name]
    make_effective(transaction, replace(table, columns=columns))


# ---- keys ------------------------------------------------------------------------------------------------------------


def add_key(transaction: Transaction, table: Table, given: Json) -> Key:
    """A new alternate key. When existing rows have the same values, it is kept with status Failed."""
    schema = schema_name(given)
    name = schema.lower()
    names = given.get("KeyAttributes")
    if not isinstance(names, list) or not 0 < len(names) <= MAX_KEY_COLUMNS:
        raise invalid_argument(f"A key has 1 to {MAX_KEY_COLUMNS} columns (KeyAttributes).")
    columns = [_key_column(table, one) for one in names]
    if sum(column.max_length * 2 or 16 for column in columns) > MAX_KEY_BYTES:
        raise invalid_argument(f"The columns of a key may hold at most {MAX_KEY_BYTES} bytes together.")
    if any(key.name == name for key in table.keys):
        raise Refusal(400, "0x80060893", f"A key with the name {name} already exists on {table.name}.")
    if any(set(key.columns) == {column.name for column in columns} for key in table.keys):
        raise Refusal(400, "0x80060894", f"{table.name} already has a key on these columns.")
    if len(table.keys) >= MAX_KEYS:
        raise invalid_argument(f"A table can have at most {MAX_KEYS} keys.")
    label = text_of(given.get("DisplayName"))
    key = Key(name, schema, tuple(column.name for column in columns), label, "Active", new_id())
    return _build_key(transaction, table, key)


def _key_column(table: Table, name: object) -> Column:
    column = table.columns.get(str(name))
    if column is None:
        raise invalid_argument(f"{table.name} has no column '{str(name)[:100]}'.")
    if column.kind not in _KEY_KINDS:
        raise invalid_argument(f"A column of type {column.kind.value} ({column.name}) cannot be part of a key.")
    return column


def _build_key(transaction: Transaction, table: Table, key: Key) -> Key:
    try:
        transaction.connection.execute(key_statement(table, key))
    except sqlite3.IntegrityError:
        key = replace(key, status="Failed")
    remember(transaction, "key", table, key.name, asdict(key))
    return key


def reactivate_key(transaction: Transaction, table: Table, key: Key) -> Key:
    return _build_key(transaction, table, replace(key, status="Active"))


def remove_key(transaction: Transaction, table: Table, key: Key) -> None:
    if not key.metadata_id:
        raise Refusal(400, "0x8004f01f", f"The key {key.name} is part of the system and cannot be deleted.")
    transaction.connection.execute(f"DROP INDEX IF EXISTS {quoted(key_index(table, key))}")
    forget(transaction, "key", table.name, key.name)
    make_effective(transaction, replace(table, keys=tuple(one for one in table.keys if one.name != key.name)))


# ---- tables ----------------------------------------------------------------------------------------------------------


def change_table(transaction: Transaction, table: Table, given: Json) -> None:
    """Of a table, change tracking can be switched on; never off."""
    wanted = given.get("ChangeTrackingEnabled", table.change_tracking)
    if not isinstance(wanted, bool):
        raise invalid_argument("ChangeTrackingEnabled is true or false.")
    if table.change_tracking and not wanted:
        raise invalid_argument(f"Change tracking of {table.name} is on and cannot be switched off.")
    if wanted and not table.trackable:
        raise invalid_argument(f"Change tracking cannot be enabled for {table.name}.")
    if wanted != table.change_tracking:
        remember(transaction, "tracking", table, "", wanted)
