"""`tally connection`: the connection to Dynamics CRM as it stands; testing it, switching it on and off."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, remark, say

if TYPE_CHECKING:
    from tallystick.integration.models import Connection


def connection(
    test: Annotated[bool, typer.Option("--test", help="Try the connection now.")] = False,
    on: Annotated[
        bool | None, typer.Option("--on/--off", help="Switch it on, which tests it first, or off; couplings stay.")
    ] = None,
    seconds: Annotated[int | None, typer.Option(min=1, help="Seconds between two scheduled cycles.")] = None,
    json: Json = False,
) -> None:
    """Show the connection to Dynamics CRM; test it, switch it on or off. `tally connect` makes or changes one."""
    open_installation()
    company = the_company()
    from tallystick.integration import connections, setup

    found = connections.connection_of(company)
    if seconds is not None:
        connections.reschedule(found, seconds, by=acting_user())
    if on is False:
        connections.disable(found, reason=f"Switched off by {acting_user().name}.", by=acting_user())
        _tell_dynamics(lambda: setup.finish.tell_nowhere(company, acting_user()))
    if on:
        from tallystick.cli.setting_up.steps import addresses

        connections.enable(found, by=acting_user())
        _tell_dynamics(lambda: setup.finish.tell_where(company, addresses(company, "").web, acting_user()))
    elif test:
        connections.test(found, by=acting_user())
    report = _report(found)
    if json:
        print_json(report)
    else:
        _print(report)
    if test and report["problems"]:
        raise typer.Exit(1)


def _tell_dynamics(deed: Callable[[], object]) -> None:
    """Have Dynamics CRM know where Financials is, or is no more; what prevents that prevents nothing else."""
    from tallystick.engine import TallyError

    try:
        deed()
    except TallyError as problem:
        remark(f"Dynamics CRM was not told where Financials is, or is no more: {problem}")


def _report(found: "Connection") -> dict[str, Any]:
    """Return what is known of the connection; nothing of its secret."""
    names = ("address", "authority", "tenant", "client_id", "enabled", "disabled_reason", "schedule_seconds")
    seen = ("organization", "version", "base_currency", "tested_at")
    return {
        "company": found.company.name,
        **{name: getattr(found, name) for name in (*names, *seen)},
        "problems": found.test_problems.splitlines(),
    }


def _print(report: dict[str, Any]) -> None:
    environment = " ".join(part for part in (report["organization"], report["version"]) if part)
    tested = f"{report['tested_at']:%Y-%m-%d %H:%M:%S} UTC" if report["tested_at"] else "never"
    facts = {
        "Address": report["address"],
        "Signs in": f"as {report['client_id']} of {report['tenant']}, at {report['authority']}",
        "Environment": environment or "not seen yet",
        "State": "on" if report["enabled"] else f"off. {report['disabled_reason']}".strip(" ."),
        "Cycle": f"every {report['schedule_seconds']} seconds" if report["schedule_seconds"] != 1 else "every second",
        "Tested": f"{tested}: {'; '.join(report['problems']) or 'it works'}" if report["tested_at"] else tested,
    }
    width = max(map(len, facts))
    for name, fact in facts.items():
        say(f"{name:<{width}}  {fact}")
