"""Cards: looking, editing, two people at once, deleting."""

import json
import re
from html import unescape

import pytest
from django.test import Client
from tests.web.conftest import Books

from tallystick.financials import queries, services
from tallystick.financials.services import create


def card_url(books: Books) -> str:
    return f"{books.url}records/customer/{books.customer}/"


def opened(client: Client, url: str) -> dict[str, str]:
    """What a browser would send back from the card as it is now."""
    html = client.get(url).content.decode()
    form = html[html.index("<form", html.index("data-card") - 300) : html.index("</form>", html.index("data-card"))]
    values = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if attributes.get("type") == "checkbox" and " checked" not in tag:
            continue
        if "name" in attributes:
            values[attributes["name"]] = unescape(
                attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
            )
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else ""
    return values


def customer(books: Books) -> queries.Record:
    return queries.get_record(books.company, "customer", books.customer)


def test_a_card_saves_what_was_changed(clerk: Client, books: Books) -> None:
    form = opened(clerk, card_url(books))
    answer = clerk.post(card_url(books), form | {"city": " Aachen ", "salesperson_code": "", "credit_limit": "1234.5"})
    assert answer.status_code == 302
    record = customer(books)
    assert record.values["city"] == "Aachen"
    assert record.values["salesperson_code"] is None
    assert str(record.values["credit_limit"]) == "1234.50"
    assert record.codes["country_code"] == "DE"


def test_saving_an_untouched_card_changes_nothing(clerk: Client, books: Books) -> None:
    before = customer(books).version
    answer = clerk.post(card_url(books), opened(clerk, card_url(books)), follow=True)
    assert customer(books).version == before
    assert "nothing new to save" in answer.content.decode()


@pytest.mark.parametrize(
    ("field", "entered", "said"),
    [
        ("name", "x" * 101, "at most 100 fit"),
        ("name", "", "Name"),
        ("credit_limit", "lots", "is no number"),
        ("credit_limit", "-1", "the least is 0"),
        ("email", "not an address", "is no e-mail address"),
        ("salesperson_code", "NOBODY", "There is no salesperson/purchaser NOBODY."),
        ("blocked", "Sometimes", "Sometimes"),
        ("no", "", "No."),
    ],
)
def test_a_mistake_is_shown_at_its_field_and_nothing_is_saved_or_lost(
    clerk: Client, books: Books, field: str, entered: str, said: str
) -> None:
    before = customer(books).version
    answer = clerk.post(card_url(books), opened(clerk, card_url(books)) | {"city": "Typed city", field: entered})
    text = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert said in text
    assert 'value="Typed city"' in text
    assert re.search(rf'<(input|select)[^>]*name="{field}"[^>]*is-invalid|is-invalid[^>]*name="{field}"', text)
    assert customer(books).version == before


