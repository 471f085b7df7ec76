"""Coupled Data Synchronization Errors: every state, deciding, trying again, what stays in the history."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.integration.crm import Crm
from tests.web_crm.conftest import HOSTILE, page, post

from tallystick.engine import FINANCE
from tallystick.financials.models import Customer
from tallystick.financials.permissions import operator
from tallystick.integration import operations
from tallystick.integration.models import CouplingRow, MappingSettings

pytestmark = pytest.mark.django_db

BY = operator("ada@alder.example")


@pytest.fixture
def pair(crm: Crm) -> tuple[str, str]:
    """A coupled pair in agreement."""
    customer, account = crm.customer("Kiosk Kurz", city="Ulm", phone_no="1"), crm.account("Kiosk Kurz")
    operations.couple(crm.company, "CUSTOMER", customer, account, first=FINANCE, by=BY)
    crm.synchronise("CUSTOMER")
    return customer, account


@pytest.fixture
def conflict(crm: Crm, pair: tuple[str, str]) -> str:
    """Both sides changed city and phone; returns the id of the issue."""
    crm.edit(pair[0], city="Bonn", phone_no="22")
    crm.patch(pair[1], address1_city=HOSTILE[:40], telephone1="33")
    crm.synchronise("CUSTOMER")
    return issue_of(crm)


def issue_of(crm: Crm) -> str:
    return operations.issues(crm.company).issues[0].id


def test_both_values_stand_beside_each_other_escaped(viewer: Client, url: str, conflict: str) -> None:
    text = page(viewer, url + "issues/")
    for value in ("Bonn", "22", "33", "agreed before", "Ulm", "&lt;script&gt;"):
        assert value in text, value
    assert "<script>alert" not in text
    assert 'name="take"' not in text, "a viewer decides nothing"


def test_one_field_is_decided_and_the_other_stays(
    clerk: Client, crm: Crm, url: str, conflict: str, pair: tuple[str, str]
) -> None:
    text = post(clerk, f"{url}issues/{conflict}/settle", take="sales phone_no")
    assert "Dynamics CRM's value is taken" in text.replace("&#x27;", "'")
    assert "1 more to decide" in text
    assert crm.read(pair[0]).phone_no == "33"
    assert crm.read(pair[0]).city == "Bonn"
    page_of_history = page(clerk, url + "history/?kind=decided")
    assert re.search(r"lost: .*22.*won: .*33", page_of_history), "the losing value stays in the history"


def test_a_record_is_decided_as_a_whole(
    clerk: Client, crm: Crm, url: str, conflict: str, pair: tuple[str, str]
) -> None:
    text = post(clerk, f"{url}issues/{conflict}/settle?state=conflict&mapping=CUSTOMER", take="finance *")
    assert "Settled" in text
    assert crm.get(pair[1])["address1_city"] == "Bonn"
    assert crm.get(pair[1])["telephone1"] == "22"
    assert "No record with these filters needs attention" in text, "the filters are kept"
    again = post(clerk, f"{url}issues/{conflict}/settle", take="finance *")
    assert "somebody may have settled it" in again


@pytest.mark.parametrize("take", ["", "finance", "nobody city", "finance city; drop"])
def test_a_choice_that_is_none_settles_nothing(clerk: Client, url: str, conflict: str, take: str) -> None:
    answer = clerk.post(f"{url}issues/{conflict}/settle", {"take": take}, follow=True)
    assert answer.status_code == 404 or "has no conflict in" in answer.content.decode()
    assert CouplingRow.objects.get(state="conflict").decisions == ""


def test_the_badge_counts_what_needs_a_decision(viewer: Client, url: str, conflict: str) -> None:
    text = page(viewer, url + "issues/badge")
    assert re.search(r">1<span class=\"visually-hidden\"> needs a decision", text)
    assert 'hx-get="/c/alder/crm/issues/badge"' in page(viewer, url + "issues/")


@pytest.mark.parametrize(
    ("choice", "finance_stays", "accounts"),
    [("delete coupling", True, 0), ("restore", True, 1), ("delete the counterpart", False, 0)],
)
def test_a_deletion_is_decided(
    clerk: Client, crm: Crm, url: str, pair: tuple[str, str], choice: str, finance_stays: bool, accounts: int
) -> None:
    before = len(crm.accounts_named("Kiosk Kurz"))
    crm.delete(pair[1])
    crm.synchronise("CUSTOMER")
    text = page(clerk, url + "issues/?state=conflict")
    for label in ("Keep it in Financials, uncoupled", "Restore it in Dynamics CRM", "Delete it in Financials too"):
        assert label in text
    assert "is then gone on both sides" in text, "what deletes is asked for twice"
    assert "Settled." in post(clerk, f"{url}issues/{issue_of(crm)}/settle-deletion", choice=choice)
    assert Customer.objects.filter(pk=pair[0]).exists() is finance_stays
    assert len(crm.accounts_named("Kiosk Kurz")) == before - 1 + accounts


def test_a_failure_says_why_and_is_tried_again(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    crm.patch(pair[1], address1_country="Atlantis")
    crm.synchronise("CUSTOMER")
    text = page(clerk, url + "issues/?state=failed")
    assert "Kiosk Kurz" in text
    assert "Atlantis" in text, "what happened"
    assert "Countries/Regions" in text, "what to do"
    assert 'name="ids"' in text
    failed = issue_of(crm)
    assert "1 tried again" in post(clerk, url + "issues/retry", ids=[failed])
    assert CouplingRow.objects.get(finance_id=pair[0]).state == "failed"
    crm.make("country", code="AT2", name="Atlantis")
    assert "1 tried again" in post(clerk, url + "issues/retry-all")
    assert crm.read(pair[0]).country.code == "AT2"
    assert "Nothing needs attention" in page(clerk, url + "issues/")
    assert "Nothing was tried" in post(clerk, url + "issues/retry")


def test_what_waits_says_for_what(viewer: Client, crm: Crm, url: str) -> None:
    salesperson = crm.make("salesperson", code="WW", name="Wanda Wait", email="w@alder.example")
    customer = crm.customer("Waiting Ltd", salesperson_code=UUID(salesperson))
    crm.synchronise("CUSTOMER")
    operations.create_in_sales(crm.company, "CUSTOMER", [customer], BY)
    text = page(viewer, url + "issues/?state=waiting")
    assert "Waiting Ltd" in text
    assert re.search(rf'href="/c/alder/records/salesperson/{salesperson}/">SALESPEOPLE WW<', text)


def test_the_list_is_searched_and_filtered(viewer: Client, url: str, conflict: str) -> None:
    assert "Kiosk Kurz" in page(viewer, url + "issues/?q=kiosk&mapping=customer")
    assert "Nothing found" in page(viewer, url + "issues/?q=nobody")
    assert "Nothing found" in page(viewer, url + "issues/?mapping=contact")
    assert "Kiosk Kurz" in page(viewer, url + "issues/?mapping=nonsense&state=nonsense&page=nonsense"), (
        "nonsense is no filter"
    )
    fragment = viewer.get(url + "issues/?q=kiosk", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "Kiosk Kurz" in fragment


def test_many_issues_cost_no_more_queries_than_one(
    viewer: Client, crm: Crm, url: str, conflict: str, django_assert_max_num_queries: Any
) -> None:
    row = CouplingRow.objects.get(state="conflict")
    settings = MappingSettings.objects.get(name="CUSTOMER", connection__company=crm.company)
    for number in range(60):
        row.pk, row.mapping, row.finance_id, row.sales_id = None, settings, f"{number}", f"s{number}"
        row.save(force_insert=True)
    with django_assert_max_num_queries(40):
        text = page(viewer, url + "issues/")
    assert text.count('class="issue"') == 50
    assert "page=2" in text


def test_an_edit_is_taken_back_and_what_changed_since_is_told(
    clerk: Client, crm: Crm, url: str, pair: tuple[str, str]
) -> None:
    crm.edit(pair[0], city="Wels")
    crm.synchronise("CUSTOMER")
    text = page(clerk, f"{url}history/?kind=updated&finance_id={pair[0]}")
    chosen = re.findall(r'name="ids" value="(\d+)"', text)[0]
    assert "1 edit taken back" in post(clerk, url + "history/undo", ids=[chosen])
    assert crm.get(pair[1])["address1_city"] == "Ulm"
    assert crm.read(pair[0]).city == "Ulm"
    text = post(clerk, url + "history/undo", ids=[chosen, "999999"])
    assert "It was taken back already" in text
    assert "There is no such entry in the history" in text
    assert "taken back</span>" in page(clerk, url + "history/")
    assert "Choose the edits" in post(clerk, url + "history/undo", ids=["x", "9" * 40])


def test_undo_leaves_alone_what_somebody_edited_since(clerk: Client, crm: Crm, url: str, pair: tuple[str, str]) -> None:
    for city in ("Wels", "Graz"):
        crm.edit(pair[0], city=city)
        crm.synchronise("CUSTOMER")
    text = page(clerk, f"{url}history/?kind=updated&finance_id={pair[0]}")
    older = re.findall(r'name="ids" value="(\d+)"', text)[1]
    assert "changed since in Dynamics CRM" in post(clerk, url + "history/undo", ids=[older])
    assert crm.get(pair[1])["address1_city"] == "Graz"
