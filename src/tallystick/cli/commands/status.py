"""`tally status`: how the halves match, mapping by mapping."""

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say

COUNTS = ("finance_rows", "sales_rows", "coupled", "in_sync", "excluded", "waiting", "conflicts", "failed")
HEADINGS = ("Mapping", "Financials", "CRM", "Coupled", "In sync", "Excluded", "Waiting", "Conflicts", "Failed")


def status(json: Json = False) -> None:
    """Show for each table mapping how many rows there are and which state they are in."""
    open_installation()
    from tallystick.integration import operations

    found = operations.status(the_company())
    if json:
        print_json(found)
        return
    print_table(
        HEADINGS,
        ((counts.mapping, *(getattr(counts, name) for name in COUNTS)) for counts in found.mappings),
        numbers=HEADINGS[1:],
    )
    say(found.sentence)
    if not _is_worked_at():
        say("No worker is running, so nothing travels by itself: start `tally serve`, or `tally worker` beside it.")


def _is_worked_at() -> bool:
    from tallystick.config import environment
    from tallystick.integration.jobs import someone_works

    return someone_works(environment().home)
