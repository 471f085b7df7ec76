"""Which columns the lists and forms show. A table gets pages by getting an entry here."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.sandbox.metadata import Column, Kind, Table


@dataclass(frozen=True, slots=True)
class ListView:
    """A list: its columns, what its search looks into, and its named filters (first one is the default)."""

    table: str
    title: str
    columns: tuple[str, ...]
    search: tuple[str, ...]
    filters: tuple[tuple[str, str, str], ...]
    sort: str


ACTIVE = (
    ("active", "Active", "statecode eq 0"),
    ("inactive", "Inactive", "statecode eq 1"),
    ("all", "All", ""),
)
LISTS: dict[str, ListView] = {
    "account": ListView(
        "account", "Accounts",
        ("name", "accountnumber", "telephone1", "address1_city", "primarycontactid", "ownerid", "modifiedon"),
        ("name", "accountnumber", "emailaddress1", "telephone1", "address1_city"), ACTIVE, "name",
    ),
    "contact": ListView(
        "contact", "Contacts",
        ("fullname", "parentcustomerid", "jobtitle", "emailaddress1", "telephone1", "mobilephone", "ownerid", "modifiedon"),
        ("fullname", "emailaddress1", "telephone1", "mobilephone", "address1_city"), ACTIVE, "fullname",
    ),
    "systemuser": ListView(
        "systemuser", "Users",
        ("fullname", "internalemailaddress", "jobtitle", "mobilephone", "accessmode", "isdisabled"),
        ("fullname", "internalemailaddress", "domainname"),
        (
            ("people", "People", "isdisabled eq false and accessmode ne 4 and applicationid eq null"),
            ("applications", "Applications", "applicationid ne null"),
            ("all", "All", ""),
        ),
        "fullname",
    ),
    "transactioncurrency": ListView(
        "transactioncurrency", "Currencies",
        ("currencyname", "isocurrencycode", "currencysymbol", "exchangerate", "currencyprecision", "statecode",
         "modifiedon"),
        ("currencyname", "isocurrencycode"), ACTIVE, "currencyname",
    ),
}  # fmt: skip


def _address(number: int) -> tuple[str, ...]:
    parts = (
        "name", "line1", "line2", "line3", "postalcode", "city", "stateorprovince", "county", "country", "postofficebox",
        "primarycontactname", "telephone1", "telephone2", "telephone3", "fax", "addresstypecode", "freighttermscode",
        "shippingmethodcode", "upszone", "utcoffset", "latitude", "longitude",
    )  # fmt: skip
    return tuple(f"address{number}_{part}" for part in parts)


_MARKETING = (
    "preferredcontactmethodcode", "donotemail", "donotbulkemail", "donotphone", "donotfax", "donotpostalmail",
    "donotbulkpostalmail", "donotsendmm", "followemail", "marketingonly", "lastusedincampaign",
)  # fmt: skip
FORMS: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "account": (
        ("Account", (
            "name", "accountnumber", "customertypecode", "primarycontactid", "parentaccountid", "ownerid",
            "telephone1", "telephone2", "telephone3", "fax", "emailaddress1", "emailaddress2", "emailaddress3",
            "websiteurl", "description",
        )),
        ("Address", _address(1)),
        ("Billing", (
            "transactioncurrencyid", "creditlimit", "creditonhold", "paymenttermscode", "shippingmethodcode",
        )),
        ("Company profile", (
            "industrycode", "accountcategorycode", "accountclassificationcode", "accountratingcode", "businesstypecode",
            "customersizecode", "ownershipcode", "territorycode", "revenue", "marketcap", "numberofemployees",
            "sharesoutstanding", "sic", "stockexchange", "tickersymbol",
        )),
        ("Contact preferences", (*_MARKETING, "preferredappointmentdaycode", "preferredappointmenttimecode")),
        ("Second address", _address(2)),
    ),
    "contact": (
        ("Contact", (
            "salutation", "firstname", "middlename", "lastname", "suffix", "jobtitle", "department", "parentcustomerid",
            "ownerid", "emailaddress1", "emailaddress2", "emailaddress3", "telephone1", "mobilephone", "telephone2",
            "telephone3", "business2", "home2", "company", "callback", "fax", "pager", "websiteurl", "description",
        )),
        ("Address", _address(1)),
        ("Billing", (
            "transactioncurrencyid", "creditlimit", "creditonhold", "paymenttermscode", "shippingmethodcode",
            "isbackofficecustomer",
        )),
        ("Personal", (
            "nickname", "gendercode", "birthdate", "familystatuscode", "spousesname", "anniversary", "childrensnames",
            "numberofchildren", "haschildrencode", "educationcode", "annualincome", "accountrolecode", "managername",
            "managerphone", "assistantname", "assistantphone", "employeeid", "governmentid", "externaluseridentifier",
        )),
        ("Contact preferences", _MARKETING),
        ("Second address", _address(2)),
        ("Third address", _address(3)),
    ),
    "systemuser": (
        ("User", (
            "firstname", "middlename", "lastname", "domainname", "internalemailaddress", "personalemailaddress",
            "mobilephone", "homephone", "title", "jobtitle", "accessmode", "parentsystemuserid", "businessunitid",
            "transactioncurrencyid",
        )),
    ),
    "transactioncurrency": (
        ("Currency", ("currencyname", "isocurrencycode", "currencysymbol", "exchangerate", "currencyprecision")),
    ),
}  # fmt: skip
CREATABLE = frozenset({"account", "contact", "systemuser", "transactioncurrency"})
_HIDDEN_KINDS = frozenset({Kind.UNIQUEIDENTIFIER, Kind.BIGINT, Kind.ENTITYNAME, Kind.STATE, Kind.STATUS})
_HIDDEN = frozenset({"timezoneruleversionnumber", "utcconversiontimezonecode", "traversedpath", "importsequencenumber",
                     "overriddencreatedon"})  # fmt: skip


def short_label(column: Column) -> str:
    """The label without the name of its section: "City" for "Address 1: City"."""
    section, colon, rest = column.label.partition(": ")
    return rest if colon and section.startswith("Address ") else column.label


def form_sections(table: Table, *, creating: bool) -> list[tuple[str, list[Column]]]:
    """The sections of a table's form with the columns that can be written; what no section names comes last."""
    sections: list[tuple[str, list[Column]]] = []
    placed: set[str] = set()
    for title, names in FORMS[table.name]:
        columns = [table.columns[name] for name in names if name in table.columns]
        placed.update(column.name for column in columns)
        sections.append((title, [column for column in columns if (column.create if creating else column.update)]))
    rest = [
        column
        for column in table.columns.values()
        if column.name not in placed
        and (column.create if creating else column.update)
        and column.kind not in _HIDDEN_KINDS
        and column.name not in _HIDDEN
    ]
    return [*sections, ("More", rest)] if rest else sections
