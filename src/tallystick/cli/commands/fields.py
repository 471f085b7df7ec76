"""`tally fields`: what a table's fields are called and what they hold."""

from collections.abc import Mapping
from typing import Annotated

import typer

from tallystick.cli.output import Json, print_json, print_table, say
from tallystick.cli.tables import table_named


def fields(
    table: Annotated[str, typer.Argument(help="A table, such as customer or contact.", metavar="TABLE")],
    json: Json = False,
) -> None:
    """List a table's fields: their names (the header of a CSV), kinds, lengths and what they refer to."""
    described = table_named(table)
    rows = [
        {
            "name": field.name,
            "label": field.label,
            "type": field.kind.value,
            "length": field.max_length,
            "decimals": field.decimals,
            "required": field.required,
            "references": field.references,
            "choices": [choice.value for choice in field.choices],
            "help": field.help,
        }
        for field in described.fields
    ]
    if json:
        print_json({"table": described.name, "label": described.label, "fields": rows})
        return
    say(f"{described.label_plural} ({described.name})")
    print_table(
        ("Name", "Label", "Type", "Length", "Required", "Holds"),
        (
            (row["name"], row["label"], row["type"], row["length"], "yes" if row["required"] else "", _holds(row))
            for row in rows
        ),
        numbers=("Length",),
    )


def _holds(row: Mapping[str, object]) -> str:
    choices = row["choices"]
    if isinstance(choices, list) and choices:
        return " | ".join(str(choice) or "(blank)" for choice in choices)
    if row["references"]:
        from tallystick.financials.tables import TABLES

        return f"the number or code of a {TABLES[str(row['references'])].label.lower()}"
    return str(row["help"])
