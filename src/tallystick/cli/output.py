"""How commands print: JSON for machines, tables and sentences for people."""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 240
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


def print_json(value: object) -> None:
    """Print one JSON document on standard output."""
    typer.echo(json.dumps(plain(value), ensure_ascii=False))


def plain(value: Any) -> Any:
    """Return a value of ours as JSON has it: dataclasses as objects, moments as ISO 8601, decimals as text."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case datetime() | date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return plain(asdict(value))
        case _ if isinstance(value, Iterable):
            return [plain(item) for item in value]
        case _:
            return str(value)


def console(*, stderr: bool = False) -> "Console":
    """Return the terminal; what is printed on it is taken as it is, so that no name is read as markup."""
    from rich.console import Console

    shown = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not shown.is_terminal and "COLUMNS" not in os.environ:
        shown.width = WIDE  # a file or a pipe has no edge to break lines at
    return shown


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: Sequence[str] = (), empty: str = ""
) -> None:
    """Print rows under headings, or the sentence `empty` where there are none; `numbers` are aligned to the right."""
    rows = list(rows)
    if not rows and empty:
        say(empty)
        return
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=0, collapse_padding=True)
    for place, heading in enumerate(headings):
        table.add_column(
            heading,
            justify="right" if heading in numbers else "left",
            overflow="fold",
            no_wrap=place == 0,
            min_width=max(map(len, heading.split())),  # a heading is broken between its words only
        )
    for row in rows:
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console().print(table)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 record", "1,200 records"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def say(sentence: str) -> None:
    """Print a sentence on standard output."""
    typer.echo(sentence)


def remark(sentence: str) -> None:
    """Print a sentence on standard error, where it does not disturb what machines read."""
    typer.echo(sentence, err=True)
