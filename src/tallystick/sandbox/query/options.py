"""The query string of a read: the system query options, and their nested form inside $expand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from tallystick.sandbox.errors import query_error
from tallystick.sandbox.query.syntax import Node, Order, parse_filter, parse_order

MAX_PAGE = 5000
MAX_EXPANDS = 15
_TOP_LEVEL = frozenset(
    {"$select", "$filter", "$expand", "$orderby", "$top", "$count", "$apply", "$skiptoken", "$deltatoken"}
)
_UNSUPPORTED_SOURCES = {"fetchxml": "FetchXML", "sql": "SQL", "savedquery": "A saved view", "userquery": "A saved view"}


@dataclass(frozen=True, slots=True)
class Expand:
    """One expanded navigation property. `reference` asks for the address only (`nav/$ref`)."""

    name: str
    query: Query
    reference: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What a read asks for; None and empty mean that nothing was said."""

    select: tuple[str, ...] | None = None
    where: Node | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    count: bool = False
    expand: tuple[Expand, ...] = ()
    skip_token: str = ""
    delta_token: str | None = None
    apply: str = ""
    given: frozenset[str] = frozenset()

    @property
    def nested(self) -> bool:
        return any(item.query.expand for item in self.expand)


def split_query(query: str) -> dict[str, str]:
    """The decoded parameters of a query string. A parameter may be given once."""
    parameters: dict[str, str] = {}
    for part in query.split("&"):
        if not part:
            continue
        name, _, value = part.partition("=")
        name = unquote_plus(name)
        if name in parameters:
            raise query_error(f"The query parameter '{name}' is specified more than once.")
        parameters[name] = unquote_plus(value)
    return parameters


def parse_query(parameters: Mapping[str, str]) -> Query:
    """The read that the parameters of a URL ask for."""
    for name in parameters:
        if name.startswith("$") and name not in _TOP_LEVEL:
            raise query_error(f"The query parameter {name} is not supported.")
        if name.lower() in _UNSUPPORTED_SOURCES:
            raise query_error(f"{_UNSUPPORTED_SOURCES[name.lower()]} cannot be run by this environment; use $filter.")
    aliases = {name: value for name, value in parameters.items() if name.startswith("@")}
    return _from_options(parameters, aliases, depth=0)


def _from_options(options: Mapping[str, str], aliases: Mapping[str, str], depth: int) -> Query:
    text = options.get
    return Query(
        select=_select(options["$select"]) if "$select" in options else None,
        where=parse_filter(options["$filter"], aliases) if "$filter" in options else None,
        order=parse_order(_dealias(options["$orderby"], aliases)) if "$orderby" in options else (),
        top=_top(options["$top"]) if "$top" in options else None,
        count=_flag("$count", text("$count", "false")),
        expand=_expands(options["$expand"], aliases, depth) if "$expand" in options else (),
        skip_token=text("$skiptoken", ""),
        delta_token=options.get("$deltatoken"),
        apply=text("$apply", ""),
        given=frozenset(name for name in options if name.startswith("$")),
    )


def _dealias(text: str, aliases: Mapping[str, str]) -> str:
    for name, value in aliases.items():
        text = text.replace(name, value)
    return text


def _select(text: str) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    return None if not names or "*" in names else names


def _top(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise query_error(f"Invalid value '{text[:40]}' for $top query option found. It requires a whole number.")
    return min(int(text), MAX_PAGE)


def _flag(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise query_error(f"Invalid value '{text[:40]}' for {name} query option found. It is true or false.")
    return text == "true"


def _expands(text: str, aliases: Mapping[str, str], depth: int) -> tuple[Expand, ...]:
    if depth > 5:
        raise query_error("$expand is nested too deeply.")
    items = tuple(_expand(part, aliases, depth) for part in split_outside(text, ","))
    if len(items) > MAX_EXPANDS:
        raise query_error(f"At most {MAX_EXPANDS} navigation properties can be expanded in one query.")
    return items


def _expand(text: str, aliases: Mapping[str, str], depth: int) -> Expand:
    name, parenthesis, rest = text.strip().partition("(")
    reference = name.endswith("/$ref")
    name = name.removesuffix("/$ref").strip()
    if not name or (parenthesis and not rest.endswith(")")):
        raise query_error(f"Syntax error in $expand '{text[:200]}'.")
    options: dict[str, str] = {}
    for part in split_outside(rest[:-1], ";") if parenthesis else ():
        option, equals, value = part.strip().partition("=")
        if not equals or option not in ("$select", "$filter", "$orderby", "$top", "$expand"):
            raise query_error(f"'{part[:100]}' is not supported inside $expand.")
        options[option] = value
    return Expand(name, _from_options(options, aliases, depth + 1), reference)


def split_outside(text: str, separator: str) -> Iterable[str]:
    """Split at separators that stand outside quotes and parentheses."""
    parts, start, depth, quoted = [], 0, 0, False
    for at, character in enumerate(text):
        if character == "'":
            quoted = not quoted
        elif not quoted:
            if character in "([":
                depth += 1
            elif character in ")]":
                depth -= 1
            elif character == separator and depth == 0:
                parts.append(text[start:at])
                start = at + 1
    parts.append(text[start:])
    return [part for part in parts if part.strip()]
