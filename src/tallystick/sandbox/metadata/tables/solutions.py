"""publisher, solution, solutioncomponent, importjob, asyncoperation, webresource: how customisations travel."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import (
    choice,
    create_only,
    double,
    flag,
    guid,
    history,
    link,
    memo,
    moment,
    ownership,
    read_only,
    states,
    table,
    text,
    whole,
)
from tallystick.sandbox.metadata.model import Required

COMPONENT_TYPES = {
    1: "Entity", 2: "Attribute", 3: "Relationship", 9: "Option Set", 10: "Entity Relationship", 14: "Entity Key",
    20: "Role", 24: "Form", 26: "Saved Query", 29: "Workflow", 60: "System Form", 61: "Web Resource", 62: "Site Map",
    70: "Field Security Profile", 80: "Model-driven App", 90: "Plugin Type", 91: "Plugin Assembly",
    92: "SDK Message Processing Step", 300: "Canvas App", 371: "Connector", 372: "Connector",
    380: "Environment Variable Definition", 381: "Environment Variable Value",
}  # fmt: skip
WEB_RESOURCE_TYPES = (
    "Webpage (HTML)", "Style Sheet (CSS)", "Script (JScript)", "Data (XML)", "PNG format", "JPG format", "GIF format",
    "Silverlight (XAP)", "Style Sheet (XSL)", "ICO format", "Vector format (SVG)", "String (RESX)",
)  # fmt: skip
_LONGEST = 1_073_741_823

PUBLISHER = table(
    "publisher",
    "Publisher",
    7101,
    "Publisher",
    "Publishers",
    [
        text("uniquename", 256, "Name", required=Required.SYSTEM, update=False),
        text("friendlyname", 256, "Display Name", required=Required.SYSTEM),
        text("customizationprefix", 8, "Prefix", required=Required.SYSTEM),
        whole("customizationoptionvalueprefix", "Option Value Prefix", low=10000, high=99999, default=10000),
        memo("description", 2000, "Description"),
        text("emailaddress", 100, "Email", format="Email"),
        text("supportingwebsiteurl", 200, "Website", format="Url"),
        read_only(flag("isreadonly", "Is Read-Only Publisher")),
        read_only(guid("organizationid", "Organization")),
        *history("publisher"),
    ],
    name_column="friendlyname",
    ownership_type="OrganizationOwned",
    description="A publisher of a CRM solution.",
)

SOLUTION = table(
    "solution",
    "Solution",
    7100,
    "Solution",
    "Solutions",
    [
        text("uniquename", 65, "Name", required=Required.SYSTEM, update=False),
        text("friendlyname", 256, "Display Name", required=Required.SYSTEM),
        text("version", 256, "Version", required=Required.SYSTEM),
        link("publisherid", "Publisher", "publisher", "publisher_solution", required=Required.SYSTEM,
             on_delete="Restrict"),
        memo("description", 2000, "Description"),
        read_only(flag("ismanaged", "Package Type", yes="Managed", no="Unmanaged")),
        read_only(flag("isvisible", "Is Visible Outside Platform", default=True)),
        read_only(moment("installedon", "Installed On")),
        read_only(moment("updatedon", "Updated On")),
        read_only(text("solutionpackageversion", 256, "Solution Package Version")),
        link("configurationpageid", "Configuration Page", "webresource", "solution_configuration_webresource"),
        read_only(guid("organizationid", "Organization")),
        *history("solution"),
    ],
    name_column="friendlyname",
    ownership_type="OrganizationOwned",
    change_tracking=True,
    description="A solution which contains CRM customizations.",
)  # fmt: skip

SOLUTIONCOMPONENT = table(
    "solutioncomponent",
    "SolutionComponent",
    7103,
    "Solution Component",
    "Solution Components",
    [
        choice("componenttype", "Object Type Code", COMPONENT_TYPES),
        guid("objectid", "Regarding"),
        choice("rootcomponentbehavior", "Root Component Behavior", {
            0: "Include Subcomponents", 1: "Do not include subcomponents", 2: "Include As Shell Only",
        }),
        flag("ismetadata", "Is this component metadata"),
        link("solutionid", "Solution", "solution", "solution_solutioncomponent"),
        *history("solutioncomponent"),
    ],
    name_column="",
    ownership_type="None",
    creatable=False,
    updatable=False,
    deletable=False,
    privilege="Solution",
    description="A component of a CRM solution.",
)  # fmt: skip

IMPORTJOB = table(
    "importjob",
    "ImportJob",
    9107,
    "Import Job",
    "Import Jobs",
    [
        text("name", 200, "Name"),
        text("solutionname", 256, "Solution Name"),
        read_only(double("progress", "Progress", low=0, high=100, precision=2)),
        read_only(memo("data", _LONGEST, "Data")),
        read_only(guid("solutionid", "Solution")),
        read_only(moment("startedon", "Started On")),
        read_only(moment("completedon", "Completed On")),
        read_only(guid("organizationid", "Organization")),
        *history("importjobbase"),
    ],
    name_column="solutionname",
    ownership_type="OrganizationOwned",
    creatable=False,
    updatable=False,
    description="For internal use only.",
)

ASYNCOPERATION = table(
    "asyncoperation",
    "AsyncOperation",
    4700,
    "System Job",
    "System Jobs",
    [
        text("name", 256, "System Job Name"),
        choice("operationtype", "System Job Type", {202: "Export Solution Async Operation",
            203: "Import Solution Async Operation", 1: "System Event", 10: "Workflow", 13: "Bulk Delete"}),
        memo("message", _LONGEST, "Message"),
        memo("friendlymessage", _LONGEST, "Friendly message"),
        whole("errorcode", "Error Code"),
        guid("correlationid", "Correlation Id"),
        guid("requestid", "Request"),
        moment("startedon", "Started On"),
        moment("completedon", "Completed On"),
        *ownership("asyncoperation", owned="system_user_asyncoperation"),
        *history("asyncoperation"),
        *states(
            (0, "Ready", ((0, "Waiting For Resources"),)),
            (1, "Suspended", ((10, "Waiting"),)),
            (2, "Locked", ((20, "In Progress"), (21, "Pausing"), (22, "Canceling"))),
            (3, "Completed", ((30, "Succeeded"), (31, "Failed"), (32, "Canceled"))),
        ),
    ],
    creatable=False,
    updatable=False,
    description="Process whose execution can proceed independently or in the background.",
)  # fmt: skip

WEBRESOURCE = table(
    "webresource",
    "WebResource",
    9333,
    "Web Resource",
    "Web Resources",
    [
        create_only(text("name", 256, "Name", required=Required.SYSTEM)),
        text("displayname", 200, "Display Name"),
        create_only(choice("webresourcetype", "Type", WEB_RESOURCE_TYPES, required=Required.SYSTEM)),
        memo("content", _LONGEST, "Content"),
        memo("description", 2000, "Description"),
        whole("languagecode", "Language"),
        memo("dependencyxml", 5000, "DependencyXML"),
        flag("isenabledformobileclient", "Is Enabled For Mobile Client"),
        read_only(flag("ismanaged", "State", yes="Managed", no="Unmanaged")),
        read_only(guid("organizationid", "Organization")),
        *history("webresource"),
    ],
    set_name="webresourceset",
    ownership_type="OrganizationOwned",
    description="Data equivalent to files used in web development. Web resources provide client-side components that are "
    "used to provide custom user interface elements.",
)
