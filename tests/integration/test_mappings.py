"""The shipped mappings against the table of what has to be mapped, written down here a second time."""

import pytest

from tallystick.engine import (
    BOTH,
    FINANCE,
    SALES,
    TO_FINANCE,
    TO_SALES,
    Direction,
    SetupError,
    TableMapping,
)
from tallystick.engine.order import in_order
from tallystick.financials.tables import table_named
from tallystick.integration import mappings

# name: finance table, Dataverse table, direction, what goes before it
TABLES = {
    "SALESPEOPLE": ("salesperson", "systemuser", TO_FINANCE, ()),
    "CURRENCY": ("currency", "transactioncurrency", TO_SALES, ()),
    "PAYMENT TERMS": ("payment-terms", "account.paymenttermscode", TO_SALES, ()),
    "SHIPMENT METHOD": ("shipment-method", "account.address1_freighttermscode", TO_SALES, ()),
    "SHIPPING AGENT": ("shipping-agent", "account.address1_shippingmethodcode", TO_SALES, ()),
    "CUSTOMER": (
        "customer",
        "account",
        BOTH,
        ("SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"),
    ),
    "CONTACT": ("contact", "contact", BOTH, ("CUSTOMER",)),
}

# One row per line, in reading order: finance field, direction, column, flags (M match, NN not null, CV waits alone, off)
FIELDS = {
    "SALESPEOPLE": """
        email < internalemailaddress M
        name < fullname
        phone_no < mobilephone
        job_title = jobtitle off
        email_2 = personalemailaddress off""",
    "CURRENCY": """
        code > isocurrencycode M once
        symbol > currencysymbol
        description > currencyname
        amount_decimal_places > currencyprecision
        exchange_rate > exchangerate NN""",
    "PAYMENT TERMS": "code > label M",
    "SHIPMENT METHOD": "code > label M",
    "SHIPPING AGENT": "code > label M",
    "CUSTOMER": """
        salesperson_code > ownerid NN SALESPEOPLE
        name = name M
        contact = address1_primarycontactname
        address = address1_line1
        address_2 = address1_line2
        post_code = address1_postalcode
        city = address1_city
        country_code = address1_country
        county = address1_stateorprovince
        currency_code = transactioncurrencyid CURRENCY
        email = emailaddress1
        fax_no = fax
        home_page = websiteurl
        phone_no = telephone1
        shipment_method_code = address1_freighttermscode SHIPMENT_METHOD
        shipping_agent_code = address1_shippingmethodcode SHIPPING_AGENT
        payment_terms_code = paymenttermscode PAYMENT_TERMS
        credit_limit > creditlimit
        primary_contact_no = primarycontactid CV CONTACT
        no > accountnumber off
        mobile_phone_no = telephone2 off""",
    "CONTACT": """
        company = parentcustomerid CUSTOMER
        salesperson_code > ownerid NN SALESPEOPLE
        currency_code = transactioncurrencyid CURRENCY
        address = address1_line1
        address_2 = address1_line2
        post_code = address1_postalcode
        city = address1_city
        country_code = address1_country
        county = address1_stateorprovince
        email = emailaddress1 M
        fax_no = fax
        first_name = firstname M2
        middle_name = middlename
        surname = lastname M2
        home_page = websiteurl
        mobile_phone_no = mobilephone
        pager = pager
        phone_no = telephone1 M2
        salutation_code = salutation off""",
}
ARROWS = {">": TO_SALES, "<": TO_FINANCE, "=": BOTH}
OWN_FIELDS = {"company", "exchange_rate"}  # presented by FinanceSide, not columns of a table


def row_of(line: str) -> tuple[str, Direction, str, set[str]]:
    finance, arrow, sales, *flags = line.split()
    return finance, ARROWS[arrow], sales, set(flags)


def rows_of(mapping: TableMapping) -> list[tuple[str, Direction, str, set[str]]]:
    found = []
    for row in mapping.fields:
        flags = {
            f"M{row.match if row.match > 1 else ''}": row.match > 0,
            "NN": row.not_null,
            "CV": row.clear_if_uncoupled,
            "once": row.create_only,
            "off": not row.enabled,
            row.via.mapping.replace(" ", "_") if row.via else "": row.via is not None,
        }
        found.append((row.finance, row.direction, row.sales, {flag for flag, holds in flags.items() if holds}))
    return found


def test_there_are_these_mappings_and_each_comes_after_what_it_refers_to() -> None:
    assert [mapping.name for mapping in mappings.ALL] == list(TABLES)
    assert list(in_order(mappings.ALL)) == list(mappings.ALL)


