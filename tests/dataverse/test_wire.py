"""Rows ⇄ records: every type in canonical form, nothing lost on the way, nothing sent that does not belong."""

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dataverse.played import USER as US
from tests.dataverse.played import answer, played
from tests.dataverse.tables import ACCOUNT, CONTACT, MONEY_CURRENCY, NAMES, OWNER, OWNING_USER, PARENT, column, table

from tallystick.dataverse.metadata import Column, Metadata, Table, TableName
from tallystick.dataverse.wire import Inexact, RowReader, RowWriter, plan_fields, shape_of
from tallystick.engine import (
    BOTH,
    SALES,
    Constant,
    FieldMapping,
    Kind,
    RecordRefused,
    SetupError,
    Shape,
    SideUnavailable,
    TableMapping,
    Value,
    Via,
    coupled,
    is_one_of,
)

ROW_ID = "6f1c0000-0000-4000-8000-000000000001"
OTHER_ID = "6f1c0000-0000-4000-8000-000000000002"
STAMPS = {"@odata.etag": 'W/"915244"', "modifiedon": "2026-03-04T12:34:56Z", "_modifiedby_value": US}
TERMS = coupled("PAYMENT TERMS", finance="payment-terms", sales="account.paymenttermscode")
USERS = coupled("SALESPEOPLE", finance="salesperson", sales="systemuser")
CUSTOMERS = coupled("CUSTOMER", finance="customer", sales="account")


class Names(Metadata):
    """Table names known by heart."""

    def __init__(self) -> None:
        """Ask nobody."""

    def name(self, table: str) -> TableName:
        return NAMES[table]


def mapping_of(*columns: str, via: dict[str, Via] | None = None, sales: str = "account") -> TableMapping:
    fields = tuple(FieldMapping(f"f_{name}", name, BOTH, via=(via or {}).get(name)) for name in columns)
    return TableMapping("CUSTOMER", "customer", sales, fields)


def reader_of(described: Table, mapping: TableMapping) -> RowReader:
    return RowReader(plan_fields(mapping, described), described, US)


def read(item: Column, row: dict[str, Any], via: Via | None = None, *, extra: tuple[Column, ...] = ()) -> Value:
    described = table(ACCOUNT, column("name", "String"), item, *extra)
    reader = reader_of(described, mapping_of(item.name, via={item.name: via} if via else None))
    return reader.record({"accountid": ROW_ID, "name": "A", **STAMPS, **row}).fields[item.name]


def sent(item: Column, value: Value, via: Via | None = None) -> dict[str, Any]:
    described = table(ACCOUNT, column("name", "String"), item)
    plans = plan_fields(mapping_of(item.name, via={item.name: via} if via else None), described)
    payload = RowWriter(plans, described, Names()).change({item.name: value})
    result: dict[str, Any] = json.loads(orjson.dumps(payload), parse_float=Decimal)
    return result


@pytest.mark.parametrize(
    ("item", "given_", "held"),
    [
        (column("x", "String"), "  Größe  ", "Größe"),
        (column("x", "String"), "   ", None),
        (column("x", "String"), "", None),
        (column("x", "String"), None, None),
        (column("x", "Memo"), "a\nb\n", "a\nb"),
        (column("x", "Integer"), 0, 0),
        (column("x", "Boolean"), False, False),
        (column("x", "Picklist"), 3, 3),
        (column("x", "Money", scale=2), 5000.0, "5000.00"),
        (column("x", "Money", scale=2), 0, "0.00"),
        (column("x", "Money", scale=2), -0.0049, "0.00"),
        (column("x", "Money", scale=4), 12345678901.1234, "12345678901.1234"),
        (column("x", "Decimal", scale=10), 1.0842000000, "1.0842000000"),
        (column("x", "DateTime"), "2026-03-04T12:34:56Z", "2026-03-04T12:34:56Z"),
        (column("x", "DateTime", date_only=True), "2026-03-04", "2026-03-04"),
        (column("x", "MultiSelectPicklist"), "1,2", "1,2"),
    ],
)
def test_a_value_is_read_in_canonical_form(item: Column, given_: object, held: Value) -> None:
    assert read(item, {"x": given_}) == held


