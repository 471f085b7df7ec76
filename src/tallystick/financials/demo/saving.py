"""Writes the demo data through the services, page by page."""

from collections.abc import Sequence
from uuid import UUID

from tallystick.financials.models import Company
from tallystick.financials.services import Refused, Saved, save_many
from tallystick.financials.services.writes import Write

PAGE = 500


def save(company: Company, table: str, writes: Sequence[Write]) -> list[UUID]:
    """Return the ids of what was written, in order. Data that breaks a rule is a mistake in the demo."""
    ids = []
    for start in range(0, len(writes), PAGE):
        for outcome in save_many(company, table, writes[start : start + PAGE]):
            if not isinstance(outcome, Saved):
                reasons = "; ".join(map(str, outcome.problems)) if isinstance(outcome, Refused) else str(outcome)
                raise AssertionError(f"the demo data breaks a rule of {table}: {reasons}")
            ids.append(outcome.id)
    return ids
