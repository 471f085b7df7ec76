"""Definitions in the JSON shapes of the metadata Web API."""

from __future__ import annotations

from collections.abc import Iterator

from tallystick.sandbox.metadata.cascade import on_delete
from tallystick.sandbox.metadata.catalog import Catalog
from tallystick.sandbox.metadata.model import (
    CHOICES,
    Choice,
    Column,
    Key,
    Kind,
    ManyToMany,
    Option,
    Required,
    Table,
    stable_id,
)
from tallystick.sandbox.metadata.privileges import ACCESS_RIGHTS, Depth, Privilege, privileges_of

Json = dict[str, object]
NAMESPACE = "#Microsoft.Dynamics.CRM."
LANGUAGE = 1033

_TYPES = {
    Kind.STRING: ("StringAttributeMetadata", "StringType"),
    Kind.MEMO: ("MemoAttributeMetadata", "MemoType"),
    Kind.INTEGER: ("IntegerAttributeMetadata", "IntegerType"),
    Kind.BIGINT: ("BigIntAttributeMetadata", "BigIntType"),
    Kind.DECIMAL: ("DecimalAttributeMetadata", "DecimalType"),
    Kind.DOUBLE: ("DoubleAttributeMetadata", "DoubleType"),
    Kind.MONEY: ("MoneyAttributeMetadata", "MoneyType"),
    Kind.BOOLEAN: ("BooleanAttributeMetadata", "BooleanType"),
    Kind.DATETIME: ("DateTimeAttributeMetadata", "DateTimeType"),
    Kind.DATE: ("DateTimeAttributeMetadata", "DateTimeType"),
    Kind.PICKLIST: ("PicklistAttributeMetadata", "PicklistType"),
    Kind.MULTIPICKLIST: ("MultiSelectPicklistAttributeMetadata", "MultiSelectPicklistType"),
    Kind.STATE: ("StateAttributeMetadata", "StateType"),
    Kind.STATUS: ("StatusAttributeMetadata", "StatusType"),
    Kind.LOOKUP: ("LookupAttributeMetadata", "LookupType"),
    Kind.CUSTOMER: ("LookupAttributeMetadata", "CustomerType"),
    Kind.OWNER: ("LookupAttributeMetadata", "OwnerType"),
    Kind.UNIQUEIDENTIFIER: ("UniqueIdentifierAttributeMetadata", "UniqueidentifierType"),
    Kind.ENTITYNAME: ("EntityNameAttributeMetadata", "EntityNameType"),
}


def label(text: str) -> Json:
    one = {
        "Label": text, "LanguageCode": LANGUAGE, "IsManaged": True, "MetadataId": stable_id("label", text),
        "HasChanged": None,
    }  # fmt: skip
    return {"LocalizedLabels": [one] if text else [], "UserLocalizedLabel": one if text else None}


def managed(value: object, name: str, *, changeable: bool = True) -> Json:
    return {"Value": value, "CanBeChanged": changeable, "ManagedPropertyLogicalName": name}


def entity_json(table: Table) -> Json:
    """One EntityMetadata without its attributes and relationships."""
    return {
        "MetadataId": table.metadata_id,
        "LogicalName": table.name,
        "SchemaName": table.schema,
        "EntitySetName": table.set_name,
        "LogicalCollectionName": table.set_name,
        "CollectionSchemaName": table.set_name,
        "ObjectTypeCode": table.code,
        "PrimaryIdAttribute": table.id_column,
        "PrimaryNameAttribute": table.name_column or None,
        "OwnershipType": table.ownership,
        "ChangeTrackingEnabled": table.change_tracking,
        "CanChangeTrackingBeEnabled": managed(table.trackable, "canchangetrackingbeenabled"),
        "IsOptimisticConcurrencyEnabled": not table.intersect,
        "IsIntersect": table.intersect,
        "IsCustomEntity": table.custom,
        "IsManaged": not table.custom,
        "IsActivity": False,
        "IsChildEntity": False,
        "IsLogicalEntity": False,
        "IsPrivate": False,
        "IsStateModelAware": "statecode" in table.columns,
        "EnforceStateTransitions": False,
        "HasNotes": table.has_notes or table.name in ("account", "contact"),
        "HasActivities": table.name in ("account", "contact"),
        "TableType": "Standard",
        "CanCreateAttributes": managed(not table.intersect, "cancreateattributes", changeable=False),
        "IsCustomizable": managed(not table.intersect, "iscustomizable", changeable=False),
        "IsValidForAdvancedFind": not table.intersect,
        "DisplayName": label(table.label),
        "DisplayCollectionName": label(table.plural),
        "Description": label(table.description),
        "Privileges": [_privilege(one) for one in privileges_of(table)] if not table.intersect else [],
    }