def test_a_column_that_is_not_in_the_row_counts_as_blank() -> None:
    assert read(column("x", "Money", scale=2), {}) is None


def test_a_record_carries_its_version_its_time_its_name_and_whose_write_it_was() -> None:
    reader = reader_of(table(ACCOUNT, column("name", "String")), mapping_of("name"))
    ours = reader.record({"accountid": ROW_ID.upper(), "name": "Fabrikam ", **STAMPS})
    theirs = reader.record({"accountid": ROW_ID, "name": None, **STAMPS, "_modifiedby_value": OTHER_ID})
    assert (ours.id, ours.version, ours.label, ours.by_us) == (ROW_ID, "915244", "Fabrikam ", True)
    assert ours.modified_at == datetime(2026, 3, 4, 12, 34, 56, tzinfo=UTC)
    assert (theirs.by_us, theirs.label) == (False, "")


@pytest.mark.parametrize(
    ("item", "row", "via", "held"),
    [
        (MONEY_CURRENCY, {"_transactioncurrencyid_value": OTHER_ID}, None, OTHER_ID),
        (MONEY_CURRENCY, {"_transactioncurrencyid_value": None}, None, None),
        (column("paymenttermscode", "Picklist"), {"paymenttermscode": 3}, TERMS, "3"),
        (column("paymenttermscode", "Picklist"), {"paymenttermscode": None}, TERMS, None),
    ],
)
def test_a_reference_is_the_id_it_leads_to(item: Column, row: dict[str, Any], via: Via | None, held: Value) -> None:
    assert read(item, row, via) == held


@pytest.mark.parametrize(
    ("row", "held"),
    [
        ({"_ownerid_value": OTHER_ID, "_owninguser_value": OTHER_ID}, OTHER_ID),
        ({"_ownerid_value": OTHER_ID, "_owninguser_value": None}, f"team:{OTHER_ID}"),
        ({"_ownerid_value": None}, None),
    ],
)
def test_a_row_owned_by_a_team_does_not_look_like_one_owned_by_a_user(row: dict[str, Any], held: Value) -> None:
    assert read(OWNER, row, USERS, extra=(OWNING_USER,)) == held


ANNOTATION = "_parentcustomerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"


@pytest.mark.parametrize(
    ("leads_to", "value", "kind"),
    [("account", OTHER_ID, "account"), ("contact", f"contact:{OTHER_ID}", "contact"), (None, None, None)],
)
def test_a_contact_of_a_contact_does_not_look_like_one_of_an_account(
    leads_to: str | None, value: Value, kind: Value
) -> None:
    described = table(CONTACT, column("fullname", "String"), PARENT)
    condition = is_one_of(SALES, "parentcustomeridtype", "account", text="Belongs to no account.")
    mapping = TableMapping(
        "CONTACT",
        "contact",
        "contact",
        (FieldMapping("company", "parentcustomerid", via=CUSTOMERS),),
        conditions=(condition,),
    )
    reader = reader_of(described, mapping)
    row = {"contactid": ROW_ID, **STAMPS, "_parentcustomerid_value": OTHER_ID if leads_to else None}
    fields = reader.record({**row, ANNOTATION: leads_to} if leads_to else row).fields
    assert fields == {"parentcustomerid": value, "parentcustomeridtype": kind}
    assert reader.annotations
    assert reader.select == "_parentcustomerid_value,fullname,modifiedon,_modifiedby_value"


