"""`tally doctor` as people and monitors run it: in an installation that is well, and in ones that are broken."""

import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from tests.cli.command import Answer, Tally, new_home
from tests.postgresql_cluster import Cluster
from tests.sandbox_process import Sandbox, running_sandbox

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> Tally:
    """A company that is connected, and nothing else the matter."""
    tally = new_home(tmp_path_factory.mktemp("doctor") / "home")
    tally.done("company", "add", "Acme")
    entered = ["--tenant", sandbox.tenant, "--client-id", sandbox.client_id, "--authority", sandbox.url]
    secret = f"{sandbox.client_secret}\n"
    tally.done("connect", sandbox.url, *entered, stdin=secret)
    tally.done("solution", "import", "--client-id", sandbox.client_id, stdin=secret)
    return tally


@pytest.fixture
def copy(tally: Tally, tmp_path: Path) -> Tally:
    """The same installation, to be broken."""
    shutil.copytree(tally.home, tmp_path / "home")
    return Tally(tmp_path / "home")


def checks(answer: Answer) -> dict[str, dict[str, Any]]:
    return {one["check"]: one for one in answer.json["checks"]}


def test_an_installation_that_is_well_ends_with_0(tally: Tally, sandbox: Sandbox) -> None:
    with tally.running("worker"):
        answer = well = tally("doctor", "--json")
        give_up_at = time.monotonic() + 30
        while well.status != 0 and time.monotonic() < give_up_at:  # the worker has to get going first
            time.sleep(0.5)
            well = tally("doctor", "--json")
        assert well.status == 0, well.out
        shown = tally("doctor")
    assert well.json["ok"] is True
    found = checks(well)
    assert set(found["worker"]) == {"check", "outcome", "what", "remedy"}
    assert set(found["solution"]) == {"company", "check", "outcome", "what", "remedy"}
    assert found["solution"]["company"] == "acme"
    assert {one["outcome"] for one in found.values()} == {"ok"}
    assert shown.status == 0
    assert shown.out.splitlines()[-1] == "Everything is well."
    assert "  ok      solution: The integration solution is imported in version" in shown.out
    for said in (answer.out, well.out, shown.out, shown.err):
        assert sandbox.client_secret not in said


def test_without_a_worker_it_says_so_and_ends_with_1(tally: Tally) -> None:
    answer = tally("doctor")
    assert answer.status == 1
    assert "PROBLEM worker: No worker is running, so nothing travels by itself." in answer.out
    assert "          Start one: `tally serve` has one, `tally worker` is one." in answer.out
    assert answer.out.splitlines()[-1] == "1 problem found."


def _no_database(home: Path) -> None:
    for file in home.glob("tally.sqlite3*"):
        file.unlink()


def _no_database_at_all(home: Path) -> None:
    _no_database(home)
    (home / "tally.sqlite3").write_bytes(b"This was a database once. " * 500)


