"""`tally undo`: write earlier values back."""

from typing import Annotated

import typer

from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, say


def undo(
    ids: Annotated[list[int], typer.Argument(metavar="ID...", help="Rows of `tally history`.")],
    json: Json = False,
) -> None:
    """Take edits back: their earlier values are written where they were, unless somebody changed them since."""
    open_installation()
    company = the_company()
    from tallystick.integration import operations

    results = operations.undo(company, ids, by=acting_user())
    if json:
        print_json(results)
    else:
        for result in results:
            say(f"{result.id} {result.label}: {'taken back.' if result.done else f'not taken back. {result.why}'}")
    if not all(result.done for result in results):
        raise typer.Exit(1)
