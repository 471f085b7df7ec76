"""Mappings and clients for tests against a sandbox process, over HTTP as against the real service."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
from tests.sandbox_process import Sandbox

from tallystick.dataverse import ClientSecret, DataverseClient, DataverseSide
from tallystick.dataverse.webapi import Request
from tallystick.engine import (
    SALES,
    Constant,
    FieldMapping,
    Fields,
    Insert,
    TableMapping,
    coupled,
    is_filled,
    is_one_of,
)

USERS = coupled("SALESPEOPLE", finance="salesperson", sales="systemuser")
CURRENCIES = coupled("CURRENCY", finance="currency", sales="transactioncurrency")
TERMS = coupled("PAYMENT TERMS", finance="payment-terms", sales="account.paymenttermscode")
CONTACTS = coupled("CONTACT", finance="contact", sales="contact")
CUSTOMERS = coupled("CUSTOMER", finance="customer", sales="account")

ACCOUNTS = TableMapping(
    "CUSTOMER",
    finance="customer",
    sales="account",
    label_sales="Account",
    conditions=(is_one_of(SALES, "statecode", 0, text="The account is inactive."),),
    constants=(Constant(SALES, "customertypecode", 3),),
    fields=(
        FieldMapping("salesperson_code", "ownerid", via=USERS, not_null=True),
        FieldMapping("name", "name", match=1),
        FieldMapping("address", "address1_line1"),
        FieldMapping("address_2", "address1_line2"),
        FieldMapping("post_code", "address1_postalcode"),
        FieldMapping("city", "address1_city"),
        FieldMapping("currency_code", "transactioncurrencyid", via=CURRENCIES),
        FieldMapping("email", "emailaddress1"),
        FieldMapping("fax_no", "fax"),
        FieldMapping("home_page", "websiteurl"),
        FieldMapping("phone_no", "telephone1"),
        FieldMapping("payment_terms_code", "paymenttermscode", via=TERMS),
        FieldMapping("credit_limit", "creditlimit"),
        FieldMapping("primary_contact_no", "primarycontactid", via=CONTACTS),
    ),
)
PEOPLE = TableMapping(
    "CONTACT",
    finance="contact",
    sales="contact",
    label_sales="Contact",
    conditions=(
        is_filled(SALES, "parentcustomerid", "The contact belongs to no account."),
        is_one_of(SALES, "parentcustomeridtype", "account", text="The contact belongs to another contact."),
    ),
    fields=(
        FieldMapping("company", "parentcustomerid", via=CUSTOMERS),
        FieldMapping("first_name", "firstname"),
        FieldMapping("surname", "lastname"),
        FieldMapping("city", "address1_city"),
    ),
)
MONEY = TableMapping(
    "CURRENCY",
    finance="currency",
    sales="transactioncurrency",
    label_sales="Currency",
    fields=(
        FieldMapping("code", "isocurrencycode", create_only=True),
        FieldMapping("symbol", "currencysymbol"),
        FieldMapping("description", "currencyname"),
        FieldMapping("decimals", "currencyprecision"),
        FieldMapping("rate", "exchangerate", not_null=True),
    ),
)
SALESPEOPLE = TableMapping(
    "SALESPEOPLE",
    finance="salesperson",
    sales="systemuser",
    conditions=(is_one_of(SALES, "isdisabled", False, text="Disabled."),),
    fields=(FieldMapping("email", "internalemailaddress"), FieldMapping("name", "fullname")),
)
PAYMENT_TERMS = TableMapping(
    "PAYMENT TERMS",
    finance="payment-terms",
    sales="account.paymenttermscode",
    label_sales="Payment Terms option",
    fields=(FieldMapping("code", "label", match=1),),
)


def client_of(sandbox: Sandbox, **options: Any) -> DataverseClient:
    credentials = ClientSecret(sandbox.tenant, sandbox.client_id, sandbox.client_secret, authority=sandbox.url)
    return DataverseClient(sandbox.url, credentials, **options)


def customer(number: int) -> Fields:
    return {
        "name": f"Customer {number:06}",
        "address1_line1": f"Hauptstraße {number}",
        "address1_line2": "Hinterhaus",
        "address1_postalcode": f"{10000 + number % 80000}",
        "address1_city": "Köln",
        "emailaddress1": f"mail{number}@example.com",
        "telephone1": f"+49 221 {number}",
        "creditlimit": f"{1000 + number}.50",
        "paymenttermscode": "1",
        "fax": None,
        "customertypecode": 3,
    }


def inserts(count: int, fields: Callable[[int], Fields] = customer) -> list[Insert]:
    return [Insert(str(uuid4()), fields(number), f"New {number}") for number in range(count)]


def patch(client: DataverseClient, path: str, columns: dict[str, Any]) -> None:
    """What somebody else does in Dynamics CRM."""
    reply = client.api.send(
        Request("PATCH", path, {"Content-Type": "application/json", "If-Match": "*"}, orjson.dumps(columns))
    )
    assert reply.refusal is None, reply.refusal


def delete(client: DataverseClient, path: str) -> None:
    reply = client.api.send(Request("DELETE", path))
    assert reply.refusal is None, reply.refusal


def side_of(client: DataverseClient, **options: Any) -> DataverseSide:
    return DataverseSide(client, **options)
