"""`tally couple`: pair a finance record with its counterpart, one by one or by their match fields."""

from typing import Annotated

import typer

from tallystick.cli.choices import chosen
from tallystick.cli.commands.full_sync import Wait
from tallystick.cli.commands.sync import Mapping
from tallystick.cli.following import follow
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.records import finance_ids, mapping_named, sales_id
from tallystick.cli.refusal import Refusal
from tallystick.cli.reports import run_report
from tallystick.engine import FINANCE, SALES

FIRST = {"finance": FINANCE, "sales": SALES, "none": None}


def couple(
    mapping: Mapping,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NUMBER SALES | NUMBER...]",
            help="A record of Financials by its number and one of Dynamics CRM by id or name; with --match: numbers.",
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(
            help="Whose values are taken where both differ: finance, sales or none (couple only). "
            "Not given: finance; with --match, the side the mapping names."
        ),
    ] = None,
    match: Annotated[bool, typer.Option("--match", help="Couple the records whose match fields agree.")] = False,
    every: Annotated[bool, typer.Option("--all", help="With --match: every uncoupled record.")] = False,
    create: Annotated[
        bool, typer.Option("--create", help="With --match: create a counterpart where none matches.")
    ] = False,
    wait: Wait = False,
    json: Json = False,
) -> None:
    """Couple a record with its counterpart in Dynamics CRM, or many at once by their match fields."""
    home = open_installation()
    mapping = mapping_named(mapping).name
    company = the_company()
    from tallystick.integration import operations

    given = names or []
    side = chosen("--first", first, FIRST) if first is not None else None
    winner = FIRST[side] if side is not None else None
    if not match:
        if every or create:
            raise Refusal("--all and --create belong to --match.", "Add --match, or name one record of each side.")
        if len(given) != 2:
            raise Refusal("Name one record of each side.", "Like: tally couple CUSTOMER C00010 'Fabrikam GmbH'.")
        finance = finance_ids(company, mapping, given[:1])[0]
        sales = sales_id(company, mapping, given[1])
        operations.couple(
            company, mapping, finance, sales, first=winner if side is not None else FINANCE, by=acting_user()
        )
        coupled = {"mapping": mapping, "finance_id": finance, "sales_id": sales}
        if json:
            print_json(coupled)
        else:
            say(f"{given[0]} and {given[1]} are coupled.")
        return
    if bool(given) == every:
        raise Refusal("Say which records to match.", "Give their numbers, or --all.")
    run = operations.match_and_couple(
        company,
        mapping,
        None if every else finance_ids(company, mapping, given),
        create_unmatched=create,
        synchronize=side != "none",
        first=winner,
        by=acting_user(),
    )
    if wait:
        follow(home, run=run, quiet=json)
    report = run_report(run)
    if json:
        print_json(report)
    else:
        say(report["sentence"])
    if wait and not report["ok"]:
        raise typer.Exit(1)
