"""What moves in stock, what that costs, and whether there is enough of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.books import INVENTORY, Books
from tallystick.financials.posting.entries import ZERO, GLLine, Movement
from tallystick.financials.posting.kinds import SubLedger
from tallystick.financials.problems import Problem

QUANTITY_PLACES = Decimal("0.00001")
LARGEST = Decimal(10) ** 10


@dataclass(frozen=True, slots=True)
class Thing:
    """What a line is about: an item, a resource or a G/L account. `cost` and `inventory` count base units of an item."""

    table: str
    id: UUID
    no: str
    description: str = ""
    group: UUID | None = None
    blocked: bool = False
    stocked: bool = False
    cost: Decimal = ZERO
    inventory: Decimal = ZERO

    @property
    def called(self) -> str:
        """What people call it, at the start of a sentence."""
        return f"{ {'item': 'Item', 'resource': 'Resource'}.get(self.table, 'G/L Account') } {self.no}"


def booked(books: Books, movement: Movement, thing: Thing, against: str) -> Iterator[GLLine]:
    """Yield the two sides of what a movement costs: stock, and the account of the group that is `against` it."""
    if not movement.cost_amount:
        return
    sides = ((INVENTORY, movement.cost_amount, SubLedger.ITEM), (against, -movement.cost_amount, SubLedger.NONE))
    for purpose, amount, ledger in sides:
        account = books.product(thing.group, purpose, thing.called)
        yield GLLine(account, amount, movement.document, movement.description, item=movement.item, ledger=ledger)


def stock_problems(
    movements: Iterable[Movement], things: Mapping[UUID, Thing], *, may_be_negative: bool
) -> list[Problem]:
    """Return what would take stock below zero. What counts is the stock after all movements: goods may go out in a line
    before the one they come in with."""
    moved: dict[UUID, Decimal] = {}
    for movement in movements:
        moved[movement.item] = moved.get(movement.item, ZERO) + movement.quantity
    found = (_refused(things[item], change, may_be_negative) for item, change in moved.items())
    return [problem for problem in found if problem]


def _refused(item: Thing, change: Decimal, may_be_negative: bool) -> Problem | None:
    left = item.inventory + change
    if abs(left) >= LARGEST:
        message = f"Item {item.no} would have {left.normalize():f} in stock, which is too much to count."
        return Problem("item", item.no, "quantity", message, "Count it in a larger base unit.")
    if change >= 0 or left >= 0 or may_be_negative:
        return None
    message = (
        f"Item {item.no} has {item.inventory.normalize():f} in stock, not the {-change.normalize():f} to be taken."
    )
    return Problem("item", item.no, "quantity", message, "Take fewer, or bring goods in first.")
