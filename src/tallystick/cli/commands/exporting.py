"""`tally export`: write a table to a file that imports again."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import remark
from tallystick.cli.refusal import Refusal
from tallystick.cli.tables import table_named

FORMATS = ("csv", "xlsx")


def export(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table, such as customer.")],
    output: Annotated[
        Path | None, typer.Option("--output", metavar="FILE", help="Where to (default: standard output).")
    ] = None,
    format: Annotated[
        str | None, typer.Option(help="csv or xlsx (default: by the name of the file, else csv).")
    ] = None,
    search: Annotated[str, typer.Option(help="Only records that hold this text.")] = "",
    lines: Annotated[bool, typer.Option("--lines", help="Of documents: a row for each line.")] = False,
) -> None:
    """Export records in a form that `tally import` takes back without a change."""
    described = table_named(table)
    chosen = format or (output.suffix.lstrip(".").lower() if output is not None and output.suffix else "csv")
    if chosen not in FORMATS:
        raise Refusal(f"There is no format {chosen}.", f"Choose {' or '.join(FORMATS)}.")
    if chosen == "xlsx" and output is None and sys.stdout.isatty():
        raise Refusal("An XLSX file cannot be shown in a terminal.", "Name a file with --output.")
    open_installation()
    company = the_company()
    from tallystick.financials import exchange, queries

    query = queries.Query(search=search)
    chunks = exchange.export_records(company, described.name, query, chosen, with_lines=lines)
    if output is None:
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return
    with output.open("wb") as file:
        file.writelines(chunks)
    remark(f"{described.label_plural} are in {output}.")
