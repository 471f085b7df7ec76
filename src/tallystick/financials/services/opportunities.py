"""Takes opportunities through the sales cycle: started, from stage to stage, made a quote, won or lost, opened again."""

from datetime import date
from uuid import UUID

from tallystick.financials import queries
from tallystick.financials.models import Company
from tallystick.financials.permissions import CHECKED, OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.queries import Record
from tallystick.financials.services.opportunity_rules import CLOSED, IN_PROGRESS, LOST, NOT_STARTED, STAGES, WON
from tallystick.financials.services.records import create, update
from tallystick.financials.services.writes import Saved

TABLE = "opportunity"


def start(company: Company, id: UUID, *, by: Actor = OPERATOR) -> Saved:
    """Begin to work on an opportunity, at the first stage. Raises `InvalidRecord` when that was done, `RecordMissing`."""
    record = _open_record(company, id, by)
    if record.values["status"] != NOT_STARTED:
        raise _refusal(record, "status", "has been started already.", "Take it to the next stage instead.")
    return _update(company, record, {"status": IN_PROGRESS})


def take_to_next_stage(company: Company, id: UUID, *, by: Actor = OPERATOR) -> Saved:
    """Take an opportunity one stage on; one that is not started yet, to the first. Raises `InvalidRecord` at the last."""
    record = _open_record(company, id, by)
    coming = next_stage(record)
    if coming is None:
        last = f"is at the last stage, {STAGES[-1]}."
        raise _refusal(record, "sales_cycle_stage", last, "Say whether it was won or lost.")
    return _update(company, record, {"status": IN_PROGRESS, "sales_cycle_stage": coming})


def next_stage(record: Record) -> str | None:
    """Return the stage after the one an opportunity is at, None after the last."""
    stage = record.values["sales_cycle_stage"]
    place = STAGES.index(stage) + 1 if stage else 0
    return STAGES[place] if place < len(STAGES) else None


def win(company: Company, id: UUID, *, reason: str = "", closed_on: date | None = None, by: Actor = OPERATOR) -> Saved:
    """Close an opportunity as won, today unless `closed_on` says otherwise. Raises `InvalidRecord` when it is closed."""
    return _close(company, id, WON, reason, closed_on, by)


def lose(company: Company, id: UUID, *, reason: str, closed_on: date | None = None, by: Actor = OPERATOR) -> Saved:
    """Close an opportunity as lost. Raises `InvalidRecord` when it is closed already, or for want of a reason."""
    if not reason.strip():
        record = _open_record(company, id, by)
        raise _refusal(record, "close_reason", "is lost for no reason.", "Say why: the next offer may do better.")
    return _close(company, id, LOST, reason, closed_on, by)


def reopen(company: Company, id: UUID, *, by: Actor = OPERATOR) -> Saved:
    """Go on with an opportunity that was closed, at the stage it was at. Raises `InvalidRecord` when it is open."""
    by.require(Permission.WRITE)
    record = queries.get_record(company, TABLE, id, by=CHECKED)
    if record.values["status"] not in CLOSED:
        raise _refusal(record, "status", "is open.", "There is nothing to reopen.")
    return _update(company, record, {"status": IN_PROGRESS})


def make_quote(company: Company, id: UUID, *, by: Actor = OPERATOR) -> UUID:
    """Return a new sales quote for the customer that the contact is or works for, which names the opportunity.

    Raises `InvalidRecord` when the opportunity is closed or its contact belongs to no customer."""
    record = _open_record(company, id, by)
    customer = queries.customer_of_contact(company, record.values["contact_no"], by=CHECKED)
    if customer is None:
        contact = record.codes["contact_no"]
        hint = "Create a customer, and enter the contact as its primary contact."
        raise _refusal(record, "contact_no", f"is with contact {contact}, who belongs to no customer.", hint)
    values = {
        "customer_no": customer,
        "opportunity_no": id,
        "salesperson_code": record.values["salesperson_code"],
        "contact": _person(company, record),
    }
    quote = create(company, "sales-quote", {name: value for name, value in values.items() if value}, by=CHECKED)
    if record.values["status"] == NOT_STARTED:
        start(company, id, by=by)
    return quote.id


def _person(company: Company, record: Record) -> str:
    contact = queries.get_record(company, "contact", record.values["contact_no"], by=CHECKED)
    return str(contact.values["name"]) if contact.values["type"] == "Person" else ""


def _close(company: Company, id: UUID, status: str, reason: str, closed_on: date | None, by: Actor) -> Saved:
    record = _open_record(company, id, by)
    return _update(company, record, {"status": status, "date_closed": closed_on, "close_reason": reason})


def _open_record(company: Company, id: UUID, by: Actor) -> Record:
    by.require(Permission.WRITE)
    record = queries.get_record(company, TABLE, id, by=CHECKED)
    if record.values["status"] in CLOSED:
        what = f"was {record.values['status'].lower()} on {record.values['date_closed']}."
        raise _refusal(record, "status", what, "Reopen it first.")
    return record


def _update(company: Company, record: Record, values: dict[str, object]) -> Saved:
    """At the version that was looked at: what was decided on may have changed meanwhile."""
    return update(company, TABLE, record.id, values, version=record.version, by=CHECKED)


def _refusal(record: Record, field: str, what: str, hint: str) -> InvalidRecord:
    return InvalidRecord([Problem(TABLE, record.key, field, f"Opportunity {record.key} {what}", hint)])
