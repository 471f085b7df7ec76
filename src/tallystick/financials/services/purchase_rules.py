"""The rules of purchase orders, their lines and the item journal. Pure, like `rules`."""

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.facts import Facts, Goods, Values
from tallystick.financials.services.rule import Rule

PLACES = Decimal("0.00001")
LARGEST = Decimal(10) ** 10
Before = Mapping[str, Any] | None


def _order(id: UUID, row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    if before is None and row["order_date"] is None:
        row["order_date"] = facts.today
    yield from ()


def _order_line(id: UUID, row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    goods = facts.goods.get(row["item_id"])
    if goods is None:
        return  # said once, with the other references
    yield from _stays_once_received(row, before, facts)
    yield from _complete_item(row, before, given, goods, facts)
    factor = _factor(row, facts)
    if factor is None:
        yield _no_unit(row, facts)
        return
    row["qty_per_unit_of_measure"] = factor
    if _priced_anew(row, before) and "direct_unit_cost" not in given:
        row["direct_unit_cost"] = (goods.unit_cost * factor).quantize(PLACES)
    if before is None and row["expected_receipt_date"] is None:
        row["expected_receipt_date"] = facts.expected_receipts.get(row["purchase_order_id"])
    yield from _complete_quantities(row, before, given)


def _stays_once_received(row: Values, before: Before, facts: Facts) -> Iterator[Complaint]:
    if before is None or not before["quantity_received"]:
        return
    for name in ("purchase_order_no", "item_no", "unit_of_measure_code"):
        field = facts.table.field(name)
        if row[field.column] != before[field.column]:
            message = f"{before['quantity_received'].normalize():f} are received already, so the {field.label} stays."
            yield Complaint(name, message, "Enter another line.")


def _complete_item(row: Values, before: Before, given: Set[str], goods: Goods, facts: Facts) -> Iterator[Complaint]:
    """Description and unit from the item, when it is new on the line; the unit also when it was emptied."""
    chosen = before is None or before["item_id"] != row["item_id"]
    if chosen:
        yield from _not_kept(goods)
        if "description" not in given:
            row["description"] = goods.description
        if "unit_of_measure_code" not in given:
            row["unit_of_measure_id"] = None
    if row["unit_of_measure_id"] is None:
        row["unit_of_measure_id"] = facts.units.base.get(row["item_id"])


def _not_kept(goods: Goods) -> Iterator[Complaint]:
    if goods.blocked:
        yield Complaint("item_no", f"Item {goods.no} is blocked.", "Unblock it first.")
    if goods.type != "Inventory":
        yield Complaint("item_no", f"Item {goods.no} is {goods.type} and not kept in stock.", "Choose another item.")


def _factor(row: Values, facts: Facts) -> Decimal | None:
    return facts.units.factors.get((row["item_id"], row["unit_of_measure_id"]))


def _no_unit(row: Values, facts: Facts) -> Complaint:
    no = facts.goods[row["item_id"]].no
    unit = facts.referred["unit-of-measure"].get(row["unit_of_measure_id"])
    if unit is None:
        return Complaint(
            "item_no", f"Item {no} has no base unit of measure.", "Choose its base unit on its card first."
        )
    message = f"{unit.code} is no unit of item {no}."
    return Complaint("unit_of_measure_code", message, "Add it to the item's units of measure first.")


def _priced_anew(row: Values, before: Before) -> bool:
    return before is None or any(before[name] != row[name] for name in ("item_id", "unit_of_measure_id"))


def _complete_quantities(row: Values, before: Before, given: Set[str]) -> Iterator[Complaint]:
    left = row["quantity"] - row["quantity_received"]
    if left < 0:
        received = f"{row['quantity_received'].normalize():f}"
        yield Complaint("quantity", f"{received} are received already.", f"Enter {received} or more.")
        return
    if "qty_to_receive" not in given and (before is None or before["quantity"] != row["quantity"]):
        row["qty_to_receive"] = left
    if row["qty_to_receive"] > left:
        message = f"{row['qty_to_receive'].normalize():f} are to be received, but only {left.normalize():f} are left."
        yield Complaint("qty_to_receive", message, "Enter fewer, or raise the quantity.")
    outstanding = left * row["qty_per_unit_of_measure"]
    if outstanding >= LARGEST or outstanding != outstanding.quantize(PLACES):
        message = f"{left.normalize():f} in this unit is {outstanding.normalize():f} base units."
        yield Complaint("quantity", message, "At most ten digits before and five after the point.")
        return
    row["outstanding_qty_base"] = outstanding


def _journal_line(id: UUID, row: Values, before: Before, given: Set[str], facts: Facts) -> Iterator[Complaint]:
    goods = facts.goods.get(row["item_id"])
    if goods is None:
        return  # said once, with the other references
    yield from _complete_item(row, before, given, goods, facts)
    if _factor(row, facts) is None:
        yield _no_unit(row, facts)


RULES: Mapping[str, Rule] = {
    "purchase-order": _order,
    "purchase-order-line": _order_line,
    "item-journal-line": _journal_line,
}
