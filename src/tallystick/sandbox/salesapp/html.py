"""Writing HTML: elements as calls, everything escaped unless it already is HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


Child = str | int | None | Iterable["Child"]
Attribute = str | int | bool | None
_VOID = frozenset({"input", "meta", "link", "br", "hr", "img"})


def h(tag: str, attributes: dict[str, Attribute] | None = None, *children: Child) -> Html:
    """An element. Attributes that are None or False are left out, True ones stand without a value."""
    parts = [f"<{tag}"]
    for name, value in (attributes or {}).items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False:
            parts.append(f' {name}="{escape(str(value))}"')
    parts.append(">")
    if tag not in _VOID:
        parts += [join(children), f"</{tag}>"]
    return Html("".join(parts))


def join(children: Iterable[Child]) -> Html:
    """Children one after another, texts escaped."""
    parts: list[str] = []
    for child in children:
        if child is None:
            continue
        if isinstance(child, Html):
            parts.append(child)
        elif isinstance(child, str | int):
            parts.append(escape(str(child)))
        else:
            parts.append(join(child))
    return Html("".join(parts))
