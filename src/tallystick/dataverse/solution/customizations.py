"""customizations.xml: tables, roles, relationships and web resources, each in the shape in which the service exports it."""

from xml.etree.ElementTree import Element, SubElement

from tallystick.dataverse.solution.attributes import attributes_xml
from tallystick.dataverse.solution.elements import LANGUAGE, labels, text, texts
from tallystick.dataverse.solution.parts import Extension, Lookup, Role, Solution, Table, WebResource

_CHANGEABLE = (
    "IsCustomizable", "IsRenameable", "IsMappable", "CanModifyAuditSettings", "CanModifyMobileVisibility",
    "CanModifyConnectionSettings", "CanModifyDuplicateDetectionSettings", "CanModifyMailMergeSettings",
    "CanModifyQueueSettings", "CanCreateAttributes", "CanCreateForms", "CanCreateCharts", "CanCreateViews",
    "CanModifyAdditionalSettings", "CanChangeTrackingBeEnabled", "CanChangeHierarchicalRelationship",
)  # fmt: skip
_WITHOUT = (
    "IsDuplicateCheckSupported", "IsBusinessProcessEnabled", "IsRequiredOffline", "IsInteractionCentricEnabled",
    "IsCollaboration", "AutoRouteToOwnerQueue", "IsConnectionsEnabled", "IsDocumentManagementEnabled",
    "IsOneNoteIntegrationEnabled", "IsKnowledgeManagementEnabled", "IsSLAEnabled", "IsBPFEntity", "IsActivity",
    "IsAuditEnabled", "IsVisibleInMobile", "IsVisibleInMobileClient", "IsMailMergeEnabled", "IsQuickCreateEnabled",
    "IsOfflineInMobileClient",
)  # fmt: skip
_EMPTY = ("Workflows", "FieldSecurityProfiles", "Templates", "EntityMaps")


def customizations(solution: Solution) -> Element:
    """Return the root element of customizations.xml; parts that we have none of stay empty elements, in the usual order."""
    root = Element("ImportExportXml")
    entities = SubElement(root, "Entities")
    for table in solution.tables:
        _table(entities, table, solution.version)
    for extension in solution.extensions:
        _extension(entities, extension, solution.version)
    roles = SubElement(root, "Roles")
    for role in solution.roles:
        _role(roles, role, solution)
    for name in _EMPTY:
        SubElement(root, name)
    relations = SubElement(root, "EntityRelationships")
    for lookup in solution.lookups:
        _lookup(relations, lookup, solution.version)
    for table in solution.tables:
        if table.has_money:
            _currency(relations, table, solution.version)
    SubElement(root, "OrganizationSettings")
    SubElement(root, "optionsets")
    resources = SubElement(root, "WebResources")
    for part in solution.web_resources:
        _web_resource(resources, part, solution.version)
    SubElement(root, "CustomControls")
    SubElement(root, "EntityDataProviders")
    text(SubElement(root, "Languages"), "Language", LANGUAGE)
    return root


def file_name(part: WebResource) -> str:
    """Where in the package the content of a web resource is."""
    return f"WebResources/{part.name}"


# Tables


def _table(parent: Element, table: Table, version: str) -> None:
    entity = _entity(parent, table.schema, table.name, table.label)
    labels(entity, "LocalizedNames", "LocalizedName", table.label)
    labels(entity, "LocalizedCollectionNames", "LocalizedCollectionName", table.plural)
    labels(entity, "Descriptions", "Description", table.description)
    attributes_xml(entity, table.columns, version, of=table.name, with_currency=table.has_money)
    _keys(entity, table)
    texts(entity, [("EntitySetName", table.set_name), *((name, False) for name in _WITHOUT)])
    # The service's word for a table that belongs to the organization, here and nowhere else.
    texts(entity, [("OwnershipTypeMask", "OrgOwned"), ("ActivityTypeMask", 0)])
    texts(entity, ((name, True) for name in _CHANGEABLE))
    texts(entity, [("ChangeTrackingEnabled", True), ("EntityColor", ""), ("IntroducedVersion", version)])


def _extension(parent: Element, extension: Extension, version: str) -> None:
    entity = _entity(parent, extension.schema, extension.schema, extension.schema)
    entity.set("unmodified", "1")  # nothing of the table itself is ours, only the columns that follow
    attributes_xml(entity, extension.columns, version, of=extension.name)


def _entity(parent: Element, schema: str, name: str, label: str) -> Element:
    outer = SubElement(parent, "Entity")
    named = SubElement(outer, "Name", {"LocalizedName": label, "OriginalName": label})
    named.text = name
    entity = SubElement(SubElement(outer, "EntityInfo"), "entity", {"Name": schema})
    for empty in ("FormXml", "SavedQueries", "RibbonDiffXml"):
        SubElement(outer, empty)
    return entity


