"""Charts, each with a table that says the same: for those who do not see it, and for print."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from tallystick.web.shell.extensions import Fragment


@dataclass(frozen=True, slots=True)
class Series:
    """One row of figures, a figure per label. `kind` is `bar` or `line`."""

    name: str
    values: Sequence[Decimal]
    kind: str = "bar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Figures by label. `id` is unique on the page; `places`: decimal places shown; `across`: bars lie on their side."""

    id: str
    title: str
    of: str  # what the labels are: the heading of their column
    labels: Sequence[str]
    series: Sequence[Series]
    places: int = 0
    across: bool = False
    explanation: str = ""
    empty: str = "There is nothing to show yet."

    @property
    def is_empty(self) -> bool:
        """Whether every figure is nothing."""
        return not any(value for one in self.series for value in one.values)

    @property
    def drawn(self) -> str:
        """What the script draws, as JSON. A picture needs no more than the digits of a double."""
        series = [{"name": s.name, "kind": s.kind, "values": [float(value) for value in s.values]} for s in self.series]
        return json.dumps({"labels": list(self.labels), "series": series, "places": self.places, "across": self.across})

    @property
    def rows(self) -> Sequence[tuple[str, Sequence[str]]]:
        """The table: each label with its figures."""
        columns = [[f"{value:,.{self.places}f}" for value in one.values] for one in self.series]
        return [(label, figures) for label, *figures in zip(self.labels, *columns, strict=True)]


def chart_card(chart: Chart) -> Fragment:
    """The chart as a card of a page, which loads the script itself."""
    return Fragment("charts/_card.html", {"chart": chart})
