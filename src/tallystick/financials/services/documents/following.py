"""What follows when headers or lines were written: new prices and VAT on lines, and what the documents come to."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from tallystick.financials.documents.kinds import BY_HEADERS, BY_LINES, DocumentKind
from tallystick.financials.models import Company
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services.documents.facts import LineFacts, read_lines
from tallystick.financials.services.documents.lines import ASSETS, Row, list_price
from tallystick.financials.services.documents.totals import read_columns, recompute
from tallystick.financials.services.facts import model_fields
from tallystick.financials.services.planning import Planned
from tallystick.financials.services.storing import write_rows

PRICE_TERMS = ("customer_id", "customer_price_group_id", "currency_id", "document_date", "prices_including_vat")
VAT_GROUP = "vat_business_posting_group_id"
TERMS = (*PRICE_TERMS, VAT_GROUP, "invoice_discount_percent")


def follow_headers(company: Company, table: str, changed: Sequence[Planned], now: datetime) -> None:
    """Price the lines of documents whose terms changed anew, as far as their prices are the price book's; then add up."""
    kind = BY_HEADERS[table]
    moved = {entry.id: entry for entry in changed if entry.before is not None and _differs(entry, TERMS)}
    _reprice(company, kind, [e for e in moved.values() if _differs(e, (*PRICE_TERMS, VAT_GROUP))], now)
    recompute(company, table, moved, now)


def follow_lines(company: Company, table: str, changed: Sequence[Planned], now: datetime) -> None:
    """Add up the documents of these lines."""
    kind = BY_LINES[table]
    recompute(company, kind.headers.name, {entry.after[kind.parent] for entry in changed}, now)


def _differs(entry: Planned, columns: Iterable[str]) -> bool:
    return entry.before is not None and any(entry.before[column] != entry.after[column] for column in columns)


def _reprice(company: Company, kind: DocumentKind, headers: Sequence[Planned], now: datetime) -> None:
    if not headers:
        return
    lines = read_columns(kind.lines.model, kind.parent, [entry.id for entry in headers], list(model_fields(kind.lines)))
    before = {entry.id: entry.before for entry in headers if entry.before is not None}
    after = {entry.id: entry.after for entry in headers}
    former = {header["currency_id"] for header in before.values()}
    known = read_lines(company, kind, after, list(lines.values()), currencies=former)
    planned = [
        Planned(id, line, repriced(line, before[line[kind.parent]], after[line[kind.parent]], known), None)
        for id, line in lines.items()
    ]
    write_rows(company, kind.lines.name, [entry for entry in planned if entry.changed], now)


def repriced(line: Row, before: Mapping[str, Any], after: Mapping[str, Any], known: LineFacts) -> Row:
    """Return a line under the new terms of its document. A price or discount that is not the price book's stays. Pure."""
    if all(line[column] is None for column in ASSETS):
        return line
    new = dict(line)
    if before[VAT_GROUP] != after[VAT_GROUP]:
        percent = known.vat.percent(after[VAT_GROUP], line["vat_product_posting_group_id"])
        new["vat_percent"] = line["vat_percent"] if percent is None else percent  # the rule of headers refused None
    try:
        listed, earlier = list_price(new, after, known), list_price(line, before, known)
    except FinancialsError:  # it is not counted in its unit any more, or had no rate: what it costs, somebody said
        return new
    for place, name in enumerate(("unit_price", "line_discount_percent")):
        if listed is not None and earlier is not None and line[name] == earlier[place]:
            new[name] = listed[place]
    return new
