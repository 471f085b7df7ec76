"""Asking for a full synchronization, and its review: what a worker finds to do, and what people see of it."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.conftest import SECRET

from tallystick.engine import SetupError
from tallystick.financials.permissions import operator
from tallystick.integration import connections, operations
from tallystick.integration.models import Connection, FullSync, Run, RunStatus
from tallystick.integration.operations.synchronizing import recommended
from tallystick.integration.stores import mapping_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other system says how many rows it has; nothing else of it is needed here."""

    class Counting:
        def count(self, table: str) -> int:
            return 7

    monkeypatch.setattr(connections, "client", lambda connection: Counting())


def request(connection: Connection, *names: str) -> FullSync:
    return operations.request_full_sync(connection.company, list(names) or None, by=operator("ada"))


def line(full_sync: FullSync, name: str) -> Run:
    return full_sync.lines.select_related("mapping").get(mapping__name=name)


def end(run: Run, status: RunStatus, **more: object) -> None:
    Run.objects.filter(pk=run.pk).update(status=status, started_at=timezone.now(), finished_at=timezone.now(), **more)


def test_a_full_synchronization_has_a_line_per_mapping_in_order(connection: Connection) -> None:
    lines = list(request(connection).lines.select_related("mapping").order_by("position"))
    assert [run.mapping.name for run in lines][-2:] == ["CUSTOMER", "CONTACT"]
    assert len(lines) == 7
    assert {run.status for run in lines} == {RunStatus.QUEUED}
    assert lines[-1].depends_on == ["CUSTOMER"]
    assert line(lines[0].full_sync, "CURRENCY").total == 8  # seven there, and the local currency here


def test_pressing_start_twice_starts_it_once(connection: Connection) -> None:
    first = request(connection)
    assert request(connection, "CUSTOMER").pk == first.pk
    assert Run.objects.count() == 7
    FullSync.objects.update(finished_at=timezone.now())
    assert request(connection).pk != first.pk


def test_only_chosen_mappings_and_only_their_dependencies_count(connection: Connection) -> None:
    full_sync = request(connection, "customer", "CURRENCY")
    assert [run.mapping.name for run in full_sync.lines.order_by("position")] == ["CURRENCY", "CUSTOMER"]
    assert line(full_sync, "CUSTOMER").depends_on == ["CURRENCY"]


def test_an_unknown_or_switched_off_mapping_starts_nothing(connection: Connection) -> None:
    operations.change_mapping(connection.company, "CONTACT", enabled=False)
    for name, message in (("CONTACT", "switched off"), ("ITEM", "no integration table mapping")):
        with pytest.raises(SetupError, match=message):
            request(connection, name)
    assert not FullSync.objects.exists()


def test_before_the_first_start_the_review_recommends(connection: Connection) -> None:
    review = {row.name: row for row in operations.full_sync_review(connection.company)}
    assert next(iter(review)) == "SALESPEOPLE"
    assert review["SALESPEOPLE"].recommendation == "Full Synchronization"
    assert review["CURRENCY"].recommendation == "Couple Records"
    assert review["CUSTOMER"].recommendation == "Full Synchronization"
    assert review["CUSTOMER"].dependency_filter.startswith("SALESPEOPLE|CURRENCY|")
    assert (review["CUSTOMER"].job_status, review["CUSTOMER"].to_status, review["CUSTOMER"].from_status) == ("", "", "")
    assert (review["CUSTOMER"].direction, review["CURRENCY"].direction) == ("Bidirectional", "To Integration Table")


RECOMMENDED = [
    ("SALESPEOPLE", 0, 0, "Full Synchronization"),
    ("CUSTOMER", 0, 0, "No Records To Synchronize Now"),
    ("CUSTOMER", 5, 0, "Full Synchronization"),
    ("CUSTOMER", 0, 5, "Full Synchronization"),
    ("CUSTOMER", 5, 5, "Couple Records"),
]


@pytest.mark.parametrize(("name", "finance", "sales", "expected"), RECOMMENDED)
def test_recommendations_go_by_what_both_sides_hold(
    connection: Connection, name: str, finance: int, sales: int, expected: str
) -> None:
    assert recommended(mapping_of(connection, name), finance, sales) == expected


# status, failures to Dynamics CRM and to Financials → the three columns of a bidirectional line
STATUSES = [
    (RunStatus.QUEUED, 0, 0, ("Ready", "", "")),
    (RunStatus.IN_PROCESS, 0, 0, ("In Process", "In Process", "In Process")),
    (RunStatus.SUCCESS, 0, 0, ("Finished", "Success", "Success")),
    (RunStatus.SUCCESS, 2, 0, ("Finished", "Error", "Success")),
    (RunStatus.SUCCESS, 0, 1, ("Finished", "Success", "Error")),
    (RunStatus.ERROR, 0, 0, ("Error", "Error", "Error")),
    (RunStatus.ASKS, 0, 0, ("Waiting", "Error", "Error")),
    (RunStatus.STOPPED, 0, 0, ("On Hold", "Error", "Error")),
]