def test_annotations_are_asked_for_only_where_nothing_else_tells_the_type() -> None:
    described = table(ACCOUNT, column("name", "String"), OWNER, OWNING_USER, MONEY_CURRENCY)
    reader = reader_of(described, mapping_of("name", "ownerid", "transactioncurrencyid"))
    assert not reader.annotations
    assert (
        reader.select
        == "name,_ownerid_value,_owninguser_value,_transactioncurrencyid_value,modifiedon,_modifiedby_value"
    )


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_an_amount_is_exact_to_the_last_digit_whatever_its_size(amount: Decimal) -> None:
    """Break `exact_below` (make it infinite) and amounts above 10¹¹ lose their last digits."""
    described = table(ACCOUNT, column("name", "String"), column("x", "Money", scale=4))
    reader = reader_of(described, mapping_of("x"))
    body = f'{{"accountid":"{ROW_ID}","@odata.etag":"W/\\"1\\"","x":{amount:f}}}'.encode()
    try:
        held = reader.record(orjson.loads(body)).fields["x"]
    except Inexact:
        held = reader.record(json.loads(body, parse_float=Decimal)).fields["x"]
    assert Decimal(str(held)) == amount


@pytest.mark.parametrize(
    ("item", "value", "via", "payload"),
    [
        (column("x", "String"), "Größe", None, {"x": "Größe"}),
        (column("x", "String"), None, None, {"x": None}),
        (column("x", "Boolean"), False, None, {"x": False}),
        (column("x", "Picklist"), 3, None, {"x": 3}),
        (column("x", "Picklist"), "3", TERMS, {"x": 3}),
        (column("x", "Picklist"), None, TERMS, {"x": None}),
        (column("x", "Integer"), 0, None, {"x": 0}),
        (column("x", "Money"), "99999999999999.9999", None, {"x": Decimal("99999999999999.9999")}),
        (column("x", "Money"), None, None, {"x": None}),
        (column("x", "DateTime"), "2026-03-04T12:34:56Z", None, {"x": "2026-03-04T12:34:56Z"}),
        (OWNER, OTHER_ID, USERS, {"ownerid@odata.bind": f"/systemusers({OTHER_ID})"}),
        (OWNER, f"team:{OTHER_ID}", USERS, {"ownerid@odata.bind": f"/teams({OTHER_ID})"}),
        (PARENT, OTHER_ID, CUSTOMERS, {"parentcustomerid_account@odata.bind": f"/accounts({OTHER_ID})"}),
        (PARENT, f"contact:{OTHER_ID}", CUSTOMERS, {"parentcustomerid_contact@odata.bind": f"/contacts({OTHER_ID})"}),
        (PARENT, None, CUSTOMERS, {"parentcustomerid_account@odata.bind": None}),
        (
            MONEY_CURRENCY,
            OTHER_ID,
            None,
            {"transactioncurrencyid@odata.bind": f"/transactioncurrencies({OTHER_ID})"},
        ),
    ],
)
def test_a_value_is_sent_as_the_service_takes_it(
    item: Column, value: Value, via: Via | None, payload: dict[str, object]
) -> None:
    assert sent(item, value, via) == payload


@pytest.mark.parametrize(
    ("item", "value", "via"),
    [
        (column("x", "Money"), "1e400", None),
        (column("x", "Money"), '1,"name":"injected"', None),
        (column("x", "Picklist"), "three", TERMS),
        (OWNER, "x)/../../accounts(y", USERS),
        (PARENT, f"lead:{OTHER_ID}", CUSTOMERS),
    ],
)
def test_a_value_that_cannot_be_sent_is_refused_and_named(item: Column, value: Value, via: Via | None) -> None:
    with pytest.raises(RecordRefused) as caught:
        sent(item, value, via)
    assert str(value) in caught.value.what
    assert caught.value.hint == "Correct it."


def test_a_column_that_only_a_new_row_may_set_is_not_silently_dropped_later() -> None:
    with pytest.raises(RecordRefused, match="only when a record is created"):
        sent(column("x", "String", updatable=False), "EUR")


def test_a_new_row_leaves_blanks_out_and_carries_the_constants() -> None:
    described = table(
        ACCOUNT, column("name", "String"), column("fax", "String"), column("customertypecode", "Picklist")
    )
    mapping = TableMapping(
        "CUSTOMER",
        "customer",
        "account",
        (FieldMapping("name", "name"), FieldMapping("fax", "fax")),
        constants=(Constant(SALES, "customertypecode", 3),),
    )
    writer = RowWriter(plan_fields(mapping, described), described, Names())
    assert writer.insert({"name": "A", "fax": None, "customertypecode": 3}) == {"name": "A", "customertypecode": 3}


