"""solution.xml: what a package is called, whose it is, and what it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.safe_xml import parse_xml
from tallystick.sandbox.solutions.package import Package, bad_package

PACKAGE_VERSION = (9, 2)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,64}")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}")
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}")
LANGUAGE = "1033"
Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Publisher:
    name: str
    label: str
    prefix: str
    option_prefix: int
    description: str = ""
    email: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True)
class Component:
    """A component by type and by id or schema name; `parent` is the table of a column."""

    kind: int
    name: str = ""
    id: str = ""
    parent: str = ""
    behavior: int = 0

    def __str__(self) -> str:
        return f"{self.name or self.id} (type {self.kind}{f' of {self.parent}' if self.parent else ''})"


@dataclass(frozen=True, slots=True)
class Manifest:
    name: str
    label: str
    description: str
    version: str
    managed: bool
    package_version: str
    publisher: Publisher
    roots: tuple[Component, ...]
    needs: tuple[Component, ...]


def version_of(text: str) -> Version:
    """A version to compare; missing parts count as 0."""
    parts = tuple(int(part) for part in text.split("."))
    return parts + (0,) * (4 - len(parts))


def text_in(element: Element | None, path: str, default: str = "") -> str:
    found = element.find(path) if element is not None else None
    return (found.text or "").strip() if found is not None else default


def label_in(element: Element | None) -> str:
    """The `description` of the child in English, or of the first."""
    children = list(element) if element is not None else []
    best = next((one for one in children if one.get("languagecode") == LANGUAGE), children[0] if children else None)
    return (best.get("description") or "").strip() if best is not None else ""


def number_in(text: str, what: str, default: int | None = None) -> int:
    if not text and default is not None:
        return default
    if not re.fullmatch(r"-?\d{1,15}", text):
        raise Refusal(400, "0x80048033", f"{what} must be a whole number, not '{text[:50]}'.")
    return int(text)


def read_manifest(package: Package) -> Manifest:
    """Raises 400 when a part is missing, or the package is of a newer version than this environment."""
    root = parse_xml(package.read("solution.xml"), "solution.xml")
    manifest = root.find("SolutionManifest")
    if root.tag != "ImportExportXml" or manifest is None:
        raise bad_package("solution.xml is not <ImportExportXml> with a <SolutionManifest>.")
    package_version = root.get("SolutionPackageVersion") or ""
    if _VERSION.fullmatch(package_version) and version_of(package_version)[:2] > PACKAGE_VERSION:
        raise Refusal(
            400, "0x80048068",
            f"The solution package has the version {package_version}, which is newer than this environment (9.2). "
            f"Export it "
            "for this version.",
        )  # fmt: skip
    name, version = text_in(manifest, "UniqueName"), text_in(manifest, "Version")
    if not _NAME.fullmatch(name):
        raise bad_package(f"its UniqueName '{name[:100]}' is not a name.")
    if not _VERSION.fullmatch(version):
        raise bad_package(f"its Version '{version[:50]}' is not like 1.0.0.0.")
    return Manifest(
        name,
        label_in(manifest.find("LocalizedNames")) or name,
        label_in(manifest.find("Descriptions")),
        version,
        _is_managed(text_in(manifest, "Managed")),
        package_version,
        _publisher(manifest.find("Publisher")),
        tuple(_roots(manifest)),
        tuple(_needs(manifest)),
    )


def _is_managed(text: str) -> bool:
    if text == "2":
        raise bad_package("it is the source of a solution (Managed is 2); pack it as managed or unmanaged first.")
    if text not in ("0", "1"):
        raise bad_package(f"Managed is 0 or 1, not '{text[:50]}'.")
    return text == "1"


def _publisher(element: Element | None) -> Publisher:
    name, prefix = text_in(element, "UniqueName"), text_in(element, "CustomizationPrefix")
    if not name:
        raise bad_package("its Publisher has no UniqueName.")
    if not _PREFIX.fullmatch(prefix) or prefix.lower().startswith("mscrm"):
        raise bad_package(f"the CustomizationPrefix '{prefix[:50]}' of its Publisher is not 2 to 8 letters or digits.")
    option_prefix = number_in(
        text_in(element, "CustomizationOptionValuePrefix"), "CustomizationOptionValuePrefix", 10000
    )
    if not 10000 <= option_prefix <= 99999:
        raise bad_package("the CustomizationOptionValuePrefix of its Publisher is from 10000 to 99999.")
    assert element is not None  # noqa: S101 (it has a name)
    return Publisher(
        name, label_in(element.find("LocalizedNames")) or name, prefix.lower(), option_prefix,
        label_in(element.find("Descriptions")), text_in(element, "EMailAddress"), text_in(element, "SupportingWebsiteUrl"),
    )  # fmt: skip


def _component(element: Element) -> Component:
    name = element.get("schemaName") or element.get("displayName") or ""
    kind = number_in(element.get("type") or "", "The type of a component")
    row_id = (element.get("id") or "").strip("{}").lower()
    behavior = number_in(element.get("behavior") or "", "The behavior of a component", 0)
    return Component(kind, name, row_id, element.get("parentSchemaName") or "", behavior)


def _roots(manifest: Element) -> Iterator[Component]:
    for element in manifest.findall("RootComponents/RootComponent"):
        yield _component(element)


def _needs(manifest: Element) -> Iterator[Component]:
    for element in manifest.findall("MissingDependencies/MissingDependency/Required"):
        yield _component(element)
