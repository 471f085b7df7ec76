"""`tally demo`: Financials, a CRM and a worker on this machine, connected and synchronised."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.commands.status import COUNTS
from tallystick.cli.following import follow
from tallystick.cli.installation import open_installation
from tallystick.cli.output import Json, print_json, remark, say
from tallystick.cli.processes import Program, Supervisor, free_port, port_is_free, supervised, tally
from tallystick.cli.refusal import Refusal, sentence_about

if TYPE_CHECKING:
    from tallystick.cli.demonstration import SandboxProcess, Stage
    from tallystick.integration.models import FullSync

HOST = "127.0.0.1"


def demo(
    once: Annotated[bool, typer.Option("--once", help="Set up, synchronise twice, report and end.")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the pages are (0: any free port).")] = 8000,
    json: Json = False,
) -> None:
    """Start everything on this machine: a demo company, a Sales sandbox beside it, connected and synchronised.

    The first time takes a few seconds more; what you change in it stays in its home. Ctrl-C stops everything."""
    if once:
        _demonstrate_once(json=json)
        return
    if json:
        raise Refusal(
            "--json belongs to --once.", "Use `tally demo --once --json`, or `tally status --json` beside the demo."
        )
    _demonstrate(port)


def _demonstrate(port: int) -> None:
    home = open_installation()
    if port == 0 or not port_is_free(HOST, port):
        port = free_port(HOST)
    address = f"http://{HOST}:{port}"
    with supervised(remark) as supervisor:
        from tallystick.cli.demonstration import prepare, start_sandbox

        say(f"Setting up in {home} …")
        sandbox = start_sandbox(home, supervisor)
        stage = prepare(home, sandbox)
        supervisor.start(_web_server(home, port))
        supervisor.start(Program("worker", tally("worker", "--patient"), log=home / "logs" / "worker.log"))
        _synchronise(home, stage, quiet=False, watch=supervisor.check)
        _say_where_to_look(stage, sandbox, address)
        supervisor.watch()
    say("Everything has stopped. `tally demo` goes on where you left it.")


def _web_server(home: Path, port: int) -> Program:
    return Program(
        "web server",
        tally("serve", "--no-worker", "--host", HOST, "--port", str(port)),
        log=home / "logs" / "web.log",
    )


def _synchronise(home: Path, stage: "Stage", *, quiet: bool, watch: Callable[[], None] | None = None) -> "FullSync":
    """Match and create, everything in its order, and wait for it."""
    from tallystick.cli.demonstration.stage import BY
    from tallystick.integration import operations

    full_sync = operations.request_full_sync(stage.company, by=BY)
    follow(home, full_sync=full_sync, quiet=quiet, watch=watch)
    return full_sync


def _say_where_to_look(stage: "Stage", sandbox: "SandboxProcess", address: str) -> None:
    from tallystick.cli.commands.user import link_for

    say("")
    say(f"Financials  {address}/")
    say(f"  sign in   {link_for(stage.administrator, address)}")
    say(f"Sales       {sandbox.app_link()}")
    say("")
    say("The sign-in link works once, within half an hour. Ctrl-C stops everything.")


def _demonstrate_once(*, json: bool) -> None:
    """Everything in this process but the sandbox; prints what came of it and exits 0, or not 0 where something is amiss."""
    started = time.monotonic()
    try:
        report = _report_of_one_demonstration(started)
    except Exception as error:
        sentence = sentence_about(error)
        if not json or sentence is None:
            raise
        report = {"ok": False, "seconds": _since(started), "error": sentence}
    if json:
        print_json(report)
    else:
        say(f"{'Everything is in step' if report['ok'] else 'Not everything is in step'}: {report}")
    if not report["ok"]:
        raise typer.Exit(1)


def _report_of_one_demonstration(started: float) -> dict[str, Any]:
    home = open_installation()
    with supervised(remark) as supervisor:
        return _twice(home, supervisor, started)
    raise Refusal("The demonstration was interrupted.", "Run it again; it goes on where it was.", status=130)


def _twice(home: Path, supervisor: Supervisor, started: float) -> dict[str, Any]:
    """A full synchronization, and a second one that must find nothing to do."""
    from tallystick.cli.demonstration import prepare, start_sandbox
    from tallystick.cli.reports import full_sync_report
    from tallystick.integration import operations

    sandbox = start_sandbox(home, supervisor)
    stage = prepare(home, sandbox)
    sandbox.reset_stats()
    first = full_sync_report(_synchronise(home, stage, quiet=True))
    second = full_sync_report(_synchronise(home, stage, quiet=True))
    mappings = [
        {name: getattr(counts, name) for name in ("mapping", *COUNTS)}
        for counts in operations.status(stage.company).mappings
    ]
    amiss = sum(counts["waiting"] + counts["conflicts"] + counts["failed"] for counts in mappings)
    return {
        "ok": first["ok"] and second["ok"] and second["writes"] == 0 and amiss == 0,
        "seconds": _since(started),
        "requests": sandbox.requests(),
        "second_run_writes": second["writes"],
        "mappings": mappings,
    }


def _since(started: float) -> float:
    return round(time.monotonic() - started, 3)
