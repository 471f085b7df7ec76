"""Short words for writing column definitions down, and the columns that every table has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from tallystick.sandbox.metadata.model import (
    OWNER_TARGETS,
    Choice,
    Column,
    Key,
    Kind,
    Option,
    Required,
    Table,
    stable_id,
)

MAX_MONEY = Decimal("922337203685477")
MAX_INT = Decimal(2147483647)


def _label(name: str, label: str) -> str:
    return label or name.replace("_", " ").title()


def text(name: str, length: int, label: str = "", **more: object) -> Column:
    return replace(Column(name, Kind.STRING, _label(name, label), max_length=length, format="Text"), **more)  # type: ignore[arg-type]


def memo(name: str, length: int, label: str = "", **more: object) -> Column:
    return replace(Column(name, Kind.MEMO, _label(name, label), max_length=length, format="TextArea"), **more)  # type: ignore[arg-type]


def whole(name: str, label: str = "", *, low: int = -2147483648, high: int = 2147483647, **more: object) -> Column:
    column = Column(name, Kind.INTEGER, _label(name, label), minimum=Decimal(low), maximum=Decimal(high), format="None")
    return replace(column, **more)  # type: ignore[arg-type]


def decimal(name: str, label: str, *, low: str, high: str, precision: int, **more: object) -> Column:
    column = Column(
        name, Kind.DECIMAL, _label(name, label), minimum=Decimal(low), maximum=Decimal(high), precision=precision
    )
    return replace(column, **more)  # type: ignore[arg-type]


def double(name: str, label: str, *, low: int, high: int, precision: int = 5, **more: object) -> Column:
    column = Column(
        name, Kind.DOUBLE, _label(name, label), minimum=Decimal(low), maximum=Decimal(high), precision=precision
    )
    return replace(column, **more)  # type: ignore[arg-type]


def money(name: str, label: str = "", *, low: str = "-922337203685477", high: str = "922337203685477") -> list[Column]:
    """The column and its read-only value in base currency."""
    amount = Column(name, Kind.MONEY, _label(name, label), minimum=Decimal(low), maximum=Decimal(high), precision=2)
    return [amount, _base_of(amount)]


def read_only_money(name: str, label: str) -> list[Column]:
    amount, base = money(name, label)
    return [replace(amount, create=False, update=False), base]


def _base_of(amount: Column) -> Column:
    return replace(
        amount,
        name=f"{amount.name}_base",
        label=f"{amount.label} (Base)",
        minimum=-MAX_MONEY,
        maximum=MAX_MONEY,
        create=False,
        update=False,
        precision=4,
    )


def flag(
    name: str, label: str = "", *, yes: str = "Yes", no: str = "No", default: bool = False, **more: object
) -> Column:
    options = (Option(0, no), Option(1, yes))
    return replace(Column(name, Kind.BOOLEAN, _label(name, label), options=options, default=default), **more)  # type: ignore[arg-type]


def moment(name: str, label: str = "", **more: object) -> Column:
    return replace(Column(name, Kind.DATETIME, _label(name, label), format="DateAndTime"), **more)  # type: ignore[arg-type]


def day(name: str, label: str = "", **more: object) -> Column:
    return replace(Column(name, Kind.DATE, _label(name, label), format="DateOnly"), **more)  # type: ignore[arg-type]


def choice(name: str, label: str, labels: Iterable[str] | dict[int, str], **more: object) -> Column:
    """A choice; labels in order are numbered from 1."""
    numbered = labels if isinstance(labels, dict) else dict(enumerate(labels, 1))
    options = tuple(Option(value, label) for value, label in numbered.items())
    return replace(Column(name, Kind.PICKLIST, _label(name, label), options=options), **more)  # type: ignore[arg-type]


def shared_choice(name: str, label: str, choice: Choice) -> Column:
    """A choice whose options are those of a choice of its own."""
    return Column(name, Kind.PICKLIST, label, options=choice.options, option_set=choice.name, global_choice=True)


def lookup(
    name: str, label: str, *targets: str, inverse: Iterable[tuple[str, str, str]] = (), **more: object
) -> Column:
    """`inverse` rows are (target table, relationship schema name, collection navigation property on the target)."""
    kind = Kind.LOOKUP if len(targets) == 1 else Kind.CUSTOMER
    return replace(Column(name, kind, _label(name, label), targets=targets, inverse=tuple(inverse)), **more)  # type: ignore[arg-type]


def link(name: str, label: str, target: str, relationship: str, **more: object) -> Column:
    """A lookup whose relationship has the same name as the collection on the other side."""
    return lookup(name, label, target, inverse=[(target, relationship, relationship)], **more)


def guid(name: str, label: str = "", **more: object) -> Column:
    return replace(Column(name, Kind.UNIQUEIDENTIFIER, _label(name, label)), **more)  # type: ignore[arg-type]


def read_only(column: Column) -> Column:
    return replace(column, create=False, update=False)


def create_only(column: Column) -> Column:
    return replace(column, update=False)


def shadow(name: str, of: str) -> Column:
    """A name the metadata lists but OData does not have, such as `owneridtype`."""
    return Column(name, Kind.ENTITYNAME, _label(name, ""), shadow_of=of, create=False, update=False)


def states(*pairs: tuple[int, str, tuple[tuple[int, str], ...]]) -> list[Column]:
    """statecode and statuscode from (state, label, ((status, label), …)); the first status is the state's default."""
    state_options = tuple(Option(state, label, default_status=reasons[0][0]) for state, label, reasons in pairs)
    status_options = tuple(
        Option(status, label, state=state) for state, _, reasons in pairs for status, label in reasons
    )
    return [
        Column(
            "statecode", Kind.STATE, "Status", options=state_options, required=Required.SYSTEM, create=False,
            default=state_options[0].value,
        ),
        Column(
            "statuscode", Kind.STATUS, "Status Reason", options=status_options,
            default=status_options[0].value,
        ),
    ]  # fmt: skip


