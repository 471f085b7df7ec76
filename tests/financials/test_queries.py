"""Lists find what people look for, and read no more than they show."""

from typing import Any

import pytest
from django.db import connection

from tallystick.financials import demo as demo_data
from tallystick.financials import people, queries
from tallystick.financials.models import Company, Customer
from tallystick.financials.problems import FinancialsError
from tallystick.financials.queries import Filter, Operator, Query, list_records
from tallystick.financials.services import companies, create, users

pytestmark = pytest.mark.django_db


def found(company: Company, table: str, **query: Any) -> list[str]:
    return [record.key for record in list_records(company, table, Query(**query)).records]


@pytest.fixture
def shop(company: Company) -> Company:
    germany = create(company, "country", {"code": "DE", "name": "Germany"}).id
    ann = create(company, "salesperson", {"code": "ANN", "name": "Ann Low"}).id
    rows: tuple[dict[str, object], ...] = (
        {"no": "C1", "name": "Ärmel & Söhne", "city": "MÜNCHEN", "salesperson_code": ann, "credit_limit": 10},
        {"no": "C2", "name": "ΑΘΗΝΑ Τρόφιμα", "city": "Αθήνα", "phone_no": "+30 210 555"},
        {"no": "C10", "name": "zebra", "city": "Ulm", "blocked": "All", "country_code": germany},
        {"no": "D1", "name": "Apfel 100%", "email": "info@apfel.example", "salesperson_code": ann},
    )
    for row in rows:
        create(company, "customer", row)
    return company


SEARCHES = {
    "c1": ["C1", "C10"],
    "ärmel": ["C1"],
    "ÄRMEL münchen": ["C1"],
    "αθηνα": ["C2"],
    "Αθήνα": ["C2"],
    "210 555": ["C2"],
    "INFO@": ["D1"],
    "100%": ["D1"],
    "0_0": [],
    "'; DROP TABLE financials_customer; --": [],
    "": ["C1", "C10", "C2", "D1"],
}


@pytest.mark.parametrize("text", SEARCHES)
def test_a_search_finds_numbers_by_their_beginning_and_words_anywhere_in_any_capitals(shop: Company, text: str) -> None:
    assert found(shop, "customer", search=text) == SEARCHES[text]


FILTERS = [
    (Filter("salesperson_code", Operator.IS, "ann"), ["C1", "D1"]),
    (Filter("salesperson_code", Operator.IS_NOT, "ann"), ["C10", "C2"]),
    (Filter("salesperson_code", Operator.BLANK), ["C10", "C2"]),
    (Filter("blocked", Operator.IS, ""), ["C1", "C2", "D1"]),
    (Filter("blocked", Operator.IS, ["All", "Ship"]), ["C10"]),
    (Filter("blocked", Operator.NOT_BLANK), ["C10"]),
    (Filter("credit_limit", Operator.AT_LEAST, "5"), ["C1"]),
    (Filter("credit_limit", Operator.AT_MOST, "5"), ["C10", "C2", "D1"]),
    (Filter("name", Operator.STARTS_WITH, "är"), ["C1"]),
    (Filter("name", Operator.CONTAINS, "E"), ["C1", "C10", "D1"]),
    (Filter("country_code", Operator.CONTAINS, "d"), ["C10"]),
    (Filter("no", Operator.IS, "c2"), ["C2"]),
]


@pytest.mark.parametrize(("condition", "expected"), FILTERS)
def test_filters(shop: Company, condition: Filter, expected: list[str]) -> None:
    assert found(shop, "customer", filters=(condition,)) == expected
    assert queries.count_records(shop, "customer", Query(filters=(condition,))) == len(expected)


def test_a_filter_that_makes_no_sense_is_answered_with_a_sentence(shop: Company) -> None:
    for condition in (
        Filter("colour", Operator.IS, "red"),
        Filter("credit_limit", Operator.CONTAINS, "1"),
        Filter("credit_limit", Operator.AT_LEAST, "much"),
    ):
        with pytest.raises(FinancialsError):
            found(shop, "customer", filters=(condition,))
    with pytest.raises(FinancialsError, match="no field 'colour'"):
        found(shop, "customer", order=("-colour",))


def test_lists_are_sorted_without_regard_to_capitals(shop: Company) -> None:
    assert found(shop, "customer", order=("name",))[:2] == ["D1", "C10"]
    assert found(shop, "customer", order=("-no",)) == ["D1", "C2", "C10", "C1"]
    assert found(shop, "customer", order=("-credit_limit", "no")) == ["C1", "C10", "C2", "D1"]


def test_pages_of_a_list(shop: Company) -> None:
    page = list_records(shop, "customer", page=2, page_size=3)
    assert ([record.key for record in page.records], page.total, page.pages) == (["D1"], 4, 2)
    assert list_records(shop, "customer", page=99, page_size=3).page == 2
    assert list_records(shop, "customer", page=-1, page_size=3).page == 1
    empty = list_records(shop, "customer", Query(search="nothing of the kind"))
    assert (empty.records, empty.pages) == ([], 1)


