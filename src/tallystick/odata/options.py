"""The query options of an address, as typed values (OData URL Conventions 4.0, section 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus, urlencode

from tallystick.odata.edm import EntitySet, Property
from tallystick.odata.errors import ODataError, bad_request, not_implemented
from tallystick.odata.filter.parsing import no_such_property, parse_filter
from tallystick.odata.filter.syntax import Expression

LONGEST_QUERY = 16_000  # characters behind the question mark, escaped as they come
MOST_ORDERED = 8
MOST_ROWS = 2**31 - 1  # of $top and $skip: no table here has more
SUPPORTED = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken")
UNSUPPORTED = ("$expand", "$search", "$apply", "$compute", "$deltatoken", "$levels", "$index", "$schemaversion", "$id")


@dataclass(frozen=True, slots=True)
class Order:
    """One property to order by."""

    property: Property
    descending: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a request asks of a set. `select` None means every property; `top` None means all rows."""

    filter: Expression | None = None
    select: tuple[Property, ...] | None = None
    order: tuple[Order, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    skip_token: str = ""
    format: str = ""


def texts_in(query: str) -> dict[str, str]:
    """Return the system query options by name. Others, which have no $, are passed over as OData has it.

    Raises `ODataError`: 400 for what is not UTF-8, given twice or unknown, 414 for more than is read, 501 for what OData
    has and this service has not."""
    if len(query) > LONGEST_QUERY:
        raise ODataError(
            414, "UriTooLong", f"The query is {len(query):,} characters long; at most {LONGEST_QUERY:,} are read."
        )
    found: dict[str, str] = {}
    for part in query.split("&"):
        name, _, text = part.partition("=")
        try:
            name, text = unquote_plus(name, errors="strict"), unquote_plus(text, errors="strict")
        except UnicodeDecodeError:
            raise bad_request("The query is not UTF-8.") from None
        if not name.startswith("$"):
            continue
        if name in found:
            raise bad_request(f"{name} is given twice.", name)
        if name in UNSUPPORTED:
            raise not_implemented(f"{name} is not supported by this service.", name)
        if name not in SUPPORTED:
            raise bad_request(f"There is no query option {name[:60]}; there are {', '.join(SUPPORTED)}.")
        found[name] = text
    return found


def options_in(texts: Mapping[str, str], entity_set: EntitySet) -> Options:
    """Return the options for this set. Raises `ODataError` 400 naming the option that cannot be understood."""
    return Options(
        filter=parse_filter(texts["$filter"], entity_set.by_name) if "$filter" in texts else None,
        select=_select(texts["$select"], entity_set) if "$select" in texts else None,
        order=_order(texts["$orderby"], entity_set) if "$orderby" in texts else (),
        top=_number("$top", texts["$top"]) if "$top" in texts else None,
        skip=_number("$skip", texts.get("$skip", "0")),
        count=_truth("$count", texts.get("$count", "false")),
        skip_token=texts.get("$skiptoken", ""),
        format=texts.get("$format", ""),
    )


def allow_only(texts: Mapping[str, str], *allowed: str) -> None:
    """Refuse options that make no sense for what is asked."""
    for name in texts:
        if name not in allowed:
            raise bad_request(f"{name} has no meaning at this address.", name)


def next_query(texts: Mapping[str, str], *, skip_token: str, top: int | None) -> str:
    """Return the query of the next page: the same but for where it begins and how many rows are left to give."""
    kept = {name: text for name, text in texts.items() if name not in ("$skip", "$skiptoken", "$top")}
    left = {} if top is None else {"$top": str(top)}
    return urlencode({**kept, **left, "$skiptoken": skip_token}, safe="$',()")


def _select(text: str, entity_set: EntitySet) -> tuple[Property, ...] | None:
    names = [name.strip() for name in text.split(",")]
    if "*" in names:
        return None
    for name in names:
        if name not in entity_set.by_name:
            raise no_such_property(name, entity_set.by_name, "$select")
    return tuple(entity_set.by_name[name] for name in dict.fromkeys(names))


def _order(text: str, entity_set: EntitySet) -> tuple[Order, ...]:
    orders: dict[str, Order] = {}
    for part in text.split(","):
        name, _, direction = part.strip().partition(" ")
        if name not in entity_set.by_name:
            raise no_such_property(name, entity_set.by_name, "$orderby")
        if direction.strip() not in ("", "asc", "desc"):
            raise bad_request(
                f"$orderby: {name} is followed by asc or desc, not {direction.strip()[:30]!r}.", "$orderby"
            )
        orders.setdefault(name, Order(entity_set.by_name[name], direction.strip() == "desc"))
    if len(orders) > MOST_ORDERED:
        raise bad_request(f"$orderby names more than {MOST_ORDERED} properties.", "$orderby")
    return tuple(orders.values())


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise bad_request(f"{name} is a whole number from 0, not {text[:30]!r}.", name)
    return min(int(text), MOST_ROWS) if len(text) < 20 else MOST_ROWS


def _truth(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise bad_request(f"{name} is true or false, not {text[:30]!r}.", name)
    return text == "true"
