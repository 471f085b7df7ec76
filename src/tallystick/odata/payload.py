"""The JSON of answers (OData JSON Format 4.0)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import orjson

from tallystick.odata.edm import Edm, EntitySet, Property
from tallystick.odata.errors import ODataError
from tallystick.odata.paths import key_text
from tallystick.odata.reading import Page, Row


class Metadata(StrEnum):
    """How much an answer says about itself."""

    MINIMAL = "minimal"
    FULL = "full"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Format:
    """How JSON is written. With `exact_numbers` decimals are text, for programs whose numbers are binary."""

    metadata: Metadata = Metadata.MINIMAL
    exact_numbers: bool = False

    @property
    def content_type(self) -> str:
        """The media type of the answer."""
        exact = ";IEEE754Compatible=true" if self.exact_numbers else ""
        return f"application/json;odata.metadata={self.metadata}{exact}"


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the records of one set; `root` is the address of the service, ending in `/`."""

    root: str
    entity_set: EntitySet
    format: Format
    select: Sequence[Property] | None

    def page(self, page: Page, next_link: str) -> bytes:
        """The answer with a page of records."""
        head: dict[str, Any] = self._context("")
        if page.total is not None:
            head["@odata.count"] = page.total
        body = {**head, "value": [self._record(row) for row in page.rows]}
        if next_link:
            body["@odata.nextLink"] = next_link
        return orjson.dumps(body)

    def one(self, row: Row) -> bytes:
        """The answer with one record."""
        return orjson.dumps({**self._context("/$entity"), **self._record(row)})

    def _context(self, what: str) -> dict[str, Any]:
        if self.format.metadata is Metadata.NONE:
            return {}
        names = f"({','.join(one.name for one in self.select)})" if self.select is not None else ""
        return {"@odata.context": f"{self.root}$metadata#{self.entity_set.name}{names}{what}"}

    def _record(self, row: Row) -> dict[str, Any]:
        shown = self.entity_set.properties if self.select is None else self.select
        written = {one.name: self._value(row.values[one.name]) for one in shown}
        if self.format.metadata is Metadata.NONE:
            return written
        return {**self._annotations(row, written), **written}

    def _annotations(self, row: Row, written: Mapping[str, Any]) -> dict[str, Any]:
        full = self.format.metadata is Metadata.FULL
        said: dict[str, Any] = {"@odata.type": f"#{self.entity_set.qualified_type}"} if full else {}
        # Without its key a record cannot be addressed, unless its address is told.
        if full or any(name not in written for name in self.entity_set.key):
            said["@odata.id"] = f"{self.root}{key_text(self.entity_set, row.values)}"
        if row.etag:
            said["@odata.etag"] = row.etag
        if full:
            said |= {f"{name}@odata.type": f"#{type_}" for name, type_ in self._told_types(written)}
        return said

    def _told_types(self, written: Mapping[str, Any]) -> list[tuple[str, str]]:
        types = {name: self.entity_set.by_name[name].type for name in written if written[name] is not None}
        return [(name, type_.removeprefix("Edm.")) for name, type_ in types.items() if type_ not in _EVIDENT]

    def _value(self, value: Any) -> Any:
        match value:
            case Decimal():
                text = f"{value:f}"
                return text if self.format.exact_numbers else orjson.Fragment(text)
            case datetime():
                return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
            case _:
                return value


_EVIDENT = frozenset({Edm.STRING, Edm.BOOLEAN})


def service_document(root: str, sets: Sequence[EntitySet], format_: Format) -> bytes:
    """The list of what is published (section 5)."""
    context = {} if format_.metadata is Metadata.NONE else {"@odata.context": f"{root}$metadata"}
    value = [{"name": one.name, "kind": "EntitySet", "url": one.name, "title": one.label} for one in sets]
    return orjson.dumps({**context, "value": value})


def error_body(error: ODataError) -> bytes:
    """The answer that says what went wrong (section 19)."""
    target = {"target": error.target} if error.target else {}
    return orjson.dumps({"error": {"code": error.code, "message": error.message, **target}})
