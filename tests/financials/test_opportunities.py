"""An opportunity knows whose it is, how likely it is, and when it was won or lost.

To see these tests fail: leave `opportunity_rules.RULES` out of `rules.RULES`."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from tallystick.financials import queries
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.services import InvalidRecord, create, opportunities, update

pytestmark = pytest.mark.django_db

VISITOR = Actor("eve@example.com", frozenset({Permission.READ}))


class Pipeline:
    """A customer, its company contact and a person who works there."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.salesperson = create(company, "salesperson", {"code": "JR", "name": "Jule"}).id
        self.customer = create(company, "customer", {"name": "Ash", "salesperson_code": self.salesperson}).id
        self.firm = queries.persons_of_customer(company, self.customer)[0].id
        self.person = create(company, "contact", {"name": "Kim", "type": "Person", "company_no": self.firm}).id
        self.stranger = create(company, "contact", {"name": "Sam", "type": "Person"}).id
        self.id = self.open()

    def open(self, **values: object) -> UUID:
        given = {"description": "Chairs", "contact_no": self.person, **values}
        return create(self.company, "opportunity", given).id

    def values(self, id: UUID | None = None) -> dict[str, Any]:
        return dict(queries.get_record(self.company, "opportunity", id or self.id).values)


@pytest.fixture
def pipeline(company: Company) -> Pipeline:
    return Pipeline(company)


def test_company_and_salesperson_come_from_the_contact(pipeline: Pipeline) -> None:
    values = pipeline.values(pipeline.open(contact_no=pipeline.firm))
    assert (values["contact_company_no"], values["salesperson_code"]) == (pipeline.firm, pipeline.salesperson)
    of_person = pipeline.values()
    assert (of_person["contact_company_no"], of_person["salesperson_code"]) == (pipeline.firm, pipeline.salesperson)
    assert pipeline.values(pipeline.open(contact_no=pipeline.stranger))["contact_company_no"] is None


def test_a_new_one_is_dated_not_started_and_unlikely(pipeline: Pipeline) -> None:
    values = pipeline.values()
    assert values["creation_date"] is not None
    assert (values["status"], values["sales_cycle_stage"], values["probability_percent"]) == ("Not Started", "", 0)


def test_a_company_that_is_not_the_contacts_is_refused(pipeline: Pipeline) -> None:
    other = create(pipeline.company, "contact", {"name": "Birch", "type": "Company"}).id
    with pytest.raises(InvalidRecord, match="works for another company"):
        pipeline.open(contact_company_no=other)
    with pytest.raises(InvalidRecord, match="is a person, not a company"):
        pipeline.open(contact_no=pipeline.stranger, contact_company_no=pipeline.person)
    with pytest.raises(InvalidRecord, match=r"Contact No\. is empty"):
        pipeline.open(contact_no=None)


STAGES = ("Qualification", "Presentation", "Proposal", "Sign Contract")


def test_it_goes_from_stage_to_stage_and_becomes_likelier(pipeline: Pipeline) -> None:
    opportunities.start(pipeline.company, pipeline.id)
    seen = [pipeline.values()]
    for _ in STAGES[1:]:
        opportunities.take_to_next_stage(pipeline.company, pipeline.id)
        seen.append(pipeline.values())
    assert [(row["sales_cycle_stage"], row["probability_percent"]) for row in seen] == list(
        zip(STAGES, (20, 40, 60, 80), strict=True)
    )
    with pytest.raises(InvalidRecord, match="is at the last stage, Sign Contract"):
        opportunities.take_to_next_stage(pipeline.company, pipeline.id)
    with pytest.raises(InvalidRecord, match="has been started already"):
        opportunities.start(pipeline.company, pipeline.id)


def test_who_knows_better_says_how_likely_it_is(pipeline: Pipeline) -> None:
    better = {"sales_cycle_stage": "Proposal", "probability_percent": 95}
    update(pipeline.company, "opportunity", pipeline.id, better)
    values = pipeline.values()
    assert (values["status"], values["probability_percent"]) == ("In Progress", 95), "who enters a stage has started"
    update(pipeline.company, "opportunity", pipeline.id, {"description": "Tables"})
    assert pipeline.values()["probability_percent"] == 95