@pytest.mark.parametrize(
    ("item", "via", "shape"),
    [
        (column("x", "String", max_length=160), None, Shape(Kind.TEXT, max_length=160)),
        (column("x", "Memo", max_length=2000), None, Shape(Kind.TEXT, max_length=2000)),
        (column("x", "Money", scale=4), None, Shape(Kind.DECIMAL, scale=4)),
        (column("x", "Decimal", scale=10), None, Shape(Kind.DECIMAL, scale=10)),
        (column("x", "Integer"), None, Shape(Kind.INTEGER)),
        (column("x", "Picklist"), None, Shape(Kind.OPTION)),
        (column("x", "Picklist"), TERMS, Shape(Kind.REFERENCE)),
        (column("x", "State", creatable=False), None, Shape(Kind.OPTION)),
        (column("x", "DateTime"), None, Shape(Kind.INSTANT)),
        (column("x", "DateTime", date_only=True), None, Shape(Kind.DATE)),
        (column("x", "String", updatable=False), None, Shape(Kind.TEXT)),
        (column("x", "String", creatable=False, updatable=False), None, Shape(Kind.TEXT, read_only=True)),
        (OWNER, USERS, Shape(Kind.REFERENCE)),
    ],
)
def test_a_shape_says_what_a_column_can_hold(item: Column, via: Via | None, shape: Shape) -> None:
    described = table(ACCOUNT, item)
    (plan,) = plan_fields(mapping_of(item.name, via={item.name: via} if via else None), described)
    assert shape_of(plan) == shape


def test_a_mapped_column_that_does_not_exist_is_named() -> None:
    with pytest.raises(SetupError, match="table account of Dynamics CRM has no column bcbi_companyid"):
        plan_fields(mapping_of("bcbi_companyid"), table(ACCOUNT, column("name", "String")))


def test_metadata_that_cannot_be_read_is_said_to_be_unreadable() -> None:
    with played(lambda _r: answer(200, {"nothing": []})) as client, pytest.raises(SideUnavailable):
        client.metadata.names()


def test_a_row_of_25_fields_costs_microseconds() -> None:
    """The budget is 12 µs each way on an idle machine; the bound here only catches a return to per-field dispatch."""
    texts = [column(f"t{n}", "String") for n in range(17)]
    others = [column("m", "Money", scale=2), *(column(f"o{n}", "Picklist") for n in range(3)), MONEY_CURRENCY, OWNER]
    described = table(ACCOUNT, column("name", "String"), *texts, *others, OWNING_USER)
    mapping = mapping_of("name", *(item.name for item in texts), *(item.name for item in others))
    plans = plan_fields(mapping, described)
    reader, writer = RowReader(plans, described, US), RowWriter(plans, described, Names())
    row = {
        "accountid": ROW_ID,
        "name": "A",
        **STAMPS,
        **{item.name: "some text" for item in texts},
        "m": 5000.0,
        "o0": 1,
        "o1": 2,
        "o2": 3,
        "_transactioncurrencyid_value": OTHER_ID,
        "_ownerid_value": OTHER_ID,
        "_owninguser_value": OTHER_ID,
    }
    record = reader.record(row)
    read_cost = min(_cost(lambda: reader.record(row)) for _ in range(5))
    write_cost = min(_cost(lambda: writer.insert(record.fields)) for _ in range(5))
    print(f"read {read_cost * 1e6:.1f} µs, write {write_cost * 1e6:.1f} µs")  # noqa: T201
    assert read_cost < 60e-6
    assert write_cost < 60e-6


def _cost(action: Any) -> float:
    started = time.perf_counter()
    for _ in range(1000):
        action()
    return (time.perf_counter() - started) / 1000
