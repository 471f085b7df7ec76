"""The rules of document lines. Pure.

A line sells one item, resource or G/L account; one that sells nothing is a comment. What is left empty it takes from
what it sells, from its document, and from the price book. A price or discount that somebody gives stays; one that is the
price book's follows it when quantity, unit or terms change."""

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.documents.amounts import HUNDRED, ZERO
from tallystick.financials.pricing.rule import Sale, rounded
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.documents.facts import DATES_OF_LINES, LineFacts, Sold, Values
from tallystick.financials.services.documents.headers import OPEN

ASSETS = {"item_id": "item_no", "resource_id": "resource_no", "g_l_account_id": "g_l_account_no"}
FREE_WHEN_RELEASED = frozenset({"qty_to_ship", "qty_to_invoice"})
FIXED_ONCE_SHIPPED = ("item_no", "resource_no", "g_l_account_no", "unit_of_measure_code")
FIXED_ONCE_INVOICED = ("unit_price", "line_discount_percent", "vat_product_posting_group")
LARGEST = Decimal(10) ** 11  # of quantity times price; amounts have twelve digits before the point
LARGEST_QUANTITY = Decimal(10) ** 10
PLACES = 5  # of quantities and prices
ONE = Decimal(1)

Row = dict[str, Any]


def line_rule(
    id: UUID, row: Row, before: Mapping[str, Any] | None, given: Set[str], known: LineFacts
) -> Iterator[Complaint]:
    """Complete a line in place and say what is wrong with it."""
    if before is not None and before[known.kind.parent] != row[known.kind.parent]:
        yield Complaint(known.kind.lines.part_of, "A line stays in its document.", "Delete it and add it to the other.")
        return
    header = known.headers.get(row[known.kind.parent])
    if header is None:
        return  # said once, with the other references or with what is required
    if header["status"] != OPEN:
        refusals = list(_changes_of_released(row, before, header, known))
        yield from refusals
        if not refusals and before is not None and row != before:
            yield from _quantities(row, before, given, known)
        return
    yield from _complete(row, before, given, header, known)


def _changes_of_released(row: Row, before: Values | None, header: Values, known: LineFacts) -> Iterator[Complaint]:
    message = f"{known.kind.word.capitalize()} {header['no']} is {header['status'].lower()}."
    if before is None:
        yield Complaint(known.kind.lines.part_of, message, "Reopen it to add a line.")
        return
    for field in known.kind.lines.fields:
        if row[field.column] != before[field.column] and field.column not in FREE_WHEN_RELEASED:
            yield Complaint(field.name, message, "Reopen it to change its lines.")


def _complete(
    row: Row, before: Values | None, given: Set[str], header: Values, known: LineFacts
) -> Iterator[Complaint]:
    sells = [column for column in ASSETS if row[column] is not None]
    if len(sells) > 1:
        yield Complaint(ASSETS[sells[1]], "A line sells one thing only.", "Empty the others, or add a line for each.")
        return
    if not sells:
        yield from _comment(row, before, given, known)
        return
    sold = known.sold[sells[0]].get(row[sells[0]])
    if sold is None:
        return  # said once, with the other references
    new = before is None or before[sells[0]] != row[sells[0]]
    if new and sold.refusal:
        yield Complaint(ASSETS[sells[0]], sold.refusal, sold.hint)
    _describe(row, before, given, sold, new)
    if before is None:
        _take_dates(row, header)
    problems = [
        *_unit(row, new, sold, sells[0], known),
        *_vat(row, before, given, sold, new, header, known),
    ]
    yield from problems
    if not problems:
        yield from _price(row, before, given, header, known)
        yield from _quantities(row, before, given, known)
        yield from _sizes(row)
        if before is not None and known.kind.ordered:
            yield from _changes_after_moves(row, before, known)


