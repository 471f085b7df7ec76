"""The kinds of sales documents that can still change: which tables hold headers and lines. Standard library only."""

from dataclasses import dataclass
from types import MappingProxyType

from tallystick.financials.table import Table
from tallystick.financials.tables import table_named


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document. `ordered`: its lines are shipped and invoiced in parts."""

    headers: Table
    lines: Table
    ordered: bool = False

    @property
    def parent(self) -> str:
        """The column of a line that names its document."""
        return self.lines.field(self.lines.part_of).column

    @property
    def word(self) -> str:
        """What it is called within a sentence: `order`."""
        return self.headers.label.removeprefix("Sales ").lower()


QUOTES = DocumentKind(table_named("sales-quote"), table_named("sales-quote-line"))
ORDERS = DocumentKind(table_named("sales-order"), table_named("sales-order-line"), ordered=True)
CREDIT_MEMOS = DocumentKind(table_named("sales-credit-memo"), table_named("sales-credit-memo-line"))
KINDS = (QUOTES, ORDERS, CREDIT_MEMOS)
BY_HEADERS = MappingProxyType({kind.headers.name: kind for kind in KINDS})
BY_LINES = MappingProxyType({kind.lines.name: kind for kind in KINDS})


def kind_named(table: str) -> DocumentKind:
    """Return the kind whose headers are in this table; `KeyError` says which there are."""
    try:
        return BY_HEADERS[table]
    except KeyError:
        raise KeyError(f"{table!r} holds no documents that can change; there are {', '.join(BY_HEADERS)}.") from None
