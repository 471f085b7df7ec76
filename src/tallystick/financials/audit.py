"""Who changed which setting, when, from what to what: of a company, its users, its numbers, its integration.

What people enter into records is told by the records themselves and by the change feed; this is about what decides how
records are treated, and who may treat them. The database refuses to change what was noted (`audit_triggers`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from tallystick.financials.models import Company, SettingChange
from tallystick.financials.permissions import OPERATOR, Actor, Permission

PAGE_SIZE = 50


class Area(StrEnum):
    """What a setting belongs to."""

    COMPANY = "Company"
    USER = "User"
    SIGN_IN = "Sign-in"
    SECRETS = "Secrets"
    PERMISSION_SETS = "Permission sets"
    NUMBER_SERIES = "Number series"
    CONNECTION = "CRM connection"
    TABLE_MAPPING = "Table mapping"


@dataclass(frozen=True, slots=True)
class Changed:
    """One setting before and after; '' where it was not, or is not any more."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one person changed at one time in one place."""

    id: int
    at: datetime
    by: str
    area: str
    subject: str
    changes: tuple[Changed, ...]


@dataclass(frozen=True, slots=True)
class EntryPage:
    """One page of entries, newest first."""

    entries: tuple[Entry, ...]
    page: int
    more: bool


def note(
    company: Company, area: Area, subject: str, before: Mapping[str, object], after: Mapping[str, object], *, by: Actor
) -> None:
    """Keep what differs between the settings before and after, in the caller's transaction; nothing where all is alike.

    Secrets are never given: say that one was replaced."""
    old, new = _texts(before), _texts(after)
    differs = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if not differs:
        return
    SettingChange.objects.create(
        company=company,
        by=by.name,
        area=area.value,
        subject=subject[:250],
        before={name: old[name] for name in differs if name in old},
        after={name: new[name] for name in differs if name in new},
    )


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


def setting_changes(
    company: Company, *, area: str = "", text: str = "", page: int = 1, page_size: int = PAGE_SIZE, by: Actor = OPERATOR
) -> EntryPage:
    """Return a page of what was changed, newest first; one query. `text` is looked for in who changed, and what.

    Raises `NotPermitted` for who may change no settings."""
    by.require(Permission.SET_UP)
    rows = SettingChange.objects.filter(company=company)
    if area:
        rows = rows.filter(area=area)
    if text:
        rows = rows.filter(Q(by__icontains=text) | Q(subject__icontains=text))
    page = max(1, page)
    start = (page - 1) * page_size
    found = list(rows.order_by("-id")[start : start + page_size + 1])
    return EntryPage(tuple(_entry(row) for row in found[:page_size]), page, len(found) > page_size)


def _entry(row: SettingChange) -> Entry:
    names = list(dict.fromkeys([*row.before, *row.after]))
    changes = tuple(Changed(name, row.before.get(name, ""), row.after.get(name, "")) for name in names)
    return Entry(row.pk, row.at, row.by or "command line", row.area, row.subject, changes)
