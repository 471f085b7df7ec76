"""Several workers on PostgreSQL: they share the work, and when one is killed the other takes its work over."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import Tally
from tests.jobs.stage import CLIENT_ID, CLIENT_SECRET, TENANT, prepare
from tests.jobs.test_worker import until
from tests.postgresql_cluster import Cluster, running_cluster
from tests.sandbox_process import Sandbox, running_sandbox

pytestmark = [pytest.mark.slow, pytest.mark.postgres]


@contextmanager
def a_stage(folder: Path, cluster: Cluster) -> Iterator[tuple[Tally, Sandbox]]:
    """A demo company in a database of its own, connected to a sandbox; nothing is synchronised yet."""
    url = cluster.create_database(re.sub(r"\W", "_", folder.name).lower())
    tally = Tally(folder / "home", {"DATABASE_URL": url})
    with running_sandbox(
        folder / "sandbox", client_id=CLIENT_ID, client_secret=CLIENT_SECRET, tenant=TENANT
    ) as sandbox:
        prepare(tally, sandbox.url, folder / "sandbox", seconds_between_cycles=600)
        yield tally, sandbox


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, postgresql_cluster: Cluster) -> Iterator[tuple[Tally, Sandbox]]:
    """A stage for the tests that leave it in step: a full synchronization looks at every line all the same."""
    with a_stage(tmp_path_factory.mktemp("shared_stage"), postgresql_cluster) as stage:
        yield stage


def said(log: Path) -> str:
    return log.read_text(encoding="utf-8") if log.exists() else ""


def in_step(tally: Tally) -> bool:
    counts: list[dict[str, Any]] = tally.done("status", "--json").json["mappings"]
    assert sum(line["waiting"] + line["conflicts"] + line["failed"] for line in counts) == 0
    return {line["mapping"]: line["coupled"] for line in counts}["CONTACT"] > 0


def test_when_one_of_two_workers_is_killed_the_other_takes_its_work_over(
    tmp_path: Path, shared: tuple[Tally, Sandbox]
) -> None:
    tally, sandbox = shared
    sandbox.fault("latency", 600, times=None)  # it must not be done before the second worker is ready
    first, second = tmp_path / "first.log", tmp_path / "second.log"
    with tally.running("worker", log=first) as doomed:
        until(lambda: "worker-1 is ready" in said(first))
        tally.done("full-sync")
        until(lambda: "started CUSTOMER" in said(first))
        with tally.running("worker", log=second) as heir:
            until(lambda: "worker-2 is ready" in said(second))
            doomed.send_signal(signal.SIGKILL)
            until(lambda: "taking over from worker-1" in said(second))
            sandbox.clear_faults()
            until(lambda: "finished full synchronization" in said(second))
            assert "resumed full synchronization" in said(second)
            heir.send_signal(signal.SIGTERM)
            assert heir.wait(30) == 0
    assert in_step(tally)
    assert tally.done("full-sync", "--wait", "--json").json["writes"] == 0


def test_two_workers_share_the_lines_and_do_none_twice(tmp_path: Path, shared: tuple[Tally, Sandbox]) -> None:
    tally, sandbox = shared
    sandbox.fault("latency", 100, times=None)
    logs = [tmp_path / "one.log", tmp_path / "two.log"]
    with tally.running("worker", log=logs[0]), tally.running("worker", log=logs[1]):
        until(lambda: all("is ready" in said(log) for log in logs))
        lines = tally.done("full-sync", "--json").json["lines"]
        until(lambda: any("finished full synchronization" in said(log) for log in logs))
    begun = [set(re.findall(r"started [A-Z ]+ \(run (\d+)\)", said(log))) for log in logs]
    assert not begun[0] & begun[1]
    sandbox.clear_faults()
    assert {str(line["run"]) for line in lines} <= begun[0] | begun[1]
    assert in_step(tally)


def restart(cluster: Cluster) -> None:
    """Restart the server as an administrator would, cutting every connection."""
    options = f"-k {cluster.folder} -c listen_addresses='' -c fsync=off"
    command = [str(cluster.programs / "pg_ctl"), "-D", str(cluster.folder / "data"), "-o", options]
    command += ["-l", str(cluster.folder / "log"), "-m", "fast", "-w", "restart"]
    if os.geteuid() == 0:
        command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command]
    subprocess.run(command, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def test_a_worker_outlives_a_restart_of_the_database(tmp_path: Path) -> None:
    """Its place is gone with the old connection; it takes one again and goes on."""
    with running_cluster() as cluster, a_stage(tmp_path, cluster) as (tally, _):
        log = tmp_path / "worker.log"
        with tally.running("worker", log=log) as worker:
            until(lambda: "worker-1 is ready" in said(log))
            # A lease that could not be given back would hold its mapping for a minute: let the first cycle end.
            until(lambda: tally.done("status", "--json").json["last_cycle_at"] is not None)
            restart(cluster)
            tally.done("full-sync")
            until(lambda: "finished full synchronization" in said(log), 120)
            # It looks after its place at each heartbeat, and a quick full synchronization may end before the next one.
            until(lambda: said(log).count("worker-1 is ready") == 2)
            assert "taking one again" in said(log)
            assert worker.poll() is None
        assert in_step(tally)
