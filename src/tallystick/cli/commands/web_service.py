"""`tally web-service`: which data of a company programs may read."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say

if TYPE_CHECKING:
    from tallystick.odata.publishing import WebService

app = typer.Typer(help="Which data of a company programs may read over OData.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A web service, such as ProductItemAvailability.")]


@app.command("list")
def list_(json: Json = False) -> None:
    """List what can be published, and how it stands."""
    open_installation()
    company = the_company()
    from tallystick.odata.publishing import web_services

    rows = [_report(one, company.slug) for one in web_services(company)]
    if json:
        print_json(rows)
        return
    print_table(
        ("Web service", "Published", "Least role", "Path", "Holds"),
        (
            (one["name"], "yes" if one["published"] else "no", one["least_role"], one["path"], one["holds"])
            for one in rows
        ),
    )


@app.command()
def publish(
    name: Name,
    role: Annotated[
        str | None,
        typer.Option(
            metavar="ROLE",
            help="The least role that may read it: viewer (every user, as at first), clerk or administrator.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Publish a web service to the users of the company who have a key, or change which role may read it."""
    open_installation()
    company = the_company()
    from django.utils import timezone

    from tallystick.odata import publishing

    least = role.strip().lower() if role is not None else None
    done = publishing.publish(company, name, by=acting_user(), now=timezone.now(), least_role=least)
    if json:
        print_json(_report(done, company.slug))
    else:
        say(f"{done.entity_set.name} of {company.name} is published for users who are {done.least_role} or more.")


@app.command()
def unpublish(name: Name, json: Json = False) -> None:
    """Stop publishing a web service; programs that ask for it find nothing there."""
    open_installation()
    company = the_company()
    from tallystick.odata import publishing

    done = publishing.unpublish(company, name)
    if json:
        print_json(_report(done, company.slug))
    else:
        say(f"{done.entity_set.name} of {company.name} is not published.")


def _report(one: "WebService", slug: str) -> dict[str, Any]:
    return {
        "name": one.entity_set.name,
        "published": one.least_role is not None,
        "least_role": one.least_role.value if one.least_role else "",
        "path": f"/odata/{slug}/{one.entity_set.name}",
        "holds": one.entity_set.help,
        "published_by": one.published_by,
        "published_at": one.published_at,
    }
