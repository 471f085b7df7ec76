"""`tally solution`: what Tallystick adds to a Dataverse environment, built into a package, imported, and looked at."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, console, print_json, print_table, remark, say
from tallystick.cli.secret import client_secret

if TYPE_CHECKING:
    from tallystick.dataverse import Progress
    from tallystick.integration.solution import Administrator, SolutionReport

app = typer.Typer(help="The integration solution of Dynamics 365 Sales.", no_args_is_help=True)


@app.command()
def build(
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the package, such as tallystick.zip.")],
    unmanaged: Annotated[
        bool, typer.Option("--unmanaged", help="For developing it further; it cannot be taken away again as one.")
    ] = False,
) -> None:
    """Write the solution as a package that an environment imports. The same program always writes the same bytes."""
    from tallystick.dataverse.solution import NAME, VERSION
    from tallystick.dataverse.solution import build as package

    data = package(managed=not unmanaged)
    out.write_bytes(data)
    say(f"{out}: {NAME} {VERSION}, {'unmanaged' if unmanaged else 'managed'}, {len(data):,} bytes.")


@app.command("import")
def import_(
    client_id: Annotated[
        str, typer.Option(help="The application (client) id of an administrator of the environment; used this once.")
    ],
    address: Annotated[
        str | None, typer.Option(help="The environment (default: that of the company's connection).")
    ] = None,
    tenant: Annotated[
        str | None, typer.Option(help="The directory of the administrator (default: the connection's).")
    ] = None,
    authority: Annotated[str | None, typer.Option(help="Where tokens come from (default: the connection's).")] = None,
    again: Annotated[bool, typer.Option("--again", help="Import it also where this version is there already.")] = False,
    json: Json = False,
) -> None:
    """Import the solution with an administrative account. It takes some minutes, and gives nobody a role.

    The account's client secret is asked for, or read from standard input or from TALLY_CLIENT_SECRET. It is used for this
    import, and kept nowhere."""
    open_installation()
    from tallystick.integration import solution

    account = _administrator(client_id, address, tenant, authority)
    with console(stderr=True).status("Importing the solution") as shown:
        imported = solution.import_solution(account, lambda progress: shown.update(_in_words(progress)), again=again)
    status = imported.status
    if json:
        print_json(
            {
                "address": account.address,
                "version": status.version,
                "managed": status.managed,
                "changed": imported.changed,
                "remarks": imported.remarks,
            }
        )
        return
    for one in imported.remarks:
        remark(one)
    done = "is imported" if imported.changed else "was there already"
    say(f"Version {status.version} of the solution {done}. Give the connection's user its role now.")


@app.command()
def status(json: Json = False) -> None:
    """Show which version the environment has, and which privileges the connection's user lacks."""
    open_installation()
    from tallystick.integration import connections, solution

    report = solution.report(connections.connection_of(the_company()))
    if json:
        print_json(_as_json(report))
        return
    say(report.sentence)
    if report.missing:
        rows = ((one.table, one.right, one.name, one.depth or "none") for one in report.missing)
        print_table(("Table", "Right", "Privilege", "Depth"), rows)


def _administrator(client_id: str, address: str | None, tenant: str | None, authority: str | None) -> "Administrator":
    """Put the account together; what was not said is taken from the company's connection, where one is needed."""
    from tallystick.integration import connections
    from tallystick.integration.models.connection import DEFAULT_AUTHORITY
    from tallystick.integration.solution import Administrator

    if address and tenant:
        return Administrator(address, tenant, client_id, _secret(), authority or DEFAULT_AUTHORITY)
    known = connections.connection_of(the_company())
    return Administrator(
        address or known.address, tenant or known.tenant, client_id, _secret(), authority or known.authority
    )


def _secret() -> str:
    return client_secret("Client secret of the administrator")


def _in_words(progress: "Progress") -> str:
    return f"{progress.step}{f': {progress.percent:.0f} %' if progress.percent is not None else ''}"


def _as_json(report: "SolutionReport") -> dict[str, Any]:
    status = report.status
    missing = report.missing
    return {
        "address": report.address,
        "state": status.state,
        "version": status.version,
        "offered": status.offered,
        "managed": status.managed,
        "missing": missing
        if missing is None
        else [{"table": one.table, "right": one.right, "privilege": one.name, "depth": one.depth} for one in missing],
        "sentence": report.sentence,
    }
