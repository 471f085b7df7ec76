"""`tally serve`: the pages, and on SQLite the worker beside them."""

import os
from typing import Annotated

import typer

from tallystick.cli.installation import open_installation
from tallystick.cli.output import remark, say
from tallystick.cli.processes import Program, port_is_free, supervised, tally
from tallystick.cli.refusal import Refusal


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")] = 8000,
    worker: Annotated[bool, typer.Option("--worker/--no-worker", help="Run a worker beside the pages.")] = True,
) -> None:
    """Serve the pages until Ctrl-C, with a worker beside them that is kept running."""
    open_installation(log_level="INFO")
    if not port_is_free(host, port):
        raise Refusal(f"Something else listens on {host}:{port}.", "Choose another port with --port.")
    if not worker:
        serve_pages(host, port)
        return
    with supervised(remark) as supervisor:
        supervisor.start(Program("web server", web_server(host, port)))
        supervisor.start(Program("worker", tally("worker", "--patient")))
        say(f"Tallystick is at http://{host}:{port}/ (Ctrl-C stops it).")
        supervisor.watch()


def web_server(host: str, port: int) -> list[str]:
    """Return the command line that serves the pages alone."""
    return tally("serve", "--no-worker", "--host", host, "--port", str(port))


def serve_pages(host: str, port: int) -> None:
    """Serve the pages in this process until it is told to stop."""
    if host not in ("localhost", "127.0.0.1", "::1"):
        hosts = os.environ.get("TALLY_ALLOWED_HOSTS")
        if not hosts:
            remark(
                f"Only requests to localhost are answered; set TALLY_ALLOWED_HOSTS to the names people use for {host}."
            )
    from tallystick.web.server import serve as serve_web

    serve_web(host, port)
