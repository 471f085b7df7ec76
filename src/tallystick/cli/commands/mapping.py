"""`tally mapping`: what the integration table mappings are, and what a person may change about them."""

from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.choices import chosen
from tallystick.cli.installation import acting_user, open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.records import mapping_named
from tallystick.cli.refusal import Refusal
from tallystick.cli.reports import run_report
from tallystick.engine import ConflictPolicy, DeletionPolicy, Direction

if TYPE_CHECKING:
    from tallystick.integration.operations import MappingOverview


def mapping(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[MAPPING]", help="A table mapping, such as CUSTOMER (default: all of them)."),
    ] = None,
    direction: Annotated[
        str | None,
        typer.Option(
            metavar="DIRECTION",
            help="Which way a mapping goes that is shipped both ways: both, 'to sales' or 'to finance'.",
        ),
    ] = None,
    conflicts: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="What becomes of a field that both sides changed: ask, 'finance wins', 'sales wins' or 'latest wins'.",
        ),
    ] = None,
    deletions: Annotated[
        str | None,
        typer.Option(
            metavar="POLICY",
            help="What becomes of a record whose counterpart was deleted: ask, 'delete coupling', restore or "
            "'delete the counterpart'.",
        ),
    ] = None,
    creates: Annotated[
        bool | None,
        typer.Option("--creates/--no-creates", help="Whether scheduled cycles create missing counterparts too."),
    ] = None,
    max_share: Annotated[
        int | None,
        typer.Option(
            metavar="PERCENT",
            help="The share of the coupled records that a run may delete, uncouple or blank without asking, 0 to 100.",
        ),
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether the mapping takes part at all.")] = None,
    json: Json = False,
) -> None:
    """Show the table mappings, or one of them with its fields; with options, change that one."""
    changes: dict[str, Any] = {
        "direction": chosen("--direction", direction, Direction) if direction is not None else None,
        "conflicts": chosen("--conflicts", conflicts, ConflictPolicy) if conflicts is not None else None,
        "deletions": chosen("--deletions", deletions, DeletionPolicy) if deletions is not None else None,
        "creates": creates,
        "max_share": max_share,
        "enabled": on,
    }
    changing = any(value is not None for value in changes.values())
    if changing and name is None:
        raise Refusal("Say which mapping to change.", "Like: tally mapping CUSTOMER --conflicts 'finance wins'.")
    open_installation()
    wanted = mapping_named(name).name if name is not None else None
    company = the_company()
    from tallystick.integration import operations

    if changing and wanted is not None:
        operations.change_mapping(company, wanted, by=acting_user(), **changes)
    shown = [one for one in operations.mapping_overview(company) if wanted in (None, one.name)]
    if json:
        print_json([_report(one) for one in shown] if wanted is None else _report(shown[0]))
    elif wanted is None:
        _print_all(shown)
    else:
        _print_one(shown[0])


def _report(one: "MappingOverview") -> dict[str, Any]:
    last = run_report(one.last_run) if one.last_run is not None else None
    return {**{field.name: getattr(one, field.name) for field in fields(one)}, "last_run": last}


def _print_all(shown: "list[MappingOverview]") -> None:
    print_table(
        ("Mapping", "Financials", "Dynamics CRM", "Direction", "After", "Conflicts", "Deletions", "Creates", "On"),
        (
            (
                one.name,
                one.finance_label,
                one.sales_label,
                one.direction,
                ", ".join(one.depends_on) or "–",
                one.conflicts,
                one.deletions,
                _yes(one.creates),
                _yes(one.enabled),
            )
            for one in shown
        ),
    )


def _print_one(one: "MappingOverview") -> None:
    facts = {
        "Mapping": one.name,
        "Tables": f"{one.finance_label} of Financials and {one.sales_label} of Dynamics CRM ({one.sales_table})",
        "On": _yes(one.enabled),
        "Direction": one.direction,
        "After": ", ".join(one.depends_on) or "–",
        "Takes part": "; ".join(one.filters) or "every record",
        "Conflicts": one.conflicts,
        "Deletions": one.deletions,
        "Creates in cycles": _yes(one.creates),
        "Asks above": f"{one.max_share} % of the coupled records",
    }
    width = max(map(len, facts))
    for name, fact in facts.items():
        say(f"{name:<{width}}  {fact}")
    say("")
    print_table(
        ("Field", "Financials", "Dynamics CRM", "Direction", "Match", "Notes"),
        (
            (
                field.finance_label,
                field.finance,
                field.sales,
                field.direction,
                field.match or "",
                ", ".join((*field.flags, *(() if field.enabled else ("switched off",)))),
            )
            for field in one.fields
        ),
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
