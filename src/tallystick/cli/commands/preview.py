"""`tally preview`: what a run would write, and why, without writing it."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.cli.commands.sync import Mapping
from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.records import mapping_named

if TYPE_CHECKING:
    from tallystick.integration.operations import PreviewWrite

SHOWN = 100


def preview(
    mapping: Mapping,
    full: Annotated[
        bool, typer.Option("--full/--changes", help="Of a full synchronization, or of the changes alone.")
    ] = True,
    json: Json = False,
) -> None:
    """Show the writes a synchronization would make, each with its reason. Nothing is written."""
    open_installation()
    mapping = mapping_named(mapping).name
    company = the_company()
    from tallystick.engine import Reach
    from tallystick.integration import operations

    shown = operations.preview(company, mapping, Reach.FULL if full else Reach.COUPLED)
    if json:
        print_json(shown)
        return
    if shown.writes:
        print_table(
            ("Where", "What", "Record", "Values", "Why"),
            ((write.side, write.kind, write.label, _values(write), write.why) for write in shown.writes[:SHOWN]),
        )
    if shown.total > SHOWN:
        say(f"… and {shown.total - SHOWN:,} more; --json shows them.")
    for left in shown.left:
        say(f"{left.count:,} {left.outcome}: {left.why}")
    if shown.brake:
        say(f"The run would stop and ask: {shown.brake}")
    say(shown.sentence)


def _values(write: "PreviewWrite") -> str:
    return "; ".join(
        f"{field.name}: {field.before or '(blank)'} → {field.after or '(blank)'}" for field in write.fields
    )