def _privilege(privilege: Privilege) -> Json:
    can_be = {f"CanBe{depth.word}": depth in privilege.depths for depth in Depth}
    kind = next((verb.value for verb, right in ACCESS_RIGHTS.items() if right == privilege.right), "None")
    return {"Name": privilege.name, "PrivilegeId": privilege.id, "PrivilegeType": kind, **can_be}


def attribute_json(table: Table, column: Column) -> Json:
    """One attribute in the shape of its own type, without its option set."""
    type_name, attribute_type = _TYPES[column.kind]
    shown_kind = "DateTime" if column.kind is Kind.DATE else column.kind.value
    if column.kind is Kind.MULTIPICKLIST:
        shown_kind = "Virtual"
    changeable = column.required is not Required.SYSTEM
    return {
        "@odata.type": f"{NAMESPACE}{type_name}",
        "MetadataId": column_id(table, column),
        "LogicalName": column.name,
        "SchemaName": column.schema or column.name,
        "EntityLogicalName": table.name,
        "AttributeType": shown_kind,
        "AttributeTypeName": {"Value": attribute_type},
        "AttributeOf": column.shadow_of or None,
        "ColumnNumber": list(table.columns).index(column.name) + 1,
        "RequiredLevel": managed(column.required.value, "canmodifyrequirementlevelsettings", changeable=changeable),
        "IsValidForCreate": column.create and not column.shadow_of,
        "IsValidForUpdate": column.update and not column.shadow_of,
        "IsValidForRead": True,
        "IsValidODataAttribute": column.is_property,
        "IsPrimaryId": column.primary_id,
        "IsPrimaryName": column.primary_name,
        "IsLogical": bool(column.shadow_of),
        "IsCustomAttribute": column.custom,
        "IsManaged": not column.custom,
        "IsSecured": False,
        "IsRenameable": managed(True, "isrenameable"),
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsValidForAdvancedFind": managed(True, "canmodifysearchsettings"),
        "DisplayName": label(column.label),
        "Description": label(""),
        "SourceType": 0,
        **_type_specific(column),
    }


def column_id(table: Table, column: Column) -> str:
    return stable_id("column", table.name, column.name)


def _type_specific(column: Column) -> Json:
    match column.kind:
        case Kind.STRING | Kind.MEMO:
            return {
                "MaxLength": column.max_length, "Format": column.format, "FormatName": {"Value": column.format},
                "ImeMode": "Auto", "IsLocalizable": False,
            }  # fmt: skip
        case Kind.INTEGER:
            return {"MinValue": int(column.minimum or 0), "MaxValue": int(column.maximum or 0), "Format": "None"}
        case Kind.BIGINT:
            return {"MinValue": -(2**63), "MaxValue": 2**63 - 1}
        case Kind.DECIMAL | Kind.DOUBLE:
            return {
                "MinValue": float(column.minimum or 0), "MaxValue": float(column.maximum or 0),
                "Precision": column.precision, "ImeMode": "Auto",
            }  # fmt: skip
        case Kind.MONEY:
            is_base = column.name.endswith("_base")
            return {
                "MinValue": float(column.minimum or 0), "MaxValue": float(column.maximum or 0),
                "Precision": column.precision, "PrecisionSource": 2, "IsBaseCurrency": is_base,
                "CalculationOf": column.name.removesuffix("_base") if is_base else None,
            }  # fmt: skip
        case Kind.DATETIME:
            return {"Format": "DateAndTime", "DateTimeBehavior": {"Value": "UserLocal"}}
        case Kind.DATE:
            return {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}
        case Kind.BOOLEAN:
            return {"DefaultValue": bool(column.default)}
        case Kind.PICKLIST | Kind.MULTIPICKLIST | Kind.STATE | Kind.STATUS:
            return {"DefaultFormValue": -1 if column.default is None else column.default}
        case Kind.LOOKUP | Kind.CUSTOMER | Kind.OWNER:
            return {"Targets": list(column.targets)}
    return {}


def option_set_json(table: Table, column: Column) -> Json | None:
    """The local option set of a choice column."""
    if column.kind not in (*CHOICES, Kind.MULTIPICKLIST, Kind.BOOLEAN) or column.global_choice:
        return None
    base: Json = {
        "MetadataId": stable_id("optionset", table.name, column.name),
        "Name": column.option_set,
        "IsGlobal": False,
        "IsCustomOptionSet": column.custom,
        "IsManaged": not column.custom,
        "DisplayName": label(column.label),
        "Description": label(""),
        "ParentOptionSetName": None,
    }
    if column.kind is Kind.BOOLEAN:
        no, yes = column.options
        return {
            "@odata.type": f"{NAMESPACE}BooleanOptionSetMetadata", **base, "OptionSetType": "Boolean",
            "TrueOption": option_json(column, yes), "FalseOption": option_json(column, no),
        }  # fmt: skip
    kind = {Kind.STATE: "State", Kind.STATUS: "Status"}.get(column.kind, "Picklist")
    options = [option_json(column, option) for option in column.options]
    return {"@odata.type": f"{NAMESPACE}OptionSetMetadata", **base, "OptionSetType": kind, "Options": options}


