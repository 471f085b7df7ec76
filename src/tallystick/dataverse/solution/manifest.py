"""solution.xml: what the package is called, whose it is, and which components it is made of."""

from xml.etree.ElementTree import Element, SubElement

from tallystick.dataverse.solution.elements import LANGUAGE, labels, nil, text
from tallystick.dataverse.solution.parts import PREFIX, Solution

# The layout of packages since Dynamics 365 9.2; the build number of the service plays no part in an import.
PACKAGE_VERSION = "9.2"
GENERATED_BY = "CrmLive"
TABLE, ROLE, WEB_RESOURCE = "1", "20", "61"
WITH_EVERYTHING, AS_A_SHELL = "0", "2"
_ADDRESS = (
    "City", "County", "Country", "Fax", "FreightTermsCode", "ImportSequenceNumber", "Latitude", "Line1", "Line2", "Line3",
    "Longitude", "Name", "PostalCode", "PostOfficeBox", "PrimaryContactName",
)  # fmt: skip
_ADDRESS_END = (
    "StateOrProvince", "Telephone1", "Telephone2", "Telephone3", "TimeZoneRuleVersionNumber", "UPSZone", "UTCOffset",
    "UTCConversionTimeZoneCode",
)  # fmt: skip


def manifest(solution: Solution, *, managed: bool) -> Element:
    """Return the root element of solution.xml."""
    root = Element(
        "ImportExportXml",
        {
            "version": f"{PACKAGE_VERSION}.0.0", "SolutionPackageVersion": PACKAGE_VERSION, "languagecode": LANGUAGE,
            "generatedBy": GENERATED_BY,
        },
    )  # fmt: skip
    inner = SubElement(root, "SolutionManifest")
    text(inner, "UniqueName", solution.name)
    labels(inner, "LocalizedNames", "LocalizedName", solution.label)
    labels(inner, "Descriptions", "Description", solution.description)
    text(inner, "Version", solution.version)
    text(inner, "Managed", managed)
    _publisher(inner, solution)
    _root_components(inner, solution)
    SubElement(inner, "MissingDependencies")
    return root


def _publisher(parent: Element, solution: Solution) -> None:
    publisher = SubElement(parent, "Publisher")
    text(publisher, "UniqueName", solution.publisher)
    labels(publisher, "LocalizedNames", "LocalizedName", solution.publisher_label)
    SubElement(publisher, "Descriptions")
    nil(publisher, "EMailAddress")
    nil(publisher, "SupportingWebsiteUrl")
    text(publisher, "CustomizationPrefix", PREFIX)
    text(publisher, "CustomizationOptionValuePrefix", solution.option_prefix)
    addresses = SubElement(publisher, "Addresses")
    for number in (1, 2):
        _address(addresses, number)


def _address(parent: Element, number: int) -> None:
    """An empty address: the service's own packages have two."""
    address = SubElement(parent, "Address")
    text(address, "AddressNumber", number)
    text(address, "AddressTypeCode", 1)
    for name in _ADDRESS:
        nil(address, name)
    text(address, "ShippingMethodCode", 1)
    for name in _ADDRESS_END:
        nil(address, name)


def _root_components(parent: Element, solution: Solution) -> None:
    """A table of ours comes whole; one that is only extended as a shell, so that nothing else about it is ours."""
    roots = SubElement(parent, "RootComponents")
    for table in solution.tables:
        SubElement(roots, "RootComponent", {"type": TABLE, "schemaName": table.name, "behavior": WITH_EVERYTHING})
    for extended in solution.extensions:
        SubElement(roots, "RootComponent", {"type": TABLE, "schemaName": extended.name, "behavior": AS_A_SHELL})
    for role in solution.roles:
        SubElement(roots, "RootComponent", {"type": ROLE, "id": f"{{{role.id}}}", "behavior": WITH_EVERYTHING})
    for part in solution.web_resources:
        SubElement(roots, "RootComponent", {"type": WEB_RESOURCE, "schemaName": part.name, "behavior": WITH_EVERYTHING})
