"""`tally runs`: the runs of the mappings, and what a person may say to one."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.records import mapping_named
from tallystick.cli.reports import print_runs, run_report

if TYPE_CHECKING:
    from tallystick.integration.models import Run

app = typer.Typer(help="The runs of the mappings: look, allow, stop, start again.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(metavar="RUN", help="The number of the run, as `tally runs list` shows it.")]


@app.command("list")
def list_(
    mapping: Annotated[str | None, typer.Option(help="Only runs of this mapping.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 20,
    json: Json = False,
) -> None:
    """List the newest runs."""
    open_installation()
    company = the_company()
    from tallystick.integration import operations

    none = f"There is no run of {mapping_named(mapping).name} yet." if mapping else "There is no run yet."
    _print(operations.runs(company, mapping, page_size=limit).runs, json=json, empty=none)


@app.command()
def errors(number: Number, json: Json = False) -> None:
    """List the records that a run could not bring into agreement, and what to do about each."""
    open_installation()
    company = the_company()
    from tallystick.integration import operations

    rows = [
        {"record": row.record, "side": row.side, "message": row.message, "hint": row.hint, "at": row.at}
        for row in operations.run_errors(company, number)
    ]
    if json:
        print_json(rows)
        return
    headings = ("Record", "Side", "What happened", "What to do")
    print_table(headings, (list(row.values())[:4] for row in rows), empty=f"Run {number} has no errors.")


@app.command()
def approve(number: Number, json: Json = False) -> None:
    """Allow a run to go on that has stopped because it would delete, uncouple or blank too much."""
    _after("approve", number, json=json)


@app.command()
def stop(number: Number, json: Json = False) -> None:
    """Stop a run after the page under way; what is done stays done."""
    _after("stop", number, json=json)


@app.command()
def restart(number: Number, json: Json = False) -> None:
    """Start a run again that has ended, and with it what was not started because of it."""
    _after("restart_line", number, json=json)


def _after(action: str, number: int, *, json: bool) -> None:
    open_installation()
    company = the_company()
    from tallystick.integration import operations

    _print([getattr(operations, action)(company, number, by=acting_user())], json=json)


def _print(found: "Iterable[Run]", *, json: bool, empty: str = "") -> None:
    reports = [run_report(run) for run in found]
    if json:
        print_json(reports)
        return
    print_runs(reports, empty=empty)
    for report in reports:
        if report["message"]:
            say(f"Run {report['run']}, {report['mapping']}: {report['message']} {report['hint']}".strip())
