"""Reading XML that others wrote: no document types, so no entities; nothing fetched, nothing that grows."""

from __future__ import annotations

from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from tallystick.sandbox.errors import Refusal

MAX_DEPTH = 100


class _Unreadable(Exception):
    pass


class _Building:
    """The handlers of one parse. Depth is limited: a tree nests in C and a deep one cannot even be taken apart."""

    def __init__(self) -> None:
        self.builder = TreeBuilder()
        self._depth = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _Unreadable(f"more than {MAX_DEPTH} elements are nested")
        self.builder.start(name, attributes)

    def end(self, name: str) -> None:
        self._depth -= 1
        self.builder.end(name)

    @staticmethod
    def document_type(*_: object) -> NoReturn:
        raise _Unreadable("it has a document type, which could define entities")


def parse_xml(data: bytes, what: str) -> Element:
    """The root element, names as written (prefixes are kept). Raises 400 with a sentence when it cannot be read."""
    building, parser = _Building(), expat.ParserCreate()
    parser.StartElementHandler = building.start
    parser.EndElementHandler = building.end
    parser.CharacterDataHandler = building.builder.data
    parser.StartDoctypeDeclHandler = building.document_type
    try:
        parser.Parse(data, True)
        return building.builder.close()
    except (expat.ExpatError, _Unreadable, ValueError, LookupError) as error:
        raise Refusal(400, "0x80048033", f"{what} cannot be read as XML: {str(error)[:200]}.") from error
