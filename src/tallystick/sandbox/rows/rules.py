"""What the tables work out and insist on by themselves, beyond types and lengths."""

from __future__ import annotations

import uuid
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata import Catalog
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.rows import packaging, sales
from tallystick.sandbox.rows.change import Change, Computed, organization_setting
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.store import Transaction

# ---- names -----------------------------------------------------------------------------------------------------------

_FIRST_LAST = 1
_NAME_SHAPES = {
    0: "{last}, {first}",
    1: "{first} {last}",
    2: "{last}, {first} {initial}",
    3: "{first} {initial} {last}",
    4: "{last}, {first} {middle}",
    5: "{first} {middle} {last}",
    6: "{last} {first}",
    7: "{last}{first}",
}


def full_name(order: int, first: str, middle: str, last: str) -> str | None:
    """A person's name in the order the organization chose (`fullnameconventioncode`)."""
    shape = _NAME_SHAPES.get(order, _NAME_SHAPES[_FIRST_LAST])
    initial = f"{middle[0]}." if middle else ""
    name = shape.format(first=first, middle=middle, last=last, initial=initial)
    return " ".join(name.split()).strip(", ") or None


def _name_order(transaction: Transaction) -> int:
    order = organization_setting(transaction, "fullnameconventioncode")
    return order if isinstance(order, int) else _FIRST_LAST


def _full_name(transaction: Transaction, change: Change) -> None:
    parts = [str(change.after(name) or "") for name in ("firstname", "middlename", "lastname")]
    name = full_name(_name_order(transaction), *parts)
    longest = change.table.columns["fullname"].max_length
    change.values["fullname"] = name[:longest] if name else None


# ---- addresses -------------------------------------------------------------------------------------------------------

_ADDRESS_PARTS = ("line1", "line2", "line3", "city", "stateorprovince", "postalcode", "country")


def _address_rule(number: int) -> Computed:
    names = {part: f"address{number}_{part}" for part in _ADDRESS_PARTS}
    composite = f"address{number}_composite"

    def rule(transaction: Transaction, change: Change) -> None:
        parts = {part: change.after(name) or "" for part, name in names.items()}
        region = " ".join(str(parts[part]) for part in ("stateorprovince", "postalcode") if parts[part])
        town = ", ".join(str(one) for one in (parts["city"], region) if one)
        lines = [parts["line1"], parts["line2"], parts["line3"], town, parts["country"]]
        change.values[composite] = "\r\n".join(str(line) for line in lines if line) or None

    return Computed(frozenset(names.values()), rule)


# ---- money -----------------------------------------------------------------------------------------------------------


def base_currency(transaction: Transaction) -> str:
    return str(organization_setting(transaction, "basecurrencyid"))


def _rate(transaction: Transaction, currency: str) -> tuple[str, int]:
    known = transaction.rates.get(currency)
    if known is None:
        row = transaction.connection.execute(
            "SELECT exchangerate, currencyprecision FROM transactioncurrency WHERE transactioncurrencyid = ?",
            (currency,),
        ).fetchone()
        known = transaction.rates[currency] = (str(row[0]), int(row[1]))
    return known


def _money_rule(columns: tuple[str, ...]) -> Computed:
    def rule(transaction: Transaction, change: Change) -> None:
        values = change.values
        currency = change.after("transactioncurrencyid")
        if currency is None:
            if all(values.get(name) is None for name in columns):
                if "transactioncurrencyid" in values and change.before is not None:
                    values["exchangerate"] = None
                values.update({f"{name}_base": None for name in columns if name in values})
                return
            currency = values["transactioncurrencyid"] = base_currency(transaction)
        rate, precision = _rate(transaction, str(currency))
        values["exchangerate"] = rate
        unit = 10 ** (4 - precision)
        switched = "transactioncurrencyid" in values
        for name in columns:
            if name not in values and not switched:
                continue
            amount = change.after(name)
            if amount is None:
                values[f"{name}_base"] = None
                continue
            whole = int(amount)
            if whole % unit:
                whole = int((Decimal(whole) / unit).quantize(Decimal(1), ROUND_HALF_EVEN)) * unit
            if name in values:
                values[name] = whole
            values[f"{name}_base"] = (
                whole if rate == "1" else int((Decimal(whole) / Decimal(rate)).quantize(Decimal(1), ROUND_HALF_EVEN))
            )

    return Computed(frozenset({*columns, "transactioncurrencyid"}), rule)


