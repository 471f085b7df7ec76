"""Financials keeps what every side promises, and presents what the other system sees another way."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from tests.contract.side_contract import SideContract, Workplace

from tallystick.engine import (
    Change,
    CursorExpired,
    Done,
    FieldMapping,
    Fields,
    Insert,
    Kind,
    RecordRefused,
    SetupError,
    Shape,
    TableMapping,
)
from tallystick.financials import services
from tallystick.financials.models import BusinessRelation, Company, Contact, Currency, Customer
from tallystick.integration import mappings
from tallystick.integration.finance_side import FinanceSide

pytestmark = pytest.mark.django_db(transaction=True)


def workplace(
    company: Company, mapping: TableMapping, table: str, model: type, new: object, refused: Fields
) -> Workplace:
    """Records here are edited with plain SQL updates, as an import or a script would."""
    return Workplace(
        FinanceSide(company, page_size=5),
        mapping,
        new,  # type: ignore[arg-type]  # a function of a number
        "city",
        edit=lambda id_, fields: model.objects.filter(pk=UUID(id_)).update(**fields),  # type: ignore[attr-defined]
        remove=lambda id_: services.delete(company, table, UUID(id_)),
        refused=refused,
        decimal="credit_limit" if table == "customer" else None,
    )


class FinanceContract(SideContract):
    @pytest.mark.parametrize(
        "text", ["Größe & Söhne", 'O\'Neil "und" <b>', "株式会社 日本", "a,b;c\td", "شركة", "100 % [x] _y_"]
    )
    def test_text_arrives_as_it_was_sent(self, place: Workplace, text: str) -> None:
        """But for tabs: a field of Financials is one line, on which a tab is a space."""
        (record,) = place.insert()
        place.side.write(place.mapping, [place.change(record, {place.text: text})])
        assert place.read([record.id])[record.id].fields[place.text] == text.replace("\t", " ")


class TestCustomers(FinanceContract):
    @pytest.fixture
    def place(self, company: Company) -> Workplace:
        services.create(company, "country", {"code": "DE", "name": "Germany", "iso_code": "DE"})
        local = str(Currency.objects.get(company=company).pk)

        def customer(number: int) -> Fields:
            return {
                "name": f"Größe {number} & Söhne",
                "country_code": "DE",
                "currency_code": local,
                "credit_limit": f"{number}.50",
                "phone_no": None,
            }

        return workplace(company, mappings.CUSTOMER, "customer", Customer, customer, {"country_code": "Atlantis"})


class TestContacts(FinanceContract):
    @pytest.fixture
    def place(self, company: Company) -> Workplace:
        employer = services.create(company, "customer", {"name": "Employer"})

        def person(number: int) -> Fields:
            return {"type": "Person", "company": str(employer.id), "first_name": "Zoë", "surname": f"Nº {number}"}

        return workplace(company, mappings.CONTACT, "contact", Contact, person, {"email": "no address"})


@pytest.fixture
def side(company: Company) -> FinanceSide:
    return FinanceSide(company, today=lambda: date(2025, 6, 1))


def create(company: Company, table: str, **values: object) -> str:
    return str(services.create(company, table, values).id)


def read(side: FinanceSide, mapping: TableMapping, record_id: str) -> Fields:
    return side.read(mapping, [record_id])[record_id].fields


def done(side: FinanceSide, mapping: TableMapping, *writes: Insert | Change) -> list[Done]:
    answers = side.write(mapping, list(writes))
    assert all(isinstance(answer, Done) for answer in answers), answers
    return list(answers)  # type: ignore[arg-type]


def change(side: FinanceSide, mapping: TableMapping, record_id: str, **fields: str | None) -> Change:
    return Change(record_id, fields, side.read(mapping, [record_id])[record_id].version)


def test_a_blank_currency_is_the_local_one_and_is_written_back_as_blank(company: Company, side: FinanceSide) -> None:
    local = str(Currency.objects.get(company=company, code="EUR").pk)
    dollar = create(company, "currency", code="USD")
    customer = create(company, "customer", name="Alba")
    assert read(side, mappings.CUSTOMER, customer)["currency_code"] == local
    done(side, mappings.CUSTOMER, change(side, mappings.CUSTOMER, customer, currency_code=dollar))
    assert read(side, mappings.CUSTOMER, customer)["currency_code"] == dollar
    done(side, mappings.CUSTOMER, change(side, mappings.CUSTOMER, customer, currency_code=local))
    assert Customer.objects.get(pk=customer).currency is None


@pytest.mark.parametrize("written", ["DE", "de", "Germany", "GERMANY", "D1"])
def test_a_country_is_taken_by_code_name_or_iso_code(company: Company, side: FinanceSide, written: str) -> None:
    create(company, "country", code="D1", name="Germany", iso_code="DE")
    customer = create(company, "customer", name="Alba")
    (answer,) = done(side, mappings.CUSTOMER, change(side, mappings.CUSTOMER, customer, country_code=written))
    assert answer.record is not None
    assert answer.record.fields["country_code"] == "D1"


def test_an_unknown_country_is_refused_with_what_to_do(company: Company, side: FinanceSide) -> None:
    customer = create(company, "customer", name="Alba")
    (answer,) = side.write(mappings.CUSTOMER, [change(side, mappings.CUSTOMER, customer, country_code="Atlantis")])
    assert isinstance(answer, RecordRefused)
    assert "Atlantis" in answer.what
    assert "Countries/Regions" in answer.hint


def test_a_person_works_for_a_customer(company: Company, side: FinanceSide) -> None:
    first, second = create(company, "customer", name="First"), create(company, "customer", name="Second")
    employer = BusinessRelation.objects.get(customer=first).contact
    person = create(company, "contact", type="Person", first_name="Ana", company_no=employer.pk)
    assert read(side, mappings.CONTACT, person)["company"] == first
    done(side, mappings.CONTACT, change(side, mappings.CONTACT, person, company=second))
    assert Contact.objects.get(pk=person).company_contact == BusinessRelation.objects.get(customer=second).contact
    done(side, mappings.CONTACT, change(side, mappings.CONTACT, person, company=None))
    assert read(side, mappings.CONTACT, person)["company"] is None


def test_a_person_cannot_work_for_a_customer_without_company_contact(company: Company, side: FinanceSide) -> None:
    customer = create(company, "customer", name="First")
    BusinessRelation.objects.all().delete()
    insert = Insert(str(uuid4()), {"type": "Person", "first_name": "Ana", "company": customer}, "Ana")
    (answer,) = side.write(mappings.CONTACT, [insert])
    assert isinstance(answer, RecordRefused)
    assert "company contact" in str(answer)


def test_records_created_by_the_other_system_get_numbers_of_the_series(company: Company, side: FinanceSide) -> None:
    (customer,) = done(side, mappings.CUSTOMER, Insert(str(uuid4()), {"name": "Alba"}))
    (salesperson,) = done(side, mappings.SALESPEOPLE, Insert(str(uuid4()), {"name": "Bo Li", "email": "bo@x.example"}))
    assert Customer.objects.get(pk=customer.id).no
    assert salesperson.record is not None
    assert salesperson.record.label.endswith("Bo Li")
    assert salesperson.record.label != "Bo Li"


RATES = [  # base currency, what one unit of it is in EUR (local), USD and JPY
    (None, {"EUR": "1.0000000000", "USD": "1.2500000000", "JPY": "160.0000000000"}),
    ("EUR", {"EUR": "1.0000000000", "USD": "1.2500000000", "JPY": "160.0000000000"}),
    ("USD", {"EUR": "0.8000000000", "USD": "1.0000000000", "JPY": "128.0000000000"}),
    ("JPY", {"EUR": "0.0062500000", "USD": "0.0078125000", "JPY": "1.0000000000"}),
    ("CHF", {"EUR": None, "USD": None, "JPY": None}),
]


@pytest.mark.parametrize(("base", "rates"), RATES)
def test_exchange_rates_are_told_in_units_per_base_currency(
    company: Company, base: str | None, rates: dict[str, str | None]
) -> None:
    for code, day, amount, relational in (
        ("USD", date(2024, 1, 1), "9", "1"),
        ("USD", date(2025, 1, 1), "1.25", "1"),
        ("USD", date(2026, 1, 1), "7", "1"),
        ("JPY", date(2025, 1, 1), "100", "0.625"),
    ):
        if not Currency.objects.filter(company=company, code=code).exists():
            create(company, "currency", code=code)
        currency = Currency.objects.get(company=company, code=code).pk
        values = {"exchange_rate_amount": amount, "relational_exch_rate_amount": relational}
        create(company, "exchange-rate", currency_code=currency, starting_date=day, **values)
    create(company, "currency", code="XOF")
    side = FinanceSide(company, base_currency=base, today=lambda: date(2025, 6, 1))
    told = {r.fields["code"]: r.fields["exchange_rate"] for r in side.changes(mappings.CURRENCY, None).records}
    assert told == {**rates, "XOF": None}


def test_a_new_exchange_rate_is_a_change_of_its_currency(company: Company, side: FinanceSide) -> None:
    dollar = create(company, "currency", code="USD")
    cursor = side.changes(mappings.CURRENCY, None).cursor
    values = {"exchange_rate_amount": "2", "relational_exch_rate_amount": "1"}
    create(company, "exchange-rate", currency_code=UUID(dollar), starting_date=date(2025, 1, 1), **values)
    page = side.changes(mappings.CURRENCY, cursor)
    assert [(record.id, record.fields["exchange_rate"]) for record in page.records] == [(dollar, "2.0000000000")]


def test_a_currency_without_name_and_symbol_is_known_by_its_code(company: Company, side: FinanceSide) -> None:
    dollar = create(company, "currency", code="USD")
    fields = read(side, mappings.CURRENCY, dollar)
    assert (fields["description"], fields["symbol"]) == ("USD", "USD")


SHAPES = {
    "name": Shape(Kind.TEXT, 100),
    "salesperson_code": Shape(Kind.REFERENCE),
    "credit_limit": Shape(Kind.DECIMAL, scale=2),
    "blocked": Shape(Kind.TEXT, 10),
    "currency_code": Shape(Kind.REFERENCE),
}


def test_shapes_are_those_of_the_table(side: FinanceSide) -> None:
    shapes = side.shapes(mappings.CUSTOMER)
    assert {name: shapes[name] for name in SHAPES} == SHAPES
    assert side.shapes(mappings.CURRENCY)["exchange_rate"].read_only


def test_an_unknown_field_is_told_with_the_command_that_lists_them(side: FinanceSide) -> None:
    mapping = TableMapping("X", "customer", "account", (FieldMapping("colour", "name"),))
    with pytest.raises(SetupError, match="tally fields customer"):
        side.shapes(mapping)


def test_a_cursor_that_is_none_reads_the_table_anew(side: FinanceSide) -> None:
    with pytest.raises(CursorExpired):
        side.changes(mappings.CUSTOMER, "yesterday")


def test_the_records_of_another_company_are_not_there(company: Company, side: FinanceSide) -> None:
    other = services.companies.create_company("Other", experience="Suite")
    foreign = create(other, "customer", name="Foreign")
    assert side.read(mappings.CUSTOMER, [foreign]) == {}
    assert foreign not in {record.id for record in side.changes(mappings.CUSTOMER, None).records}
    (answer,) = side.write(mappings.CUSTOMER, [Change(foreign, {"name": "Mine"}, "1")])
    assert not isinstance(answer, Done)
    assert Customer.objects.get(pk=foreign).name == "Foreign"


def test_a_page_costs_the_same_queries_however_many_records_it_has(company: Company) -> None:
    side = FinanceSide(company, page_size=100)
    counts = []
    for number in (1, 60):
        inserts = [Insert(str(uuid4()), {"name": f"Customer {n}"}) for n in range(number)]
        with CaptureQueriesContext(database) as queries:
            done(side, mappings.CUSTOMER, *inserts)
            side.changes(mappings.CUSTOMER, None)
            side.read(mappings.CUSTOMER, [insert.id for insert in inserts])
        counts.append(len(queries))
    assert counts[0] == counts[1]
