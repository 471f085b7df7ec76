"""Changing the values of choices: of one column, of a choice that columns share, and status reasons."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.metadata.changes import FIRST_OPTION
from tallystick.sandbox.metadata.model import Choice, Column, Kind, Option, Table
from tallystick.sandbox.metadata.stored import remember, remember_choice
from tallystick.sandbox.store import Transaction


def _bad(message: str) -> Refusal:
    return Refusal(400, "0x80048403", message)


@dataclass(frozen=True, slots=True)
class Options:
    """Where options live: in a column of a table, or in a choice that columns share."""

    table: Table | None = None
    column: Column | None = None
    choice: Choice | None = None

    @property
    def name(self) -> str:
        return (
            self.choice.name if self.choice else f"{self.table and self.table.name}.{self.column and self.column.name}"
        )

    @property
    def values(self) -> tuple[Option, ...]:
        if self.choice is not None:
            return self.choice.options
        return self.column.options if self.column is not None else ()

    def find(self, value: int) -> Option:
        for option in self.values:
            if option.value == value:
                return option
        raise _bad(f"{self.name} has no option with the value {value}.")

    def keep(self, transaction: Transaction, options: tuple[Option, ...]) -> None:
        if self.choice is not None:
            remember_choice(transaction, replace(self.choice, options=options))
        elif self.table is not None and self.column is not None:
            remember(transaction, "options", self.table, self.column.name, [asdict(option) for option in options])


def options_of(transaction: Transaction, table: Table, column: Column) -> Options:
    """The options of a choice column, wherever they live. State, status and two-option columns are not for this."""
    if column.kind not in (Kind.PICKLIST, Kind.MULTIPICKLIST):
        raise _bad(f"{table.name}.{column.name} is not a choice whose options can be changed.")
    if column.global_choice:
        return Options(choice=transaction.catalog.choices[column.option_set])
    return Options(table, column)


def insert_option(transaction: Transaction, options: Options, value: int | None, label: str) -> int:
    """A new value: at least publisher prefix × 10,000; the next free one when none is asked for."""
    number = _new_value(options, value, label)
    options.keep(transaction, (*options.values, Option(number, label, managed=False)))
    return number


def _new_value(options: Options, value: int | None, label: str) -> int:
    if not label.strip():
        raise _bad("The label of an option cannot be empty.")
    used = {option.value for option in options.values}
    if value is None:
        return max([FIRST_OPTION - 1, *(number for number in used if number >= FIRST_OPTION)]) + 1
    if value in used:
        raise _bad(f"The option value {value} of {options.name} is already in use.")
    if not FIRST_OPTION <= value < FIRST_OPTION + 1_000_000_000:
        raise _bad(f"The value of a custom option must start with the publisher's prefix: {FIRST_OPTION} or more.")
    return value


def rename_option(transaction: Transaction, options: Options, value: int, label: str) -> None:
    if not label.strip():
        raise _bad("The label of an option cannot be empty.")
    options.find(value)
    renamed = tuple(replace(one, label=label) if one.value == value else one for one in options.values)
    options.keep(transaction, renamed)


def delete_option(transaction: Transaction, options: Options, value: int) -> None:
    """Rows that hold the value keep it, as in the service."""
    options.find(value)
    options.keep(transaction, tuple(one for one in options.values if one.value != value))


def order_options(transaction: Transaction, options: Options, values: list[int]) -> None:
    """All values of the choice, in their new order."""
    if sorted(values) != sorted(option.value for option in options.values):
        raise _bad(f"The order must name every option of {options.name} once.")
    options.keep(transaction, tuple(options.find(value) for value in values))


def insert_status(transaction: Transaction, table: Table, state: int, value: int | None, label: str) -> int:
    """A new status reason of one of the table's states."""
    column, states = table.columns.get("statuscode"), table.columns.get("statecode")
    if column is None or states is None or states.option(state) is None:
        raise invalid_argument(f"{table.name} has no state {state}.")
    options = Options(table, column)
    number = _new_value(options, value, label)
    options.keep(transaction, (*options.values, Option(number, label, state=state, managed=False)))
    return number
