"""Who sees and does what: roles, companies of others, companies that are not offered the integration or not connected."""

import pytest
from django.test import Client
from tests.integration.crm import Crm
from tests.web_crm.conftest import page

from tallystick.financials.models import Company
from tallystick.financials.permissions import operator
from tallystick.financials.services import companies, create
from tallystick.integration import connections
from tallystick.integration.models import Connection, CouplingRow, FullSync, Run, RunKind

pytestmark = pytest.mark.django_db

PAGES = (
    "connection/",
    "connection/solution/",
    "mappings/",
    "mappings/customer/",
    "mappings/customer/preview",
    "full-synch/",
    "jobs/",
    "issues/",
    "salespeople/",
    "history/",
)
DEEDS_OF_CLERKS = (
    "mappings/customer/synchronize",
    "mappings/customer/match",
    "mappings/customer/uncouple",
    "mappings/customer/preview/run",
    "full-synch/start",
    "full-synch/stop",
    "issues/retry",
    "issues/retry-all",
    "issues/c1/settle",
    "issues/c1/settle-deletion",
    "salespeople/match",
    "salespeople/couple",
    "salespeople/create",
    "history/undo",
)
DEEDS_OF_ADMINISTRATORS = ("connection/test", "connection/enable", "connection/disable", "connection/solution/import")
NO_ID = "00000000-0000-4000-8000-000000000000"
RECORD = f"records/customer/{NO_ID}/"


@pytest.mark.parametrize("address", [*PAGES, RECORD, f"selection/customer/match?ids={NO_ID}", "jobs/1/"])
def test_below_suite_every_page_says_how_to_switch(
    administrator: Client, company: Company, url: str, address: str
) -> None:
    Company.objects.filter(pk=company.pk).update(experience="Essential")
    text = page(administrator, url + address)
    assert "part of the Suite experience" in text
    assert f'href="/c/{company.slug}/company/#experience"' in text
    assert "Switch to Suite" in text


@pytest.mark.parametrize(
    "address", [*DEEDS_OF_CLERKS, *DEEDS_OF_ADMINISTRATORS, RECORD + "couple", "full-synch/lines/1/stop"]
)
def test_below_suite_no_action_does_anything_but_say_how_to_switch(
    administrator: Client, company: Company, url: str, address: str
) -> None:
    Company.objects.filter(pk=company.pk).update(experience="Basic")
    answer = administrator.post(url + address, {"mappings": "CUSTOMER", "ids": NO_ID})
    assert answer.status_code == 409
    assert "part of the Suite experience" in answer.content.decode()
    assert not Run.objects.exists()


def test_below_suite_lists_and_cards_offer_nothing(administrator: Client, crm: Crm) -> None:
    customer = crm.customer("Nobody's")
    Company.objects.filter(pk=crm.company.pk).update(experience="Essential")
    base = f"/c/{crm.company.slug}/"
    assert "Match-Based Coupling" not in page(administrator, base + "records/customer/")
    assert "Set Up Coupling" not in page(administrator, f"{base}records/customer/{customer}/")
    assert "Experience: Essential" in page(administrator, base)


@pytest.mark.parametrize("address", PAGES[1:])
def test_without_a_connection_every_page_leads_to_the_setup(administrator: Client, url: str, address: str) -> None:
    text = page(administrator, url + address)
    assert "is not connected to Dynamics CRM yet" in text
    assert f'href="{url}connection/"' in text


def test_without_a_connection_lists_cards_and_home_work(administrator: Client, company: Company) -> None:
    base = f"/c/{company.slug}/"
    customer = create(company, "customer", {"name": "Lonely"}).id
    assert "Lonely" in page(administrator, base + "records/customer/")
    assert "is not connected to Dynamics CRM." in page(administrator, f"{base}records/customer/{customer}/")
    assert 'href="/c/alder/crm/assisted-setup/"' in page(administrator, base)


@pytest.mark.parametrize("address", PAGES)
def test_a_viewer_reads_every_page(viewer: Client, crm: Crm, url: str, address: str) -> None:
    text = page(viewer, url + address)
    for button in (
        "Save and test",
        "Enable",
        "Stop all",
        "Retry all",
        "Run it",
        "Delete Couplings",
        "Synchronize Modified",
    ):
        assert f"{button}</button>" not in text, button


