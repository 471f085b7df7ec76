"""FinanceSide: what the engine sees of Financials."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import transaction

from tallystick.engine import (
    FINANCE,
    CursorExpired,
    Done,
    Page,
    Record,
    Shape,
    TableMapping,
    TallyError,
    Write,
    Written,
)
from tallystick.financials.change_feed import Cursor
from tallystick.financials.models import Company
from tallystick.financials.tables import Table, table_named
from tallystick.integration.finance_side import reading, writing
from tallystick.integration.finance_side.fields import Facts, Layout

PAGE = 1000


def _today() -> date:
    return datetime.now(UTC).date()


class FinanceSide:
    """One company of Financials (engine.Side).

    `base_currency` is the code of the other system's base currency, which exchange rates are told against; None stands
    for the local currency. `today` is the day whose rates count. Records are read as they are now, one query a page; all
    writes of a call are one transaction, and each comes back as it was stored."""

    def __init__(
        self,
        company: Company,
        *,
        base_currency: str | None = None,
        page_size: int = PAGE,
        today: Callable[[], date] = _today,
    ) -> None:
        self._company = company
        self._base_currency = base_currency or None
        self._page_size = page_size
        self._today = today
        self._layouts: dict[tuple[str, tuple[str, ...]], Layout] = {}

    def shapes(self, mapping: TableMapping) -> Mapping[str, Shape]:
        return {field.name: field.shape for field in self._layout(mapping).fields}

    def changes(self, mapping: TableMapping, cursor: str | None) -> Page:
        layout = self._layout(mapping)
        after = _cursor(cursor, layout.table)
        return reading.read_feed(self._company, layout, after, self._page_size, self._facts(layout))

    def read(self, mapping: TableMapping, ids: Sequence[str]) -> Mapping[str, Record]:
        layout = self._layout(mapping)
        return self._read(layout, ids, self._facts(layout)) if ids else {}

    def write(self, mapping: TableMapping, writes: Sequence[Write]) -> Sequence[Written]:
        layout = self._layout(mapping)
        facts = self._facts(layout)
        words = writing.translation(self._company, layout.table, writes, facts)
        with transaction.atomic():
            answers = writing.carry_out(self._company, layout.table, writes, words)
            saved = [str(answer.id) for answer in answers if not isinstance(answer, TallyError)]
            records = self._read(layout, saved, facts)
        return [
            answer if isinstance(answer, TallyError) else Done(str(answer.id), records.get(str(answer.id)))
            for answer in answers
        ]

    def _read(self, layout: Layout, ids: Sequence[str], facts: Facts) -> dict[str, Record]:
        wanted = [id_ for id_ in map(_uuid, ids) if id_ is not None]
        found = reading.read_ids(self._company, layout, wanted, facts) if wanted else []
        return {record.id: record for record in found}

    def _layout(self, mapping: TableMapping) -> Layout:
        key = (mapping.finance, mapping.field_names(FINANCE))
        if key not in self._layouts:
            self._layouts[key] = Layout.of(table_named(mapping.finance), key[1])
        return self._layouts[key]

    def _facts(self, layout: Layout) -> Facts:
        return reading.read_facts(self._company, layout, self._base_currency, self._today())


def _uuid(text: str) -> UUID | None:
    """Return the id, or None for what no record of Financials can be called."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _cursor(text: str | None, table: Table) -> Cursor | None:
    try:
        return Cursor.parse(text) if text is not None else None
    except ValueError as exc:
        raise CursorExpired(
            f"{text!r} is no place in the change feed of {table.label_plural}.",
            record=table.label_plural,
            hint="The table is read from the start.",
        ) from exc
