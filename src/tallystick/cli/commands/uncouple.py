"""`tally uncouple`: drop couplings; the records stay as they are."""

from typing import Annotated

import typer

from tallystick.cli.commands.sync import Mapping
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, counted, print_json, say
from tallystick.cli.records import finance_ids, mapping_named


def uncouple(
    mapping: Mapping,
    numbers: Annotated[
        list[str], typer.Argument(metavar="NUMBER...", help="Records of Financials, by number or code.")
    ],
    json: Json = False,
) -> None:
    """Delete the couplings of records. Both records stay as they are and are not coupled again by themselves."""
    open_installation()
    mapping = mapping_named(mapping).name
    company = the_company()
    from tallystick.integration import operations

    count = operations.uncouple(company, mapping, finance_ids(company, mapping, numbers), by=acting_user())
    if json:
        print_json({"uncoupled": count})
    else:
        say("The coupling is deleted." if count == 1 else f"{counted(count, 'coupling')} deleted.")
