"""The rules of opportunities. Pure, like `rules`."""

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.facts import Facts, Values
from tallystick.financials.services.rule import Rule

NOT_STARTED, IN_PROGRESS, WON, LOST = "Not Started", "In Progress", "Won", "Lost"
CLOSED = (WON, LOST)
# How likely a sale is at each stage of the sales cycle, unless somebody knows better.
PROBABILITY = {"": 0, "Qualification": 20, "Presentation": 40, "Proposal": 60, "Sign Contract": 80}
STAGES = tuple(stage for stage in PROBABILITY if stage)
CERTAIN = {WON: 100, LOST: 0}
Before = Mapping[str, Any] | None


def _opportunity(id: UUID, row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    if before is None and row["creation_date"] is None:
        row["creation_date"] = facts.today
    yield from _complete_contact(row, before, given, facts)
    _start(row, before, given)
    if _moved(row, before, "status", "sales_cycle_stage") and "probability_percent" not in given:
        row["probability_percent"] = Decimal(CERTAIN.get(row["status"], PROBABILITY[row["sales_cycle_stage"]]))
    yield from _close(row, before, given, facts)


def _complete_contact(row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    """The company and the salesperson of a contact that is new on the opportunity."""
    contact = facts.referred["contact"].get(row["contact_id"])
    if contact is None:
        return  # said once, with the other references
    company = contact.id if contact.type == "Company" else contact.company_contact_id
    if _moved(row, before, "contact_id"):
        if "contact_company_no" not in given:
            row["contact_company_id"] = company
        if "salesperson_code" not in given and (salesperson := facts.salespeople.get(contact.id)):
            row["salesperson_id"] = salesperson
    chosen = facts.referred["contact"].get(row["contact_company_id"])
    if chosen is not None and company not in (None, chosen.id):
        message = f"Contact {contact.code} {contact.name} is or works for another company than {chosen.code}."
        yield Complaint("contact_company_no", message, "Leave it empty, or choose the company of the contact.")
    elif chosen is not None and chosen.type != "Company":
        message = f"Contact {chosen.code} {chosen.name} is a person, not a company."
        yield Complaint("contact_company_no", message, "Choose a company contact.")


def _start(row: Values, before: Before, given: Set[str]) -> None:
    """Who enters a stage has started; who starts is at the first stage."""
    if row["sales_cycle_stage"] and row["status"] == NOT_STARTED and "status" not in given:
        row["status"] = IN_PROGRESS
    elif row["status"] == IN_PROGRESS and not row["sales_cycle_stage"] and "sales_cycle_stage" not in given:
        row["sales_cycle_stage"] = STAGES[0]


def _close(row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    if row["status"] not in CLOSED:
        for name in ("date_closed", "close_reason"):
            if name in given and row[name]:
                label = facts.table.field(name).label
                yield Complaint(name, f"{label} is that of an opportunity that is won or lost.", "Leave it empty.")
        row["date_closed"], row["close_reason"] = None, ""
        return
    if row["date_closed"] is None:
        row["date_closed"] = facts.today
    if row["creation_date"] and row["date_closed"] < row["creation_date"]:
        message = f"It would be closed on {row['date_closed']}, before it came about on {row['creation_date']}."
        yield Complaint("date_closed", message, "Enter a later date.")


def _moved(row: Values, before: Before, *columns: str) -> bool:
    return before is None or any(before[column] != row[column] for column in columns)


RULES: Mapping[str, Rule] = {"opportunity": _opportunity}