def _older_database(home: Path) -> None:
    with closing(sqlite3.connect(home / "tally.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'axes'")
        database.commit()


def _broken_jobs(home: Path) -> None:
    for file in home.glob("jobs.sqlite3*"):
        file.unlink()
    (home / "jobs.sqlite3").write_bytes(b"no job store " * 500)


def _open_key(home: Path) -> None:
    (home / "encryption.key").chmod(0o644)


def _no_key(home: Path) -> None:
    (home / "encryption.key").unlink()


def _other_key(home: Path) -> None:
    (home / "encryption.key").write_text("Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmFyYmF6Zm9vYmE=", encoding="ascii")


def _no_key_but_text(home: Path) -> None:
    (home / "encryption.key").write_text("not a key", encoding="ascii")


def _empty_key(home: Path) -> None:
    (home / "encryption.key").write_text("", encoding="ascii")


BROKEN: dict[str, tuple[Callable[[Path], None], str, str, str]] = {
    "no database": (_no_database, "database", "There is no database", "put it back from a backup"),
    "a file that is none": (_no_database_at_all, "database", "file is not a database", "Put it back from a backup"),
    "an older database": (_older_database, "migrations", "migrations of this version", "tally migrate"),
    "a broken job store": (_broken_jobs, "job store", "cannot be read", "move the job store away"),
    "a key that others can read": (_open_key, "encryption keys", "Others than its owner", "chmod 600"),
    "no key": (_no_key, "stored secret", "key is missing", "Put the earlier key back"),
    "another key": (_other_key, "stored secret", "cannot be read", "Put the earlier key back"),
    "an empty key": (_empty_key, "encryption keys", "does not hold Fernet keys", "Put the key back"),
    "a key that is none": (_no_key_but_text, "encryption keys", "does not hold Fernet keys", "Put the key back"),
}


@pytest.mark.parametrize(("harm", "check", "what", "remedy"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_here_is_named_and_left_as_it_is(
    copy: Tally, harm: Callable[[Path], None], check: str, what: str, remedy: str
) -> None:
    harm(copy.home)
    before = _contents(copy.home)
    answer = copy("doctor", "--json")
    assert answer.status == 1, answer.err
    assert answer.err == ""
    found = checks(answer)[check]
    assert found["outcome"] == "problem"
    assert what in found["what"]
    assert remedy in found["remedy"]
    assert _contents(copy.home) == before


def test_keys_of_before_a_rotation_are_keys_too(copy: Tally) -> None:
    kept = copy.home / "encryption.key"
    kept.write_text(f"{Fernet.generate_key().decode()}\n{kept.read_text(encoding='ascii')}\n", encoding="ascii")
    found = checks(copy("doctor", "--json"))
    assert (found["encryption keys"]["outcome"], found["stored secret"]["outcome"]) == ("ok", "ok")


def _contents(home: Path) -> dict[str, bytes]:
    """All files but the locks and what SQLite keeps beside a database while it is open."""
    transient = (".lock", "-shm", "-wal")
    return {path.name: path.read_bytes() for path in home.glob("*") if not path.name.endswith(transient)}


def test_a_home_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    answer = Tally(tmp_path / "nowhere")("doctor", "--json")
    assert answer.status == 1
    assert "There is no installation in" in checks(answer)["home"]["what"]
    assert checks(answer)["disk"]["outcome"] == "not checked"
    assert not (tmp_path / "nowhere").exists()


def test_a_database_server_that_is_down_is_named_and_its_password_is_not(copy: Tally) -> None:
    down = Tally(copy.home, {"DATABASE_URL": "postgresql://tally:canary-password@127.0.0.1:9/books"})
    answer = down("doctor", "--json")
    assert answer.status == 1
    found = checks(answer)["database"]
    assert "PostgreSQL database books at 127.0.0.1" in found["what"]
    assert "DATABASE_URL" in found["remedy"]
    assert "canary-password" not in answer.out + answer.err


def test_a_setting_that_is_not_usable_is_named(copy: Tally) -> None:
    answer = Tally(copy.home, {"TALLY_LOG_FORMAT": "pretty"})("doctor", "--json")
    assert answer.status == 1
    assert "TALLY_LOG_FORMAT" in checks(answer)["settings"]["what"]


def test_an_environment_that_is_down_is_named(copy: Tally, tmp_path: Path) -> None:
    with running_sandbox(tmp_path / "crm") as other:
        entered = ["--tenant", other.tenant, "--client-id", other.client_id, "--authority", other.url]
        copy.done("connect", other.url, *entered, stdin=f"{other.client_secret}\n")
    answer = copy("doctor")
    assert answer.status == 1
    assert f"PROBLEM network connection: Nothing answers at {other.url.removeprefix('http://')}." in answer.out
    assert "-       solution: Not checked because of the problem with: network connection." in answer.out


def test_a_company_that_is_not_there_is_bad_input(tally: Tally) -> None:
    assert "There is no company nobody. There are: acme." in tally.refused("doctor", "--company", "nobody")


def test_companies_that_are_not_connected_are_told_how_and_one_can_be_chosen(copy: Tally) -> None:
    copy.done("company", "add", "Beta")
    found = [one for one in copy("doctor", "--json").json["checks"] if one.get("company") == "beta"]
    assert found[-1]["check"] == "connection"
    assert found[-1]["outcome"] == "not checked"
    only = copy("doctor", "--json", "--company", "beta").json["checks"]
    assert {one.get("company", "") for one in only} == {"", "beta"}


@pytest.mark.slow
@pytest.mark.postgres
def test_on_postgresql_database_job_store_and_workers_are_looked_at(
    tmp_path: Path, postgresql_cluster: Cluster
) -> None:
    tally = Tally(tmp_path / "home", {"DATABASE_URL": postgresql_cluster.create_database("looked_at")})
    tally.home.mkdir()
    empty = checks(tally("doctor", "--json"))
    assert empty["migrations"]["remedy"] == "Run `tally migrate`."
    tally.done("company", "add", "Acme")
    before = checks(tally("doctor", "--json"))
    assert "PostgreSQL database looked_at at" in before["database"]["what"]
    assert before["job store"]["what"] == "There is no job store yet; the first worker makes it."
    assert before["worker"]["outcome"] == "problem"
    with tally.running("worker"):
        give_up_at = time.monotonic() + 120
        while time.monotonic() < give_up_at:
            answer = tally("doctor", "--json")
            found = checks(answer)
            if "worker-1 on" in found["worker"]["what"]:  # it is said to be starting first, which is well too
                break
            time.sleep(0.5)
    assert answer.status == 0, answer.out
    assert found["job store"]["what"] == "The job store answers; 0 of its jobs are under way or waiting."
    assert "worker-1 on" in found["worker"]["what"]
