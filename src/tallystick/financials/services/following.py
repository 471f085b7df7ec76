"""What else changes when a record changes, as Business Central does it. Runs in the transaction of the change.

- A new customer gets a company contact and the business relation that joins the two.
- What a customer and its company contact share (name, address, phone, salesperson, …) follows from either to the other.
- A person without a company who becomes a primary contact joins the customer's company.
- The company's local currency stays the same currency when that currency gets another code.
- The base unit of an item or resource is one of its units, of quantity 1.
- The status of a purchase order follows from its lines, and its lines are expected when the order is.
- A document's lines follow its terms, and its totals follow its lines.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db import connection

from tallystick.financials import database
from tallystick.financials.identifiers import new_id
from tallystick.financials.models import Company, NumberSeries
from tallystick.financials.services import facts, numbers, purchases
from tallystick.financials.services.documents.following import follow_headers, follow_lines
from tallystick.financials.services.facts import Values
from tallystick.financials.services.planning import Planned
from tallystick.financials.services.storing import write_rows
from tallystick.financials.tables import CONTACT, CUSTOMER, table_named

ONE = Decimal(1)
SHARED = tuple(
    CUSTOMER.field(name).column
    for name in (
        "name",
        "name_2",
        "address",
        "address_2",
        "post_code",
        "city",
        "country_code",
        "county",
        "phone_no",
        "mobile_phone_no",
        "email",
        "fax_no",
        "home_page",
        "salesperson_code",
        "currency_code",
    )
)


_shared = itemgetter(*SHARED)


def follow(company: Company, table: str, changed: Sequence[Planned], now: datetime) -> None:
    """Write what follows from these changes, which are written already."""
    match table:
        case "customer":
            _create_company_contacts(company, [entry for entry in changed if entry.before is None], now)
            ours = facts.read_company_contacts(_ids_of_shared_changes(changed))
            _copy_shared(company, "contact", changed, ours, now)
            _adopt_primary_contacts(company, changed, now)
        case "contact":
            theirs = facts.read_customers_of(_ids_of_shared_changes(changed))
            _copy_shared(company, "customer", changed, theirs, now)
        case "currency":
            _rename_local_currency(company, changed)
        case "item" | "resource":
            _keep_base_units(company, table, changed, now)
        case "purchase-order":
            purchases.move_expected_receipts(changed, now)
        case "purchase-order-line":
            orders = {row["purchase_order_id"] for entry in changed for row in (entry.before, entry.after) if row}
            purchases.refresh_statuses(orders, now)
        case "sales-quote" | "sales-order" | "sales-credit-memo":
            follow_headers(company, table, changed, now)
        case "sales-quote-line" | "sales-order-line" | "sales-credit-memo-line":
            follow_lines(company, table, changed, now)


def _create_company_contacts(company: Company, customers: Sequence[Planned], now: datetime) -> None:
    """A company without a number series for contacts keeps none for its customers."""
    if not customers or not NumberSeries.objects.filter(company=company, used_for="contact").exists():
        return
    fresh = numbers.allocate(company, "contact", len(customers))
    contacts = [
        Planned(new_id(), None, _company_contact(customer.after, no), None)
        for customer, no in zip(customers, fresh, strict=True)
    ]
    write_rows(company, "contact", contacts, now)
    with connection.cursor() as cursor:
        database.insert_rows(
            cursor,
            "financials_businessrelation",
            ["id", "company_id", "contact_id", "customer_id", "created_at", "modified_at"],
            [
                [new_id(), company.pk, contact.id, customer.id, now, now]
                for customer, contact in zip(customers, contacts, strict=True)
            ],
        )


def _company_contact(customer: Mapping[str, Any], no: str) -> Values:
    return {**CONTACT.blanks, **dict(zip(SHARED, _shared(customer), strict=True)), "no": no, "type": "Company"}


def _shared_changes(entry: Planned) -> Values:
    if entry.before is None:
        return {}
    return {column: entry.after[column] for column in SHARED if entry.after[column] != entry.before[column]}


def _ids_of_shared_changes(changed: Sequence[Planned]) -> list[UUID]:
    return [entry.id for entry in changed if _shared_changes(entry)]


def _copy_shared(
    company: Company, to_table: str, changed: Sequence[Planned], partners: Mapping[UUID, UUID], now: datetime
) -> None:
    """Give each partner what changed of the shared values; its other values stay."""
    rows = facts.read_rows(company, table_named(to_table), partners.values(), lock=True)
    copies = [
        Planned(partners[entry.id], rows[partners[entry.id]], rows[partners[entry.id]] | _shared_changes(entry), None)
        for entry in changed
        if partners.get(entry.id) in rows
    ]
    write_rows(company, to_table, [copy for copy in copies if copy.changed], now)


def _adopt_primary_contacts(company: Company, customers: Sequence[Planned], now: datetime) -> None:
    chosen = {
        entry.id: entry.after["primary_contact_id"]
        for entry in customers
        if entry.after["primary_contact_id"] is not None
        and (entry.before is None or entry.before["primary_contact_id"] != entry.after["primary_contact_id"])
    }
    rows = facts.read_rows(company, CONTACT, chosen.values(), lock=True)
    ours = facts.read_company_contacts(chosen)
    adopted = [
        Planned(person, rows[person], rows[person] | {"company_contact_id": ours[customer]}, None)
        for customer, person in chosen.items()
        if customer in ours and rows[person]["type"] == "Person" and rows[person]["company_contact_id"] is None
    ]
    write_rows(company, "contact", adopted, now)


def _rename_local_currency(company: Company, currencies: Sequence[Planned]) -> None:
    for entry in currencies:
        if entry.before is not None and entry.before["code"] == company.local_currency != entry.after["code"]:
            Company.objects.filter(pk=company.pk).update(local_currency=entry.after["code"])
            company.local_currency = entry.after["code"]


def _keep_base_units(company: Company, table: str, owners: Sequence[Planned], now: datetime) -> None:
    chosen = {
        entry.id: entry.after["base_unit_of_measure_id"]
        for entry in owners
        if entry.after["base_unit_of_measure_id"] is not None
        and (entry.before is None or entry.before["base_unit_of_measure_id"] != entry.after["base_unit_of_measure_id"])
    }
    moved = {entry.id for entry in owners if entry.before is not None} & chosen.keys()
    known = facts.read_units(table_named(table), moved, lock=False).factors if moved else {}
    missing = {owner: unit for owner, unit in chosen.items() if (owner, unit) not in known}
    units = table_named(f"{table}-unit-of-measure")
    owner_column = units.field(units.part_of).column
    # The rules let a base unit go to a unit that is none yet only when there is no other: its row is the old one.
    outdated = moved & missing.keys()
    with connection.cursor() as cursor:
        if outdated:
            database.delete_rows(cursor, units.db_table, owner_column, outdated)
    rows = [
        Planned(new_id(), None, {owner_column: owner, "unit_of_measure_id": unit, "qty_per_unit_of_measure": ONE}, None)
        for owner, unit in missing.items()
    ]
    write_rows(company, units.name, rows, now)