ACTIVE_INACTIVE = states((0, "Active", ((1, "Active"),)), (1, "Inactive", ((2, "Inactive"),)))


def history(table: str) -> list[Column]:
    """Who made and changed a row, and when."""
    people = [
        lookup(
            name, label, "systemuser",
            inverse=[("systemuser", f"lk_{table}_{name}", f"lk_{table}_{name}")], create=False, update=False,
        )
        for name, label in (
            ("createdby", "Created By"), ("modifiedby", "Modified By"),
            ("createdonbehalfby", "Created By (Delegate)"), ("modifiedonbehalfby", "Modified By (Delegate)"),
        )
    ]  # fmt: skip
    return [
        read_only(moment("createdon", "Created On")),
        read_only(moment("modifiedon", "Modified On")),
        *people,
        read_only(Column("versionnumber", Kind.BIGINT, "Version Number")),
        create_only(whole("importsequencenumber", "Import Sequence Number")),
        create_only(moment("overriddencreatedon", "Record Created On")),
        whole("timezoneruleversionnumber", "Time Zone Rule Version Number", low=-1),
        whole("utcconversiontimezonecode", "UTC Conversion Time Zone Code", low=-1),
    ]


def ownership(table: str, *, owned: str = "", unit: str = "") -> list[Column]:
    """The owner, and the read-only shadows that say which user, team and business unit it is."""
    users, teams, units = owned or f"user_{table}s", f"team_{table}s", unit or f"business_unit_{table}s"
    owner = Column(
        "ownerid", Kind.OWNER, "Owner", targets=OWNER_TARGETS, required=Required.SYSTEM,
        inverse=(("systemuser", f"owner_{table}s", ""), ("team", f"owner_{table}s", "")),
    )  # fmt: skip
    return [
        owner,
        shadow("owneridtype", "ownerid"),
        read_only(lookup("owninguser", "Owning User", "systemuser", inverse=[("systemuser", users, users)])),
        read_only(lookup("owningteam", "Owning Team", "team", inverse=[("team", teams, teams)])),
        read_only(
            lookup(
                "owningbusinessunit", "Owning Business Unit", "businessunit", inverse=[("businessunit", units, units)]
            )
        ),
    ]


def currency(table: str) -> list[Column]:
    """The row's currency and the rate its money was converted with."""
    name = f"transactioncurrency_{table}"
    return [
        lookup(
            "transactioncurrencyid", "Currency", "transactioncurrency", inverse=[("transactioncurrency", name, name)]
        ),
        read_only(decimal("exchangerate", "Exchange Rate", low="0.0000000001", high="100000000000", precision=10)),
    ]


def process() -> list[Column]:
    return [
        guid("processid", "Process"),
        guid("stageid", "Process Stage"),
        text("traversedpath", 1250, "Traversed Path"),
    ]