@pytest.mark.parametrize(("status", "to_failed", "from_failed", "columns"), STATUSES)
def test_the_review_shows_three_statuses(
    connection: Connection, status: RunStatus, to_failed: int, from_failed: int, columns: tuple[str, str, str]
) -> None:
    full_sync = request(connection)
    for name in ("CUSTOMER", "CURRENCY", "SALESPEOPLE"):
        Run.objects.filter(pk=line(full_sync, name).pk).update(
            status=status, to_failed=to_failed, from_failed=from_failed
        )
    review = {row.name: row for row in operations.full_sync_review(connection.company)}
    shown = review["CUSTOMER"]
    assert (shown.job_status, shown.to_status, shown.from_status) == columns
    assert review["CURRENCY"].from_status == ""
    assert review["SALESPEOPLE"].to_status == ""


def test_the_review_shows_progress_and_rate(connection: Connection) -> None:
    run = line(request(connection), "CUSTOMER")
    started = timezone.now() - timedelta(seconds=10)
    end(run, RunStatus.SUCCESS, done=500, total=1000)
    Run.objects.filter(pk=run.pk).update(started_at=started, finished_at=started + timedelta(seconds=4))
    shown = next(row for row in operations.full_sync_review(connection.company) if row.name == "CUSTOMER")
    assert (shown.done, shown.total, shown.rate) == (500, 1000, 125.0)


def test_restarting_a_line_restarts_what_it_blocked(connection: Connection) -> None:
    full_sync = request(connection)
    end(line(full_sync, "CURRENCY"), RunStatus.ERROR)
    for name in ("CUSTOMER", "CONTACT"):
        Run.objects.filter(pk=line(full_sync, name).pk).update(status=RunStatus.ERROR, message="Not started")
    end(line(full_sync, "SALESPEOPLE"), RunStatus.SUCCESS)
    operations.restart_line(connection.company, line(full_sync, "CURRENCY").pk, by=operator("bo"))
    assert {name: line(full_sync, name).status for name in ("CURRENCY", "CUSTOMER", "CONTACT", "SALESPEOPLE")} == {
        "CURRENCY": RunStatus.QUEUED,
        "CUSTOMER": RunStatus.QUEUED,
        "CONTACT": RunStatus.QUEUED,
        "SALESPEOPLE": RunStatus.SUCCESS,
    }
    assert line(full_sync, "CURRENCY").attempts == 1


def test_restarting_a_line_of_one_that_has_ended_asks_for_a_new_one(connection: Connection) -> None:
    full_sync = request(connection)
    for run in full_sync.lines.all():
        end(run, RunStatus.SUCCESS)
    end(line(full_sync, "CONTACT"), RunStatus.ERROR)
    FullSync.objects.update(finished_at=timezone.now())
    again = operations.restart_line(connection.company, line(full_sync, "CONTACT").pk, by=operator("bo"))
    assert again.full_sync_id != full_sync.pk
    assert (again.status, again.requested_by) == (RunStatus.QUEUED, "bo")
    assert Run.objects.filter(full_sync=again.full_sync).count() == 1


def test_a_line_is_left_out_only_before_it_starts(connection: Connection) -> None:
    full_sync = request(connection)
    operations.remove_line(connection.company, line(full_sync, "CONTACT").pk)
    assert full_sync.lines.count() == 6
    run = line(full_sync, "CUSTOMER")
    Run.objects.filter(pk=run.pk).update(status=RunStatus.IN_PROCESS)
    with pytest.raises(SetupError, match="has started already"):
        operations.remove_line(connection.company, run.pk)


def test_a_run_that_asks_goes_on_when_it_is_allowed(connection: Connection) -> None:
    run = line(request(connection), "CUSTOMER")
    with pytest.raises(SetupError, match="does not ask"):
        operations.approve(connection.company, run.pk, by=operator("bo"))
    Run.objects.filter(pk=run.pk).update(status=RunStatus.ASKS)
    allowed = operations.approve(connection.company, run.pk, by=operator("bo"))
    assert (allowed.status, allowed.allowed) == (RunStatus.QUEUED, True)
    assert "bo" in allowed.message


@pytest.mark.parametrize(
    ("status", "after", "asked"),
    [
        (RunStatus.QUEUED, RunStatus.STOPPED, False),
        (RunStatus.ASKS, RunStatus.STOPPED, False),
        (RunStatus.IN_PROCESS, RunStatus.IN_PROCESS, True),
        (RunStatus.SUCCESS, RunStatus.SUCCESS, False),
    ],
)
def test_stopping_a_run(connection: Connection, status: RunStatus, after: RunStatus, asked: bool) -> None:
    run = line(request(connection), "CUSTOMER")
    Run.objects.filter(pk=run.pk).update(status=status)
    stopped = operations.stop(connection.company, run.pk, by=operator("bo"))
    assert (stopped.status, stopped.stop_requested) == (after, asked)


def test_stopping_a_full_synchronization_stops_its_lines(connection: Connection) -> None:
    full_sync = request(connection)
    operations.stop_full_sync(connection.company, by=operator("bo"))
    assert set(full_sync.lines.values_list("status", flat=True)) == {RunStatus.STOPPED}


def test_the_run_of_another_company_is_not_there(connection: Connection) -> None:
    from tallystick.financials.services import companies

    other = companies.create_company("Other", experience="Suite")
    connections.connect(other, "https://other.crm4.dynamics.com", None, "t", "c", SECRET, by=operator("x"))
    run = line(request(connection), "CUSTOMER")
    with pytest.raises(SetupError, match="There is no run"):
        operations.stop(other, run.pk)
    assert operations.runs(other).runs == ()
