"""The navigation as one data structure: groups of items, each naming the address it leads to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from tallystick.web.shell.desk import Desk, Permission


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry. `route` is a URL name that takes the company's slug first, then `args`."""

    label: str
    icon: str
    route: str
    args: tuple[str, ...] = ()
    needs: Permission | None = Permission.READ
    """What somebody must be allowed for the entry to be shown; None shows it to everybody in the company."""
    exact: bool = False
    """Active on its own address only, not on what lies below it."""
    badge_route: str = ""
    """Where a figure to show beside the entry comes from, after the page and now and again; blank for none."""

    def url(self, desk: Desk) -> str:
        return reverse(self.route, args=(desk.company.slug, *self.args))


@dataclass(frozen=True, slots=True)
class NavGroup:
    label: str
    items: tuple[NavItem, ...]


@dataclass(frozen=True, slots=True)
class ShownItem:
    label: str
    icon: str
    url: str
    active: bool
    badge_url: str


@dataclass(frozen=True, slots=True)
class ShownGroup:
    label: str
    items: tuple[ShownItem, ...]


def shown_navigation(groups: Iterable[NavGroup], desk: Desk, path: str) -> Sequence[ShownGroup]:
    """The groups as this person sees them on the page at `path`: only what they may open."""
    shown = (
        ShownGroup(group.label, tuple(_shown(item, desk, path) for item in _allowed(group, desk))) for group in groups
    )
    return [group for group in shown if group.items]


def _allowed(group: NavGroup, desk: Desk) -> Iterable[NavItem]:
    return (item for item in group.items if item.needs is None or desk.may(item.needs))


def _shown(item: NavItem, desk: Desk, path: str) -> ShownItem:
    url = item.url(desk)
    badge_url = reverse(item.badge_route, args=(desk.company.slug,)) if item.badge_route else ""
    active = path == url if item.exact else path.startswith(url)
    return ShownItem(item.label, item.icon, url, active, badge_url)
