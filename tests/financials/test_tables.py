"""The description of the tables agrees with the models."""

import pytest
from django.apps import apps

from tallystick.financials.tables import TABLES, TEXT_KINDS, Field, Kind, Table, referrers, table_named

EVERY_FIELD = [(table, field) for table in TABLES.values() for field in table.fields]


@pytest.mark.parametrize(("table", "field"), EVERY_FIELD, ids=lambda value: value.name)
def test_every_field_has_a_column_of_its_length_and_kind(table: Table, field: Field) -> None:
    column = apps.get_model("financials", table.model)._meta.get_field(
        field.relation if field.references else field.name
    )
    assert column.column == field.column
    if field.kind in TEXT_KINDS or field.kind is Kind.CHOICE:
        assert column.max_length == field.max_length
    if field.kind is Kind.DECIMAL:
        assert (column.max_digits, column.decimal_places) == (field.digits, field.decimals)
        assert field.digits <= 15, "SQLite holds 15 digits exactly"
    if field.references:
        assert column.related_model is apps.get_model("financials", table_named(field.references).model)


# What posting keeps for paper that is printed later, and for checking: nobody enters it, no list shows it.
KEPT_BY_POSTING = {"printed", "printed_no", "printed_unit", "sub_ledger"}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_of_a_table_is_described(table: Table) -> None:
    columns = {field.column for field in apps.get_model("financials", table.model)._meta.local_concrete_fields}
    described = {field.column for field in table.fields}
    assert columns - described - KEPT_BY_POSTING == {"id", "company_id", "created_at", "modified_at"}
    assert table.title in table.by_name
    assert set(table.key) <= set(table.by_name)
    assert table.db_table == apps.get_model("financials", table.model)._meta.db_table


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(KeyError, match="customer, contact"):
        table_named("costumer")
    with pytest.raises(KeyError, match="no field 'nmae'; it has no, name"):
        table_named("customer").field("nmae")


def test_who_refers_to_a_contact() -> None:
    assert [(table.name, field.name) for table, field in referrers("contact")] == [
        ("customer", "primary_contact_no"),
        ("contact", "company_no"),
        ("opportunity", "contact_no"),
        ("opportunity", "contact_company_no"),
    ]