def table(
    name: str,
    schema: str,
    code: int,
    label: str,
    plural: str,
    columns: Iterable[Column],
    *,
    set_name: str = "",
    name_column: str = "name",
    keys: tuple[Key, ...] = (),
    ownership_type: str = "UserOwned",
    change_tracking: bool = False,
    **more: object,
) -> Table:
    """A table from its columns; the primary key column is added."""
    id_column = f"{name}id"
    key = Column(
        id_column, Kind.UNIQUEIDENTIFIER, label, required=Required.SYSTEM, update=False, primary_id=True,
    )  # fmt: skip
    everything = {key.name: key}
    for column in columns:
        everything[column.name] = replace(
            column,
            schema=column.schema or _schema_name(column.name),
            primary_name=column.name == name_column,
            option_set=column.option_set or (f"{name}_{column.name}" if column.options else ""),
        )
    everything[id_column] = replace(key, schema=_schema_name(id_column))
    made = Table(
        name, schema, set_name or f"{name}s", code, label, plural, everything, keys,
        ownership=ownership_type, change_tracking=change_tracking, id_column=id_column, name_column=name_column,
        metadata_id=stable_id("table", name),
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


_WORDS = (
    "StateOrProvince", "UoM", "access", "account", "accounts", "active", "actual", "address", "administrator", "aging",
    "amount", "annual", "application", "appointment", "assistant", "associated", "association", "audit", "back", "base",
    "basic", "be", "begin", "bill", "box", "bulk", "bundle", "business", "by", "calculated", "calculation", "calendar",
    "call", "campaign", "can", "canceled", "cancelled", "cap", "category", "center", "change", "children", "childrens",
    "city", "classification", "close", "closed", "code", "company", "composite", "configuration", "contact",
    "convention", "conversion", "cost", "country", "county", "create", "credit", "currency", "current", "customer",
    "data", "date", "day", "days", "deals", "decimal", "deep", "default", "delivered", "delivery", "department",
    "depth", "description", "detail", "directory", "disabled", "discount", "discounts", "display", "division", "do",
    "domain", "due", "education", "effective", "email", "employee", "employees", "enabled", "end", "error", "estimated",
    "exchange", "expire", "expires", "extended", "external", "family", "fax", "file", "first", "follow", "freight",
    "from", "fulfilled", "full", "gender", "global", "government", "hand", "has", "hierarchy", "hold", "id",
    "identifier", "import", "in", "income", "industry", "integration", "internal", "invoice", "is", "iso", "item",
    "job", "key", "kit", "language", "last", "latitude", "leadsource", "length", "less", "level", "licensed", "limit",
    "line", "list", "local", "locale", "locked", "longitude", "mail", "managed", "manager", "manual", "market",
    "marketing", "mask", "master", "max", "membership", "merged", "method", "middle", "mm", "mobile", "mode",
    "modified", "name", "need", "nick", "not", "number", "object", "of", "office", "on", "only", "oob", "open",
    "opportunity", "option", "order", "ordered", "organization", "organizations", "outstanding", "overridden",
    "override", "owner", "ownership", "owning", "parent", "part", "participates", "path", "payment", "per",
    "percentage", "personal", "phone", "pieces", "policy", "post", "postal", "precision", "preferred", "prefix",
    "price", "pricing", "primary", "priority", "private", "privilege", "probability", "process", "product", "products",
    "property", "province", "public", "publisher", "purchase", "quantities", "quantity", "quote", "rate", "rating",
    "rep", "request", "requested", "revenue", "revision", "right", "risk", "role", "root", "rounding", "rule", "sales",
    "salutation", "satori", "schedule", "schedules", "selling", "send", "sequence", "shares", "ship", "shipped",
    "shipping", "sic", "site", "size", "sop", "specifier", "stage", "standard", "start", "state", "status", "stock",
    "structure", "submit", "submitted", "supplier", "symbol", "system", "tax", "team", "telephone", "template", "terms",
    "territory", "ticker", "time", "timeframe", "title", "to", "total", "tracking", "transaction", "traversed",
    "twitter", "type", "unique", "unit", "upload", "uri", "url", "used", "user", "valid", "value", "vendor", "version",
    "volume", "web", "week", "weight", "will", "without", "workflow", "yomi", "zone",
)  # fmt: skip
_WHOLE = {
    "createdon": "CreatedOn", "createdby": "CreatedBy", "modifiedon": "ModifiedOn", "modifiedby": "ModifiedBy",
    "createdonbehalfby": "CreatedOnBehalfBy", "modifiedonbehalfby": "ModifiedOnBehalfBy",
    "overriddencreatedon": "OverriddenCreatedOn", "creditonhold": "CreditOnHold",
    "utcconversiontimezonecode": "UTCConversionTimeZoneCode",
}  # fmt: skip


def _schema_name(name: str) -> str:
    """A readable schema name: known words capitalised (`primarycontactid` → `PrimaryContactId`)."""
    if name in _WHOLE:
        return _WHOLE[name]
    result, rest = "", name.replace("stateorprovince", "StateOrProvince").replace("uom", "UoM")
    while rest:
        word = max((word for word in _WORDS if rest.startswith(word)), key=len, default=rest[0])
        starts_word = word in _WORDS or not result or not result[-1].isalpha()
        result += word[0].upper() + word[1:] if starts_word else word
        rest = rest[len(word) :]
    return result
