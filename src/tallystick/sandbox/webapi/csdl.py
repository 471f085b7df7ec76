"""The service document and the CSDL of `$metadata`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import Catalog, Column, Kind, NavigationTarget, Table
from tallystick.sandbox.webapi.call import Call, json_response

_EDM = {
    Kind.STRING: "Edm.String",
    Kind.MEMO: "Edm.String",
    Kind.MULTIPICKLIST: "Edm.String",
    Kind.INTEGER: "Edm.Int32",
    Kind.PICKLIST: "Edm.Int32",
    Kind.STATE: "Edm.Int32",
    Kind.STATUS: "Edm.Int32",
    Kind.BIGINT: "Edm.Int64",
    Kind.DECIMAL: "Edm.Decimal",
    Kind.MONEY: "Edm.Decimal",
    Kind.DOUBLE: "Edm.Double",
    Kind.BOOLEAN: "Edm.Boolean",
    Kind.DATETIME: "Edm.DateTimeOffset",
    Kind.DATE: "Edm.Date",
}


def service_document(call: Call) -> Response:
    sets = [
        {"name": table.set_name, "kind": "EntitySet", "url": table.set_name} for table in call.catalog.tables.values()
    ]
    return json_response(200, {"@odata.context": f"{call.root}/$metadata", "value": sets})


def metadata_document(call: Call) -> Response:
    body = _csdl(call.catalog)
    return Response(200, {"Content-Type": "application/xml", "OData-Version": "4.0"}, body)


@lru_cache(maxsize=4)
def _csdl(catalog: Catalog) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>',
        '<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">',
        '<EntityType Name="crmbaseentity" Abstract="true"/>',
        '<EntityType Name="principal" BaseType="mscrm.crmbaseentity"><Key><PropertyRef Name="ownerid"/></Key>'
        '<Property Name="ownerid" Type="Edm.Guid"/></EntityType>',
    ]
    for table in catalog.tables.values():
        lines += _entity_type(catalog, table)
    lines.append('<EntityContainer Name="System">')
    for table in catalog.tables.values():
        lines += _entity_set(catalog, table)
    lines.append("</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>")
    return "\n".join(lines).encode()


def _entity_type(catalog: Catalog, table: Table) -> Iterator[str]:
    base = "principal" if table.inherits_principal else "crmbaseentity"
    yield f'<EntityType Name={quoteattr(table.name)} BaseType="mscrm.{base}">'
    if not table.inherits_principal:
        yield f"<Key><PropertyRef Name={quoteattr(table.id_column)}/></Key>"
    for column in table.columns.values():
        if column.is_property and not (table.inherits_principal and column.name == "ownerid"):
            yield _property(column)
    for target in catalog.navigation(table.name).values():
        yield _navigation(catalog, target)
    for key in table.keys:
        refs = "".join(
            f'<PropertyValue Property="Name" String={quoteattr(table.columns[name].property_name)}/>'
            for name in key.columns
        )
        yield (
            '<Annotation Term="OData.Community.Keys.V1.AlternateKeys"><Collection><Record '
            'Type="OData.Community.Keys.V1.AlternateKey"><PropertyValue Property="Key"><Collection>'
            f'<Record Type="OData.Community.Keys.V1.PropertyRef">{refs}</Record></Collection></PropertyValue></Record>'
            "</Collection></Annotation>"
        )
    yield "</EntityType>"


def _property(column: Column) -> str:
    scale = {Kind.MONEY: ' Scale="4"', Kind.DECIMAL: f' Scale="{column.precision}"'}.get(column.kind, "")
    length = f' MaxLength="{column.max_length}"' if column.max_length else ""
    kind = _EDM.get(column.kind, "Edm.Guid")
    return f'<Property Name={quoteattr(column.property_name)} Type="{kind}"{length}{scale}/>'


def _navigation(catalog: Catalog, target: NavigationTarget) -> str:
    name = quoteattr(target.name)
    if target.collection:
        return f'<NavigationProperty Name={name} Type="Collection(mscrm.{target.target})"/>'
    assert target.column is not None  # noqa: S101 (single-valued)
    kind = "principal" if target.column.kind is Kind.OWNER else target.target
    key = "ownerid" if target.column.kind is Kind.OWNER else catalog[target.target].id_column
    return (
        f'<NavigationProperty Name={name} Type="mscrm.{kind}"><ReferentialConstraint '
        f'Property="{target.column.property_name}" ReferencedProperty="{key}"/></NavigationProperty>'
    )


def _entity_set(catalog: Catalog, table: Table) -> Iterator[str]:
    yield f'<EntitySet Name={quoteattr(table.set_name)} EntityType="mscrm.{table.name}">'
    for target in catalog.navigation(table.name).values():
        if target.column is None or target.column.kind is not Kind.OWNER:
            other = catalog[target.target].set_name
            yield f"<NavigationPropertyBinding Path={quoteattr(target.name)} Target={quoteattr(other)}/>"
    yield "</EntitySet>"
