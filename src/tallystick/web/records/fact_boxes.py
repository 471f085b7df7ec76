"""The facts beside a card: what belongs to the record, and what uses it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.tables import referrers
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import Fragment

CONTACTS = 12
RATES = 25


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class ContactFact:
    """One contact in the box of its company."""

    name: str
    detail: str
    url: str
    is_primary: bool = False


def fact_boxes(desk: Desk, record: Record) -> Sequence[Fragment]:
    """The boxes of a record, by its table."""
    match record.table.name:
        case "customer":
            return [_contacts_of_customer(desk, record)]
        case "contact":
            return _boxes_of_contact(desk, record)
        case _:
            return _used_by(desk, record)


def related_lists(desk: Desk, record: Record) -> Sequence[Fragment]:
    """The lists below a card: of a currency, its exchange rates."""
    if record.table.name != "currency":
        return ()
    of_currency = Query(filters=(Filter("currency_code", value=record.id),), order=("-starting_date",))
    rates = queries.list_records(desk.company, "exchange-rate", of_currency, page_size=RATES, by=desk.actor)
    new_url = reverse("record-new", args=(desk.company.slug, "exchange-rate"))
    context = {
        "rates": [(rate, card_url(desk, "exchange-rate", rate.id)) for rate in rates.records],
        "currency": record,
        "is_local": record.key == desk.company.local_currency,
        "local_currency": desk.company.local_currency,
        "new_url": f"{new_url}?{urlencode({'currency_code': record.key})}" if desk.may_edit else "",
    }
    return [Fragment("records/_exchange_rates.html", context)]


def _contacts_of_customer(desk: Desk, record: Record) -> Fragment:
    contacts = queries.persons_of_customer(desk.company, record.id, by=desk.actor)
    return _contacts_box(desk, contacts, primary=record.values["primary_contact_no"])


def _boxes_of_contact(desk: Desk, record: Record) -> Sequence[Fragment]:
    facts = []
    customer_id = queries.customer_of_contact(desk.company, record.id, by=desk.actor)
    if customer_id:
        customer = queries.get_record(desk.company, "customer", customer_id, by=desk.actor)
        facts.append(Fact("Customer", f"{customer.key} {customer.title}", card_url(desk, "customer", customer.id)))
    if company_no := record.codes["company_no"]:
        facts.append(Fact("Company contact", company_no, card_url(desk, "contact", record.values["company_no"])))
    boxes = [Fragment("records/_facts_box.html", {"title": "Business", "facts": facts})] if facts else []
    if record.values["type"] == "Company":
        works_here = Query(filters=(Filter("company_no", value=record.id),), order=("name",))
        boxes.append(
            _contacts_box(desk, queries.list_records(desk.company, "contact", works_here, by=desk.actor).records)
        )
    return boxes


def _contacts_box(desk: Desk, contacts: Sequence[Record], primary: UUID | None = None) -> Fragment:
    shown = [_contact_fact(desk, contact, primary) for contact in contacts[:CONTACTS]]
    return Fragment("records/_contacts_box.html", {"contacts": shown, "more": max(0, len(contacts) - CONTACTS)})


def _contact_fact(desk: Desk, contact: Record, primary: UUID | None) -> ContactFact:
    values = contact.values
    kind = "Company" if values["type"] == "Company" else ""
    details = (kind, values["job_title"], values["phone_no"] or values["mobile_phone_no"], values["email"])
    detail = " · ".join(part for part in details if part)
    return ContactFact(
        contact.title or contact.key, detail, card_url(desk, "contact", contact.id), contact.id == primary
    )


def _used_by(desk: Desk, record: Record) -> Sequence[Fragment]:
    """How many records name this one, each figure leading to their list, which counts where a figure would cost too much.

    Those of tables that the person may not look at are left out. A query or two per referring field."""
    facts = []
    for table, field in referrers(record.table.name):
        if not desk.may_read(table):
            continue
        count = queries.count_naming(desk.company, table.name, field.name, record.id, by=desk.actor)
        url = reverse("record-list", args=(desk.company.slug, table.name))
        figure = "Show" if count is None else f"{count:,}"
        facts.append(Fact(table.label_plural, figure, f"{url}?{urlencode({field.name: record.key})}"))
    return [Fragment("records/_facts_box.html", {"title": "Used by", "facts": facts})] if facts else []
