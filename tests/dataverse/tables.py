"""Tables described by hand, as the metadata would."""

from tallystick.dataverse.metadata import Column, Table, TableName

ACCOUNT = TableName("account", "accounts", "accountid", "name", tracked=True)
CONTACT = TableName("contact", "contacts", "contactid", "fullname", tracked=True)
USER = TableName("systemuser", "systemusers", "systemuserid", "fullname", tracked=True)
TEAM = TableName("team", "teams", "teamid", "name", tracked=True)
CURRENCY = TableName(
    "transactioncurrency",
    "transactioncurrencies",
    "transactioncurrencyid",
    "currencyname",
    False,
)
NAMES = {named.name: named for named in (ACCOUNT, CONTACT, USER, TEAM, CURRENCY)}


def column(name: str, kind: str, **more: object) -> Column:
    return Column(name, kind, **{"creatable": True, "updatable": True, **more})  # type: ignore[arg-type]


def table(named: TableName, *columns: Column) -> Table:
    stamps = (
        column("modifiedon", "DateTime", creatable=False, updatable=False),
        column("modifiedby", "Lookup", creatable=False, updatable=False, targets=("systemuser",)),
    )
    return Table(named, {item.name: item for item in (*columns, *stamps)})


OWNER = column(
    "ownerid", "Owner", targets=("systemuser", "team"), navigation={"systemuser": "ownerid", "team": "ownerid"}
)
OWNING_USER = column("owninguser", "Lookup", creatable=False, updatable=False, targets=("systemuser",))
PARENT = column(
    "parentcustomerid",
    "Customer",
    targets=("account", "contact"),
    navigation={"account": "parentcustomerid_account", "contact": "parentcustomerid_contact"},
)
MONEY_CURRENCY = column(
    "transactioncurrencyid",
    "Lookup",
    targets=("transactioncurrency",),
    navigation={"transactioncurrency": "transactioncurrencyid"},
)