def _keys(entity: Element, table: Table) -> None:
    keys = SubElement(entity, "EntityKeys")
    for one in table.keys:
        key = SubElement(keys, "EntityKey")
        texts(key, [("Name", one.schema), ("LogicalName", one.schema.lower())])
        text(SubElement(key, "EntityKeyAttributes"), "AttributeName", one.column)
        labels(key, "displaynames", "displayname", one.label)


# Relationships

_NOTHING_FOLLOWS = ("CascadeAssign", "CascadeReparent", "CascadeShare", "CascadeUnshare", "CascadeRollupView")


def _lookup(parent: Element, lookup: Lookup, version: str) -> None:
    relation = _relation(parent, lookup.name, version, lookup.table, lookup.target, delete="RemoveLink")
    _ends(relation, lookup.column.schema, lookup.column.description, lookup.name)


def _currency(parent: Element, table: Table, version: str) -> None:
    """Amounts have a currency; a currency that is in use stays."""
    name = f"TransactionCurrency_{table.schema}"
    relation = _relation(parent, name, version, table.name, "transactioncurrency", delete="Restrict")
    _ends(relation, "transactioncurrencyid", "", name)


def _relation(parent: Element, name: str, version: str, table: str, target: str, *, delete: str) -> Element:
    relation = SubElement(parent, "EntityRelationship", {"Name": name})
    texts(relation, [
        ("EntityRelationshipType", "OneToMany"), ("IsCustomizable", True), ("IntroducedVersion", version),
        ("IsHierarchical", False), ("ReferencingEntityName", table), ("ReferencedEntityName", target),
        ("CascadeDelete", delete), ("CascadeArchive", delete),
    ])  # fmt: skip
    texts(relation, ((cascade, "NoCascade") for cascade in _NOTHING_FOLLOWS))
    return relation


def _ends(relation: Element, column: str, description: str, collection: str) -> None:
    """What the two ends are called: from the referring row through the column, and back through the relationship's name."""
    texts(relation, [("IsValidForAdvancedFind", True), ("ReferencingAttributeName", column)])
    labels(SubElement(relation, "RelationshipDescription"), "Descriptions", "Description", description)
    roles = SubElement(relation, "EntityRelationshipRoles")
    for navigation, role_type in ((column, 1), (collection, 0)):
        role = SubElement(roles, "EntityRelationshipRole")
        if role_type:
            texts(role, [("NavPaneDisplayOption", "DoNotDisplay"), ("NavPaneArea", "Details"), ("NavPaneOrder", 10000)])
        texts(role, [("NavigationPropertyName", navigation), ("RelationshipRoleType", role_type)])


# Roles and web resources


def _role(parent: Element, role: Role, solution: Solution) -> None:
    element = SubElement(parent, "Role", {"id": f"{{{role.id}}}", "name": role.name})
    text(element, "IsCustomizable", True)
    privileges = SubElement(element, "RolePrivileges")
    nouns = {**_NOUNS, **{table.name: table.schema for table in solution.tables}}
    named = [f"prv{right}{nouns[table]}" for table, rights in role.rights.items() for right in rights]
    for name in sorted((*named, *role.others)):
        SubElement(privileges, "RolePrivilege", {"name": name, "level": "Global"})


# How the service's tables are called in privileges. A package has nobody to ask; that the names are right is seen after
# every import, when what they are called is asked and the rights of a user are verified.
_NOUNS = {
    "account": "Account", "contact": "Contact", "opportunity": "Opportunity", "quote": "Quote", "salesorder": "SalesOrder",
    "invoice": "Invoice", "product": "Product", "transactioncurrency": "TransactionCurrency", "systemuser": "User",
    "team": "Team", "businessunit": "BusinessUnit", "organization": "Organization", "role": "Role",
    "solution": "Solution", "webresource": "WebResource",
}  # fmt: skip


def _web_resource(parent: Element, part: WebResource, version: str) -> None:
    resource = SubElement(parent, "WebResource")
    texts(resource, [
        ("WebResourceId", f"{{{part.id}}}"), ("Name", part.name), ("DisplayName", part.label), ("LanguageCode", LANGUAGE),
        ("WebResourceType", part.kind), ("IntroducedVersion", version), ("IsEnabledForMobileClient", False),
        ("IsAvailableForMobileOffline", False), ("IsCustomizable", True), ("CanBeDeleted", True), ("IsHidden", False),
        ("FileName", f"/{file_name(part)}"),
    ])  # fmt: skip
