"""`tally issues`: what needs a person or time, and settling it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.choices import chosen
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, counted, print_json, print_table, say
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import Company
    from tallystick.integration.operations import Issue

WINNERS = ("finance", "sales")


def issues(
    mapping: Annotated[str | None, typer.Option(help="Only issues of this mapping.")] = None,
    state: Annotated[str | None, typer.Option(help="Only these: conflict, failed or waiting.")] = None,
    search: Annotated[str, typer.Option(help="Only issues that hold this text.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page of the list.")] = 1,
    settle: Annotated[
        str | None, typer.Option(metavar="ID", help="Settle this conflict; say how with --winner.")
    ] = None,
    winner: Annotated[str | None, typer.Option(help="With --settle: whose values are taken, finance or sales.")] = None,
    field: Annotated[
        list[str] | None, typer.Option(help="With --settle: only this field of Financials (may be repeated).")
    ] = None,
    deletion: Annotated[
        str | None,
        typer.Option(help="With --settle, of a deletion: 'delete coupling', restore or 'delete the counterpart'."),
    ] = None,
    retry: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Try this issue again (may be repeated; 'all' for all).")
    ] = None,
    json: Json = False,
) -> None:
    """List conflicts, failures and records that wait for others; or settle one, or try again."""
    if settle is None and (winner or field or deletion):
        raise Refusal("--winner, --field and --deletion belong to --settle.", "Name the issue with --settle ID.")
    if settle is not None and retry:
        raise Refusal("One thing at a time.", "Use --settle or --retry.")
    open_installation()
    company = the_company()
    if settle is not None:
        _settle(company, settle, winner, field, deletion, json=json)
    elif retry:
        _retry(company, retry, json=json)
    else:
        _list(company, mapping, state, search, page, json=json)


def _list(company: "Company", mapping: str | None, state: str | None, search: str, page: int, *, json: bool) -> None:
    from tallystick.integration import operations

    found = operations.issues(company, mapping, state, search, page=page)
    if json:
        print_json(found)
        return
    if not found.total:
        say("Nothing needs attention." if not (mapping or state or search) else "Nothing of that kind needs attention.")
        return
    print_table(
        ("Id", "Mapping", "State", "Record", "Why", "What can be done"),
        (
            (issue.id, issue.mapping, issue.state, issue.label, _why(issue), ", ".join(issue.can))
            for issue in found.issues
        ),
    )
    say(f"{counted(found.total, 'issue')}; page {found.page} of {found.pages}.")


def _why(issue: "Issue") -> str:
    """The reason, and for a conflict both values of each field."""
    values = "; ".join(
        f"{conflict.label}: {conflict.finance or '(blank)'} in Financials, {conflict.sales or '(blank)'} in Dynamics CRM"
        for conflict in issue.conflicts
    )
    return f"{issue.why} {values}".strip()


def _settle(
    company: "Company",
    issue_id: str,
    winner: str | None,
    fields: list[str] | None,
    deletion: str | None,
    *,
    json: bool,
) -> None:
    from tallystick.engine import DeletionPolicy, SideName
    from tallystick.integration import operations

    if deletion is not None:
        choices = [policy.value for policy in DeletionPolicy if policy is not DeletionPolicy.ASK]
        choice = DeletionPolicy(chosen("--deletion", deletion, choices))
        left = operations.settle_deletion(company, issue_id, choice, by=acting_user())
    elif winner is not None:
        side = SideName(chosen("--winner", winner, WINNERS))
        left = operations.settle(company, issue_id, side, fields or None, by=acting_user())
    else:
        raise Refusal("Say whose values are taken.", f"Add --winner {' or --winner '.join(WINNERS)}.")
    if json:
        print_json({"settled": left is None, "left": left})
    else:
        say(f"{issue_id} is settled." if left is None else f"{issue_id} is settled in part: {_why(left)}")


def _retry(company: "Company", ids: list[str], *, json: bool) -> None:
    from tallystick.integration import operations

    count = operations.retry(company, None if "all" in ids else ids, by=acting_user())
    if json:
        print_json({"tried": count})
    else:
        were = "was" if count == 1 else "were"
        say(
            f"{counted(count, 'issue')} {were} tried again, or will be by the next run; `tally issues` shows what is left."
        )
