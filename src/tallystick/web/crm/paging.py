"""What the lists of the integration read from their addresses, and the choices of their filters."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict

from tallystick.web.crm.places import BY_SLUG
from tallystick.web.shell.asked import text_asked


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


def mapping_choices() -> Sequence[Choice]:
    """The mappings to filter by, in the order in which they run."""
    return [Choice(mapping.name, mapping.name) for mapping in BY_SLUG.values()]


def chosen_mapping(asked: QueryDict) -> str:
    """The mapping an address names, by its name or as in addresses; "" for none and for an unknown one."""
    slug = text_asked(asked, "mapping").lower().replace(" ", "-")
    return BY_SLUG[slug].name if slug in BY_SLUG else ""


def page_asked(asked: QueryDict) -> int:
    """The number of the page an address asks for, 1 for nonsense."""
    text = text_asked(asked, "page")
    return max(1, int(text)) if text.isdecimal() and len(text) < 7 else 1
