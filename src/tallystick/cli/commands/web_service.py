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
        ("Web service", "Published", "Who may read it", "Path", "Holds"),
        (
            (
                one["name"],
                "yes" if one["published"] else "no",
                ", ".join(one["permission_sets"]),
                one["path"],
                one["holds"],
            )
            for one in rows
        ),
    )


@app.command()
def publish(name: Name, json: Json = False) -> None:
    """Publish a web service to the users of the company who have a key and whose permission sets allow it."""
    open_installation()
    company = the_company()
    from django.utils import timezone

    from tallystick.odata import publishing

    done = publishing.publish(company, name, by=acting_user(), now=timezone.now())
    if json:
        print_json(_report(done, company.slug))
    else:
        say(f"{done.entity_set.name} of {company.name} is published.")


@app.command()
def unpublish(name: Name, json: Json = False) -> None:
    """Stop publishing a web service; programs that ask for it find nothing there."""
    open_installation()
    company = the_company()
    from tallystick.odata import publishing

    done = publishing.unpublish(company, name, by=acting_user())
    if json:
        print_json(_report(done, company.slug))
    else:
        say(f"{done.entity_set.name} of {company.name} is not published.")


def _report(one: "WebService", slug: str) -> dict[str, Any]:
    from tallystick.financials.permissions import sets_that_allow

    return {
        "name": one.entity_set.name,
        "published": one.published_at is not None,
        "permission_sets": [each.value for each in sets_that_allow(one.entity_set.needs)],
        "path": f"/odata/{slug}/{one.entity_set.name}",
        "holds": one.entity_set.help,
        "published_by": one.published_by,
        "published_at": one.published_at,
    }
