"""systemuser, team, role and the tables that pair them."""

from __future__ import annotations

from dataclasses import replace

from tallystick.sandbox.metadata.build import (
    choice,
    create_only,
    flag,
    guid,
    history,
    link,
    lookup,
    memo,
    read_only,
    table,
    text,
)
from tallystick.sandbox.metadata.model import Column, Key, Kind, ManyToMany, Required, Table

ACCESS_MODES = {
    0: "Read-Write",
    1: "Administrative",
    2: "Read",
    3: "Support User",
    4: "Non-interactive",
    5: "Delegated Admin",
}


def _unit(table_name: str, *, relationship: str, **more: object) -> Column:
    return lookup(
        "businessunitid", "Business Unit", "businessunit",
        inverse=[("businessunit", relationship, relationship)], **more,
    )  # fmt: skip


def _principal_owner() -> Column:
    """Users and teams inherit from principal: `ownerid` repeats their key."""
    return read_only(guid("ownerid", "Owner"))


SYSTEMUSER = table(
    "systemuser",
    "SystemUser",
    8,
    "User",
    "Users",
    [
        read_only(text("fullname", 200, "Full Name")),
        text("firstname", 64, "First Name", required=Required.APPLICATION),
        text("middlename", 50, "Middle Name"),
        text("lastname", 64, "Last Name", required=Required.APPLICATION),
        text("nickname", 50, "Nickname"),
        text("salutation", 20, "Salutation"),
        text("title", 128, "Title"),
        text("jobtitle", 100, "Job Title"),
        text("domainname", 1024, "User Name", required=Required.SYSTEM),
        text("internalemailaddress", 100, "Primary Email", format="Email"),
        text("personalemailaddress", 100, "Email 2", format="Email"),
        text("mobilephone", 64, "Mobile Phone", format="Phone"),
        text("homephone", 50, "Home Phone", format="Phone"),
        text("address1_telephone1", 64, "Main Phone", format="Phone"),
        text("address1_fax", 64, "Address 1: Fax"),
        text("address1_line1", 1024, "Street 1"),
        text("address1_line2", 1024, "Street 2"),
        text("address1_city", 128, "City"),
        text("address1_stateorprovince", 128, "State/Province"),
        text("address1_postalcode", 40, "ZIP/Postal Code"),
        text("address1_country", 128, "Country/Region"),
        text("employeeid", 100, "Employee"),
        text("governmentid", 100, "Government"),
        read_only(flag("isdisabled", "Status", yes="Disabled", no="Enabled")),
        choice("accessmode", "Access Mode", ACCESS_MODES, default=0),
        flag("isintegrationuser", "Integration user mode"),
        read_only(flag("islicensed", "User Licensed")),
        flag("setupuser", "Restricted Access Mode"),
        create_only(guid("applicationid", "Application ID")),
        read_only(text("applicationiduri", 1024, "Application ID URI")),
        read_only(guid("azureactivedirectoryobjectid", "Azure AD Object ID")),
        read_only(guid("organizationid", "Organization")),
        _unit("systemuser", relationship="business_unit_system_users", required=Required.SYSTEM),
        link("parentsystemuserid", "Manager", "systemuser", "user_parent_user"),
        link("transactioncurrencyid", "Currency", "transactioncurrency", "TransactionCurrency_SystemUser"),
        _principal_owner(),
        *history("systemuser"),
    ],
    name_column="fullname",
    ownership_type="BusinessOwned",
    change_tracking=True,
    deletable=False,
    inherits_principal=True,
    privilege="User",
    description="Person or application with access to the environment.",
)  # fmt: skip

TEAM = table(
    "team",
    "Team",
    9,
    "Team",
    "Teams",
    [
        text("name", 160, "Team Name", required=Required.SYSTEM),
        memo("description", 2000, "Description"),
        text("emailaddress", 100, "Email", format="Email"),
        create_only(
            choice(
                "teamtype", "Team Type", {0: "Owner", 1: "Access", 2: "Security Group", 3: "Office Group"}, default=0
            )
        ),
        choice(
            "membershiptype", "Membership Type",
            {0: "Members and guests", 1: "Members", 2: "Owners", 3: "Guests"}, default=0, update=False,
        ),
        create_only(guid("azureactivedirectoryobjectid", "Object Id for a group")),
        read_only(flag("isdefault", "Is Default")),
        read_only(flag("systemmanaged", "Is System Managed")),
        _unit("team", relationship="business_unit_teams", required=Required.SYSTEM),
        link("administratorid", "Administrator", "systemuser", "lk_teambase_administratorid", required=Required.SYSTEM),
        link("transactioncurrencyid", "Currency", "transactioncurrency", "TransactionCurrency_Team"),
        read_only(guid("organizationid", "Organization")),
        _principal_owner(),
        *history("team"),
    ],
    keys=(
        Key(
            "aadobjectid_membershiptype", "AADObjectId_MembershipType",
            ("azureactivedirectoryobjectid", "membershiptype"), "Entra object and membership",
        ),
    ),
    ownership_type="BusinessOwned",
    change_tracking=True,
    inherits_principal=True,
    description="Collection of users that share and own records together.",
)  # fmt: skip

ROLE = table(
    "role",
    "Role",
    1036,
    "Security Role",
    "Security Roles",
    [
        text("name", 100, "Name", required=Required.SYSTEM),
        _unit("role", relationship="business_unit_roles", required=Required.SYSTEM, update=False),
        read_only(link("parentroleid", "Parent Role", "role", "role_parent_role")),
        read_only(
            link("parentrootroleid", "Parent Root Role", "role", "role_parent_root_role")
        ),
        read_only(guid("roletemplateid", "Role Template")),
        read_only(flag("ismanaged", "Is Managed")),
        read_only(guid("organizationid", "Organization")),
        *history("role"),
    ],
    ownership_type="BusinessOwned",
    description="Set of privileges that is given to users and teams.",
)  # fmt: skip


def intersect(
    name: str, schema: str, code: int, set_name: str, first: str, second: str, *, privilege: str = ""
) -> Table:
    """The table that pairs the rows of two others; read with the privileges called `privilege`."""

    def end(table_name: str) -> Column:
        return Column(f"{table_name}id", Kind.UNIQUEIDENTIFIER, table_name.title(), create=False, update=False)

    version = Column("versionnumber", Kind.BIGINT, "Version Number", create=False, update=False)
    made = table(
        name, schema, code, schema, schema, [end(first), end(second), version], set_name=set_name,
        name_column="", ownership_type="None", intersect=True, privilege=privilege,
        creatable=False, updatable=False, deletable=False,
    )  # fmt: skip
    key = made.columns[made.id_column]
    return replace(made, columns={**made.columns, key.name: replace(key, create=False)})


INTERSECTS: tuple[Table, ...] = (
    replace(
        intersect(
            "systemuserroles",
            "SystemUserRoles",
            1035,
            "systemuserrolescollection",
            "systemuser",
            "role",
            privilege="Role",
        ),
        change_tracking=True,
    ),
    intersect("teamroles", "TeamRoles", 1038, "teamrolescollection", "team", "role", privilege="Role"),
    intersect("teammembership", "TeamMembership", 23, "teammemberships", "team", "systemuser", privilege="Team"),
)

RELATIONS: tuple[ManyToMany, ...] = (
    ManyToMany("systemuserroles_association", "systemuser", "role", "systemuserroles", "systemuserrolescollection"),
    ManyToMany("teamroles_association", "team", "role", "teamroles", "teamrolescollection"),
    ManyToMany("teammembership_association", "team", "systemuser", "teammembership", "teammemberships"),
)
