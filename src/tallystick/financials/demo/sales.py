"""The rows a Sales environment starts with in the demo: plain data with neutral names, for whoever creates them there."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tallystick.financials import queries
from tallystick.financials.demo.businesses import Business, strangers
from tallystick.financials.demo.company import SEED
from tallystick.financials.models import Company
from tallystick.financials.queries import Filter, Operator, Query, Record

SHARED_ACCOUNTS = 200
OTHER_ACCOUNTS = 100
PROSPECTS = 20
INACTIVE = 5

CUSTOMER = 3
PROSPECT = 8


@dataclass(frozen=True, slots=True)
class SalesRows:
    """Users, accounts and contacts, each a dict; `account` of a contact and `owner_email` refer to the other lists.

    - user: `email`, `first_name`, `last_name`, `phone`, `job_title`
    - account: `key`, `name`, `phone`, `email`, `website`, `line1`, `city`, `postal_code`, `state`, `country` (code),
      `currency` (ISO code), `customer_type` (3 customer, 8 prospect), `active`, `owner_email`, `known` (is a customer of
      Financials, by the same name)
    - contact: `account` (key), `first_name`, `last_name`, `email`, `phone`, `mobile`, `job_title`, `owner_email`"""

    users: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    contacts: list[dict[str, Any]]


def demo_sales_accounts(company: Company, seed: int = SEED) -> SalesRows:
    """Return what Sales holds before the first synchronization: 300 accounts, 200 of them customers of the company.

    Of these, some have another phone number and some have blanks. The other 100 are 75 customers, 20 prospects and
    5 customers that were deactivated. People are in Sales only where Financials does not know them."""
    users = [_user(record) for record in queries.iterate_records(company, "salesperson")]
    known = list(_known_accounts(company))
    others = strangers(seed)[:OTHER_ACCOUNTS]
    accounts = [
        *known,
        *(
            _other_account(company, place, business, users[place % len(users)]["email"])
            for place, business in enumerate(others)
        ),
    ]
    contacts = [
        contact
        for account, business in zip(accounts[len(known) :], others, strict=True)
        if account["active"] and account["customer_type"] == CUSTOMER
        for contact in _contacts(account, business)
    ]
    return SalesRows(users, accounts, contacts)


def _user(salesperson: Record) -> dict[str, Any]:
    first, _, last = str(salesperson.values["name"]).rpartition(" ")
    return {
        "email": salesperson.values["email"],
        "first_name": first,
        "last_name": last,
        "phone": salesperson.values["phone_no"],
        "job_title": salesperson.values["job_title"],
    }


def _known_accounts(company: Company) -> Iterator[dict[str, Any]]:
    unblocked = Query(filters=(Filter("blocked", Operator.BLANK),))
    salespeople = {record.key: record.values["email"] for record in queries.iterate_records(company, "salesperson")}
    for place, customer in enumerate(queries.iterate_records(company, "customer", unblocked)):
        if place == SHARED_ACCOUNTS:
            return
        yield _known_account(company, place, customer, salespeople)


def _known_account(company: Company, place: int, customer: Record, salespeople: dict[str, str]) -> dict[str, Any]:
    values = customer.values
    account = {
        "key": customer.key,
        "name": values["name"],
        "phone": values["phone_no"],
        "email": values["email"],
        "website": values["home_page"],
        "line1": values["address"],
        "city": values["city"],
        "postal_code": values["post_code"],
        "state": values["county"],
        "country": customer.codes["country_code"],
        "currency": customer.codes["currency_code"] or company.local_currency,
        "customer_type": CUSTOMER,
        "active": True,
        "owner_email": salespeople[customer.codes["salesperson_code"]],
        "known": True,
    }
    match place % 5:
        case 1:
            account["phone"] = f"{values['phone_no'][:-2]}00"  # the switchboard instead of the extension
        case 2:
            account |= {"email": "", "website": ""}
        case 3:
            account |= {"phone": "", "state": ""}
    return account


def _other_account(company: Company, place: int, business: Business, owner_email: str) -> dict[str, Any]:
    return {
        "key": f"S{place + 1:04d}",
        "name": business.name,
        "phone": business.phone_no,
        "email": business.email,
        "website": business.home_page,
        "line1": business.address,
        "city": business.city,
        "postal_code": business.post_code,
        "state": business.county,
        "country": business.country,
        "currency": business.currency or company.local_currency,
        "customer_type": PROSPECT if place < PROSPECTS else CUSTOMER,
        "active": not PROSPECTS <= place < PROSPECTS + INACTIVE,
        "owner_email": owner_email,
        "known": False,
    }


def _contacts(account: dict[str, Any], business: Business) -> Iterator[dict[str, Any]]:
    for person in business.persons:
        yield {
            "account": account["key"],
            "first_name": person.first_name,
            "last_name": person.surname,
            "email": person.email,
            "phone": person.phone_no,
            "mobile": person.mobile_phone_no,
            "job_title": person.job_title,
            "owner_email": account["owner_email"],
        }
