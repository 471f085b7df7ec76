"""Small makers of XML elements, in the manner of solution files."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement

LANGUAGE = "1033"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def text(parent: Element, name: str, value: object = "") -> Element:
    """Add an element with a text; yes and no are 1 and 0."""
    element = SubElement(parent, name)
    element.text = str(int(value)) if isinstance(value, bool) else str(value)
    return element


def texts(parent: Element, pairs: Iterable[tuple[str, object]]) -> None:
    for name, value in pairs:
        text(parent, name, value)


def labels(parent: Element, name: str, inner: str, label: str) -> None:
    """Add a label in English; an empty one stays an empty element."""
    element = SubElement(parent, name)
    if label:
        SubElement(element, inner, {"description": label, "languagecode": LANGUAGE})


def nil(parent: Element, name: str) -> None:
    SubElement(parent, name, {NIL: "true"})
