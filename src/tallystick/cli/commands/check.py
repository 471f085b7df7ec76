"""`tally check`: whether what is stored agrees with itself."""

import os

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, counted, print_json, print_table, say

app = typer.Typer(help="Check that what is stored agrees with itself.", no_args_is_help=True)


@app.callback()
def check() -> None:
    """Check that what is stored agrees with itself."""


@app.command()
def ledgers(json: Json = False) -> None:
    """Check every ledger of every company, or of the one that --company names; ends with 1 where something differs."""
    open_installation()
    company = the_company() if os.environ.get("TALLY_COMPANY") else None
    from tallystick.financials.services import postings

    found = postings.check_ledgers(company)
    if json:
        print_json({"balanced": found.balanced, "postings": found.postings, "differences": found.differences})
    elif found.balanced:
        say(f"The ledgers agree: {counted(found.postings, 'posting')}.")
    else:
        print_table(
            ("Company", "Ledger", "Record", "What", "Expected", "Found"),
            (
                (one.company, one.ledger, one.record, one.message, f"{one.expected:f}", f"{one.found:f}")
                for one in found.differences
            ),
            numbers=("Expected", "Found"),
        )
    if not found.balanced:
        raise typer.Exit(1)
