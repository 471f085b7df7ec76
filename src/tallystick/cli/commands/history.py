"""`tally history`: what was written where, when, why and for whom."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.integration.operations import HistoryItem

KINDS = ("created", "updated", "deleted", "coupled", "uncoupled", "decided")


def history(
    mapping: Annotated[str | None, typer.Option(help="Only this mapping.")] = None,
    run: Annotated[int | None, typer.Option(help="Only what this run did.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(KINDS)}.")] = None,
    search: Annotated[str, typer.Option(help="Only records that hold this text.")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page, newest first.")] = 1,
    json: Json = False,
) -> None:
    """Show what was done to which record; `tally undo` takes an edit back."""
    if kind is not None and kind not in KINDS:
        raise Refusal(f"There is no kind {kind!r} of change.", f"Choose one of: {', '.join(KINDS)}.")
    open_installation()
    company = the_company()
    from tallystick.integration import operations

    found = operations.history(company, mapping, run=run, kind=kind, search=search, page=page)
    if json:
        print_json(found)
        return
    print_table(
        ("Id", "When (UTC)", "Who", "Mapping", "What", "Record", "Values", "Why"),
        (
            (
                item.id,
                f"{item.at:%Y-%m-%d %H:%M:%S}",
                item.by,
                item.mapping,
                f"{item.kind} in {item.side}" + (" (undone)" if item.undone else ""),
                item.label,
                _values(item),
                item.why,
            )
            for item in found.items
        ),
        numbers=("Id",),
        empty="There is no history of that kind." if mapping or run or kind or search else "There is no history yet.",
    )
    if found.more:
        say(f"There is more: --page {found.page + 1}.")


def _values(item: "HistoryItem") -> str:
    return "; ".join(f"{field.name}: {field.before or '(blank)'} → {field.after or '(blank)'}" for field in item.fields)
