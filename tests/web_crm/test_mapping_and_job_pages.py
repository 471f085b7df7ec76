"""Integration Table Mappings, previews, the full synchronization and the jobs."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.integration.crm import Crm
from tests.web_crm.conftest import HOSTILE, page, post

from tallystick.engine import FINANCE
from tallystick.financials.permissions import operator
from tallystick.integration import operations
from tallystick.integration.models import CouplingRow, FullSync, MappingSettings, Run, RunError

pytestmark = pytest.mark.django_db

BY = operator("ada@alder.example")
PAIR_OF_NAMES = ("SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "CUSTOMER", "CONTACT")


def cells(text: str) -> list[str]:
    return [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", text, re.S)]


def numbers_of(text: str, mapping: str) -> list[int]:
    row = next(row for row in re.findall(r"<tr data-row.*?</tr>", text, re.S) if f">{mapping}<" in row)
    return [int(cell.replace(",", "")) for cell in cells(row) if re.fullmatch(r"[\d,]+", cell)]


def test_the_list_shows_every_mapping_with_counts_that_add_up(viewer: Client, crm: Crm, url: str) -> None:
    operations.couple(crm.company, "CUSTOMER", crm.customer("A"), crm.account("A"), first=FINANCE, by=BY)
    crm.customer("B")
    crm.synchronise("CUSTOMER")
    text = page(viewer, url + "mappings/")
    for name in PAIR_OF_NAMES:
        finance, sales, coupled, *states = numbers_of(text, name)
        assert finance + sales - coupled == sum(states), name
    assert numbers_of(text, "CUSTOMER")[0] == 2


def test_a_mapping_shows_its_fields_filters_and_constants(viewer: Client, crm: Crm, url: str) -> None:
    text = page(viewer, url + "mappings/customer/")
    for told in (
        "address1_line1",
        "through SALESPEOPLE",
        "The customer is blocked.",
        "customertypecode is always 3",
        "switched off",
        "waits alone",
    ):
        assert told in text, told
    assert "to Dynamics CRM" in text
    assert "disabled" in text, "a viewer cannot change the policies"


def test_an_administrator_changes_the_policies(administrator: Client, crm: Crm, url: str) -> None:
    values = {"enabled": "on", "conflicts": "sales wins", "deletions": "restore", "max_share": "7"}
    text = post(administrator, url + "mappings/customer/", **values)
    assert "are saved" in text
    row = MappingSettings.objects.get(name="CUSTOMER")
    assert (row.enabled, row.conflicts, row.deletions, row.max_share, row.creates) == (
        True,
        "sales wins",
        "restore",
        7,
        False,
    )


@pytest.mark.parametrize(
    ("field", "value"), [("max_share", "101"), ("max_share", "x"), ("conflicts", "coin toss"), ("deletions", "")]
)
def test_a_policy_that_does_not_exist_changes_nothing(
    administrator: Client, crm: Crm, url: str, field: str, value: str
) -> None:
    values = {"enabled": "on", "conflicts": "ask", "deletions": "ask", "max_share": "7", field: value}
    assert administrator.post(url + "mappings/customer/", values).status_code == 422
    assert MappingSettings.objects.get(name="CUSTOMER").max_share is None


@pytest.mark.django_db(transaction=True)  # a worker writes its heartbeat from another thread
def test_a_mapping_is_synchronized_matched_and_uncoupled(clerk: Client, crm: Crm, url: str) -> None:
    customer, account = crm.customer("Matching Ltd"), crm.account("Matching Ltd")
    assert "A worker" in post(clerk, url + "mappings/customer/match", synchronize="on")
    crm.work_on(Run.objects.get(kind="coupling"))
    assert CouplingRow.objects.get(finance_id=customer).sales_id == account
    post(clerk, url + "mappings/customer/synchronize")
    post(clerk, url + "mappings/customer/synchronize")
    assert Run.objects.filter(mapping__name="CUSTOMER", kind="synchronization", status="queued").count() == 1
    assert "couplings of CUSTOMER are deleted" in post(clerk, url + "mappings/customer/uncouple")
    assert not CouplingRow.objects.filter(mapping__name="CUSTOMER").exists()


@pytest.mark.django_db(transaction=True)  # a worker writes its heartbeat from another thread
def test_a_preview_shows_the_writes_with_reasons_and_writes_nothing(clerk: Client, crm: Crm, url: str) -> None:
    customer, account = crm.customer("Preview Ltd", city="Rome", phone_no="1"), crm.account("Preview Ltd")
    operations.couple(crm.company, "CUSTOMER", customer, account, first=FINANCE, by=BY)
    crm.synchronise("CUSTOMER")
    assert "Nothing to write" in page(clerk, url + "mappings/customer/preview")
    crm.edit(customer, city=HOSTILE[:30], phone_no="")
    written = crm.rows_written()
    text = page(clerk, url + "mappings/customer/preview")
    assert "Rome" in text
    assert "&lt;script&gt;" in text
    assert "risky" in text, "a blank takes something away"
    assert "address1_city" in text
    assert crm.rows_written() == written
    assert crm.get(account)["address1_city"] == "Rome"
    crm.customer("Not There Yet")
    assert "Not There Yet" in page(clerk, url + "mappings/customer/preview?full=yes")
    post(clerk, url + "mappings/customer/preview/run")
    crm.work_on(Run.objects.get(kind="synchronization", status="queued"))
    assert crm.get(account)["address1_city"] == HOSTILE[:30]


def test_the_review_recommends_starts_and_drills_down(clerk: Client, crm: Crm, url: str) -> None:
    text = page(clerk, url + "full-synch/")
    for heading in (
        "Dependency Filter",
        "Job Queue Entry Status",
        "To Int. Table Job Status",
        "From Int. Table Job Status",
        "Recommendation",
    ):
        assert heading in text
    assert "Full Synchronization" in text
    assert "SALESPEOPLE|CURRENCY|PAYMENT TERMS|SHIPMENT METHOD|SHIPPING AGENT" in text
    chosen = [name for name in PAIR_OF_NAMES if name != "CONTACT"]
    text = post(clerk, url + "full-synch/start", mappings=chosen)
    assert "is under way" in text
    assert 'hx-trigger="every 1s"' in text
    assert "No worker is running" in text
    full = FullSync.objects.get()
    assert [run.mapping.name for run in full.lines.order_by("position")] == chosen
    post(clerk, url + "full-synch/start", mappings=chosen)
    assert FullSync.objects.count() == 1, "pressing Start twice starts it once"
    run = full.lines.get(mapping__name="CUSTOMER")
    assert f'href="{url}jobs/{run.pk}/"' in text


def test_the_fragment_is_asked_for_no_more_when_nothing_runs(clerk: Client, crm: Crm, url: str) -> None:
    full = operations.request_full_sync(crm.company, by=BY)
    fragment = clerk.get(url + "full-synch/", headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    assert 'hx-swap-oob="true"' in fragment.content.decode()
    full.lines.update(status="success", finished_at=timezone.now())
    FullSync.objects.update(status="success", finished_at=timezone.now())
    fragment = clerk.get(url + "full-synch/", headers={"HX-Request": "true"})
    assert fragment.status_code == 286
    assert "hx-trigger" not in fragment.content.decode()
    assert "Finished" in fragment.content.decode()
    assert "Start again" in fragment.content.decode()


def test_lines_are_left_out_allowed_restarted_and_stopped(clerk: Client, crm: Crm, url: str) -> None:
    full = operations.request_full_sync(crm.company, by=BY)
    line = {run.mapping.name: run for run in full.lines.select_related("mapping")}

    def act(name: str, action: str) -> str:
        return post(clerk, f"{url}full-synch/lines/{line[name].pk}/{action}")

    assert "left out" in act("CONTACT", "remove")
    assert not full.lines.filter(mapping__name="CONTACT").exists()
    full.lines.filter(mapping__name="CUSTOMER").update(
        status="asks", message="It would delete 40 of 100.", hint="Look."
    )
    text = page(clerk, url + "full-synch/")
    assert "It would delete 40 of 100." in text
    assert "Waiting" in text
    act("CUSTOMER", "approve")
    line["CUSTOMER"].refresh_from_db()
    assert (line["CUSTOMER"].status, line["CUSTOMER"].allowed) == ("queued", True)
    act("CUSTOMER", "stop")
    line["CUSTOMER"].refresh_from_db()
    assert line["CUSTOMER"].status == "stopped"
    act("CUSTOMER", "restart")
    line["CUSTOMER"].refresh_from_db()
    assert line["CUSTOMER"].status == "queued"
    full.lines.filter(mapping__name="CURRENCY").update(status="in process", started_at=timezone.now())
    assert "has started already" in act("CURRENCY", "remove")
    assert clerk.post(f"{url}full-synch/lines/{line['CURRENCY'].pk}/nonsense").status_code == 404
    post(clerk, url + "full-synch/stop")
    assert set(full.lines.values_list("status", flat=True)) == {"stopped", "in process"}
    assert full.lines.get(status="in process").stop_requested


def test_nothing_is_started_while_the_connection_is_off(clerk: Client, crm: Crm, url: str) -> None:
    crm.connection.enabled = False
    crm.connection.save()
    assert "Nothing can be started while the connection is switched off" in page(clerk, url + "full-synch/")
    assert "switched off" in post(clerk, url + "full-synch/start", mappings=["CUSTOMER"])
    assert "Choose at least one line".lower() in post(clerk, url + "full-synch/start").lower()
    assert clerk.post(url + "full-synch/start", {"mappings": ["NONSENSE"]}).status_code == 404
    assert not FullSync.objects.exists()


@pytest.fixture
def failed_run(crm: Crm) -> Run:
    settings = MappingSettings.objects.get(connection=crm.connection, name="CUSTOMER")
    customer, account = crm.customer("Err Ltd"), crm.account("Err Ltd")
    run = Run.objects.create(
        connection=crm.connection, mapping=settings, kind="full", status="success", failed=1, to_failed=1,
        to_inserted=3, requested_by=BY, started_at=timezone.now(), finished_at=timezone.now(),
    )  # fmt: skip
    RunError.objects.create(
        run=run, side="sales", record=f"{HOSTILE} Ltd", finance_id=customer, sales_id=account, message="No currency XAF.",
        hint="Couple currencies first.", at=timezone.now(),
    )  # fmt: skip
    return run


def test_a_job_tells_its_errors_with_links_to_both_records(viewer: Client, url: str, failed_run: Run) -> None:
    listed = page(viewer, url + "jobs/?mapping=customer&status=success")
    assert f'href="{url}jobs/{failed_run.pk}/#errors"' in listed
    text = page(viewer, f"{url}jobs/{failed_run.pk}/")
    error = failed_run.errors.get()
    for told in (
        "No currency XAF.",
        "Couple currencies first.",
        "3 created in Dynamics CRM",
        f"id={error.sales_id}",
        error.finance_id,
    ):
        assert told in text, told
    assert "<script>alert" not in text


def test_jobs_are_filtered_and_paged(viewer: Client, crm: Crm, url: str, failed_run: Run) -> None:
    assert "No jobs match these filters" in page(viewer, url + "jobs/?status=asks")
    assert "No jobs match these filters" in page(viewer, url + "jobs/?kind=uncoupling")
    assert BY.name in page(viewer, url + "jobs/?status=nonsense&full=nonsense&page=-3")
    Run.objects.bulk_create(
        Run(connection=crm.connection, mapping=failed_run.mapping, kind="synchronization") for _ in range(60)
    )
    assert "page=2" in page(viewer, url + "jobs/")
    assert "Newer" in page(viewer, url + "jobs/?page=2")


def test_a_job_that_asks_is_allowed_or_stopped(clerk: Client, url: str, failed_run: Run) -> None:
    Run.objects.update(status="asks", message="It would uncouple 30 of 100.", finished_at=None)
    assert "This job has stopped to ask" in page(clerk, f"{url}jobs/{failed_run.pk}/")
    assert "The job goes on" in post(clerk, f"{url}jobs/{failed_run.pk}/approve")
    failed_run.refresh_from_db()
    assert failed_run.allowed
    assert "does not ask for anything" in post(clerk, f"{url}jobs/{failed_run.pk}/approve")
    assert "stopped" in post(clerk, f"{url}jobs/{failed_run.pk}/stop")
    fragment = clerk.get(f"{url}jobs/{failed_run.pk}/", headers={"HX-Request": "true"})
    assert fragment.status_code == 286


def test_home_says_whether_the_halves_match(viewer: Client, crm: Crm) -> None:
    text = page(viewer, f"/c/{crm.company.slug}/")
    assert "Connected" in text
    assert "nothing needs attention" in text
    assert "No worker is running" in text
    assert "Run Full Synchronization" in text


def test_pages_cost_a_bounded_number_of_queries(
    viewer: Client, crm: Crm, url: str, django_assert_max_num_queries: Any
) -> None:
    bounds = {
        "": 45,
        "connection/": 25,
        "mappings/": 25,
        "mappings/customer/": 25,
        "full-synch/": 45,
        "jobs/": 15,
        "history/": 20,
    }
    page(viewer, url + "full-synch/")  # asks Dynamics CRM how many rows it has, once a minute
    for address, most in bounds.items():
        with django_assert_max_num_queries(most):
            page(viewer, url + address if address else f"/c/{crm.company.slug}/")
