"""What the services accept, refuse and carry along."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from tallystick.financials import change_feed, queries, services
from tallystick.financials.models import BusinessRelation, Company, Contact, Currency, Customer
from tallystick.financials.services import (
    Delete,
    Deleted,
    Insert,
    InvalidRecord,
    Missing,
    RecordMissing,
    Refused,
    Saved,
    Stale,
    StaleRecord,
    Update,
    companies,
    create,
    delete,
    delete_many,
    save_many,
    update,
)
from tallystick.financials.services.rules import split_name

pytestmark = pytest.mark.django_db


def refused_fields(outcome: object) -> list[str]:
    assert isinstance(outcome, Refused), outcome
    return [problem.field for problem in outcome.problems]


REFUSALS: dict[str, tuple[str, dict[str, object], str, str]] = {
    # case → table, values, the field that is at fault, what the message says
    "no name": ("customer", {"name": "  "}, "name", "Name is empty"),
    "name too long": ("customer", {"name": "x" * 101}, "name", "101 characters long; at most 100"),
    "number too long": ("customer", {"name": "A", "no": "x" * 21}, "no", "at most 20"),
    "number longer in capitals": ("customer", {"name": "A", "no": "ß" * 15}, "no", "30 characters"),
    "a control character": ("customer", {"name": "A\x00B"}, "name", "U+0000"),
    "half a surrogate pair": ("customer", {"name": "A\ud83d"}, "name", "U+D83D"),
    "no such field": ("customer", {"name": "A", "colour": "red"}, "colour", "no field 'colour'"),
    "no e-mail address": ("customer", {"name": "A", "email": "me at home"}, "email", "no e-mail address"),
    "negative limit": ("customer", {"name": "A", "credit_limit": Decimal(-1)}, "credit_limit", "the least is 0"),
    "too many places": ("customer", {"name": "A", "credit_limit": "0.001"}, "credit_limit", "more than 2 decimal"),
    "too large": ("customer", {"name": "A", "credit_limit": Decimal("1e13")}, "credit_limit", "too large"),
    "not a number": ("customer", {"name": "A", "credit_limit": "NaN"}, "credit_limit", "no number"),
    "a float": ("customer", {"name": "A", "credit_limit": 0.1}, "credit_limit", "no number"),
    "no such option": ("customer", {"name": "A", "blocked": "Maybe"}, "blocked", "No, Ship, Invoice, All"),
    "no such salesperson": ("customer", {"name": "A", "salesperson_code": UUID(int=1)}, "salesperson_code", "has no"),
    "a code for an id": ("customer", {"name": "A", "salesperson_code": "JR"}, "salesperson_code", "not the id"),
    "currency without code": ("currency", {}, "code", "Code is empty"),
    "no ISO code": ("currency", {"code": "PTS", "iso_code": "P1"}, "iso_code", "no ISO 4217"),
    "too many decimals": (
        "currency",
        {"code": "XXX", "amount_decimal_places": 7},
        "amount_decimal_places",
        "most is 6",
    ),
    "no date formula": ("payment-terms", {"code": "A", "due_date_calculation": "soon"}, "due_date_calculation", "30D"),
    "more than all": ("payment-terms", {"code": "A", "discount_percent": "100.5"}, "discount_percent", "most is 100"),
    "no ISO country": ("country", {"code": "X", "iso_code": "1"}, "iso_code", "ISO 3166"),
    "a rate of nothing": ("exchange-rate", {"starting_date": "2025-01-01"}, "currency_code", "Currency Code is empty"),
    "a rate without date": ("exchange-rate", {"starting_date": "tomorrow"}, "starting_date", "2025-03-31"),
    "unknown employer": ("contact", {"type": "Person", "name": "A", "company_no": UUID(int=5)}, "company_no", "has no"),
    "a name of no parts": ("contact", {"name": "x" * 31, "type": "Person"}, "name", "31 characters"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_a_record_that_breaks_a_rule_is_refused_at_its_field(company: Company, case: str) -> None:
    table, values, field, message = REFUSALS[case]
    with pytest.raises(InvalidRecord) as refusal:
        create(company, table, values)
    problems = {problem.field: problem for problem in refusal.value.problems}
    assert message in str(problems[field])
    assert queries.count_records(company, table) == (1 if table == "currency" else 0), "nothing was written"


FORMULA = {"code": "A", "due_date_calculation": "1m + 8d"}
CLEANED: dict[str, tuple[str, Mapping[str, object], str, object]] = {
    "codes in capitals": ("country", {"code": " de "}, "code", "DE"),
    "text without space around": ("country", {"code": "DE", "name": "\u3000 Germany\n"}, "name", "Germany"),
    "one line": ("country", {"code": "DE", "name": "Ger\r\nmany\t!"}, "name", "Ger many !"),
    "a hard space stays": ("country", {"code": "DE", "name": "Ger\u00a0many"}, "name", "Ger\u00a0many"),
    "ISO code of a currency": ("currency", {"code": "usd"}, "iso_code", "USD"),
    "no ISO code for a long code": ("currency", {"code": "POINTS"}, "iso_code", ""),
    "two places": ("currency", {"code": "USD"}, "amount_decimal_places", 2),
    "options by any spelling": ("customer", {"name": "A", "blocked": "all"}, "blocked", "All"),
    "two addresses": ("customer", {"name": "A", "email": "a@b.de; c@d.de"}, "email", "a@b.de; c@d.de"),
    "none is blank": ("customer", {"name": "A", "email": None}, "email", ""),
    "trailing zeros": ("customer", {"name": "A", "credit_limit": "1.50000"}, "credit_limit", Decimal("1.50")),
    "no minus zero": ("customer", {"name": "A", "credit_limit": Decimal("-0")}, "credit_limit", Decimal("0.00")),
    "formulas close together": ("payment-terms", FORMULA, "due_date_calculation", "1M+8D"),
}


@pytest.mark.parametrize("case", CLEANED)
def test_values_are_stored_in_one_form(company: Company, case: str) -> None:
    table, values, field, expected = CLEANED[case]
    id = create(company, table, values).id
    assert queries.get_record(company, table, id).values[field] == expected


PERSON_NAMES = [
    # given → name, first, middle, surname
    ({"name": "Anna Maria von Berg"}, ("Anna Maria von Berg", "Anna", "Maria von", "Berg")),
    ({"name": "Cher"}, ("Cher", "", "", "Cher")),
    ({"first_name": "Ana", "surname": "Núñez"}, ("Ana Núñez", "Ana", "", "Núñez")),
    ({"name": "ignored", "surname": "Sato"}, ("Sato", "", "", "Sato")),
    ({"name": "Ana Núñez", "first_name": "", "surname": ""}, ("Ana Núñez", "Ana", "", "Núñez")),
]


@pytest.mark.parametrize(("given", "expected"), PERSON_NAMES)
def test_a_persons_name_and_its_parts_agree(
    company: Company, given: dict[str, object], expected: tuple[str, ...]
) -> None:
    id = create(company, "contact", {"type": "Person", **given}).id
    values = queries.get_record(company, "contact", id).values
    assert tuple(values[name] for name in ("name", "first_name", "middle_name", "surname")) == expected
    assert not update(company, "contact", id, {"type": "Person", **given}).changed, "saving it again changes nothing"


def test_renaming_a_person_splits_the_new_name(company: Company) -> None:
    id = create(company, "contact", {"type": "Person", "name": "Ann Low"}).id
    update(company, "contact", id, {"name": "Eve Mary High"})
    values = queries.get_record(company, "contact", id).values
    assert (values["first_name"], values["middle_name"], values["surname"]) == ("Eve", "Mary", "High")
    assert split_name("") == ("", "", "")


def test_valid_rows_are_written_and_each_refused_row_says_why(company: Company) -> None:
    mine = create(company, "customer", {"name": "Mine", "no": "TAKEN"})
    gone, settled = uuid4(), uuid4()
    outcomes = save_many(
        company,
        "customer",
        [
            Insert({"name": "Good", "no": "G1"}, settled),
            Insert({"name": ""}),
            Insert({"name": "Same number", "no": "taken"}),
            Update(mine.id, {"city": "Ulm"}, mine.version + 1),
            Update(gone, {"city": "Ulm"}),
            Insert({"name": "Twice", "no": "G1"}),
            Insert({"name": "No number"}),
        ],
    )
    good, nameless, taken, stale, missing, twice, unnumbered = outcomes
    assert isinstance(good, Saved)
    assert good.id == settled
    assert refused_fields(nameless) == ["name"]
    assert refused_fields(taken) == ["no"]
    assert stale == Stale(mine.id, mine.version)
    assert missing == Missing(gone)
    assert refused_fields(twice) == ["no"]
    assert isinstance(unnumbered, Saved)
    assert queries.count_records(company, "customer") == 3
    assert save_many(company, "customer", [Insert({"name": "Good", "no": "G1"}, settled)]) == [
        Stale(settled, good.version)
    ], "a repeated insert finds what it made the first time"


def test_a_page_takes_a_fixed_number_of_queries(company: Company, django_assert_max_num_queries: Any) -> None:
    salesperson = create(company, "salesperson", {"name": "Ann"}).id
    rows = [Insert({"name": f"Customer {n}", "salesperson_code": salesperson}) for n in range(200)]
    with django_assert_max_num_queries(24):
        saved = save_many(company, "customer", rows)
    with django_assert_max_num_queries(12):
        outcomes = save_many(company, "customer", [Update(row.id, {"city": "Ulm"}, row.version) for row in saved])  # type: ignore[union-attr]
    assert all(isinstance(outcome, Saved) and outcome.changed for outcome in outcomes)
    with django_assert_max_num_queries(12):
        assert all(isinstance(d, Deleted) for d in delete_many(company, "customer", [Delete(row.id) for row in saved]))  # type: ignore[union-attr]


def test_saving_what_is_stored_writes_nothing(company: Company) -> None:
    customer = create(company, "customer", {"name": "Same", "credit_limit": Decimal(5)})
    again = update(company, "customer", customer.id, {"name": " Same ", "credit_limit": "5.00"})
    assert again == Saved(customer.id, customer.version, changed=False)


def test_a_stale_version_is_refused_and_the_message_names_the_record(company: Company) -> None:
    customer = create(company, "customer", {"name": "Old", "no": "C1"})
    update(company, "customer", customer.id, {"name": "New"}, version=customer.version)
    with pytest.raises(StaleRecord, match=r"Customer C1 .*changed by somebody else"):
        update(company, "customer", customer.id, {"name": "Newer"}, version=customer.version)
    assert queries.get_record(company, "customer", customer.id).values["name"] == "New"


def test_another_companys_records_do_not_exist(company: Company) -> None:
    other = companies.create_company("Other")
    theirs = create(other, "customer", {"name": "Theirs", "no": "X"}).id
    salesperson = create(other, "salesperson", {"name": "Ann"}).id
    for act in (
        lambda: update(company, "customer", theirs, {"name": "Mine"}),
        lambda: delete(company, "customer", theirs),
        lambda: queries.get_record(company, "customer", theirs),
    ):
        with pytest.raises(RecordMissing):
            act()
    with pytest.raises(InvalidRecord, match="has no Salesperson"):
        create(company, "customer", {"name": "Mine", "salesperson_code": salesperson})
    assert create(company, "customer", {"name": "Mine", "no": "X"}), "numbers are a company's own"
    assert change_feed.versions(company, "customer", [theirs]) == {}


def test_a_renamed_code_keeps_its_record(company: Company) -> None:
    salesperson = create(company, "salesperson", {"code": "JR", "name": "Jule"}).id
    customer = create(company, "customer", {"name": "A", "salesperson_code": salesperson}).id
    update(company, "salesperson", salesperson, {"code": "jule"})
    assert queries.get_record(company, "customer", customer).codes["salesperson_code"] == "JULE"
    with pytest.raises(InvalidRecord, match="keeps a number"):
        update(company, "salesperson", salesperson, {"code": ""})


def test_renaming_the_local_currency_takes_the_company_along(company: Company) -> None:
    euro = queries.ids_by_code(company, "currency", ["EUR"])["EUR"]
    update(company, "currency", euro, {"code": "EURO"})
    company.refresh_from_db()
    assert company.local_currency == "EURO"


def test_rows_of_one_page_may_refer_to_each_other(company: Company) -> None:
    employer, person = uuid4(), uuid4()
    outcomes = save_many(
        company,
        "contact",
        [
            Insert({"type": "Person", "name": "Ann Low", "company_no": employer}, person),
            Insert({"type": "Company", "name": "Low & Co"}, employer),
        ],
    )
    assert all(isinstance(outcome, Saved) for outcome in outcomes)
    assert Contact.objects.get(pk=person).company_contact_id == employer


def test_what_refers_to_a_refused_row_is_refused_with_it(company: Company) -> None:
    employer = uuid4()
    outcomes = save_many(
        company,
        "contact",
        [
            Insert({"type": "Person", "name": "Ann Low", "company_no": employer}),
            Insert({"type": "Company", "name": ""}, employer),
            Insert({"type": "Person", "name": "Eve High"}),
        ],
    )
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused, Saved]
    assert refused_fields(outcomes[0]) == ["company_no"]


# Customers and their company contacts


def company_contact_of(customer: UUID) -> Contact:
    return Contact.objects.get(business_relation__customer=customer)


def test_a_new_customer_gets_its_company_contact(company: Company) -> None:
    salesperson = create(company, "salesperson", {"name": "Ann"}).id
    customer = create(company, "customer", {"name": "Bär", "city": "Ulm", "salesperson_code": salesperson}).id
    contact = company_contact_of(customer)
    assert (contact.no, contact.type, contact.name, contact.city) == ("CT000001", "Company", "Bär", "Ulm")
    assert contact.salesperson_id == salesperson


def test_what_they_share_follows_from_either_to_the_other(company: Company) -> None:
    customer = create(company, "customer", {"name": "Bär", "city": "Ulm"}).id
    update(company, "customer", customer, {"name": "Bär & Wolf", "credit_limit": 5})
    contact = company_contact_of(customer)
    assert (contact.name, contact.city) == ("Bär & Wolf", "Ulm")
    contact_version = change_feed.versions(company, "contact", [contact.pk])
    update(company, "customer", customer, {"credit_limit": 6})
    assert change_feed.versions(company, "contact", [contact.pk]) == contact_version, "nothing shared has changed"
    update(company, "contact", contact.pk, {"phone_no": "+49 1"})
    assert Customer.objects.get(pk=customer).phone_no == "+49 1"


def test_the_primary_contact_gives_its_name_unless_one_is_typed(company: Company) -> None:
    customer = create(company, "customer", {"name": "Bär"}).id
    employer = company_contact_of(customer).pk
    ann, eve = (
        create(company, "contact", {"type": "Person", "name": name, "company_no": employer}).id
        for name in ("Ann Low", "Eve High")
    )
    update(company, "customer", customer, {"primary_contact_no": ann})
    assert Customer.objects.get(pk=customer).contact == "Ann Low"
    update(company, "customer", customer, {"primary_contact_no": eve, "contact": "the front desk"})
    assert Customer.objects.get(pk=customer).contact == "the front desk"
    update(company, "customer", customer, {"primary_contact_no": None})
    assert Customer.objects.get(pk=customer).contact == ""


def test_a_loose_person_joins_the_customer_it_becomes_primary_contact_of(company: Company) -> None:
    person = create(company, "contact", {"type": "Person", "name": "Ann Low"}).id
    customer = create(company, "customer", {"name": "Bär", "primary_contact_no": person}).id
    assert Contact.objects.get(pk=person).company_contact_id == company_contact_of(customer).pk


def test_another_companys_person_cannot_be_primary_contact(company: Company) -> None:
    bear, wolf = (create(company, "customer", {"name": name}).id for name in ("Bär", "Wolf"))
    employer = company_contact_of(bear).pk
    person = create(company, "contact", {"type": "Person", "name": "Ann Low", "company_no": employer}).id
    with pytest.raises(InvalidRecord, match="belongs to another company"):
        update(company, "customer", wolf, {"primary_contact_no": person})
    with pytest.raises(InvalidRecord, match="belongs to another company"):
        create(company, "customer", {"name": "New", "primary_contact_no": person})


def test_a_contact_works_for_companies_only(company: Company) -> None:
    person = create(company, "contact", {"type": "Person", "name": "Ann Low"}).id
    employer = create(company, "contact", {"name": "Low & Co"}).id
    cases = [
        ({"type": "Person", "name": "Eve High", "company_no": person}, "is a person"),
        ({"type": "Company", "name": "Sub", "company_no": employer}, "works for no other company"),
    ]
    for values, message in cases:
        with pytest.raises(InvalidRecord, match=message):
            create(company, "contact", values)
    update(company, "contact", person, {"company_no": employer})
    with pytest.raises(InvalidRecord, match="type stays as it is"):
        update(company, "contact", employer, {"type": "Person"})
    with pytest.raises(InvalidRecord, match="cannot work for itself"):
        update(company, "contact", person, {"company_no": person})


# Deleting


def test_a_record_in_use_stays_and_says_what_uses_it(company: Company) -> None:
    salesperson = create(company, "salesperson", {"code": "JR", "name": "Jule"}).id
    create(company, "customer", {"name": "A", "salesperson_code": salesperson})
    with pytest.raises(InvalidRecord) as refusal:
        delete(company, "salesperson", salesperson)
    assert [problem.message for problem in refusal.value.problems] == [
        "Salesperson/Purchaser JR is the Salesperson Code of 1 Customer.",
        "Salesperson/Purchaser JR is the Salesperson Code of 1 Contact.",
    ]


def test_a_company_goes_together_with_its_persons_but_not_before(company: Company) -> None:
    employer = create(company, "contact", {"name": "Low & Co"}).id
    person = create(company, "contact", {"type": "Person", "name": "Ann Low", "company_no": employer}).id
    with pytest.raises(InvalidRecord, match=r"Company No\. of 1 Contact"):
        delete(company, "contact", employer)
    assert delete_many(company, "contact", [Delete(employer), Delete(person)]) == [Deleted(employer), Deleted(person)]


def test_a_company_stays_with_a_person_that_must_stay(company: Company) -> None:
    customer = create(company, "customer", {"name": "Bär"}).id
    employer = create(company, "contact", {"name": "Low & Co"}).id
    person = create(company, "contact", {"type": "Person", "name": "Ann Low"}).id
    update(company, "customer", customer, {"primary_contact_no": person})
    Contact.objects.filter(pk=person).update(company_contact=employer)
    outcomes = delete_many(company, "contact", [Delete(employer), Delete(person)])
    assert [type(outcome) for outcome in outcomes] == [Refused, Refused]
    assert Contact.objects.filter(pk__in=[employer, person]).count() == 2


def test_a_customer_leaves_its_contact_behind(company: Company) -> None:
    customer = create(company, "customer", {"name": "Bär"}).id
    contact = company_contact_of(customer)
    with pytest.raises(InvalidRecord, match="company contact of a customer"):
        delete(company, "contact", contact.pk)
    delete(company, "customer", customer)
    assert not BusinessRelation.objects.exists()
    delete(company, "contact", contact.pk)


def test_the_local_currency_stays(company: Company) -> None:
    euro = Currency.objects.get(code="EUR").pk
    with pytest.raises(InvalidRecord, match="local currency"):
        delete(company, "currency", euro)
    rate = {"exchange_rate_amount": 1, "relational_exch_rate_amount": 1, "starting_date": date(2025, 1, 1)}
    with pytest.raises(InvalidRecord, match="has no exchange rate"):
        create(company, "exchange-rate", {"currency_code": euro, **rate})


def test_deletions_of_the_changed_and_the_missing(company: Company) -> None:
    customer = create(company, "customer", {"name": "Bär"})
    gone = uuid4()
    outcomes = delete_many(company, "customer", [Delete(customer.id, customer.version + 1), Delete(gone)])
    assert outcomes == [Stale(customer.id, customer.version), Missing(gone)]


def test_two_rates_of_one_day_are_one_too_many(company: Company) -> None:
    dollar = create(company, "currency", {"code": "USD"}).id
    rate = {"currency_code": dollar, "starting_date": date(2025, 1, 1)}
    amounts = {"exchange_rate_amount": 1, "relational_exch_rate_amount": Decimal("0.92")}
    create(company, "exchange-rate", {**rate, **amounts})
    with pytest.raises(InvalidRecord, match="Exchange Rate USD 2025-01-01 exists already"):
        create(company, "exchange-rate", {**rate, **amounts})
    with pytest.raises(InvalidRecord, match="above zero"):
        create(company, "exchange-rate", {**rate, **amounts, "exchange_rate_amount": 0})


# Companies


def test_a_company_starts_with_its_currency_and_number_series(company: Company) -> None:
    assert (company.slug, company.experience) == ("alder-sons", "Essential")
    assert companies.create_company("Alder & Sons").slug == "alder-sons-2"
    assert companies.create_company("日本").slug == "company"
    assert queries.ids_by_code(company, "currency", ["EUR"])
    assert create(company, "salesperson", {"name": "Ann"})
    assert queries.find_record(company, "salesperson", "sp no. 00001")


def test_the_local_currency_changes_until_something_counts_in_it(company: Company) -> None:
    company = companies.update_company(company, local_currency="usd")
    assert queries.ids_by_code(company, "currency", ["USD"])
    services.create(company, "customer", {"name": "A"})
    with pytest.raises(InvalidRecord, match="stays USD"):
        companies.update_company(company, local_currency="EUR", name="Renamed")
    company.refresh_from_db()
    assert (company.local_currency, company.name) == ("USD", "Alder & Sons")


def test_settings_of_a_company_are_checked(company: Company) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        companies.update_company(company, name=" ", experience="Deluxe", city="x" * 31)
    assert {problem.field for problem in refusal.value.problems} == {"name", "experience", "city"}
    assert companies.update_company(company, experience="Suite").experience == "Suite"