# ---- states ----------------------------------------------------------------------------------------------------------


def _state(transaction: Transaction, change: Change) -> None:
    """statecode and statuscode always fit each other; either alone picks its partner."""
    columns, values = change.table.columns, change.values
    status_column, state_column = columns["statuscode"], columns["statecode"]
    before = change.before
    state: object = values.get("statecode", state_column.default if before is None else before["statecode"])
    if "statuscode" not in values:
        option = state_column.option(state)
        if option is not None:
            values["statuscode"] = option.default_status
        return
    status = status_column.option(values["statuscode"])
    if status is None or status.state != state:
        raise _bad_status(change, values["statuscode"], state)


def _bad_status(change: Change, status: SqlValue, state: object) -> Refusal:
    option = change.table.columns["statecode"].option(state)
    label = option.label if option else state
    return Refusal(
        400,
        "0x80048408",
        f"{status} is not a valid status code for state code {change.table.schema}State.{label} on "
        f"{change.table.name} with Id {change.after(change.table.id_column)}.",
    )


# ---- single tables ---------------------------------------------------------------------------------------------------


def _contact_account(transaction: Transaction, change: Change) -> None:
    in_account = change.after("parentcustomerid__type") == "account"
    change.values["accountid"] = change.after("parentcustomerid") if in_account else None


def _principal(transaction: Transaction, change: Change) -> None:
    if change.before is None:
        change.values["ownerid"] = change.values[change.table.id_column]
        change.values["organizationid"] = change.caller.organization


def _business_unit(transaction: Transaction, change: Change) -> None:
    if change.before is None and change.values.get("businessunitid") is None:
        change.values["businessunitid"] = change.caller.business_unit


_APPLICATION_COLUMNS = frozenset({"firstname", "lastname", "middlename", "domainname", "internalemailaddress"})


def _user(transaction: Transaction, change: Change) -> None:
    """Application users get their identity from the app registration; later it cannot be edited."""
    values = change.values
    if change.before is not None:
        if change.before.get("applicationid") and change.touches(_APPLICATION_COLUMNS):
            raise Refusal(
                400, "0x80041d48", "The columns of an application user cannot be edited; edit the app registration."
            )
        if "accessmode" in values and values["accessmode"] != change.before["accessmode"]:
            modes = {values["accessmode"], change.before["accessmode"]}
            if 4 in modes and change.before.get("applicationid"):
                raise Refusal(400, "0x80040d40", "The access mode of an application user cannot be changed.")
        return
    application = values.get("applicationid")
    if application:
        _application_user(transaction, values, str(application))
        return
    values.setdefault("azureactivedirectoryobjectid", str(uuid.uuid5(uuid.NAMESPACE_URL, str(values["systemuserid"]))))
    values["islicensed"] = 1
    if values.get("domainname") is None:
        raise Refusal(400, "0x80040200", "The required field 'domainname' of 'systemuser' is missing or empty.")


def _application_user(transaction: Transaction, values: dict[str, SqlValue], application: str) -> None:
    taken = transaction.connection.execute(
        "SELECT 1 FROM systemuser WHERE applicationid = ?", (application,)
    ).fetchone()
    if taken:
        raise Refusal(412, "0x80040237", f"Another user has the application id {application}.")
    values["accessmode"] = 4
    values["islicensed"] = 0
    values["azureactivedirectoryobjectid"] = stable_id("service-principal", application)
    values["domainname"] = values.get("domainname") or f"app_{application}@sandbox.invalid"
    values["internalemailaddress"] = values.get("internalemailaddress") or values["domainname"]
    if not values.get("lastname"):
        values["firstname"], values["lastname"] = "#", f"app {application[:8]}"


