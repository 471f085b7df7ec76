"""Finding the records a person named."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from uuid import UUID

    from tallystick.engine import TableMapping
    from tallystick.financials.models import Company


def mapping_named(name: str) -> "TableMapping":
    """Return the shipped table mapping of that name. Raises SetupError naming those there are."""
    from tallystick.integration import mappings

    return mappings.by_name(name)


def id_of(company: "Company", table: str, number: str) -> "UUID":
    """Return the id of the record of a table with this number or code. Raises Refusal where there is none."""
    from tallystick.financials import queries
    from tallystick.financials.tables import table_named

    found = queries.ids_by_code(company, table, [number]).get(number.strip().upper())
    if found is None:
        label = table_named(table).label
        raise Refusal(f"{label} {number} does not exist in {company.name}.", f"`tally export {table}` lists them.")
    return found


def finance_ids(company: "Company", mapping: str, numbers: Sequence[str]) -> list[str]:
    """Return the ids of the finance records with these numbers or codes. Raises Refusal naming those that are not there."""
    from tallystick.financials import queries

    found = queries.ids_by_code(company, mapping_named(mapping).finance, numbers)
    missing = [number for number in numbers if number.strip().upper() not in found]
    if missing:
        label = mapping_named(mapping).label_finance or mapping
        raise Refusal(
            f"{label} {', '.join(missing)} does not exist in {company.name}.",
            f"`tally export {mapping_named(mapping).finance}` lists what there is.",
        )
    return [str(found[number.strip().upper()]) for number in numbers]


def sales_id(company: "Company", mapping: str, text: str) -> str:
    """Return the id of the sales record that `text` is the id or the name of; Refusal where it is none or several."""
    from uuid import UUID

    from tallystick.integration import operations

    try:
        return str(UUID(text))
    except ValueError:
        pass
    found = operations.search_sales(company, mapping, text)
    same = [candidate for candidate in found if candidate.label.strip().casefold() == text.strip().casefold()]
    if len(same) == 1:
        return str(same[0].id)
    label = mapping_named(mapping).label_sales or mapping_named(mapping).sales
    if not found:
        raise Refusal(f"Dynamics CRM has no {label} {text!r}.", "Give its name as it is there, or its id.")
    names = "; ".join(f"{candidate.label} ({candidate.id})" for candidate in (same or found)[:5])
    raise Refusal(f"It is not clear which {label} {text!r} is. There are: {names}.", "Give the id of the one you mean.")


def ids_of(company: "Company", table: str, numbers: Sequence[str]) -> "dict[str, UUID]":
    """Return the ids of records of a table by their numbers or codes. Raises Refusal naming those that are not there."""
    from tallystick.financials import queries
    from tallystick.financials.tables import table_named

    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers))
    found = queries.ids_by_code(company, table, wanted)
    if missing := [number for number in wanted if number not in found]:
        described = table_named(table)
        raise Refusal(
            f"{described.label} {', '.join(missing)} does not exist in {company.name}.",
            f"`tally export {table}` lists what there is.",
        )
    return {number: found[number] for number in wanted}
