"""Coupling from lists and cards: marks, the dialog, selections, the fact box, salespeople."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.integration.crm import Crm
from tests.web_crm.conftest import HOSTILE, page, post

from tallystick.integration.models import CouplingRow, Run

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(crm: Crm) -> tuple[str, str]:
    """A customer and an account of the same name that differ in a city."""
    return crm.customer("Fjord Fisk AS", city="Bergen"), crm.account("Fjord Fisk AS", address1_city="Oslo")


def record(url: str, customer: str) -> str:
    return f"{url}records/customer/{customer}/"


def coupled(crm: Crm, client: Client, url: str, pair: tuple[str, str], first: str = "finance") -> str:
    return post(client, record(url, pair[0]) + "couple", sales_id=pair[1], first=first)


def test_a_list_marks_its_rows_and_offers_the_actions(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    listed = f"/c/{crm.company.slug}/records/customer/"
    text = page(clerk, listed)
    assert "Not coupled: set up its coupling" in text
    for label in (
        "Set Up Coupling",
        "Match-Based Coupling",
        "Synchronize Now",
        "Create in Dynamics CRM",
        "Delete Coupling",
    ):
        assert label in text
    coupled(crm, clerk, url, pair)
    assert "Coupled, in sync" in page(clerk, listed)
    assert "Create in Dynamics CRM" not in page(clerk, f"/c/{crm.company.slug}/records/salesperson/")
    assert "Set Up Coupling" not in page(clerk, f"/c/{crm.company.slug}/records/country/")


def test_the_dialog_finds_the_account_and_shows_both_values(
    clerk: Client, crm: Crm, url: str, pair: tuple[str, str]
) -> None:
    text = page(clerk, record(url, pair[0]))
    assert "Set Up Coupling" in text
    assert "Financials first" in text
    found = page(clerk, record(url, pair[0]) + "candidates?q=fjord")
    assert f'value="{pair[1]}"' in found
    assert "Oslo" in found
    compared = page(clerk, record(url, pair[0]) + f"compare?choose=yes&sales_id={pair[1]}")
    assert f'name="sales_id" id="chosen-sales-id" value="{pair[1]}" form="couple-form"' in compared
    kept = page(clerk, record(url, pair[0]) + f"candidates?q=fjord&sales_id={pair[1]}")
    assert f'value="{pair[1]}" checked' in kept, "a search that is answered late leaves the choice as it is"
    assert compared.count("(differs)") == int(compared.split('<p class="mb-2">')[1].split()[0])
    assert "Bergen" in compared
    assert "Oslo" in compared


def test_a_name_that_finds_nothing_is_tried_by_its_first_word(clerk: Client, crm: Crm, url: str) -> None:
    customer = crm.customer("Zirkonia Werke GmbH")
    account = crm.account("Zirkonia Holding")
    first = page(clerk, record(url, customer) + "candidates?q=Zirkonia Werke GmbH&first=yes")
    assert account in first
    assert "these are similar" in first
    assert "Nothing in Dynamics CRM contains" in page(clerk, record(url, customer) + "candidates?q=Zirkonia Werke GmbH")


@pytest.mark.parametrize(
    ("first", "finance", "sales"),
    [("finance", "Bergen", "Bergen"), ("sales", "Oslo", "Oslo"), ("none", "Bergen", "Oslo")],
)
def test_whose_values_come_first_is_chosen(
    clerk: Client, crm: Crm, url: str, pair: tuple[str, str], first: str, finance: str, sales: str
) -> None:
    text = coupled(crm, clerk, url, pair, first)
    assert "is coupled with Account" in text
    assert crm.read(pair[0]).city == finance
    assert crm.get(pair[1])["address1_city"] == sales


@pytest.mark.parametrize("values", [{"sales_id": "x", "first": "nobody"}, {"sales_id": "x"}])
def test_a_side_that_does_not_exist_is_not_found(clerk: Client, crm: Crm, url: str, values: dict[str, str]) -> None:
    customer = crm.customer("Any")
    assert clerk.post(record(url, customer) + "couple", values).status_code == 404
    assert not CouplingRow.objects.filter(mapping__name="CUSTOMER").exists()


@pytest.mark.parametrize(
    "sales_id", ["", "6f1c0000-0000-4000-8000-000000000000", "not-an-id", "x') or (1 eq 1", HOSTILE]
)
def test_a_row_that_is_not_there_couples_nothing_and_says_so(clerk: Client, crm: Crm, url: str, sales_id: str) -> None:
    customer = crm.customer("Any")
    text = post(clerk, record(url, customer) + "couple", sales_id=sales_id, first="finance")
    assert 'role="alert"' in text
    assert "<script>alert" not in text
    assert not CouplingRow.objects.filter(mapping__name="CUSTOMER").exists()
    compared = clerk.get(record(url, customer) + "compare", {"sales_id": sales_id}, headers={"HX-Request": "true"})
    assert compared.status_code == 200
    assert "<script>alert" not in compared.content.decode()


def test_an_account_has_one_counterpart(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    coupled(crm, clerk, url, pair)
    other = crm.customer("Other")
    text = post(clerk, record(url, other) + "couple", sales_id=pair[1], first="finance")
    assert "is coupled with another record already" in text


def test_the_fact_box_tells_and_acts(clerk: Client, viewer: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    card = f"/c/{crm.company.slug}/records/customer/{pair[0]}/"
    assert "Not coupled." in page(clerk, card)
    coupled(crm, clerk, url, pair)
    text = page(clerk, card)
    assert f"id={pair[1]}" in text, "the link that opens the account"
    assert "In sync" in text
    assert "Synchronize Now" in text
    assert "Synchronize Now" not in page(viewer, card)


def test_synchronize_now_merges_or_sends_one_side(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    coupled(crm, clerk, url, pair)
    crm.edit(pair[0], city="Tromsø")
    assert "1 changed in dynamics crm" in post(clerk, record(url, pair[0]) + "synchronize").lower()
    assert crm.get(pair[1])["address1_city"] == "Tromsø"
    crm.edit(pair[0], city="Alta")
    post(clerk, record(url, pair[0]) + "synchronize", first="sales")
    assert crm.read(pair[0]).city == "Tromsø", "Dynamics CRM's data replaces what Financials held"
    assert clerk.post(record(url, pair[0]) + "synchronize", {"first": "none"}).status_code == 404


def test_a_coupling_is_deleted_and_the_records_stay(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    coupled(crm, clerk, url, pair)
    assert "Delete Coupling" in page(clerk, record(url, pair[0]))
    text = post(clerk, record(url, pair[0]) + "uncouple")
    assert "Both records stay as they are" in text
    assert crm.get(pair[1])["name"] == "Fjord Fisk AS"
    assert not CouplingRow.objects.filter(finance_id=pair[0]).exists()
    assert "was not coupled" in post(clerk, record(url, pair[0]) + "uncouple")


def test_a_counterpart_is_created_from_the_card(clerk: Client, crm: Crm, url: str) -> None:
    customer = crm.customer("Newly Born Ltd", city="Cork")
    crm.synchronise("CUSTOMER")
    text = post(clerk, record(url, customer) + "create")
    assert "1 created in dynamics crm" in text.lower()
    assert [row["address1_city"] for row in crm.accounts_named("Newly Born Ltd")] == ["Cork"]


def test_what_a_rule_leaves_out_is_told(clerk: Client, crm: Crm, url: str) -> None:
    customer = crm.customer("Blocked Ltd", blocked="All")
    crm.synchronise("CUSTOMER")
    assert "was not created in Dynamics CRM" in post(clerk, record(url, customer) + "create")
    assert crm.accounts_named("Blocked Ltd") == []


def test_a_selection_is_asked_about_then_matched(clerk: Client, crm: Crm, url: str) -> None:
    names = ["Match One", "Match Two", "Match None"]
    customers = [crm.customer(name) for name in names]
    accounts = [crm.account(name) for name in names[:2]]
    crm.synchronise("CUSTOMER")
    asked = page(clerk, f"{url}selection/customer/match?" + "&".join(f"ids={id_}" for id_ in customers))
    assert "<strong>3 customers</strong>" in asked
    assert "0 of them are coupled, 3 not" in asked
    text = post(clerk, url + "selection/customer/match", ids=customers, synchronize="on")
    assert "2 coupled" in text
    assert set(CouplingRow.objects.filter(finance_id__in=customers).values_list("sales_id", flat=True)) == set(accounts)


def test_a_selection_is_created_synchronized_and_uncoupled(clerk: Client, crm: Crm, url: str) -> None:
    customers = [crm.customer(f"Chosen {n}") for n in range(2)]
    crm.synchronise("CUSTOMER")
    assert "2 created in dynamics crm" in post(clerk, url + "selection/customer/create", ids=customers).lower()
    crm.edit(customers[0], city="Riga")
    assert "1 changed in dynamics crm" in post(clerk, url + "selection/customer/synchronize", ids=customers).lower()
    assert "2 couplings deleted" in post(clerk, url + "selection/customer/uncouple", ids=customers)


def test_a_selection_of_none_of_one_and_of_several(clerk: Client, crm: Crm, url: str) -> None:
    one, other = crm.customer("One"), crm.customer("Other")
    assert (
        "Choose records in the list first" in clerk.get(url + "selection/customer/match", follow=True).content.decode()
    )
    answer = clerk.get(f"{url}selection/customer/couple?ids={one}")
    assert answer["Location"] == record(url, one)
    text = clerk.get(f"{url}selection/customer/couple?ids={one}&ids={other}", follow=True).content.decode()
    assert "one record at a time" in text
    assert clerk.get(f"{url}selection/salesperson/create?ids={one}").status_code == 404
    assert clerk.get(f"{url}selection/customer/nonsense?ids={one}").status_code == 404
    assert clerk.get(f"{url}selection/customer/match?ids=nonsense").status_code == 404


def test_many_are_left_to_a_worker_and_followed(clerk: Client, crm: Crm, url: str) -> None:
    customer = crm.customer("First Of Many")  # neither feed was read before, so this is work for a worker too
    text = post(clerk, url + "selection/customer/match", ids=[customer])
    assert "A worker does this in the background" in text
    assert "No worker is running" in text
    assert Run.objects.get(kind="coupling").status == "queued"


def salesperson(crm: Crm, **values: Any) -> str:
    return crm.make("salesperson", **values)


def users_of(crm: Crm) -> list[dict[str, Any]]:
    with crm.sandbox.client() as client:
        return list(client.get("systemusers?$select=fullname,internalemailaddress,systemuserid").json()["value"])


def new_user(crm: Crm, name: str, email: str) -> str:
    with crm.sandbox.client() as client:
        unit = client.get("businessunits?$select=businessunitid").json()["value"][0]["businessunitid"]
        first, _, last = name.partition(" ")
        user_id = str(uuid4())
        body = {
            "systemuserid": user_id,
            "firstname": first,
            "lastname": last,
            "internalemailaddress": email,
            "domainname": email,
            "businessunitid@odata.bind": f"/businessunits({unit})",
        }
        client.post("systemusers", json=body).raise_for_status()
    return user_id


def test_salespeople_and_users_stand_side_by_side(clerk: Client, crm: Crm, url: str) -> None:
    mine = salesperson(crm, code="AK", name="Anna Kowalska", email="anna.k@alder.example")
    user = new_user(crm, "Anna Kowalska", "anna.k@alder.example")
    free = new_user(crm, "Bea Newman", "bea.n@alder.example")
    text = page(clerk, url + "salespeople/")
    assert f'<option value="{user}" selected>' in text, "the user of the same e-mail is suggested"
    text = post(clerk, url + "salespeople/couple", finance_id=mine, sales_id=user)
    assert "is coupled with User" in text
    text = post(clerk, url + "salespeople/couple", finance_id=mine, sales_id="")
    assert "Choose the user" in text
    crm.synchronise("SALESPEOPLE")
    assert "1 created in financials" in post(clerk, url + "salespeople/create", sales_ids=[free]).lower()
    assert "Bea Newman" in page(clerk, f"/c/{crm.company.slug}/records/salesperson/")
    assert "Choose the users" in post(clerk, url + "salespeople/create")


@pytest.mark.django_db(transaction=True)  # a worker writes its heartbeat from another thread
def test_all_salespeople_are_coupled_by_e_mail(clerk: Client, crm: Crm, url: str) -> None:
    mine = salesperson(crm, code="CZ", name="Carl Zeiss", email="carl.z@alder.example")
    user = new_user(crm, "Carl Zeiss", "CARL.Z@alder.example")
    text = post(clerk, url + "salespeople/match")
    assert "A worker does this" in text
    crm.work_on(Run.objects.get(kind="coupling"))
    assert CouplingRow.objects.get(finance_id=mine).sales_id == user


def test_salespeople_are_shown_while_dynamics_crm_cannot_be_asked(clerk: Client, crm: Crm, url: str) -> None:
    salesperson(crm, code="DD", name="Dora Dietz", email="dora@alder.example")
    crm.connection.enabled = False
    crm.connection.save()
    text = page(clerk, url + "salespeople/")
    assert "Dora Dietz" in text
    assert "The users of Dynamics CRM cannot be shown" in text


def test_marks_cost_the_same_for_one_row_and_for_many(
    clerk: Client, crm: Crm, url: str, django_assert_max_num_queries: Any
) -> None:
    for number in range(30):
        crm.customer(f"Row {number}")
    with django_assert_max_num_queries(20):
        page(clerk, f"/c/{crm.company.slug}/records/customer/")
