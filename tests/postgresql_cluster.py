"""A PostgreSQL cluster of the tests' own: started in a temporary folder, met through a socket, gone afterwards."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

USER = "tally"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running cluster. `url` names its one database, `tally`."""

    folder: Path
    programs: Path

    @property
    def url(self) -> str:
        """The address for `DATABASE_URL`."""
        return self.url_of("tally")

    def url_of(self, database: str) -> str:
        """The address of a database of this cluster."""
        return f"postgresql://{USER}@{quote(str(self.folder), safe='')}/{database}"

    def create_database(self, name: str) -> str:
        """Create an empty database and return its address."""
        _run([self.programs / "createdb", "-h", self.folder, "-U", USER, name])
        return self.url_of(name)

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        _run([self.programs / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "-w", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)


def start_cluster() -> Cluster:
    """Start an empty cluster. Nothing is kept when the machine stops: tests want it fast."""
    # The path of a socket must be short, and the server refuses to run as root, so the folder belongs to somebody else.
    folder = Path(tempfile.mkdtemp(prefix="tally-pg-", dir="/tmp"))
    cluster = Cluster(folder, _programs())
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    data = folder / "data"
    _run([cluster.programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"])
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=60"
    _run([cluster.programs / "pg_ctl", "-D", data, "-o", settings, "-l", folder / "log", "-w", "start"])
    cluster.create_database("tally")
    return cluster


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A cluster for the length of a `with` block."""
    cluster = start_cluster()
    try:
        yield cluster
    finally:
        cluster.stop()


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if found:
        return found[-1]
    server = shutil.which("initdb")
    if server is None:
        raise RuntimeError("The PostgreSQL server programs are missing; `make test-tools` installs them.")
    return Path(server).parent


def _run(command: Sequence[object]) -> None:
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *words]
    # The server stays behind, and would hold on to a pipe.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, cwd="/", stdin=subprocess.DEVNULL, stdout=said, stderr=said, check=False)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{words[0]} failed:\n{said.read().decode(errors='replace')}")
