"""`tally sync`: synchronise one mapping's changes now."""

from typing import Annotated

import typer

from tallystick.cli.commands.full_sync import Wait
from tallystick.cli.following import follow
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.records import finance_ids, mapping_named
from tallystick.cli.reports import print_runs, run_report

Mapping = Annotated[str, typer.Argument(metavar="MAPPING", help="A table mapping, such as CUSTOMER.")]


def sync(
    mapping: Mapping,
    numbers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NUMBER]...", help="Only these records of Financials, by number or code."),
    ] = None,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Synchronise the changes of one mapping, or some of its records, in both directions."""
    home = open_installation()
    from tallystick.integration import operations

    mapping = mapping_named(mapping).name
    company = the_company()
    chosen = finance_ids(company, mapping, numbers) if numbers else None
    run = operations.request_sync(company, mapping, finance_ids=chosen, by=acting_user())
    if wait:
        follow(home, run=run, quiet=json)
    report = run_report(run)
    if json:
        print_json(report)
    else:
        print_runs([report])
        say(report["sentence"])
    if wait and not report["ok"]:
        raise typer.Exit(1)
