"""Step 7: what is synchronized, which way, and what each needs first."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import transaction

from tallystick.engine import FINANCE, SALES, SetupError
from tallystick.engine.order import in_order
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor
from tallystick.integration import mappings, operations
from tallystick.integration.models import MappingSettings
from tallystick.integration.setup.progress import Step, attempt, connection_for, note_done
from tallystick.integration.stores import ensure_settings
from tallystick.integration.stores.settings import as_set


@dataclass(frozen=True, slots=True)
class MappingChoice:
    """A table mapping to choose: whether it takes part, which way it goes, which ways it could, and what it needs first."""

    name: str
    finance: str
    sales: str
    enabled: bool
    direction: str
    directions: tuple[str, ...]
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """A mapping that was not chosen and has to take part, because those that were chosen need it first."""

    name: str
    needed_by: tuple[str, ...]

    def __str__(self) -> str:
        need = "need" if len(self.needed_by) > 1 else "needs"
        return f"{self.name} was added, because {' and '.join(self.needed_by)} {need} it first."


def look(company: Company) -> list[MappingChoice]:
    """Return what can be chosen and how it stands, each after what it needs. Two queries."""
    connection = connection_for(company)
    ensure_settings(connection)
    rows = {row.name: row for row in MappingSettings.objects.filter(connection=connection)}
    return [
        MappingChoice(
            name=mapping.name,
            finance=mapping.label(FINANCE),
            sales=mapping.label(SALES),
            enabled=rows[mapping.name].enabled,
            direction=as_set(rows[mapping.name]).direction.value,
            directions=tuple(direction.value for direction in operations.directions_of(mapping)),
            needs=mapping.after,
        )
        for mapping in in_order(mappings.ALL)
    ]


def missing_prerequisites(chosen: Collection[str]) -> list[Added]:
    """Return what has to be added to these mappings, in the order in which it runs, and why."""
    wanted = {mappings.by_name(name).name for name in chosen}
    needed_by: dict[str, list[str]] = {}
    for mapping in reversed(in_order(mappings.ALL)):  # what needs comes before what is needed
        if mapping.name in wanted or mapping.name in needed_by:
            for name in mapping.after:
                if name not in wanted:
                    needed_by.setdefault(name, []).append(mapping.name)
    return [
        Added(mapping.name, tuple(needed_by[mapping.name])) for mapping in mappings.ALL if mapping.name in needed_by
    ]


def choose(company: Company, chosen: Mapping[str, str], by: Actor) -> list[Added]:
    """Have these mappings take part, each in its direction ("" as shipped), and no others; return what was added to them.

    All is stored or nothing. Couplings stay, also those of mappings that take no part any more."""
    with attempt(company, Step.DATA, by):
        connection_for(company)
        if not chosen:
            raise SetupError("Nothing was chosen.", hint="Choose at least one table that is to be synchronized.")
        directions = {mappings.by_name(name).name: direction for name, direction in chosen.items()}
        added = missing_prerequisites(directions)
        taking_part = {*directions, *(one.name for one in added)}
        with transaction.atomic():
            for mapping in mappings.ALL:
                operations.change_mapping(
                    company,
                    mapping.name,
                    enabled=mapping.name in taking_part,
                    direction=directions.get(mapping.name),
                    by=by,
                )
        note_done(company, Step.DATA, by, mappings=sorted(taking_part))
    return added
