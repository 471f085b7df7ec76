"""The package: a zip whose bytes depend on the sources alone."""

import io
from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from tallystick.dataverse.solution.customizations import customizations, file_name
from tallystick.dataverse.solution.manifest import manifest
from tallystick.dataverse.solution.parts import Solution
from tallystick.dataverse.solution.source import SOLUTION

CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
# The earliest that a zip can say, so that no build differs by when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o644 << 16


def build(solution: Solution = SOLUTION, *, managed: bool = True) -> bytes:
    """Return the package that an environment imports. A managed one can be taken away again with all it brought; an
    unmanaged one is for those who develop it further. The same sources give the same bytes, always and everywhere."""
    target = io.BytesIO()
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for name, content in _files(solution, managed=managed):
            entry = ZipInfo(name, _NO_TIME)
            entry.external_attr = _PLAIN_FILE
            entry.create_system = 3  # the same on every system that builds it
            entry.compress_type = ZIP_STORED  # compression differs from library to library
            archive.writestr(entry, content)
    return target.getvalue()


def _files(solution: Solution, *, managed: bool) -> Iterator[tuple[str, bytes]]:
    yield "[Content_Types].xml", _xml(_content_types(solution))
    yield "solution.xml", _xml(manifest(solution, managed=managed))
    yield "customizations.xml", _xml(customizations(solution))
    for part in solution.web_resources:
        yield file_name(part), part.content


def _content_types(solution: Solution) -> Element:
    root = Element("Types", {"xmlns": CONTENT_TYPES})
    others = {part.name.rpartition(".")[2] for part in solution.web_resources}
    for extension in ("xml", *sorted(others)):
        SubElement(root, "Default", {"Extension": extension, "ContentType": "application/octet-stream"})
    return root


def _xml(root: Element) -> bytes:
    indent(root)
    text: str = tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()