def _currency(transaction: Transaction, change: Change) -> None:
    values, code = change.values, change.after("isocurrencycode")
    rate = change.after("exchangerate")
    if rate is not None and Decimal(str(rate)) <= 0:
        raise invalid_argument("The exchange rate of a currency must be greater than zero.")
    if change.before is None:
        values["organizationid"] = change.caller.organization
        other = transaction.connection.execute(
            "SELECT 1 FROM transactioncurrency WHERE fold(isocurrencycode) = fold(?)", (code,)
        ).fetchone()
        if other:
            raise Refusal(412, "0x80040237", f"A currency with the code {code} already exists.")
        return
    row_id = change.before["transactioncurrencyid"]
    transaction.rates.pop(str(row_id), None)
    if row_id == base_currency(transaction):
        if "exchangerate" in values and values["exchangerate"] != "1":
            raise invalid_argument("The exchange rate of the base currency is 1 and cannot be changed.")
        if values.get("statecode") == 1:
            raise invalid_argument("The base currency cannot be deactivated.")


def _role(transaction: Transaction, change: Change) -> None:
    if change.before is None:
        change.values["parentrootroleid"] = change.values["roleid"]
        change.values["organizationid"] = change.caller.organization


def _business_unit_itself(transaction: Transaction, change: Change) -> None:
    if change.before is None:
        change.values["organizationid"] = change.caller.organization
    elif change.before["parentbusinessunitid"] is None and change.values.get("parentbusinessunitid"):
        raise invalid_argument("The root business unit has no parent.")
    if change.after("parentbusinessunitid") == change.after("businessunitid"):
        raise invalid_argument("A business unit cannot be its own parent.")


_PERSON = Computed(frozenset({"firstname", "middlename", "lastname"}), _full_name)
_BY_TABLE: dict[str, tuple[Computed, ...]] = {
    "contact": (_PERSON, Computed(frozenset({"parentcustomerid", "parentcustomerid__type"}), _contact_account)),
    "systemuser": (
        Computed(frozenset({"systemuserid", "applicationid", "accessmode", *_APPLICATION_COLUMNS}), _user),
        _PERSON,
        Computed(frozenset({"systemuserid"}), _principal),
        Computed(frozenset({"systemuserid"}), _business_unit),
    ),
    "team": (
        Computed(frozenset({"teamid"}), _principal),
        Computed(frozenset({"teamid"}), _business_unit),
    ),
    "transactioncurrency": (
        Computed(frozenset({"transactioncurrencyid", "isocurrencycode", "exchangerate", "statecode"}), _currency),
    ),
    "role": (Computed(frozenset({"roleid"}), _role), Computed(frozenset({"roleid"}), _business_unit)),
    "businessunit": (Computed(frozenset({"businessunitid", "parentbusinessunitid"}), _business_unit_itself),),
    **sales.RULES,
    **packaging.RULES,
}


@lru_cache(maxsize=512)
def rules_of(catalog: Catalog, table_name: str) -> tuple[Computed, ...]:
    """The rules of one table, in the order they run."""
    columns = catalog[table_name].columns
    rules = list(_BY_TABLE.get(table_name, ()))
    rules += [_address_rule(number) for number in (1, 2, 3) if f"address{number}_composite" in columns]
    money = tuple(name for name in columns if f"{name}_base" in columns)
    if money and "transactioncurrencyid" in columns:
        rules.append(_money_rule(money))
    if "statecode" in columns and "statuscode" in columns:
        rules.append(Computed(frozenset({"statecode", "statuscode"}), _state))
    return tuple(rules)


def apply_rules(transaction: Transaction, change: Change) -> None:
    for computed in rules_of(transaction.catalog, change.table.name):
        if change.touches(computed.inputs):
            computed.rule(transaction, change)
