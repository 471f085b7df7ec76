"""`$metadata`: the service described in XML (OData CSDL 4.0)."""

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from tallystick.odata.edm import CONTAINER, NAMESPACE, EntitySet, Property

EDMX = "http://docs.oasis-open.org/odata/ns/edmx"
EDM = "http://docs.oasis-open.org/odata/ns/edm"
VOCABULARIES = "https://oasis-tcs.github.io/odata-vocabularies/vocabularies"
CORE, CAPABILITIES = "Org.OData.Core.V1", "Org.OData.Capabilities.V1"
READ_ONLY = {"InsertRestrictions": "Insertable", "UpdateRestrictions": "Updatable", "DeleteRestrictions": "Deletable"}


def metadata_document(sets: Sequence[EntitySet]) -> bytes:
    """Return the document that describes these sets."""
    root = Element("edmx:Edmx", {"xmlns:edmx": EDMX, "Version": "4.0"})
    for vocabulary in (CORE, CAPABILITIES):
        reference = SubElement(root, "edmx:Reference", {"Uri": f"{VOCABULARIES}/{vocabulary}.xml"})
        SubElement(reference, "edmx:Include", {"Namespace": vocabulary})
    services = SubElement(root, "edmx:DataServices")
    schema = SubElement(services, "Schema", {"xmlns": EDM, "Namespace": NAMESPACE})
    for one in sets:
        _entity_type(schema, one)
    container = SubElement(schema, "EntityContainer", {"Name": CONTAINER})
    for one in sets:
        _entity_set(container, one)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + bytes(tostring(root, encoding="utf-8"))


def _entity_type(schema: Element, one: EntitySet) -> None:
    described = SubElement(schema, "EntityType", {"Name": one.entity_type})
    key = SubElement(described, "Key")
    for name in one.key:
        SubElement(key, "PropertyRef", {"Name": name})
    for column in one.properties:
        _property(described, column)


def _property(parent: Element, one: Property) -> None:
    sizes = {"MaxLength": one.max_length, "Precision": one.precision, "Scale": one.scale}
    said = {name: str(size) for name, size in sizes.items() if size is not None}
    attributes = {"Name": one.name, "Type": str(one.type), "Nullable": str(one.nullable).lower(), **said}
    _describe(SubElement(parent, "Property", attributes), one.help)


def _entity_set(container: Element, one: EntitySet) -> None:
    published = SubElement(container, "EntitySet", {"Name": one.name, "EntityType": one.qualified_type})
    _describe(published, one.help)
    for term, allowed in READ_ONLY.items():
        annotation = SubElement(published, "Annotation", {"Term": f"{CAPABILITIES}.{term}"})
        SubElement(SubElement(annotation, "Record"), "PropertyValue", {"Property": allowed, "Bool": "false"})


def _describe(element: Element, text: str) -> None:
    SubElement(element, "Annotation", {"Term": f"{CORE}.Description", "String": text})
