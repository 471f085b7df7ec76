"""Template tags of the frame: icons, the navigation, the company switcher."""

import re
from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tallystick.financials.models import Company, User
from tallystick.financials.queries import companies_of
from tallystick.web.menu import menu
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.navigation import ShownGroup, shown_navigation

register = template.Library()


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the sprite. It says nothing to a screen reader: the words beside it do."""
    return format_html(
        '<svg class="icon {}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        css,
        static("vendor/tabler-icons/sprite.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def navigation(context: Context) -> Sequence[ShownGroup]:
    """The left navigation for the desk of the page."""
    desk: Desk = context["desk"]
    return shown_navigation(menu(), desk, context["request"].path)


@register.simple_tag(takes_context=True)
def my_companies(context: Context) -> Sequence[Company]:
    """The companies the user may switch to, by name. One query."""
    desk: Desk = context["desk"]
    return companies_of(desk.user)


@register.filter
def initials(user: User) -> str:
    """Two letters for the round picture of a person."""
    words = user.get_full_name().split() or [user.email]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


@register.filter
def quantity(number: Decimal) -> str:
    """A quantity as people read it: with commas, and without zeros that say nothing."""
    text = f"{number:,.5f}"
    return text.rstrip("0").rstrip(".")


@register.filter
def minutes(seconds: float) -> int:
    """Seconds in whole minutes."""
    return round(seconds / 60)


@register.filter
def with_code(text: str) -> SafeString:
    """A sentence whose commands stand between backticks, with them set as code."""
    parts = re.split("`([^`]*)`", text)
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if n % 2 else one,) for n, one in enumerate(parts))
    )
