"""`tally connect`: connect a company to a Dataverse environment."""

from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, remark, say
from tallystick.cli.refusal import Refusal
from tallystick.cli.secret import client_secret


def connect(
    address: Annotated[
        str, typer.Argument(metavar="ADDRESS", help="The environment, such as https://contoso.crm4.dynamics.com.")
    ],
    tenant: Annotated[str, typer.Option(help="The directory (tenant) id or domain.")],
    client_id: Annotated[str, typer.Option(help="The application (client) id.")],
    authority: Annotated[
        str | None, typer.Option(help="Where tokens come from (default: Microsoft Entra ID; a sandbox: its address).")
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Sign in with this certificate instead of a secret: a PEM file with it and its key."
        ),
    ] = None,
    seconds: Annotated[int | None, typer.Option(min=1, help="Seconds between two scheduled cycles.")] = None,
    json: Json = False,
) -> None:
    """Connect the company to Dynamics 365 Sales, test the connection, and switch it on when the test succeeds.

    The client secret is asked for, or read from standard input or from TALLY_CLIENT_SECRET; it is never an argument,
    because everybody on the machine can read those."""
    open_installation()
    company = the_company()
    from tallystick.integration import connections
    from tallystick.integration.setup import address as setup

    entered = setup.Entered(
        address,
        tenant,
        client_id,
        client_secret() if certificate is None else _text_of(certificate),
        "secret" if certificate is None else "certificate",
        authority or "",
    )
    stored = setup.store(company, entered, acting_user(), schedule_seconds=seconds)
    if stored.reopened:
        steps = ", ".join(step.label for step in stored.reopened)
        remark(f"Of the setup guide these steps have to be done again: {steps}.")
    connection = stored.connection
    report = connections.test(connection, by=acting_user())
    if report.ok:
        connections.enable(connection, by=acting_user())
    if json:
        print_json(
            {
                "ok": report.ok,
                "address": report.address,
                "organization": report.organization,
                "version": report.version,
                "base_currency": report.base_currency,
                "problems": [str(problem) for problem in report.problems],
            }
        )
    elif report.ok:
        say(f"{company.name} is connected to {report.organization} ({report.address}), version {report.version}.")
    else:
        for problem in report.problems:
            remark(str(problem))
        remark("The connection is stored and switched off; mend this and run `tally connect` again.")
    if not report.ok:
        raise typer.Exit(2)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as exc:
        raise Refusal(f"{file} cannot be read as a PEM file.", "Name a file that holds certificate and key.") from exc
