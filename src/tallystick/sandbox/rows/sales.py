"""What the tables of Sales work out and insist on when a row is written. Prices and totals are not worked out here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.rows.change import Change, Computed, Rule, organization_setting
from tallystick.sandbox.rows.values import SqlValue
from tallystick.sandbox.store import Transaction, quoted


def _one(transaction: Transaction, table: str, row_id: SqlValue, *columns: str) -> tuple[SqlValue, ...]:
    """Columns of an existing row; nulls when there is no id."""
    if row_id is None:
        return (None,) * len(columns)
    names = ", ".join(quoted(name) for name in columns)
    query = f"SELECT {names} FROM {quoted(table)} WHERE {quoted(table + 'id')} = ?"  # noqa: S608 (fixed names)
    found: tuple[SqlValue, ...] = transaction.connection.execute(query, (row_id,)).fetchone()
    return found


def _is_taken(transaction: Transaction, change: Change, where: str, values: tuple[SqlValue, ...]) -> bool:
    """Whether another row of the table meets the condition."""
    table = change.table
    query = f"SELECT 1 FROM {quoted(table.name)} WHERE {where} AND {quoted(table.id_column)} <> ?"  # noqa: S608 (fixed names)
    return transaction.connection.execute(query, (*values, change.after(table.id_column))).fetchone() is not None


def _stamp_organization(transaction: Transaction, change: Change) -> None:
    if change.before is None:
        change.values["organizationid"] = change.caller.organization


# ---- units and products ----------------------------------------------------------------------------------------------


def _unit(transaction: Transaction, change: Change) -> None:
    name, schedule = change.after("name"), change.after("uomscheduleid")
    if _is_taken(transaction, change, "fold(name) = fold(?) AND uomscheduleid = ?", (name, schedule)):
        raise Refusal(412, "0x80040237", f"The unit group {schedule} already has a unit with the name {name}.")
    if change.before is None:
        change.values["isschedulebaseuom"] = 0
        change.values["organizationid"] = change.caller.organization
        change.values.setdefault("quantity", "1")


def _product(transaction: Transaction, change: Change) -> None:
    number = change.after("productnumber")
    if _is_taken(transaction, change, "fold(productnumber) = fold(?)", (number,)):
        raise Refusal(412, "0x80043b06", f"A product with the product number {number} already exists.")
    if change.before is not None:
        return
    change.values["organizationid"] = change.caller.organization
    in_family = change.values.get("parentproductid") is not None
    if organization_setting(transaction, "createproductswithoutparentinactivestate") and not in_family:
        change.values["statecode"] = 0
        change.values["statuscode"] = 1


def _product_units(transaction: Transaction, change: Change) -> None:
    schedule, unit = change.after("defaultuomscheduleid"), change.after("defaultuomid")
    if unit is not None and _one(transaction, "uom", unit, "uomscheduleid") != (schedule,):
        raise Refusal(
            400, "0x80043b16", f"The unit {unit} does not belong to the unit group {schedule} of the product."
        )


_ACTIVE, _RETIRED, _DRAFT, _REVISED = 0, 1, 2, 3
_PRODUCT_STEPS = {
    _DRAFT: {_ACTIVE},
    _ACTIVE: {_RETIRED, _REVISED},
    _REVISED: {_ACTIVE, _RETIRED},
    _RETIRED: {_ACTIVE},
}


def _product_state(transaction: Transaction, change: Change) -> None:
    if change.before is None or "statecode" not in change.values:
        return
    before, after = change.before["statecode"], change.values["statecode"]
    if before == after:
        return
    if not isinstance(before, int) or after not in _PRODUCT_STEPS[before]:
        states = change.table.columns["statecode"]
        labels = [option.label if (option := states.option(one)) else one for one in (before, after)]
        raise Refusal(400, "0x8004f978", f"A product cannot go from the state {labels[0]} to {labels[1]}.")


# ---- prices ----------------------------------------------------------------------------------------------------------


def _price_list(transaction: Transaction, change: Change) -> None:
    name = change.after("name")
    if _is_taken(transaction, change, "fold(name) = fold(?)", (name,)):
        raise Refusal(412, "0x80043b0f", f"A price list with the name {name} already exists.")
    if change.before is None:
        change.values["organizationid"] = change.caller.organization


_PRICE_KEY = frozenset({"pricelevelid", "productid", "uomid"})


def _price(transaction: Transaction, change: Change) -> None:
    keys = tuple(change.after(name) for name in ("pricelevelid", "productid", "uomid"))
    if _is_taken(transaction, change, "pricelevelid = ? AND productid = ? AND uomid IS ?", keys):
        raise Refusal(412, "0x80043b08", "This product and unit combination has a price for this price list already.")
    values = change.values
    (values["productnumber"],) = _one(transaction, "product", keys[1], "productnumber")
    (values["transactioncurrencyid"],) = _one(transaction, "pricelevel", keys[0], "transactioncurrencyid")
    if keys[2] is not None:
        (values["uomscheduleid"],) = _one(transaction, "uom", keys[2], "uomscheduleid")
    if change.before is None:
        values["organizationid"] = change.caller.organization


# ---- documents -------------------------------------------------------------------------------------------------------

_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"


def _numbered(short: str) -> Rule:
    column, counter, prefix = f"{short}number", f"current{short}number", f"{short}prefix"

    def rule(transaction: Transaction, change: Change) -> None:
        """A document gets its number when it comes without one: PREFIX-01000-XXXXXX."""
        if change.before is not None or change.values.get(column) is not None:
            return
        number = int(str(organization_setting(transaction, counter)))
        length = int(str(organization_setting(transaction, "uniquespecifierlength")))
        suffix = "".join(secrets.choice(_LETTERS) for _ in range(length))
        change.values[column] = f"{organization_setting(transaction, prefix)}-{number:05}-{suffix}"
        statement = f"UPDATE organization SET {quoted(counter)} = ?"  # noqa: S608 (a fixed name)
        transaction.connection.execute(statement, (number + 1,))
        transaction.organization.pop(counter, None)

    return rule


def _opportunity_customer(transaction: Transaction, change: Change) -> None:
    """The customer is the account when there is one, else the contact; the three columns keep in step."""
    values = change.values
    if values.get("customerid") is not None:
        column = "parentaccountid" if values.get("customerid__type") == "account" else "parentcontactid"
        values[column] = values["customerid"]
        return
    account, contact = change.after("parentaccountid"), change.after("parentcontactid")
    values["customerid"] = account or contact
    values["customerid__type"] = "account" if account else "contact" if contact else None


_BY_ACTION: Mapping[str, Mapping[int, str]] = {
    "quote": {2: "WinQuote", 3: "CloseQuote"},
    "salesorder": {2: "CancelSalesOrder", 3: "FulfillSalesOrder"},
}


def _closing(transaction: Transaction, change: Change) -> None:
    """States that only an action leads to. Nothing here pretends to have carried that action out."""
    if change.before is None or change.values.get("statecode") in (None, change.before["statecode"]):
        return
    state = change.values["statecode"]
    if change.table.name == "opportunity" and state in (1, 2):
        raise Refusal(400, "0x80100005", "This message can not be used to set the state of opportunity to Won or Lost. "
            "Use the WinOpportunity or the LoseOpportunity message.")  # fmt: skip
    action = _BY_ACTION.get(change.table.name, {}).get(state) if isinstance(state, int) else None
    if action:
        raise Refusal(
            501, "0x80060888", f"This state of a {change.table.name} is reached by {action}, which this environment does "
            "not carry out yet; the row was not changed.",
        )  # fmt: skip


# ---- lines -----------------------------------------------------------------------------------------------------------

COPIED = ("ownerid", "ownerid__type", "owninguser", "owningteam", "owningbusinessunit", "transactioncurrencyid")
"""What a line takes from its document."""
_LINE = ("productid", "uomid", "isproductoverridden", "productdescription")


def _line(document: str) -> Rule:
    def rule(transaction: Transaction, change: Change) -> None:
        parent = change.after(f"{document}id")
        if parent is None:
            return  # the check of required columns says so
        columns = (*COPIED, "statecode")
        found = dict(zip(columns, _one(transaction, document, parent, *columns), strict=True))
        state = found.pop("statecode")
        change.values.update(found)
        change.values[f"{document}statecode"] = state
        _check_line(transaction, change)
        _name_line(transaction, change)

    return rule


def _check_line(transaction: Transaction, change: Change) -> None:
    written_in = bool(change.after("isproductoverridden"))
    product, unit = change.after("productid"), change.after("uomid")
    if written_in and product is not None:
        raise Refusal(400, "0x80043afb", "A line has either an existing product or a write-in product, not both.")
    if written_in and unit is not None:
        raise Refusal(400, "0x80043afa", "A line with a write-in product has no unit.")
    if written_in and not change.after("productdescription"):
        raise invalid_argument("A line with a write-in product needs its productdescription.")
    if not written_in and product is None:
        raise Refusal(400, "0x80043b11", "The product ID is missing: name a product, or write one in.")
    if not written_in and {"productid", "uomid"} & change.values.keys():
        _check_product(transaction, product, unit)


def _check_product(transaction: Transaction, product: SqlValue, unit: SqlValue) -> None:
    state, schedule = _one(transaction, "product", product, "statecode", "defaultuomscheduleid")
    if state not in (_ACTIVE, _REVISED):
        raise Refusal(400, "0x8004f908", f"The product {product} is not active; only active products can be added.")
    if unit is None:
        raise Refusal(400, "0x80043b14", "The unit is missing: a line with an existing product needs one.")
    if _one(transaction, "uom", unit, "uomscheduleid") != (schedule,):
        raise Refusal(
            400, "0x80043b16", f"The unit {unit} does not belong to the unit group {schedule} of the product."
        )


def _name_line(transaction: Transaction, change: Change) -> None:
    name = change.after("productdescription")
    if not change.after("isproductoverridden"):
        (name,) = _one(transaction, "product", change.after("productid"), "name")
    change.values["productname"] = name
    change.values[f"{change.table.name}name"] = str(name)[:100] if name else None


def _line_rule(table: str, document: str) -> Computed:
    return Computed(frozenset({f"{table}id", f"{document}id", *_LINE}), _line(document))


_STATE = frozenset({"statecode"})
_CUSTOMER = frozenset({"customerid", "customerid__type", "parentaccountid", "parentcontactid"})
RULES: Mapping[str, tuple[Computed, ...]] = {
    "uomschedule": (Computed(frozenset({"uomscheduleid"}), _stamp_organization),),
    "uom": (Computed(frozenset({"uomid", "name", "uomscheduleid"}), _unit),),
    "product": (
        Computed(frozenset({"productid", "productnumber"}), _product),
        Computed(frozenset({"defaultuomscheduleid", "defaultuomid"}), _product_units),
        Computed(_STATE, _product_state),
    ),
    "pricelevel": (Computed(frozenset({"pricelevelid", "name"}), _price_list),),
    "productpricelevel": (Computed(_PRICE_KEY | {"productpricelevelid"}, _price),),
    "opportunity": (Computed(_CUSTOMER, _opportunity_customer), Computed(_STATE, _closing)),
    "quote": (Computed(frozenset({"quoteid"}), _numbered("quote")), Computed(_STATE, _closing)),
    "salesorder": (Computed(frozenset({"salesorderid"}), _numbered("order")), Computed(_STATE, _closing)),
    "invoice": (Computed(frozenset({"invoiceid"}), _numbered("invoice")),),
    "quotedetail": (_line_rule("quotedetail", "quote"),),
    "salesorderdetail": (_line_rule("salesorderdetail", "salesorder"),),
    "invoicedetail": (_line_rule("invoicedetail", "invoice"),),
}
