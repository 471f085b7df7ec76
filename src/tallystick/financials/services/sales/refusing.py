"""Finding a document to do something with, and saying why it cannot be done."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tallystick.financials.models import Company
from tallystick.financials.permissions import CHECKED
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.services.facts import read_rows
from tallystick.financials.services.records import save_many
from tallystick.financials.services.writes import Refused, Saved, Write
from tallystick.financials.tables import Table


def locked(company: Company, table: Table, id: UUID) -> dict[str, Any]:
    """Return a record by column; it stays as it is until the transaction ends. Raises `RecordMissing`."""
    found = read_rows(company, table, [id], lock=True).get(id)
    if found is None:
        raise RecordMissing(table.label, str(id))
    return found


def refusal(table: Table, no: str, field: str, message: str, hint: str = "") -> InvalidRecord:
    """Return the exception that says why something cannot be done with a document."""
    return InvalidRecord([Problem(table.name, no, field, message, hint)])


def save_all(company: Company, table: Table, writes: Sequence[Write]) -> list[UUID]:
    """Write all, and return their ids in order. Raises `InvalidRecord` with every problem; the caller's transaction
    then undoes what was written."""
    outcomes = save_many(company, table.name, writes, by=CHECKED) if writes else []
    problems = [problem for outcome in outcomes if isinstance(outcome, Refused) for problem in outcome.problems]
    if problems:
        raise InvalidRecord(problems)
    if not all(isinstance(outcome, Saved) for outcome in outcomes):
        raise InvalidRecord([Problem(table.name, "", "", "It was changed meanwhile.", "Try again.")])
    return [outcome.id for outcome in outcomes if outcome.id is not None]
