"""What an installation keeps and works with: the database, the job store and the workers."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.exceptions import InconsistentMigrationHistory

from tallystick.dataverse.diagnosis import Finding, completed, fine, problem
from tallystick.financials.database import on_postgresql, unapplied_migrations
from tallystick.integration.jobs import someone_works
from tallystick.integration.models import Worker

SILENT_FOR = timedelta(minutes=1)  # a worker tells every five seconds that it is alive
RESTORE = "If there was one, put it back from a backup; otherwise `tally migrate` makes it."


class Check(StrEnum):
    """What is looked at, in this order."""

    DATABASE = "database"
    MIGRATIONS = "migrations"
    JOBS = "job store"
    WORKER = "worker"


def examine(home: Path) -> tuple[Finding, ...]:
    """Say whether the database can be worked with, and whether somebody does the work of the background."""
    found = [_database()]
    if not found[0].is_problem:
        found.append(_migrations())
    if not found[-1].is_problem:
        found += [_jobs(home), _worker(home)]
    return completed(found, Check)


def _database() -> Finding:
    if on_postgresql():
        host = connection.settings_dict["HOST"] or "this machine"
        where = f"PostgreSQL database {connection.settings_dict['NAME']} at {host}"
        remedy = "Check DATABASE_URL, and that the database server is running and lets this machine in."
    else:
        path = Path(connection.settings_dict["NAME"])
        where, remedy = (
            f"database {path}",
            "Put it back from a backup, and let the user that runs Tallystick read and write it.",
        )
        if not path.is_file():  # opening it would make an empty one
            return problem(Check.DATABASE, f"There is no {where}.", RESTORE)
    try:
        with connection.cursor() as cursor:
            # On SQLite only this reads the file, and notices one that is no database.
            cursor.execute("SELECT 1" if on_postgresql() else "SELECT count(*) FROM sqlite_master")
    except DatabaseError as error:
        return problem(Check.DATABASE, f"The {where} does not answer: {' '.join(str(error).split())}.", remedy)
    return fine(Check.DATABASE, f"The {where} answers.")


def _migrations() -> Finding:
    try:
        missing = unapplied_migrations()
    except (DatabaseError, InconsistentMigrationHistory) as error:
        told = " ".join(str(error).split())
        return problem(Check.MIGRATIONS, f"What the database is made of cannot be told: {told}.", "Restore a backup.")
    if missing:
        what = f"The database lacks {missing} migration{'s' if missing > 1 else ''} of this version."
        return problem(Check.MIGRATIONS, what, "Run `tally migrate`.")
    return fine(Check.MIGRATIONS, "The database is that of this version.")


def _jobs(home: Path) -> Finding:
    try:
        waiting = _open_workflows(home)
    except (DatabaseError, sqlite3.Error) as error:
        remedy = (
            "Stop the workers and move the job store away (on SQLite: jobs.sqlite3 in the home). Runs that were under way "
            "are taken up again from the database."
        )
        return problem(Check.JOBS, f"The job store cannot be read: {error}.", remedy)
    if waiting is None:
        return fine(Check.JOBS, "There is no job store yet; the first worker makes it.")
    return fine(Check.JOBS, f"The job store answers; {waiting} of its jobs are under way or waiting.")


def _open_workflows(home: Path) -> int | None:
    """How many jobs are not done; None where no worker ever ran. Reads only."""
    query = "SELECT count(*) FROM {} WHERE status IN ('PENDING', 'ENQUEUED', 'DELAYED')"  # names of our own
    if on_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass('tally_jobs.workflow_status')")
            if cursor.fetchone()[0] is None:
                return None
            cursor.execute(query.format("tally_jobs.workflow_status"))
            return int(cursor.fetchone()[0])
    path = home / "jobs.sqlite3"
    if not path.is_file():
        return None
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=5)) as jobs:
        return int(jobs.execute(query.format("workflow_status")).fetchone()[0])


def _worker(home: Path) -> Finding:
    start = "Start one: `tally serve` has one, `tally worker` is one."
    if not someone_works(home):
        return problem(Check.WORKER, "No worker is running, so nothing travels by itself.", start)
    newest = Worker.objects.order_by("-heartbeat_at").first()
    if newest is None:
        return fine(Check.WORKER, "A worker is starting.")
    silence = datetime.now(UTC) - newest.heartbeat_at
    where = f"{newest.name} on {newest.host}"
    if silence > SILENT_FOR:
        what = f"The worker {where} runs, but has said nothing for {silence.total_seconds():,.0f} seconds."
        return problem(Check.WORKER, what, "Look at its log, and restart it.")
    return fine(Check.WORKER, f"The worker {where} is at work.")
