"""Finding the table a person named."""

from typing import TYPE_CHECKING

from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.tables import Table


def table_named(name: str) -> "Table":
    """Return the table called so, in the singular or plural, however it is spelled; needs no database."""
    from tallystick.financials.tables import TABLES

    wanted = name.strip().casefold().replace("_", "-").replace(" ", "-")
    for table in TABLES.values():
        names = (table.name, table.label, table.label_plural)
        if wanted in {spelling.casefold().replace(" ", "-") for spelling in names}:
            return table
    raise Refusal(f"There is no table {name}.", f"There are: {', '.join(TABLES)}.")