def _comment(row: Row, before: Values | None, given: Set[str], known: LineFacts) -> Iterator[Complaint]:
    if known.kind.ordered and before is not None and (before["quantity_shipped"] or before["quantity_invoiced"]):
        yield Complaint("item_no", "What was shipped or invoiced stays.", "Enter again what the line sells.")
        return
    if row["quantity"] and "quantity" in given:
        hint = "Enter an item, a resource or a G/L account; a comment has no quantity."
        yield Complaint("item_no", "The line has a quantity and sells nothing.", hint)
        return
    row.update(
        unit_of_measure_id=None,
        qty_per_unit_of_measure=ONE,
        quantity=ZERO,
        unit_price=ZERO,
        line_discount_percent=ZERO,
        vat_product_posting_group_id=None,
        vat_percent=ZERO,
    )
    if known.kind.ordered:
        row.update(qty_to_ship=ZERO, qty_to_invoice=ZERO, outstanding_qty_base=ZERO)


def _describe(row: Row, before: Values | None, given: Set[str], sold: Sold, new: bool) -> None:
    if not new:
        return
    if "description" not in given or not row["description"]:
        row["description"] = sold.description
        if "description_2" not in given or not row["description_2"]:
            row["description_2"] = sold.description_2


def _take_dates(row: Row, header: Values) -> None:
    for name in DATES_OF_LINES:
        if name in row and row[name] is None:
            row[name] = header[name]


def _unit(row: Row, new: bool, sold: Sold, column: str, known: LineFacts) -> Iterator[Complaint]:
    if column == "g_l_account_id":
        row["qty_per_unit_of_measure"] = ONE
        return
    card = known.book.cards[row[column]]
    if row["unit_of_measure_id"] is None:
        row["unit_of_measure_id"] = card.base_unit
    label = "Item" if column == "item_id" else "Resource"
    if row["unit_of_measure_id"] is None:
        yield Complaint(ASSETS[column], f"{label} {sold.no} has no base unit of measure.", "Choose one on its card.")
        return
    factor = known.book.factor(row[column], row["unit_of_measure_id"])
    if factor is None:
        hint = f"Choose one of its units, or add this one to the {label.lower()}'s units of measure first."
        yield Complaint("unit_of_measure_code", f"{label} {sold.no} is not counted in this unit.", hint)
    else:
        row["qty_per_unit_of_measure"] = factor


def _vat(
    row: Row, before: Values | None, given: Set[str], sold: Sold, new: bool, header: Values, known: LineFacts
) -> Iterator[Complaint]:
    if row["vat_product_posting_group_id"] is None or (new and "vat_product_posting_group" not in given):
        row["vat_product_posting_group_id"] = sold.vat_group or known.vat.groups.vat_product
    group = row["vat_product_posting_group_id"]
    if not new and before is not None and before["vat_product_posting_group_id"] == group:
        return  # a rate stays that of the day the line was written, until it is written anew
    percent = known.vat.percent(header["vat_business_posting_group_id"], group)
    if percent is None:
        message = "The VAT posting setup has no rate for this document's customers and what the line sells."
        yield Complaint(
            "vat_product_posting_group", message, "Add the rate under VAT Posting Setup, or choose another group."
        )
    else:
        row["vat_percent"] = percent


def _price(row: Row, before: Values | None, given: Set[str], header: Values, known: LineFacts) -> Iterator[Complaint]:
    """Price what nobody priced. A line of a G/L account costs what is typed."""
    entered = {name: name in given and row[name] is not None for name in ("unit_price", "line_discount_percent")}
    try:
        listed = list_price(row, header, known) if not all(entered.values()) else None
        earlier = _listed_before(before, header, known) if listed and before is not None else None
    except FinancialsError as problem:
        yield Complaint("unit_price", problem.what, problem.hint)
        return
    asked = before is None or _asset(before) != _asset(row)
    for place, name in enumerate(("unit_price", "line_discount_percent")):
        follows = asked or row[name] is None or (earlier is not None and row[name] == earlier[place])
        if not entered[name] and listed is not None and follows:
            row[name] = listed[place]
    if entered["unit_price"] and not entered["line_discount_percent"] and asked:
        row["line_discount_percent"] = ZERO  # the list's discount is off the list's price
    row["unit_price"] = row["unit_price"] or ZERO
    row["line_discount_percent"] = row["line_discount_percent"] or ZERO


def _listed_before(before: Values, header: Values, known: LineFacts) -> tuple[Decimal, Decimal] | None:
    try:
        return list_price(before, header, known)
    except FinancialsError:  # it was counted in a unit that is none any more: whatever it cost, somebody said so
        return None


