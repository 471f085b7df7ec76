"""What a person may change about a mapping, and putting everything back as it was shipped."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from tallystick.engine import Direction, SetupError, TableMapping
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.integration import connections, mappings
from tallystick.integration.models import MappingSettings
from tallystick.integration.stores import ensure_settings, settings_of
from tallystick.integration.stores.settings import as_set


def change_mapping(
    company: Company,
    mapping: str,
    *,
    enabled: bool | None = None,
    direction: str | None = None,
    conflicts: str | None = None,
    deletions: str | None = None,
    creates: bool | None = None,
    max_share: int | None = None,
    by: Actor = OPERATOR,
) -> TableMapping:
    """Change what a person may change about a mapping; None leaves a setting as it is, "" puts it back as shipped.

    A direction can only be narrowed: what is shipped one way never goes the other."""
    by.require(Permission.INTEGRATE)
    connection = connections.connection_of(company)
    ensure_settings(connection)
    row = settings_of(connection, mapping)
    if max_share is not None and not 0 <= max_share <= 100:
        raise SetupError(f"{max_share} is no share in percent.", hint="Enter a number from 0 to 100.")
    if direction is not None:
        direction = _direction(mappings.by_name(mapping), direction)
    given = {
        "enabled": enabled,
        "direction": direction,
        "conflicts": conflicts,
        "deletions": deletions,
        "creates": creates,
        "max_share": max_share,
    }
    old = _settings_in_words(row, given)
    for name, value in given.items():
        if value is not None:
            setattr(row, name, value)
    try:
        changed = as_set(row)
    except ValueError as exc:
        raise SetupError(f"{exc}.", hint="Choose one of the policies offered.") from exc
    with transaction.atomic():
        row.save(update_fields=list(given))
        audit.note(company, Area.TABLE_MAPPING, row.name, old, _settings_in_words(row, given), by=by)
    return changed


def directions_of(mapping: TableMapping) -> tuple[Direction, ...]:
    """Return the directions that a shipped mapping can be given, its own first."""
    if mapping.direction is Direction.BOTH:
        return (Direction.BOTH, Direction.TO_SALES, Direction.TO_FINANCE)
    return (mapping.direction,)


def _direction(mapping: TableMapping, chosen: str) -> str:
    """Return what is stored for a chosen direction: "" for the one that is shipped."""
    possible = directions_of(mapping)
    if chosen and chosen not in possible:
        raise SetupError(
            f"{mapping.name} cannot go {chosen!r}.", hint=f"Choose {', '.join(one.value for one in possible)}."
        )
    return "" if chosen in ("", mapping.direction) else Direction(chosen).value


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting of a mapping that is not as it was shipped."""

    mapping: str
    setting: str
    now: str
    default: str


# What is shipped: a row of settings that says nothing.
_AS_SHIPPED = {"enabled": True, "direction": "", "conflicts": "", "deletions": "", "creates": None, "max_share": None}
_IN_WORDS = {
    "enabled": "Enabled",
    "direction": "Direction",
    "conflicts": "Conflicts",
    "deletions": "Deletions",
    "creates": "Create counterparts in cycles",
    "max_share": "Stop and ask above this share (%)",
}


def changes_to_default_setup(company: Company) -> list[Difference]:
    """Return what using the default synchronization setup would change, mapping by mapping. Couplings are not among it."""
    connection = connections.connection_of(company)
    ensure_settings(connection)
    rows = {row.name: row for row in MappingSettings.objects.filter(connection=connection)}
    return [difference for mapping in mappings.ALL for difference in _differences(mapping, rows[mapping.name])]


def _differences(mapping: TableMapping, row: MappingSettings) -> Iterable[Difference]:
    now = {**_values(as_set(row)), "enabled": row.enabled}
    shipped = {**_values(mapping), "enabled": True}
    for name, label in _IN_WORDS.items():
        if now[name] != shipped[name]:
            yield Difference(mapping.name, label, _word(now[name]), _word(shipped[name]))


def _values(mapping: TableMapping) -> dict[str, object]:
    names = ("direction", "conflicts", "deletions", "creates", "max_share")
    return {name: getattr(mapping, name) for name in names}


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def use_default_setup(company: Company, *, by: Actor) -> list[Difference]:
    """Put every mapping back as it was shipped, all or none; return what that changed. Couplings and cursors stay."""
    by.require(Permission.INTEGRATE)
    connection = connections.connection_of(company)
    changed = changes_to_default_setup(company)
    with transaction.atomic():
        for row in MappingSettings.objects.filter(connection=connection).select_for_update():
            old = _settings_in_words(row, _AS_SHIPPED)
            for name, value in _AS_SHIPPED.items():
                setattr(row, name, value)
            row.save(update_fields=list(_AS_SHIPPED))
            audit.note(company, Area.TABLE_MAPPING, row.name, old, _settings_in_words(row, _AS_SHIPPED), by=by)
    return changed


def _settings_in_words(row: MappingSettings, names: Iterable[str]) -> dict[str, object]:
    return {name.replace("_", " "): getattr(row, name) for name in names}
