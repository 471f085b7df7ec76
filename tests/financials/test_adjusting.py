"""Stock becomes what was counted, and nobody overwrites a movement they did not see."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tallystick.financials.models import Company, EntryType, ItemLedgerEntry
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.services import InvalidRecord, RecordMissing, companies, create
from tallystick.financials.services.adjusting import Adjustment, adjust_inventory, plan_adjustment
from tallystick.financials.stock import on_hand

pytestmark = pytest.mark.django_db
DAY = date(2025, 3, 12)


class Shelf:
    """Chairs, counted in pieces and in boxes of four."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.units = {code: create(company, "unit-of-measure", {"code": code}).id for code in ("PCS", "BOX", "KG")}
        values = {"no": "CHAIR", "description": "Chair", "base_unit_of_measure": self.units["PCS"], "unit_cost": 3}
        self.chair = create(company, "item", values).id
        box = {"item_no": self.chair, "unit_of_measure_code": self.units["BOX"], "qty_per_unit_of_measure": 4}
        create(company, "item-unit-of-measure", box)

    def adjust(self, expected: Decimal | None = None, **given: Any) -> ItemLedgerEntry:
        adjustment = Adjustment(item=self.chair, **given)
        return adjust_inventory(self.company, adjustment, posting_date=DAY, expected=expected)

    @property
    def count(self) -> Decimal:
        return on_hand(self.company, [self.chair])[self.chair]


@pytest.fixture
def shelf(company: Company) -> Shelf:
    return Shelf(company)


def test_stock_becomes_what_was_counted(shelf: Shelf) -> None:
    entry = shelf.adjust(new_quantity=Decimal(10), reason="Counted", unit_cost=Decimal(5))
    assert (entry.entry_type, entry.quantity, entry.unit_cost, entry.description) == (
        EntryType.POSITIVE_ADJUSTMENT,
        10,
        5,
        "Counted",
    )
    entry = shelf.adjust(new_quantity=Decimal(4))
    assert (entry.entry_type, entry.quantity, entry.description) == (EntryType.NEGATIVE_ADJUSTMENT, -6, "Chair")
    assert shelf.count == 4


def test_stock_changes_by_what_was_found_or_lost_in_any_unit(shelf: Shelf) -> None:
    shelf.adjust(change=Decimal(3), unit=shelf.units["BOX"])
    shelf.adjust(change=Decimal("-0.5"), unit=shelf.units["BOX"])
    assert shelf.count == 10
    planned = plan_adjustment(
        shelf.company, Adjustment(item=shelf.chair, new_quantity=Decimal(2), unit=shelf.units["BOX"])
    )
    assert (planned.unit, planned.before, planned.after, planned.change) == ("BOX", Decimal("2.5"), 2, Decimal("-0.5"))
    assert shelf.count == 10, "a plan posts nothing"


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    # case → what was entered, what the message says
    "nothing": ({}, "Enter the new quantity or the change"),
    "both": ({"new_quantity": Decimal(1), "change": Decimal(1)}, "one of them"),
    "what there is": ({"new_quantity": Decimal(0)}, "There are 0 on hand already"),
    "no change": ({"change": Decimal(0)}, "nothing to post"),
    "more than there is": ({"change": Decimal(-1)}, "0 in stock"),
    "a unit it has not": ({"change": Decimal(1), "unit": "KG"}, "not counted in this unit"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_is_refused_and_posts_nothing(shelf: Shelf, case: str) -> None:
    given, message = REFUSED[case]
    with pytest.raises(InvalidRecord, match=message):
        shelf.adjust(
            **{name: shelf.units.get(value, value) if name == "unit" else value for name, value in given.items()}
        )
    assert not ItemLedgerEntry.objects.exists()


def test_what_moved_meanwhile_is_looked_at_first(shelf: Shelf) -> None:
    shelf.adjust(new_quantity=Decimal(10))
    with pytest.raises(InvalidRecord, match="There are 10 on hand now, no longer 7"):
        shelf.adjust(expected=Decimal(7), new_quantity=Decimal(8))
    shelf.adjust(expected=Decimal(10), new_quantity=Decimal(8))
    assert shelf.count == 8


def test_services_other_companies_and_onlookers_adjust_nothing(shelf: Shelf) -> None:
    service = create(shelf.company, "item", {"description": "Fitting", "type": "Service"}).id
    with pytest.raises(InvalidRecord, match="is Service and not kept in stock"):
        plan_adjustment(shelf.company, Adjustment(item=service, change=Decimal(1)))
    one_more = Adjustment(item=shelf.chair, change=Decimal(1))
    with pytest.raises(RecordMissing):
        plan_adjustment(companies.create_company("Other"), one_more)
    onlooker = Actor("eve@example.com", frozenset({Permission.READ, Permission.WRITE}))
    with pytest.raises(NotPermitted):
        adjust_inventory(shelf.company, one_more, posting_date=DAY, by=onlooker)
