"""What an address below the service asks for (OData URL Conventions 4.0, section 4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from uuid import UUID

from tallystick.odata.edm import Edm, EntitySet, Property
from tallystick.odata.errors import ODataError, bad_request, not_found, not_implemented
from tallystick.odata.filter.tokens import Literal, Token, tokens_of

SERVICE, METADATA = "", "$metadata"
TARGET = "The address"
_SET = re.compile(r"(\w{1,60})(.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Resource:
    """A set, one record of it (`key`: Django path → value), or how many records it has. `name` as it is in the address."""

    name: str
    key: Mapping[str, Any] = attribute(default_factory=dict)
    counts: bool = False


def resource_at(path: str, sets: Mapping[str, EntitySet]) -> Resource:
    """Return what the path asks for; `sets` are those the company publishes. Raises `ODataError` 404 for anything else."""
    path = path.removesuffix("/")
    if path in (SERVICE, METADATA):
        return Resource(path)
    match = _SET.fullmatch(path)
    if match is None or match[1] not in sets:
        if path.startswith(("$batch", "$crossjoin", "$all", "$entity")):
            raise not_implemented(f"{path.partition('(')[0]} is not supported by this service.")
        raise no_such_set(path)
    name, rest = match[1], match[2]
    match rest:
        case "":
            return Resource(name)
        case "/$count":
            return Resource(name, counts=True)
        case _ if rest.startswith("("):
            return Resource(name, _key_in(rest, sets[name]))
    raise not_found(f"{name} has nothing called {rest[:60]!r}.")


def no_such_set(path: str) -> ODataError:
    """The refusal of a set that is not published here, or nowhere: the two look the same."""
    return not_found(
        f"This company publishes nothing called {path[:60]!r}. The root of the service lists what it does."
    )


def _key_in(text: str, entity_set: EntitySet) -> dict[str, Any]:
    tokens = list(tokens_of(text, TARGET))
    closing = next((place for place, token in enumerate(tokens) if token.text == ")" and token.literal is None), None)
    if closing != len(tokens) - 1:
        raise not_implemented("Only whole records are addressed by their key. Use $select for single properties.")
    given = _named_values(tokens[1:-1], entity_set)
    if set(given) != set(entity_set.key):
        names = ",".join(f"{name}=…" for name in entity_set.key)
        raise bad_request(f"A record of {entity_set.name} is addressed by its key, {entity_set.name}({names}).")
    return {one.path: _key_value(one, given[one.name]) for one in entity_set.key_properties}


def _named_values(tokens: list[Token], entity_set: EntitySet) -> dict[str, Literal]:
    match tokens:
        case [Token(literal=Literal() as value)]:
            return {entity_set.key[0]: value}
    found: dict[str, Literal] = {}
    for start in range(0, len(tokens), 4):
        match tokens[start : start + 4]:
            case [Token(text=name, literal=None), Token(text="="), Token(literal=Literal() as value), *comma]:
                if name in found or not (comma == [] or comma[0].text == ","):
                    raise bad_request(f"The key of {entity_set.name} cannot be understood.")
                found[name] = value
            case _:
                raise bad_request(f"The key of {entity_set.name} cannot be understood.")
    return found


def _key_value(one: Property, given: Literal) -> Any:
    whole = isinstance(given.value, Decimal) and given.value == given.value.to_integral_value()
    if one.type is Edm.INT32 and whole:
        number = int(given.value)  # type: ignore[call-overload]  # `whole` says that it is a decimal
        if abs(number) < 2**31:
            return number
        raise not_found(f"There is no record with {one.name} {number}.")
    if given.type is not one.type:
        raise bad_request(f"{one.name} is {one.type}; it cannot be {given.value!r}.")
    return given.value


def key_text(entity_set: EntitySet, values: Mapping[str, Any]) -> str:
    """Return how a record is addressed: `Customers('C00010')`, escaped for an address."""
    keys = [literal_text(values[name]) for name in entity_set.key]
    inner = keys[0] if len(keys) == 1 else ",".join(f"{n}={key}" for n, key in zip(entity_set.key, keys, strict=True))
    return entity_set.name + "(" + quote(inner, safe="'=,") + ")"


def literal_text(value: Any) -> str:
    """Return a value as a literal of an address, not escaped."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | UUID() | int() | Decimal():
            return str(value)
    raise TypeError(f"no literal for {type(value).__name__}")