@pytest.mark.parametrize(
    "address", [*DEEDS_OF_CLERKS, *DEEDS_OF_ADMINISTRATORS, RECORD + "couple", RECORD + "uncouple"]
)
def test_a_viewer_changes_nothing(viewer: Client, crm: Crm, url: str, address: str) -> None:
    assert viewer.post(url + address).status_code == 403
    assert viewer.get(f"{url}selection/customer/match?ids={NO_ID}").status_code == 403


@pytest.mark.parametrize("address", [*DEEDS_OF_ADMINISTRATORS, "connection/", "mappings/customer/"])
def test_a_clerk_changes_neither_connection_nor_policies(clerk: Client, crm: Crm, url: str, address: str) -> None:
    before = Connection.objects.values().get()
    assert clerk.post(url + address, {"enabled": "", "address": "https://elsewhere.example"}).status_code == 403
    assert Connection.objects.values().get() == before


def test_what_belongs_to_another_company_is_not_there(clerk: Client, crm: Crm, url: str) -> None:
    other = companies.create_company("Beta", local_currency="EUR", experience="Suite")
    customer = create(other, "customer", {"name": "Theirs"}).id
    connection = connections.connect(other, "https://beta.crm4.dynamics.com", None, "b", "c", "s", by=operator("b"))
    settings = connection.mapping_settings.get(name="CUSTOMER")
    full = FullSync.objects.create(connection=connection)
    run = Run.objects.create(connection=connection, mapping=settings, kind=RunKind.FULL, full_sync=full)
    assert clerk.get(f"/c/{other.slug}/crm/mappings/").status_code == 404
    for address in (f"records/customer/{customer}/", f"jobs/{run.pk}/", f"selection/customer/match?ids={customer}"):
        assert clerk.get(url + address).status_code == 404, address
    for address in (
        f"records/customer/{customer}/couple",
        f"records/customer/{customer}/uncouple",
        f"jobs/{run.pk}/stop",
        f"jobs/{run.pk}/approve",
        f"full-synch/lines/{run.pk}/remove",
        f"selection/customer/uncouple?ids={customer}",
    ):
        values = {"ids": str(customer), "first": "finance", "sales_id": "x"}
        assert clerk.post(url + address, values).status_code == 404, address
    run.refresh_from_db()
    assert run.status == "queued"


def test_a_conflict_of_another_company_is_not_settled(clerk: Client, crm: Crm, url: str) -> None:
    other = companies.create_company("Beta", local_currency="EUR", experience="Suite")
    connection = connections.connect(other, "https://beta.crm4.dynamics.com", None, "b", "c", "s", by=operator("b"))
    row = CouplingRow.objects.create(
        mapping=connection.mapping_settings.get(name="CUSTOMER"),
        finance_id="1",
        sales_id="2",
        finance_base="{}",
        sales_base="{}",
        state="conflict",
        label="Theirs",
        updated_at="2026-01-01T00:00:00Z",
        created_at="2026-01-01T00:00:00Z",
    )
    answer = clerk.post(f"{url}issues/c{row.pk}/settle", {"take": "finance *"}, follow=True)
    assert "There is no coupling with the issue" in answer.content.decode()
    assert "Theirs" not in answer.content.decode()
    row.refresh_from_db()
    assert row.decisions == ""


@pytest.mark.parametrize(
    "address",
    [
        "mappings/nothing/",
        "jobs/424242/",
        f"records/customer/{NO_ID}/",
        f"records/country/{NO_ID}/",
        "records/no/x/",
    ],
)
def test_what_is_not_there_is_not_found(clerk: Client, crm: Crm, url: str, address: str) -> None:
    assert clerk.get(url + address).status_code == 404


def test_the_badge_asks_no_more_while_there_is_nothing_to_count(viewer: Client, company: Company, url: str) -> None:
    assert viewer.get(url + "issues/badge").status_code == 286
    Company.objects.filter(pk=company.pk).update(experience="Basic")
    assert viewer.get(url + "issues/badge").status_code == 286