@pytest.mark.parametrize("mapping", mappings.ALL, ids=lambda mapping: mapping.name)
def test_a_mapping_pairs_the_right_tables(mapping: TableMapping) -> None:
    assert (mapping.finance, mapping.sales, mapping.direction, mapping.after) == TABLES[mapping.name]


@pytest.mark.parametrize("mapping", mappings.ALL, ids=lambda mapping: mapping.name)
def test_a_mapping_has_exactly_these_field_rows_in_this_order(mapping: TableMapping) -> None:
    assert rows_of(mapping) == [row_of(line) for line in FIELDS[mapping.name].strip().splitlines()]


@pytest.mark.parametrize("mapping", mappings.ALL, ids=lambda mapping: mapping.name)
def test_every_finance_field_exists(mapping: TableMapping) -> None:
    known = set(table_named(mapping.finance).by_name) | OWN_FIELDS
    assert {row.finance for row in mapping.fields} <= known
    assert {condition.field for condition in mapping.conditions if condition.side is FINANCE} <= known


@pytest.mark.parametrize("mapping", mappings.ALL, ids=lambda mapping: mapping.name)
def test_a_reference_names_the_tables_of_the_mapping_it_goes_through(mapping: TableMapping) -> None:
    for row in mapping.fields:
        if row.via is not None:
            through = mappings.by_name(row.via.mapping)
            assert (row.via.finance, row.via.sales) == (through.finance, through.sales)


FILTERED = [
    ("SALESPEOPLE", SALES, {"isdisabled": True}),
    ("SALESPEOPLE", SALES, {"islicensed": False}),
    ("SALESPEOPLE", SALES, {"isintegrationuser": True}),
    ("CUSTOMER", FINANCE, {"blocked": "All"}),
    ("CUSTOMER", FINANCE, {"blocked": "Ship"}),
    ("CUSTOMER", SALES, {"statecode": 1}),
    ("CUSTOMER", SALES, {"customertypecode": 8}),
    ("CUSTOMER", SALES, {"customertypecode": None}),
    ("CONTACT", FINANCE, {"type": "Company"}),
    ("CONTACT", FINANCE, {"company": None}),
    ("CONTACT", SALES, {"parentcustomerid": None}),
    ("CONTACT", SALES, {"parentcustomeridtype": "contact"}),
    ("CONTACT", SALES, {"statecode": 1}),
]
TAKES_PART = {
    ("SALESPEOPLE", SALES): {"isdisabled": False, "islicensed": True, "isintegrationuser": False},
    ("CUSTOMER", FINANCE): {"blocked": None},
    ("CUSTOMER", SALES): {"statecode": 0, "customertypecode": 3},
    ("CONTACT", FINANCE): {"type": "Person", "company": "a customer"},
    ("CONTACT", SALES): {"statecode": 0, "parentcustomerid": "an account", "parentcustomeridtype": "account"},
}


@pytest.mark.parametrize(("name", "side", "change"), FILTERED)
def test_a_filter_leaves_rows_out_and_says_why(name: str, side: object, change: dict[str, object]) -> None:
    mapping, key = mappings.by_name(name), (name, side)
    fields = TAKES_PART[key]  # type: ignore[index]  # side is a SideName
    assert mapping.excluded_by(side, fields) is None  # type: ignore[arg-type]
    why = mapping.excluded_by(side, {**fields, **change})  # type: ignore[arg-type, dict-item]
    assert why
    assert why.endswith(".")


def test_new_records_get_the_constants_that_filters_ask_for() -> None:
    assert [(c.side, c.field, c.value) for c in mappings.CUSTOMER.constants] == [(SALES, "customertypecode", 3)]
    assert [(c.side, c.field, c.value) for c in mappings.CONTACT.constants] == [(FINANCE, "type", "Person")]


def test_scheduled_cycles_leave_uncoupled_records_alone_and_conflicts_ask() -> None:
    for mapping in mappings.ALL:
        assert not mapping.creates
        assert mapping.conflicts == "ask"
        assert mapping.first is (SALES if mapping.name == "SALESPEOPLE" else FINANCE)


def test_a_mapping_is_found_however_it_is_written_and_an_unknown_one_is_told() -> None:
    assert mappings.by_name(" customer ") is mappings.CUSTOMER
    with pytest.raises(SetupError, match=r"'ITEM'.*SALESPEOPLE, CURRENCY"):
        mappings.by_name("ITEM")
