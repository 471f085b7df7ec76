"""Entries of the history as pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.engine import SideName
from tallystick.financials.tables import table_named
from tallystick.integration.operations import HistoryItem
from tallystick.web.crm.paging import Choice, chosen_mapping, page_asked
from tallystick.web.crm.places import BY_NAME, Halves, as_uuid, run_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk

KINDS = (
    Choice("created", "Created"),
    Choice("updated", "Changed"),
    Choice("deleted", "Deleted"),
    Choice("coupled", "Coupled"),
    Choice("uncoupled", "Uncoupled"),
    Choice("decided", "Conflict decided"),
)
WORDS = {choice.value: choice.label for choice in KINDS}
TONES = {"created": "green", "deleted": "red", "uncoupled": "orange", "decided": "yellow"}


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """What the address asks for."""

    mapping: str = ""
    kind: str = ""
    search: str = ""
    finance_id: str = ""
    run: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: QueryDict) -> "HistoryQuery":
        kind, run = text_asked(asked, "kind"), text_asked(asked, "run")
        record = as_uuid(text_asked(asked, "finance_id"))
        return cls(
            chosen_mapping(asked),
            kind if kind in WORDS else "",
            text_asked(asked, "q"),
            str(record) if record else "",
            run if run.isdecimal() and len(run) < 10 else "",
            page_asked(asked),
        )

    @property
    def suffix(self) -> str:
        """The query as the end of an address."""
        pairs = (
            ("mapping", self.mapping),
            ("kind", self.kind),
            ("q", self.search),
            ("finance_id", self.finance_id),
            ("run", self.run),
            ("page", str(self.page) if self.page > 1 else ""),
        )
        asked = [(name, value) for name, value in pairs if value]
        return f"?{urlencode(asked)}" if asked else ""

    @property
    def is_filtered(self) -> bool:
        return bool(replace(self, page=1).suffix)

    def url(self, desk: Desk) -> str:
        return reverse("crm-history", args=(desk.company.slug,)) + self.suffix


@dataclass(frozen=True, slots=True)
class ShownField:
    """One value before and after, under the name its side has for it."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ShownItem:
    item: HistoryItem
    what: str
    tone: str
    side: str
    fields: Sequence[ShownField]
    finance_url: str
    sales_url: str
    run_url: str
    is_decision: bool
    is_new: bool


def shown_items(desk: Desk, items: Sequence[HistoryItem]) -> Sequence[ShownItem]:
    """The entries with their words and links. One query for all."""
    halves = Halves.of(desk)
    return [_shown(desk, halves, item) for item in items]


def _shown(desk: Desk, halves: Halves, item: HistoryItem) -> ShownItem:
    return ShownItem(
        item=item,
        what=WORDS.get(item.kind, item.kind.capitalize()),
        tone=TONES.get(item.kind, "blue"),
        side=SideName(item.side).title,
        fields=[ShownField(_label(item, field.name), field.before, field.after) for field in item.fields],
        finance_url=halves.finance(item.mapping, item.finance_id),
        sales_url=halves.sales(item.mapping, item.sales_id),
        run_url=run_url(desk, item.run) if item.run else "",
        is_decision=item.kind == "decided",
        is_new=item.kind == "created",
    )


def _label(item: HistoryItem, name: str) -> str:
    """What people call a field: fields of Financials have labels, columns of Dynamics CRM their names."""
    fields = table_named(BY_NAME[item.mapping].finance).by_name if item.side == SideName.FINANCE else {}
    return fields[name].label if name in fields else name
