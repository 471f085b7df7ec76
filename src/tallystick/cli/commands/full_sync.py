"""`tally full-sync`: bring everything into agreement, and create what is missing."""

from typing import Annotated

import typer

from tallystick.cli.following import follow
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.reports import full_sync_report, print_runs

Wait = Annotated[
    bool, typer.Option("--wait", help="Wait until it has finished; without a worker, do it in this process.")
]


def full_sync(
    mappings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[MAPPING]...", help="Only these mappings (default: all that are enabled)."),
    ] = None,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Synchronise all mappings in the order of their dependencies, and create the counterparts that are missing.

    While one is under way, this starts nothing and follows that one."""
    home = open_installation()
    from tallystick.integration import operations

    company = the_company()
    requested = operations.request_full_sync(company, mappings=mappings or None, by=acting_user())
    if wait:
        follow(home, full_sync=requested, quiet=json)
    report = full_sync_report(requested)
    if json:
        print_json(report)
    else:
        print_runs(report["lines"])
        say(report["sentence"])
    if wait and not report["ok"]:
        raise typer.Exit(1)