def option_json(column: Column, option: Option) -> Json:
    shown: Json = {
        "Value": option.value, "Label": label(option.label), "Description": label(""), "Color": None,
        "IsManaged": option.managed, "ExternalValue": "", "ParentValues": [], "MetadataId": None, "HasChanged": None,
    }  # fmt: skip
    if column.kind is Kind.STATUS:
        return {
            "@odata.type": f"{NAMESPACE}StatusOptionMetadata",
            **shown,
            "State": option.state,
            "TransitionData": None,
        }
    if column.kind is Kind.STATE:
        return {
            "@odata.type": f"{NAMESPACE}StateOptionMetadata", **shown, "DefaultStatus": option.default_status,
            "InvariantName": option.label.replace(" ", ""),
        }  # fmt: skip
    return shown


def choice_json(choice: Choice) -> Json:
    """A choice of its own."""
    column = Column(choice.name, Kind.PICKLIST, options=choice.options)
    return {
        "@odata.type": f"{NAMESPACE}OptionSetMetadata",
        "MetadataId": choice.id,
        "Name": choice.name,
        "IsGlobal": True,
        "IsCustomOptionSet": choice.custom,
        "IsManaged": not choice.custom,
        "OptionSetType": "Picklist",
        "DisplayName": label(choice.label),
        "Options": [option_json(column, option) for option in choice.options],
    }


def key_json(table: Table, key: Key) -> Json:
    return {
        "MetadataId": key.metadata_id or stable_id("key", table.name, key.name),
        "LogicalName": key.name,
        "SchemaName": key.schema,
        "EntityLogicalName": table.name,
        "KeyAttributes": list(key.columns),
        "EntityKeyIndexStatus": key.status,
        "DisplayName": label(key.label),
        "IsManaged": not key.metadata_id,
        "AsyncJob": None,
    }


def many_to_one(catalog: Catalog, table: Table) -> Iterator[Json]:
    """The relationships in which `table` holds the lookup."""
    for column in table.columns.values():
        for target in column.targets:
            if target in catalog.tables:
                yield _relationship(catalog, table, column, target)


def one_to_many(catalog: Catalog, table: Table) -> Iterator[Json]:
    """The relationships in which other tables point to `table`."""
    for other, column in catalog.referencing[table.name]:
        yield _relationship(catalog, other, column, table.name)


def _relationship(catalog: Catalog, table: Table, column: Column, target: str) -> Json:
    named = {name: (schema, collection) for name, schema, collection in column.inverse}
    schema, collection = named.get(target, (f"{target}_{table.name}_{column.name}", ""))
    delete = on_delete(table, column, target).value
    return {
        "@odata.type": f"{NAMESPACE}OneToManyRelationshipMetadata",
        "MetadataId": stable_id("relationship", schema, table.name, target),
        "SchemaName": schema,
        "RelationshipType": "OneToManyRelationship",
        "ReferencedEntity": target,
        "ReferencedAttribute": catalog[target].id_column,
        "ReferencedEntityNavigationPropertyName": collection or None,
        "ReferencingEntity": table.name,
        "ReferencingAttribute": column.name,
        "ReferencingEntityNavigationPropertyName": column.navigation_for(target),
        "IsCustomRelationship": column.custom,
        "IsManaged": not column.custom,
        "IsHierarchical": table.name == target and column.name.startswith("parent"),
        "CascadeConfiguration": {
            "Assign": "NoCascade", "Delete": delete, "Archive": delete, "Merge": "NoCascade", "Reparent": "NoCascade",
            "Share": "NoCascade", "Unshare": "NoCascade", "RollupView": "NoCascade",
        },
    }  # fmt: skip


def many_to_many_json(catalog: Catalog, pair: ManyToMany) -> Json:
    return {
        "@odata.type": f"{NAMESPACE}ManyToManyRelationshipMetadata",
        "MetadataId": stable_id("relationship", pair.schema),
        "SchemaName": pair.schema,
        "RelationshipType": "ManyToManyRelationship",
        "Entity1LogicalName": pair.first,
        "Entity1IntersectAttribute": f"{pair.first}id",
        "Entity1NavigationPropertyName": pair.schema,
        "Entity2LogicalName": pair.second,
        "Entity2IntersectAttribute": f"{pair.second}id",
        "Entity2NavigationPropertyName": pair.schema,
        "IntersectEntityName": pair.intersect,
        "IsCustomRelationship": pair.custom,
        "IsManaged": not pair.custom,
    }