def list_price(row: Values, header: Values, known: LineFacts) -> tuple[Decimal, Decimal] | None:
    """Return price and discount by the price book, None for what has none. Prices of lists are without VAT.

    Raises `FinancialsError` where they cannot be worked out."""
    asset = row["item_id"] or row["resource_id"]
    if asset is None or row["unit_of_measure_id"] is None:
        return None
    currency = header["currency_id"]
    price = known.book.price(
        Sale(
            header["customer_id"],
            header["customer_price_group_id"],
            asset,
            row["unit_of_measure_id"],
            row["quantity"],
            currency,
            header["document_date"],
        )
    )
    amount = price.unit_price
    if header["prices_including_vat"]:
        places = known.book.currencies[currency].unit_places if currency in known.book.currencies else PLACES
        amount = rounded(amount * (HUNDRED + row["vat_percent"]) / HUNDRED, min(places, PLACES))
    return rounded(amount, PLACES), price.discount_percent


def _asset(row: Values) -> tuple[Any, ...]:
    return tuple(row[column] for column in ASSETS)


def _quantities(row: Row, before: Values | None, given: Set[str], known: LineFacts) -> Iterator[Complaint]:
    if not known.kind.ordered:
        return
    shipped, invoiced, quantity = row["quantity_shipped"], row["quantity_invoiced"], row["quantity"]
    done = max(shipped, invoiced)
    if quantity < done:
        message = f"The quantity is {_plain(quantity)}, and {_plain(done)} were shipped or invoiced."
        yield Complaint("quantity", message, f"Enter {_plain(done)} or more.")
        return
    moved = before is None or quantity != before["quantity"]
    outstanding = quantity - shipped
    if row["qty_to_ship"] is None or ("qty_to_ship" not in given and moved):
        row["qty_to_ship"] = outstanding
    if row["qty_to_ship"] > outstanding:
        yield Complaint("qty_to_ship", f"At most {_plain(outstanding)} are still to be shipped.", "Enter that or less.")
        return
    yield from _to_invoice(row, before, given, moved)
    row["outstanding_qty_base"] = rounded(outstanding * row["qty_per_unit_of_measure"], PLACES)


def _to_invoice(row: Row, before: Values | None, given: Set[str], moved: bool) -> Iterator[Complaint]:
    """What can be invoiced is what was shipped, or is going to be, and was not invoiced yet."""
    can_be = row["quantity_shipped"] + row["qty_to_ship"] - row["quantity_invoiced"]
    moved = moved or (before is not None and before["qty_to_ship"] != row["qty_to_ship"])
    if row["qty_to_invoice"] is None or ("qty_to_invoice" not in given and moved):
        row["qty_to_invoice"] = max(can_be, ZERO)
    if row["qty_to_invoice"] > max(can_be, ZERO):
        message = f"At most {_plain(max(can_be, ZERO))} can be invoiced: no more than was shipped or is to be."
        yield Complaint("qty_to_invoice", message, "Enter that or less, or ship more.")


def _sizes(row: Row) -> Iterator[Complaint]:
    if row["quantity"] * row["unit_price"] >= LARGEST:
        yield Complaint("unit_price", "Quantity times price is too large an amount.", "Divide it among several lines.")
    if row["quantity"] * row["qty_per_unit_of_measure"] >= LARGEST_QUANTITY:
        yield Complaint("quantity", "The quantity in base units is too large.", "Divide it among several lines.")


def _changes_after_moves(row: Row, before: Values, known: LineFacts) -> Iterator[Complaint]:
    moved = before["quantity_shipped"] or before["quantity_invoiced"]
    fixed = (*(FIXED_ONCE_SHIPPED if moved else ()), *(FIXED_ONCE_INVOICED if before["quantity_invoiced"] else ()))
    for field in map(known.kind.lines.field, fixed):
        if row[field.column] != before[field.column]:
            word = "shipped" if field.name in FIXED_ONCE_SHIPPED else "invoiced"
            yield Complaint(field.name, f"{field.label} stays: something of the line was {word}.", "Add another line.")


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