def test_a_record_knows_its_neighbours_in_the_list(shop: Company) -> None:
    ids = {record.key: record.id for record in list_records(shop, "customer").records}
    assert queries.neighbours(shop, "customer", ids["C10"]) == (ids["C1"], ids["C2"])
    assert queries.neighbours(shop, "customer", ids["C1"]) == (None, ids["C10"])
    by_name = Query(order=("name",))
    assert queries.neighbours(shop, "customer", ids["C10"], by_name)[0] == ids["D1"]
    assert queries.neighbours(shop, "customer", shop.pk) == (None, None)


def test_a_lookup_finds_what_is_being_typed(shop: Company) -> None:
    assert [(found.code, found.name) for found in queries.look_up(shop, "salesperson", "lo")] == [("ANN", "Ann Low")]
    assert queries.look_up(shop, "country", "ger")[0].code == "DE"


def test_a_company_sees_its_own_records_only(shop: Company) -> None:
    other = companies.create_company("Other")
    assert found(other, "customer") == []
    assert queries.find_record(other, "customer", "C1") is None
    assert queries.recently_changed(other)[0].key == "EUR"


def test_what_changed_last_comes_first(shop: Company) -> None:
    Customer.objects.filter(no="C2").update(city="Piraeus")
    assert queries.recently_changed(shop)[0].key == "C2"


def test_the_people_of_a_customer(shop: Company) -> None:
    customer = queries.find_record(shop, "customer", "C1")
    assert customer is not None
    employer = queries.persons_of_customer(shop, customer.id)[0]
    create(shop, "contact", {"type": "Person", "name": "Ann Low", "company_no": employer.id})
    people = queries.persons_of_customer(shop, customer.id)
    assert [person.title for person in people] == ["Ärmel & Söhne", "Ann Low"]
    assert {queries.customer_of_contact(shop, person.id) for person in people} == {customer.id}


def test_whose_companies(shop: Company) -> None:
    ann = users.create_user("ann@example.com")
    assert queries.companies_of(ann) == []
    users.grant(ann, shop, "finance-clerk")
    assert queries.companies_of(ann) == [shop]
    assert people.sets_of(ann, shop) == ("finance-clerk",)
    assert people.sets_of(ann, companies.create_company("Other")) == ()


def test_the_number_of_queries_does_not_grow_with_the_page(demo: Company, django_assert_num_queries: Any) -> None:
    for size in (5, 500):
        with django_assert_num_queries(5):
            list_records(demo, "customer", Query(search="a", order=("name",)), page_size=size)


def test_a_search_in_any_script_finds_demo_customers(demo: Company) -> None:
    for text in ("maschinenbau", "ΝΑΥΤΙΛΙΑΚΉ", "製作所", "النخيل", "תעשיות", "ЛОГІСТИКА", "电子", "xây dựng"):
        assert found(demo, "customer", search=text), text


def test_the_demo_company_is_what_it_says(demo: Company) -> None:
    assert demo.experience == "Suite"
    assert queries.count_records(demo, "customer") == 600
    assert queries.count_records(demo, "contact") > 1_500
    assert queries.count_records(demo, "salesperson") == 12
    assert queries.count_records(demo, "currency") == 8
    names = [record.title for record in queries.iterate_records(demo, "customer")]
    assert len(set(names)) == len(names)
    assert any(record.values["blocked"] for record in queries.iterate_records(demo, "customer"))


def test_two_thirds_of_the_demo_accounts_are_customers_by_name(demo: Company) -> None:
    rows = demo_data.demo_sales_accounts(demo)
    names = {record.title for record in queries.iterate_records(demo, "customer")}
    assert len(rows.accounts) == 300
    assert sum(account["name"] in names for account in rows.accounts) == 200
    assert len({account["name"] for account in rows.accounts}) == 300
    assert [account["customer_type"] for account in rows.accounts].count(8) == 20
    assert [account["active"] for account in rows.accounts].count(False) == 5
    emails = {record.values["email"] for record in queries.iterate_records(demo, "salesperson")}
    assert {user["email"] for user in rows.users} == emails
    assert {account["owner_email"] for account in rows.accounts} <= emails
    assert {contact["account"] for contact in rows.contacts} <= {account["key"] for account in rows.accounts}
    assert demo_data.demo_sales_accounts(demo) == rows


def test_a_second_demo_company_holds_the_same(demo: Company) -> None:
    again = demo_data.build_demo_company()
    assert [r.title for r in queries.iterate_records(again, "contact")] == [
        r.title for r in queries.iterate_records(demo, "contact")
    ]
    assert again.slug != demo.slug
    assert connection.in_atomic_block