def test_it_is_won_or_lost_on_a_day_and_for_a_reason(pipeline: Pipeline) -> None:
    other = pipeline.open()
    day = pipeline.values()["creation_date"]
    opportunities.win(pipeline.company, pipeline.id, reason="Price", closed_on=day)
    opportunities.lose(pipeline.company, other, reason="Delivery")
    won, lost = pipeline.values(), pipeline.values(other)
    assert (won["status"], won["date_closed"], won["close_reason"], won["probability_percent"]) == (
        "Won",
        day,
        "Price",
        100,
    )
    assert (lost["status"], lost["close_reason"], lost["probability_percent"]) == ("Lost", "Delivery", 0)
    assert lost["date_closed"] is not None


def test_what_is_closed_is_reopened_before_it_goes_on(pipeline: Pipeline) -> None:
    update(pipeline.company, "opportunity", pipeline.id, {"sales_cycle_stage": "Proposal"})
    opportunities.win(pipeline.company, pipeline.id)
    acts: list[Callable[[Company, UUID], object]] = [
        opportunities.start,
        opportunities.take_to_next_stage,
        opportunities.win,
        opportunities.make_quote,
    ]
    for act in acts:
        with pytest.raises(InvalidRecord, match=r"was won on .* Reopen it first"):
            act(pipeline.company, pipeline.id)
    opportunities.reopen(pipeline.company, pipeline.id)
    values = pipeline.values()
    assert (values["status"], values["sales_cycle_stage"], values["probability_percent"]) == (
        "In Progress",
        "Proposal",
        60,
    )
    assert (values["date_closed"], values["close_reason"]) == (None, "")
    with pytest.raises(InvalidRecord, match="nothing to reopen"):
        opportunities.reopen(pipeline.company, pipeline.id)


def test_what_makes_no_sense_is_refused(pipeline: Pipeline) -> None:
    with pytest.raises(InvalidRecord, match="is lost for no reason"):
        opportunities.lose(pipeline.company, pipeline.id, reason=" ")
    with pytest.raises(InvalidRecord, match="before it came about"):
        opportunities.win(pipeline.company, pipeline.id, closed_on=date(1999, 1, 1))
    with pytest.raises(InvalidRecord, match="won or lost"):
        update(pipeline.company, "opportunity", pipeline.id, {"close_reason": "Price"})
    assert pipeline.values()["status"] == "Not Started"


def test_a_quote_names_its_opportunity(pipeline: Pipeline) -> None:
    quote = queries.get_record(
        pipeline.company, "sales-quote", opportunities.make_quote(pipeline.company, pipeline.id)
    ).values
    assert (quote["customer_no"], quote["opportunity_no"]) == (pipeline.customer, pipeline.id)
    assert (quote["contact"], quote["salesperson_code"]) == ("Kim", pipeline.salesperson)
    assert pipeline.values()["status"] == "In Progress"


def test_a_quote_needs_a_customer(pipeline: Pipeline) -> None:
    id = pipeline.open(contact_no=pipeline.stranger)
    with pytest.raises(InvalidRecord, match="belongs to no customer"):
        opportunities.make_quote(pipeline.company, id)
    assert queries.count_records(pipeline.company, "sales-quote") == 0


def test_who_may_only_look_changes_nothing(pipeline: Pipeline) -> None:
    acts: list[Callable[[], object]] = [
        lambda: opportunities.start(pipeline.company, pipeline.id, by=VISITOR),
        lambda: opportunities.take_to_next_stage(pipeline.company, pipeline.id, by=VISITOR),
        lambda: opportunities.win(pipeline.company, pipeline.id, by=VISITOR),
        lambda: opportunities.lose(pipeline.company, pipeline.id, reason="Price", by=VISITOR),
        lambda: opportunities.reopen(pipeline.company, pipeline.id, by=VISITOR),
        lambda: opportunities.make_quote(pipeline.company, pipeline.id, by=VISITOR),
    ]
    for act in acts:
        with pytest.raises(NotPermitted):
            act()
    assert pipeline.values()["status"] == "Not Started"
