"""The web server for `tally serve`: one process, a few threads, until it is told to stop."""

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

THREADS = 4


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages at `host`:`port` in the foreground until SIGINT or SIGTERM.

    One worker process, because an embedded installation keeps its data in SQLite files of one home; on PostgreSQL run
    as many of these as are needed behind a load balancer."""
    Granian(
        "tallystick.web.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        websockets=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
