"""The customers of the measurements: as Financials holds them, and as they look in Dynamics CRM."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

CITIES = ("Göteborg", "Kraków", "Αθήνα", "Dún Laoghaire", "München", "Lyon", "東京", "Porto")
STREETS = ("Alder Street", "Birkenweg", "Rue des Chênes", "Via degli Olmi")
# Which column of an account holds which field of a customer, as the mapping CUSTOMER has it.
COLUMNS = {
    "name": "name",
    "contact": "address1_primarycontactname",
    "address": "address1_line1",
    "address_2": "address1_line2",
    "post_code": "address1_postalcode",
    "city": "address1_city",
    "county": "address1_stateorprovince",
    "email": "emailaddress1",
    "fax_no": "fax",
    "home_page": "websiteurl",
    "phone_no": "telephone1",
    "credit_limit": "creditlimit",
}
CUSTOMER = 3  # account.customertypecode


def customer(number: int) -> dict[str, Any]:
    """Return the fields of one customer."""
    return {
        "name": f"Customer {number:07} of {CITIES[number % 8]}",
        "contact": f"Ada Nr. {number}",
        "address": f"{STREETS[number % 4]} {number % 997}",
        "address_2": f"Building {number % 31}, floor {number % 7}",
        "post_code": f"{10000 + number % 89999}",
        "city": CITIES[number % 8],
        "county": f"County {number % 53}",
        "email": f"office@customer-{number}.example",
        "fax_no": f"+49 30 {number:08}",
        "home_page": f"https://customer-{number}.example",
        "phone_no": f"+49 31 {number:08}",
        "mobile_phone_no": f"+49 32 {number:08}",
        "credit_limit": f"{1000 + number % 9000}.50",
    }


def customer_id(number: int) -> UUID:
    """Return the id of one customer; ids sort as the numbers do."""
    return UUID(int=0x018F0000 << 96 | number << 80 | 0x7 << 76 | 0b10 << 62 | number)


def account_id(number: int) -> str:
    """Return the id that a row written without the product gets: time-ordered, as the product's are."""
    return str(UUID(int=0x018F0001 << 96 | number << 80 | 0x8 << 76 | 0b10 << 62 | number))


def account(number: int, currency: str) -> dict[str, Any]:
    """Return one customer as the row of a bulk message; `currency` is the id of the local currency over there."""
    fields = customer(number)
    row: dict[str, Any] = {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": account_id(number)}
    row |= {column: fields[name] for name, column in COLUMNS.items()}
    row["creditlimit"] = float(fields["credit_limit"])
    row["customertypecode"] = CUSTOMER
    row["transactioncurrencyid@odata.bind"] = f"/transactioncurrencies({currency})"
    return row


def bulks(count: int, currency: str, size: int = 1000) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows of `count` customers, a bulk message at a time."""
    for start in range(0, count, size):
        yield [account(number, currency) for number in range(start, min(start + size, count))]
