"""Where opportunities are shown besides their own pages, and what may be done with one."""

from collections.abc import Sequence
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode

from tallystick.financials import queries
from tallystick.financials.queries import Filter, Query, Record
from tallystick.financials.services.opportunities import next_stage
from tallystick.financials.services.opportunity_rules import CLOSED, NOT_STARTED
from tallystick.financials.tables import Table
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.extensions import CardAction, Fragment, ListAction

SHOWN = 5
ICON = "target-arrow"


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    """Over the list: take those chosen to the next stage."""
    if table.name != "opportunity" or not desk.may_edit:
        return ()
    return (ListAction("Next Stage", reverse("opportunities-next-stage", args=(desk.company.slug,)), "arrow-right"),)


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    """On an opportunity's card: what can be done with it as it stands."""
    if table.name != "opportunity" or not desk.may_edit:
        return ()
    record = queries.get_record(desk.company, "opportunity", record_id, by=desk.actor)

    def action(label: str, route: str, icon: str, method: str = "post") -> CardAction:
        return CardAction(label, reverse(f"opportunity-{route}", args=(desk.company.slug, record_id)), icon, method)

    if record.values["status"] in CLOSED:
        return (action("Reopen", "reopen", "arrow-back-up"),)
    started = record.values["status"] != NOT_STARTED
    return (
        *(() if started else (action("Start", "start", "player-play"),)),
        *((action("Next Stage", "next-stage", "arrow-right"),) if started and next_stage(record) else ()),
        action("Make Quote", "make-quote", "list-details"),
        action("Win", "win", "trophy", "get"),
        action("Lose", "lose", "x", "get"),
    )


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    """Beside the cards of contacts and customers: what may come about with them, the latest first."""
    if not desk.may(Permission.READ_DOCUMENTS):
        return ()
    match table.name:
        case "contact":
            contact = record_id
        case "customer":
            theirs = queries.persons_of_customer(desk.company, record_id, by=desk.actor)
            if not theirs:
                return ()
            contact = theirs[0].id  # the company contact comes first
        case _:
            return ()
    field = _named_by(desk, contact)
    query = Query(filters=(Filter(field, value=contact),), order=("-no",))
    found = queries.list_records(desk.company, "opportunity", query, page_size=SHOWN, exact=True, by=desk.actor)
    key = queries.codes_by_id(desk.company, "contact", [contact]).get(contact, "")
    list_url = f"{reverse('record-list', args=(desk.company.slug, 'opportunity'))}?{urlencode({field: key})}"
    new_url = f"{reverse('record-new', args=(desk.company.slug, 'opportunity'))}?{urlencode({'contact_no': key})}"
    context = {
        "opportunities": [(one, card_url(desk, "opportunity", one.id), _standing(one)) for one in found.records],
        "total": found.total,
        "list_url": list_url,
        "new_url": new_url if desk.may_edit else "",
        "currency": desk.company.local_currency,
    }
    return (Fragment("opportunities/_fact_box.html", context),)


def _named_by(desk: Desk, contact: UUID) -> str:
    """A company's opportunities are those of its people too."""
    return (
        "contact_company_no"
        if queries.get_record(desk.company, "contact", contact, by=desk.actor).values["type"] == "Company"
        else "contact_no"
    )


def _standing(one: Record) -> str:
    values = one.values
    if values["status"] == "In Progress" and values["sales_cycle_stage"]:
        return f"{values['sales_cycle_stage']}, {values['probability_percent'].normalize():f} %"
    return str(values["status"])
