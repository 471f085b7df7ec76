"""Which run may start when, and how each is told to have ended."""

import logging

import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from tallystick.engine import SideUnavailable
from tallystick.financials.models import Company
from tallystick.financials.services import companies
from tallystick.integration.jobs import run as run_module
from tallystick.integration.jobs import runs
from tallystick.integration.models import Connection, FullSync, Run, RunKind, RunStatus
from tallystick.integration.stores import ensure_settings, settings_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection() -> Connection:
    company: Company = companies.create_company("Acme", experience="Suite")
    made = Connection.objects.create(
        company=company, address="https://x.example", tenant="t", client_id="c", enabled=True
    )
    ensure_settings(made)
    return made


def a_run(connection: Connection, mapping: str, **more: object) -> Run:
    values = {"kind": RunKind.SYNCHRONIZATION, **more}
    return Run.objects.create(connection=connection, mapping=settings_of(connection, mapping), **values)


def a_full_sync(connection: Connection, lines: dict[str, list[str]], status: str = RunStatus.IN_PROCESS) -> FullSync:
    full_sync = FullSync.objects.create(connection=connection, status=status)
    for position, (mapping, after) in enumerate(lines.items()):
        a_run(connection, mapping, full_sync=full_sync, depends_on=after, position=position, kind=RunKind.FULL)
    return full_sync


def names(found: list[Run]) -> list[str]:
    return [run.mapping.name for run in found]


LINES = {"SALESPEOPLE": [], "CURRENCY": [], "CUSTOMER": ["SALESPEOPLE", "CURRENCY"], "CONTACT": ["CUSTOMER"]}


@pytest.mark.parametrize(
    ("done", "startable"),
    [
        ({}, ["SALESPEOPLE", "CURRENCY"]),
        ({"SALESPEOPLE": "success"}, ["CURRENCY"]),
        ({"SALESPEOPLE": "success", "CURRENCY": "in process"}, []),
        ({"SALESPEOPLE": "success", "CURRENCY": "success"}, ["CUSTOMER"]),
        ({"SALESPEOPLE": "success", "CURRENCY": "error"}, []),
        ({"SALESPEOPLE": "success", "CURRENCY": "asks"}, []),
        ({"SALESPEOPLE": "success", "CURRENCY": "success", "CUSTOMER": "success"}, ["CONTACT"]),
    ],
    ids=str,
)
def test_a_line_starts_when_what_it_depends_on_has_succeeded(
    connection: Connection, done: dict[str, str], startable: list[str]
) -> None:
    full_sync = a_full_sync(connection, LINES)
    for mapping, status in done.items():
        full_sync.lines.filter(mapping__name=mapping).update(status=status)
    assert names(runs.startable_runs(10)) == startable


def test_lines_wait_for_their_full_synchronization_to_begin(connection: Connection) -> None:
    a_full_sync(connection, LINES, status=RunStatus.QUEUED)
    assert runs.startable_runs(10) == []


def test_two_runs_of_one_mapping_never_overlap(connection: Connection) -> None:
    first, second = a_run(connection, "CUSTOMER"), a_run(connection, "CUSTOMER")
    assert runs.startable_runs(10) == [first]
    runs.begin(first, "w")
    assert runs.startable_runs(10) == []
    runs.finish(first.pk, RunStatus.SUCCESS)
    assert runs.startable_runs(10) == [second]


def test_no_more_runs_start_than_there_is_room_for(connection: Connection) -> None:
    for mapping in ("CUSTOMER", "CURRENCY", "CONTACT"):
        a_run(connection, mapping)
    assert len(runs.startable_runs(2)) == 2
    assert runs.startable_runs(0) == []


def test_a_line_in_error_ends_all_that_depend_on_it(connection: Connection) -> None:
    full_sync = a_full_sync(connection, LINES)
    currency = full_sync.lines.get(mapping__name="CURRENCY")
    runs.begin(currency, "w")
    runs.finish_with(currency.pk, SideUnavailable("Nothing answers.", hint="Look at the cable."))
    while runs.block_dependants(full_sync.pk):
        pass
    ended = {line.mapping.name: (line.status, line.message) for line in full_sync.lines.select_related("mapping")}
    assert ended["CURRENCY"] == ("error", "Nothing answers.")
    assert ended["CUSTOMER"] == ("error", "Not started, because CURRENCY did not finish.")
    assert ended["CONTACT"] == ("error", "Not started, because CUSTOMER did not finish.")
    assert ended["SALESPEOPLE"][0] == "queued"


def test_a_full_synchronization_ends_as_well_as_its_worst_line(connection: Connection) -> None:
    full_sync = a_full_sync(connection, LINES)
    full_sync.lines.update(status=RunStatus.SUCCESS)
    full_sync.lines.filter(mapping__name="CONTACT").update(status=RunStatus.STOPPED)
    runs.finish_full_sync(full_sync.pk)
    full_sync.refresh_from_db()
    assert (full_sync.status, full_sync.message) == ("error", "Not finished: CONTACT.")
    assert full_sync.finished_at is not None


def test_a_run_that_may_go_on_is_further_work_with_an_id_of_its_own(connection: Connection) -> None:
    run = a_run(connection, "CUSTOMER")
    ids = [runs.run_workflow_id(run)]
    runs.begin(run, "w")
    runs.finish(run.pk, RunStatus.ASKS, "Too much.", "Look.")
    run.refresh_from_db()
    assert run.finished_at is None
    ids.append(runs.run_workflow_id(run))
    assert ids == [f"run/{run.pk}", f"run/{run.pk}/1"]


def test_what_has_ended_does_not_begin_or_end_again(connection: Connection) -> None:
    run = a_run(connection, "CUSTOMER", status=RunStatus.STOPPED, message="Stopped by Ada.")
    assert not runs.begin(run, "w")
    runs.finish(run.pk, RunStatus.SUCCESS)
    run.refresh_from_db()
    assert (run.status, run.message) == ("stopped", "Stopped by Ada.")


def test_the_log_says_what_started_resumed_and_finished(
    connection: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tallystick.jobs")
    run = a_run(connection, "CUSTOMER")
    runs.begin(run, "w")
    run.refresh_from_db()
    runs.begin(run, "another")
    runs.finish(run.pk, RunStatus.SUCCESS)
    assert [record.getMessage() for record in caplog.records] == [
        f"started CUSTOMER (run {run.pk})",
        f"resumed CUSTOMER (run {run.pk})",
        f"finished CUSTOMER (run {run.pk}): 0 looked at, 0 written",
    ]


@pytest.mark.parametrize(
    ("error", "status", "waits"),
    [
        (OperationalError("server closed the connection"), RunStatus.IN_PROCESS, True),
        (IntegrityError("UNIQUE constraint failed"), RunStatus.ERROR, False),
    ],
)
def test_only_a_database_that_does_not_answer_is_waited_for(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, error: DatabaseError, status: str, waits: bool
) -> None:
    """Seen to fail when every error of the database is: the run then repeats for minutes what cannot succeed."""

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(run_module, "work_on", fail)
    monkeypatch.setattr(run_module.connections, "close_all", lambda: None)  # this test's transaction is in one of them
    run = a_run(connection, "CURRENCY", status=RunStatus.IN_PROCESS)
    going_on: run_module.Progress = {"place": run_module.START, "failures": 0, "wait": 0.0}
    progress = run_module.window.__wrapped__.__wrapped__(run.pk, going_on)
    run.refresh_from_db()
    assert (run.status, progress["wait"] > 0) == (status, waits)
