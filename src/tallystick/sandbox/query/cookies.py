"""Where a page ended, written into the link to the next one so that it works after a restart too.

The outer and inner form are those of the service; the sort values inside are ours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from urllib.parse import quote, unquote

import orjson

from tallystick.sandbox.errors import query_error
from tallystick.sandbox.query.scope import Sql
from tallystick.sandbox.rows.values import SqlValue

_OUTER = re.compile(
    r'<cookie pagenumber="(\d{1,9})" pagingcookie="([^"]*)" istracking="(True|False)"(?: stamp="([^"]*)")? />'
)
_LAST = re.compile(r'last="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Cookie:
    """`last` are the sort values of the last row of the page before `page`; `stamp` is the delta token in the making."""

    page: int
    last: tuple[SqlValue, ...]
    stamp: str = ""

    def encode(self, names: Sequence[str]) -> str:
        """The text of the $skiptoken parameter, not yet percent-encoded."""
        parts = [
            f'<{name} last="{escape(orjson.dumps(value).decode())}" />'
            for name, value in zip(names, self.last, strict=True)
        ]
        inner = f'<cookie page="{self.page - 1}">{"".join(parts)}</cookie>'
        encoded = quote(quote(inner, safe=""), safe="")
        stamp = f' stamp="{escape(self.stamp)}"' if self.stamp else ""
        return f'<cookie pagenumber="{self.page}" pagingcookie="{encoded}" istracking="{bool(self.stamp)}"{stamp} />'


def decode_cookie(text: str, terms: int) -> Cookie:
    """The cookie in a $skiptoken. A token that was not handed out for this query is refused."""
    found = _OUTER.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        inner = unquote(unquote(found[2]))
        values = [orjson.loads(unescape(one)) for one in _LAST.findall(inner)]
        if len(values) != terms or not all(isinstance(one, str | int | float | None) for one in values):
            raise ValueError
    except (ValueError, orjson.JSONDecodeError):
        raise query_error("The $skiptoken is malformed; follow @odata.nextLink exactly as it was handed out.") from None
    return Cookie(int(found[1]), tuple(values), unescape(found[4] or ""))


@dataclass(frozen=True, slots=True)
class SortTerm:
    name: str
    expression: str
    descending: bool = False


def order_by(terms: Sequence[SortTerm]) -> str:
    return ", ".join(f"{term.expression}{' DESC' if term.descending else ''}" for term in terms)


def after(terms: Sequence[SortTerm], last: Sequence[SqlValue]) -> Sql:
    """The rows that sort behind `last`. Nulls come first ascending and last descending, as SQLite sorts them."""
    if len(terms) == 1:
        return _behind(terms[0], last[0])
    either: list[str] = []
    params: list[SqlValue] = []
    for depth, term in enumerate(terms):
        same = "".join(f"{terms[at].expression} IS ? AND " for at in range(depth))
        behind = _behind(term, last[depth])
        either.append(f"({same}{behind.text})")
        params += [*last[:depth], *behind.params]
    return Sql(f"({' OR '.join(either)})", tuple(params))


def _behind(term: SortTerm, value: SqlValue) -> Sql:
    if value is None:
        return Sql("0") if term.descending else Sql(f"{term.expression} IS NOT NULL")
    if term.descending:
        return Sql(f"({term.expression} < ? OR {term.expression} IS NULL)", (value,))
    return Sql(f"{term.expression} > ?", (value,))