def test_edits_of_different_fields_fit_together(clerk: Client, books: Books) -> None:
    mine = opened(clerk, card_url(books))
    services.update(books.company, "customer", books.customer, {"phone_no": "+49 1"})
    answer = clerk.post(card_url(books), mine | {"city": "Aachen"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "both sets of changes fit together" in text
    assert "Phone No." in text
    again = opened_from(text)
    assert again["city"] == "Aachen"
    assert again["phone_no"] == "+49 1"
    assert clerk.post(card_url(books), again).status_code == 302
    assert customer(books).values["city"] == "Aachen"
    assert customer(books).values["phone_no"] == "+49 1"


def test_edits_of_the_same_field_show_both_values_and_save_none(clerk: Client, books: Books) -> None:
    mine = opened(clerk, card_url(books))
    services.update(books.company, "customer", books.customer, {"city": "Bonn"})
    answer = clerk.post(card_url(books), mine | {"city": "Aachen"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="Aachen"' in text
    assert 'data-take-value="Bonn"' in text
    assert "Köln" in text, "what it said when the card was opened"
    assert customer(books).values["city"] == "Bonn"
    assert clerk.post(card_url(books), opened_from(text)).status_code == 302
    assert customer(books).values["city"] == "Aachen"


def opened_from(html: str) -> dict[str, str]:
    class Page:
        def get(self, url: str) -> "Page":
            return self

        content = html.encode()

    return opened(Page(), "")  # type: ignore[arg-type]  # it only reads a page


def test_a_number_spelled_otherwise_is_no_conflict(clerk: Client, books: Books) -> None:
    mine = opened(clerk, card_url(books))
    services.update(books.company, "customer", books.customer, {"credit_limit": "7.50"})
    answer = clerk.post(card_url(books), mine | {"credit_limit": "7.5"})
    assert "data-take-value" not in answer.content.decode()


def test_a_form_without_a_version_overwrites_nothing(clerk: Client, books: Books) -> None:
    answer = clerk.post(card_url(books), {"name": "Overwritten", "opened": "nonsense", "version": ""})
    assert answer.status_code == 409
    assert customer(books).values["name"] == "Alpha customer"


def test_a_record_deleted_meanwhile_can_be_entered_again_from_what_was_typed(clerk: Client, books: Books) -> None:
    rate = create(
        books.company,
        "shipping-agent",
        {"code": "DHL", "name": "DHL"},
    ).id
    url = f"{books.url}records/shipping-agent/{rate}/"
    mine = opened(clerk, url)
    services.delete(books.company, "shipping-agent", rate)
    answer = clerk.post(url, mine | {"name": "Typed name"})
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody deleted this shipping agent" in text
    assert clerk.post(f"{books.url}records/shipping-agent/new", opened_from(text)).status_code == 302
    assert queries.find_record(books.company, "shipping-agent", "DHL").values["name"] == "Typed name"  # type: ignore[union-attr]


def test_a_new_record_gets_a_number_and_its_card(clerk: Client, books: Books) -> None:
    url = f"{books.url}records/customer/new"
    answer = clerk.post(url, opened(clerk, url) | {"name": "Newcomer", "currency_code": "usd"}, follow=True)
    assert "Newcomer" in answer.content.decode()
    assert queries.count_records(books.company, "customer", queries.Query(search="Newcomer")) == 1


def test_a_new_record_with_a_mistake_keeps_what_was_typed(clerk: Client, books: Books) -> None:
    answer = clerk.post(f"{books.url}records/country/new", {"code": "DE", "name": "Deutschland"})
    assert answer.status_code == 422
    assert 'value="Deutschland"' in answer.content.decode()


def test_save_and_new_leads_to_an_empty_form(clerk: Client, books: Books) -> None:
    answer = clerk.post(f"{books.url}records/country/new", {"code": "FR", "name": "France", "then": "new"})
    assert answer["Location"].endswith("/records/country/new")


def test_values_in_the_address_fill_a_new_form(clerk: Client, books: Books) -> None:
    assert 'value="USD"' in clerk.get(f"{books.url}records/exchange-rate/new?currency_code=USD").content.decode()


def test_a_person_contact_is_named_by_its_parts(clerk: Client, books: Books) -> None:
    url = f"{books.url}records/contact/new"
    form = opened(clerk, url) | {"type": "Person", "first_name": "Ana", "surname": "Sá"}
    assert clerk.post(url, form).status_code == 302
    assert queries.count_records(books.company, "contact", queries.Query(search="Ana Sá")) == 1


def test_neighbours_follow_the_numbers(clerk: Client, books: Books) -> None:
    after = create(books.company, "customer", {"no": "ZZ1", "name": "Last"}).id
    text = clerk.get(card_url(books)).content.decode()
    assert re.search(rf'href="[^"]*{after}/" data-key-next', text)
    assert "data-key-previous" not in text


def test_the_fact_box_of_a_customer_lists_its_contacts(clerk: Client, books: Books) -> None:
    company_contact = queries.persons_of_customer(books.company, books.customer)[0]
    create(books.company, "contact", {"type": "Person", "name": "Ivo Kos", "company_no": company_contact.id})
    assert "Ivo Kos" in clerk.get(card_url(books)).content.decode()


def test_the_queries_of_a_card_do_not_grow_with_its_contacts(
    clerk: Client, books: Books, django_assert_max_num_queries: object
) -> None:
    company_contact = queries.persons_of_customer(books.company, books.customer)[0]
    for number in range(20):
        create(books.company, "contact", {"type": "Person", "name": f"P {number}", "company_no": company_contact.id})
    with django_assert_max_num_queries(30):  # type: ignore[operator]  # the fixture of pytest-django
        clerk.get(card_url(books))


def test_deleting_asks_first(clerk: Client, books: Books) -> None:
    create(books.company, "country", {"code": "FR", "name": "France"})
    france = queries.find_record(books.company, "country", "FR")
    assert france
    url = f"{books.url}records/country/{france.id}/delete"
    assert "Delete country/region" in clerk.get(url).content.decode()
    assert queries.find_record(books.company, "country", "FR")
    assert clerk.post(url, {"version": str(france.version)}).status_code == 302
    assert queries.find_record(books.company, "country", "FR") is None


def test_a_record_in_use_stays_and_the_page_says_by_what(clerk: Client, books: Books) -> None:
    answer = clerk.post(f"{books.url}records/country/{books.country}/delete")
    assert answer.status_code == 409
    assert "cannot be deleted" in answer.content.decode()
    assert "ustomer" in answer.content.decode()
    assert queries.find_record(books.company, "country", "DE")


def test_a_record_changed_meanwhile_is_not_deleted(clerk: Client, books: Books) -> None:
    version = queries.get_record(books.company, "currency", books.currency).version
    services.update(books.company, "currency", books.currency, {"symbol": "$"})
    url = f"{books.url}records/currency/{books.currency}/delete"
    assert clerk.post(url, {"version": str(version)}).status_code == 409
    assert queries.find_record(books.company, "currency", "USD")


def test_what_was_opened_travels_as_text(clerk: Client, books: Books) -> None:
    texts = json.loads(opened(clerk, card_url(books))["opened"])
    assert texts["country_code"] == "DE"
    assert texts["credit_limit"] == "0.00"
