"""`tally import`: take in a CSV or XLSX file, all of it or nothing, unless rows with errors are to be left out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, print_json, print_table, remark, say
from tallystick.cli.refusal import Refusal
from tallystick.cli.tables import table_named

if TYPE_CHECKING:
    from tallystick.financials.exchange import ImportPreview, ImportRow

SHOWN = 50


def import_(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table, such as customer.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .xlsx whose first row names the fields.")],
    preview: Annotated[bool, typer.Option("--preview", help="Show what would change and write nothing.")] = False,
    skip_errors: Annotated[
        bool, typer.Option("--skip-errors", help="Leave out the rows with errors, and import the others.")
    ] = False,
    json: Json = False,
) -> None:
    """Import records from a file. One wrong cell and nothing is written; every wrong cell is named."""
    described = table_named(table)
    if not file.is_file():
        raise Refusal(f"There is no file {file}.", "Give the path of a .csv or .xlsx file.")
    open_installation()
    company = the_company()
    from tallystick.financials import exchange

    if preview:
        shown = exchange.preview_import(company, described.name, file)
        print_json(_as_json(shown)) if json else _print(shown)
        if not shown.ok and not skip_errors:
            raise typer.Exit(2)
        return
    try:
        result = exchange.run_import(company, described.name, file, skip_errors=skip_errors)
    except exchange.ImportRefused as refused:
        print_json({"message": str(refused), **_as_json(refused.preview)}) if json else _print(refused.preview)
        remedy = "" if skip_errors else " Mend the file, or leave these rows out with --skip-errors."
        remark(f"tally: {refused.what}{remedy}")
        raise typer.Exit(2) from None
    if json:
        counts = {"new": result.created, "changed": result.changed, "unchanged": result.unchanged}
        counts |= {"documents": result.documents} if result.documents else {}
        print_json({"ok": True, **counts, "skipped": [_row(row) for row in result.skipped]})
        return
    counted = f"{result.created} new, {result.changed} changed, {result.unchanged} unchanged"
    documents = f"{result.documents} with their lines; of the rows " if result.documents else ""
    say(f"{described.label_plural} imported: {documents}{counted}.")
    for row in result.skipped:
        say(f"Left out: line {row.line}. {_what(row)}")


def _as_json(preview: "ImportPreview") -> dict[str, Any]:
    from tallystick.financials.exchange import RowOutcome

    return {
        "ok": preview.ok,
        **{outcome.value: preview.count(outcome) for outcome in RowOutcome},
        "rows": [_row(row) for row in preview.rows],
    }


def _row(row: "ImportRow") -> dict[str, Any]:
    return {
        "line": row.line,
        "key": row.key,
        "outcome": row.outcome,
        "changes": [
            {"field": change.field.name, "before": change.before, "after": change.after} for change in row.changes
        ],
        "problems": [
            {"field": problem.field, "message": problem.message, "hint": problem.hint} for problem in row.problems
        ],
    }


def _print(preview: "ImportPreview") -> None:
    from tallystick.financials.exchange import RowOutcome

    telling = [row for row in preview.rows if row.outcome is not RowOutcome.UNCHANGED]
    telling.sort(key=lambda row: row.outcome is not RowOutcome.ERROR)
    print_table(
        ("Line", "Key", "Outcome", "What"),
        ((row.line, row.key, row.outcome.value, _what(row)) for row in telling[:SHOWN]),
        numbers=("Line",),
    )
    if len(telling) > SHOWN:
        say(f"… and {len(telling) - SHOWN} more rows; --json shows all.")
    say(", ".join(f"{preview.count(outcome)} {outcome.value}" for outcome in RowOutcome) + ".")


def _what(row: "ImportRow") -> str:
    if row.problems:
        return " ".join(f"{problem.field}: {problem}" if problem.field else str(problem) for problem in row.problems)
    if row.changes:
        return "; ".join(
            f"{change.field.name}: {change.before or '(blank)'} → {change.after or '(blank)'}" for change in row.changes
        )
    return row.title
