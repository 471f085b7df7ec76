"""`tally audit`: who changed which setting of the company, when, from what to what."""

from typing import Annotated

import typer

from tallystick.cli.choices import chosen
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table


def audit(
    area: Annotated[
        str | None,
        typer.Option(
            help="Only changes of this: Company, User, Sign-in, Secrets, 'Permission sets', 'Number series', "
            "'CRM connection' or 'Table mapping'."
        ),
    ] = None,
    text: Annotated[str, typer.Option("--text", help="Only where this is part of who changed, or of what.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page of 50; the first has the newest.")] = 1,
    json: Json = False,
) -> None:
    """Show who changed which setting: of the company, its users, its number series, its integration."""
    open_installation()
    company = the_company()
    from tallystick.financials.audit import Area, setting_changes

    areas = {one.casefold(): one for one in Area}
    wanted = areas[chosen("--area", area, areas)] if area else ""
    found = setting_changes(company, area=wanted, text=text, page=page, by=acting_user())
    if json:
        print_json(found.entries)
        return
    print_table(
        ("When", "Who", "What", "Of", "Setting", "Before", "After"),
        (
            (f"{entry.at:%Y-%m-%d %H:%M:%S}", entry.by, entry.area, entry.subject, one.name, one.before, one.after)
            for entry in found.entries
            for one in entry.changes
        ),
        empty="No setting was changed yet.",
    )
