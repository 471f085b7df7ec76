"""`tally setup`: the guide Dynamics CRM Connection Setup, at the terminal or from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, remark, say
from tallystick.cli.refusal import Refusal
from tallystick.cli.reports import print_runs

if TYPE_CHECKING:
    from tallystick.cli.setting_up.carrying import Told
    from tallystick.dataverse import Progress
    from tallystick.financials.models import Company


def setup(
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="Set up what this TOML file says, without a question.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="With --file: say what would be done, and change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Connect a company to Dynamics 365 Sales: the guide of the pages, question by question or from a file.

    What was done stays done, here and on the pages; the command goes on where it was left. Secrets are asked for without
    showing them, or come from the environment variables or files that the setup file names."""
    if file is None:
        if dry_run or json:
            raise Refusal(f"{'--dry-run' if dry_run else '--json'} goes with --file.")
        _ask()
        return
    from tallystick.cli.setting_up.plan import read_plan

    plan = read_plan(file)
    home = open_installation()
    from tallystick.cli.setting_up import carrying, checking

    company = checking.check(plan)
    if dry_run:
        _report(list(carrying.foresee(plan, company)), json=json)
        return
    told: list[Told] = []

    def tell(one: "Told") -> None:
        told.append(one)
        if not json:
            _print(one)

    company = carrying.carry_out(plan, company, tell, _progress())
    run = None
    if plan.full_synchronization:
        run = carrying.synchronize(home, company, wait=plan.wait, quiet=json)
    if json:
        print_json({"company": company.slug, **_as_json(told), "full_synchronization": run})
    else:
        _print_run(run, wanted=plan.full_synchronization)
    if run is not None and plan.wait and not run["ok"]:
        raise typer.Exit(1)


def _ask() -> None:
    home = open_installation()
    from tallystick.cli.setting_up import asking, carrying

    company: Company = asking.ask_through(the_company())
    if not typer.confirm("Run Full Synchronization now?", default=True):
        say("Run it with `tally full-sync` when you are ready.")
        return
    run = carrying.synchronize(home, company, wait=True, quiet=False)
    _print_run(run, wanted=True)
    if run is not None and not run["ok"]:
        raise typer.Exit(1)


def _progress() -> Callable[["Progress"], None]:
    """Return a function that says once what an import has come to."""
    said: list[str] = []

    def show(one: "Progress") -> None:
        if one.step not in said:
            said.append(one.step)
            remark(f"{one.step} …")

    return show


def _report(told: "list[Told]", *, json: bool) -> None:
    if json:
        print_json(_as_json(told))
    else:
        for one in told:
            _print(one)
        remark("Nothing was changed.")
    if not all(one.ok for one in told):
        raise typer.Exit(1)


def _as_json(told: "list[Told]") -> dict[str, Any]:
    steps = [{"step": one.step, "ok": one.ok, "sentences": one.sentences} for one in told]
    return {"ok": all(one.ok for one in told), "steps": steps}


def _print(one: "Told") -> None:
    say(f"{one.step.label}: {' '.join(one.sentences)}")


def _print_run(run: dict[str, Any] | None, *, wanted: bool) -> None:
    if run is not None:
        print_runs(run["lines"])
        say(run["sentence"])
    elif wanted:
        say("A full synchronization was finished before; `tally full-sync` runs another.")
