"""Actions that change the values of choices, publish, and build keys again."""

from __future__ import annotations

from tallystick.sandbox.errors import invalid_argument
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata import changes, option_values
from tallystick.sandbox.metadata.changes import text_of
from tallystick.sandbox.metadata.option_values import Options, options_of
from tallystick.sandbox.metadata.privileges import PUBLISH
from tallystick.sandbox.safe_xml import parse_xml
from tallystick.sandbox.security import checks
from tallystick.sandbox.store import Transaction
from tallystick.sandbox.webapi import operations, schema
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.definitions import find_key

Json = dict[str, object]


def _options_in(transaction: Transaction, given: Json) -> Options:
    """The choice a message is about: OptionSetName, or a column of a table."""
    catalog = transaction.catalog
    name = given.get("OptionSetName")
    if name:
        choice = catalog.choices.get(str(name))
        if choice is None:
            raise invalid_argument(f"There is no choice with the name {str(name)[:100]}.")
        return Options(choice=choice)
    table = catalog.get(str(given.get("EntityLogicalName")))
    column = table.columns.get(str(given.get("AttributeLogicalName"))) if table else None
    if table is None or column is None:
        raise invalid_argument("EntityLogicalName and AttributeLogicalName must name a choice column.")
    return options_of(transaction, table, column)


def _number(given: Json, name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if type(value) is not int or not -(2**31) <= value < 2**31:
        raise invalid_argument(f"{name} must be a whole number.")
    return value


def _required_number(given: Json, name: str = "Value") -> int:
    value = _number(given, name)
    if value is None:
        raise invalid_argument(f"{name} is missing.")
    return value


def _new_value(call: Call, message: str, number: int) -> Response:
    context = f"{call.root}/$metadata#Microsoft.Dynamics.CRM.{message}Response"
    return json_response(200, {"@odata.context": context, "NewOptionValue": number})


def _insert(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteOptionSet")
    given = call.json_object()
    with call.writing() as writing:
        options = _options_in(writing.transaction, given)
        label = text_of(given.get("Label"))
        number = option_values.insert_option(writing.transaction, options, _number(given, "Value"), label)
    return _new_value(call, "InsertOptionValue", number)


def _insert_status(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteOptionSet")
    given = call.json_object()
    with call.writing() as writing:
        table = writing.transaction.catalog.get(str(given.get("EntityLogicalName")))
        if table is None:
            raise invalid_argument("EntityLogicalName must name a table.")
        state, label = _required_number(given, "StateCode"), text_of(given.get("Label"))
        number = option_values.insert_status(writing.transaction, table, state, _number(given, "Value"), label)
    return _new_value(call, "InsertStatusValue", number)


def _update(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteOptionSet")
    given = call.json_object()
    with call.writing() as writing:
        options = _options_in(writing.transaction, given)
        label = text_of(given.get("Label"))
        option_values.rename_option(writing.transaction, options, _required_number(given), label)
    return no_content()


def _delete(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteOptionSet")
    given = call.json_object()
    with call.writing() as writing:
        options = _options_in(writing.transaction, given)
        option_values.delete_option(writing.transaction, options, _required_number(given))
    return no_content()


def _order(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteOptionSet")
    given = call.json_object()
    values = given.get("Values")
    if not isinstance(values, list) or not all(type(one) is int for one in values):
        raise invalid_argument("Values must be a list of whole numbers.")
    with call.writing() as writing:
        option_values.order_options(writing.transaction, _options_in(writing.transaction, given), values)
    return no_content()


def _reactivate_key(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, "prvWriteEntity")
    given = call.json_object()
    table = call.catalog.get(str(given.get("EntityLogicalName")))
    if table is None:
        raise invalid_argument("EntityLogicalName must name a table.")
    key = find_key(table, f"LogicalName='{given.get('EntityKeyLogicalName')}'")
    with call.writing() as writing:
        changes.reactivate_key(writing.transaction, table, key)
    return no_content()


def _publish(call: Call, inside: str | None) -> Response:
    """Changes of definitions are effective at once here; what is to be published is only looked at."""
    checks.require(call.caller, PUBLISH)
    parameters = call.json_object().get("ParameterXml")
    if not isinstance(parameters, str):
        raise invalid_argument("The parameter 'ParameterXml' is missing.")
    root = parse_xml(parameters.encode(), "ParameterXml")
    if root.tag != "importexportxml":
        raise invalid_argument("ParameterXml must be <importexportxml>…</importexportxml>.")
    for one in root.iter("entity"):
        if (one.text or "").strip() not in call.catalog.tables:
            raise invalid_argument(f"There is no table '{(one.text or '').strip()[:100]}' to publish.")
    return no_content()


def register() -> None:
    """Make these actions known."""
    operations.add_action("InsertOptionValue", _insert)
    operations.add_action("InsertStatusValue", _insert_status)
    operations.add_action("UpdateOptionValue", _update)
    operations.add_action("DeleteOptionValue", _delete)
    operations.add_action("OrderOption", _order)
    operations.add_action("ReactivateEntityKey", _reactivate_key)
    operations.add_action("PublishXml", _publish)
    operations.add_action("CreateEntities", schema.create_entities)
    operations.add_action("CreateCustomerRelationships", schema.create_customer_relationships)
