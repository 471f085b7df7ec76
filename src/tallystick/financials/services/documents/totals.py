"""What documents come to: amounts of their lines, totals, what is outstanding, and how far they are shipped and invoiced.

Worked out of the stored lines, for any number of documents with the same few statements."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone

from tallystick.financials import database
from tallystick.financials.documents.amounts import ZERO, LineAmounts, PricedLine, Terms, document_amounts, total
from tallystick.financials.documents.kinds import DocumentKind, kind_named
from tallystick.financials.models import Company, Currency
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.problems import InvalidRecord, Problem

Values = dict[str, Any]
AMOUNTS = ("line_discount_amount", "invoice_discount_amount", "amount", "amount_including_vat")
HEADER_READ = ("no", "currency_id", "prices_including_vat", "invoice_discount_percent")
HEADER_WRITTEN = ("invoice_discount_amount", "amount", "amount_including_vat")
ORDER_WRITTEN = ("outstanding_amount", "shipped_not_invoiced_amount", "shipping_status", "invoicing_status")
LINE_READ = (
    "g_l_account_id",
    "quantity",
    "qty_per_unit_of_measure",
    "unit_price",
    "line_discount_percent",
    "vat_product_posting_group_id",
    "vat_percent",
)
LARGEST = Decimal(10) ** 12
PLACES = 5  # of quantities


@dataclass(frozen=True, slots=True)
class _Stored:
    """Documents as they are stored, and their lines by document, in order."""

    headers: Mapping[UUID, Values]
    lines: Mapping[UUID, Sequence[tuple[UUID, Values]]]
    places: Mapping[UUID | None, int]  # decimal places of amounts by currency; None: the local one


def recompute(company: Company, table: str, ids: Iterable[UUID], now: datetime | None = None) -> None:
    """Bring amounts, totals, outstanding quantities and statuses of these documents up to date. `table` names headers.

    Call it after anything that wrote lines or quantities shipped and invoiced, in the same transaction. Five statements
    at most, however many documents; what stays as it is is not written. Raises `InvalidRecord` when a total is too large
    to be stored."""
    kind, wanted = kind_named(table), set(ids)
    if not wanted:
        return
    stored = _read(company, kind, wanted)
    headers, lines = [], []
    for id, header in stored.headers.items():
        after, of_lines = worked_out(kind, header, [line for _, line in stored.lines.get(id, ())], stored.places)
        _check_size(kind, header["no"], after)
        headers.append((id, header, after))
        lines += [(line, row, new) for (line, row), new in zip(stored.lines.get(id, ()), of_lines, strict=True)]
    now = now or timezone.now()
    _write(kind.headers.model, headers, now)
    _write(kind.lines.model, lines, now)


def worked_out(
    kind: DocumentKind, header: Values, lines: Sequence[Values], places: Mapping[UUID | None, int]
) -> tuple[Values, list[Values]]:
    """Return what the header and its lines, in their order, are to say. Pure."""
    digits = places.get(header["currency_id"], places[None])
    terms = Terms(digits, header["prices_including_vat"], header["invoice_discount_percent"])
    amounts = document_amounts([_priced(line) for line in lines], terms)
    whole = total(amounts)
    after: Values = {name: getattr(whole, name) for name in HEADER_WRITTEN}
    if kind.ordered:
        after |= _progress(lines, amounts, digits)
    return after, [_line(kind, line, found) for line, found in zip(lines, amounts, strict=True)]


def _priced(line: Values) -> PricedLine:
    return PricedLine(
        line["quantity"],
        line["unit_price"],
        line["line_discount_percent"],
        line["vat_percent"],
        vat_group=(line["vat_product_posting_group_id"], line["vat_percent"]),
        takes_invoice_discount=line["g_l_account_id"] is None,
    )


def _line(kind: DocumentKind, line: Values, amounts: LineAmounts) -> Values:
    after: Values = {name: getattr(amounts, name) for name in AMOUNTS}
    if kind.ordered:
        outstanding = line["quantity"] - line["quantity_shipped"]
        after["outstanding_qty_base"] = rounded(outstanding * line["qty_per_unit_of_measure"], PLACES)
    return after


def _progress(lines: Sequence[Values], amounts: Sequence[LineAmounts], digits: int) -> Values:
    outstanding = unbilled = ZERO
    for line, found in zip(lines, amounts, strict=True):
        if line["quantity"]:
            outstanding += _share(found, line["quantity"] - line["quantity_shipped"], line, digits)
            unbilled += _share(found, line["quantity_shipped"] - line["quantity_invoiced"], line, digits)
    return {
        "outstanding_amount": outstanding,
        "shipped_not_invoiced_amount": unbilled,
        "shipping_status": _status(lines, "quantity_shipped", "Shipped"),
        "invoicing_status": _status(lines, "quantity_invoiced", "Invoiced"),
    }


def _share(amounts: LineAmounts, quantity: Decimal, line: Values, digits: int) -> Decimal:
    return rounded(amounts.amount_including_vat * max(quantity, ZERO) / line["quantity"], digits)


def _status(lines: Sequence[Values], done: str, word: str) -> str:
    selling = [line for line in lines if line["quantity"]]
    if not any(line[done] for line in selling):
        return f"Not {word}"
    return word if all(line[done] >= line["quantity"] for line in selling) else f"Partially {word}"


def _check_size(kind: DocumentKind, no: str, after: Values) -> None:
    if any(isinstance(value, Decimal) and abs(value) >= LARGEST for value in after.values()):
        message = f"{kind.headers.label} {no} comes to more than can be stored."
        raise InvalidRecord([Problem(kind.headers.name, no, "amount", message, "Divide it among several documents.")])


def _read(company: Company, kind: DocumentKind, ids: set[UUID]) -> _Stored:
    written = (*HEADER_WRITTEN, *(ORDER_WRITTEN if kind.ordered else ()))
    more = ("quantity_shipped", "quantity_invoiced", "outstanding_qty_base") if kind.ordered else ()
    headers = read_columns(kind.headers.model, "id", ids, (*HEADER_READ, *written), "company_id", company.pk)
    found = read_columns(kind.lines.model, kind.parent, headers, (kind.parent, *LINE_READ, *AMOUNTS, *more))
    lines: dict[UUID, list[tuple[UUID, Values]]] = {}
    for id, row in found.items():
        lines.setdefault(row[kind.parent], []).append((id, row))
    return _Stored(headers, lines, _places(company, headers.values()))


def read_columns(
    model_name: str, by: str, ids: Iterable[UUID], columns: Sequence[str], company: str = "", company_id: Any = None
) -> dict[UUID, Values]:
    """Return columns of the rows that have one of the ids in a column, by id; lines in the order of their numbers."""
    model: type[Model] = apps.get_model("financials", model_name)
    fields = _fields(model, columns)
    names = ", ".join(f'"{column}"' for column in columns)
    order = "line_no" if by != "id" else "id"
    where = f" AND {company} = %s" if company else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, {names} FROM {model._meta.db_table} WHERE {database.any_of(by)}{where} ORDER BY {order}",
            [database.list_parameter(ids), *([database.id_parameter(company_id)] if company else [])],
        )
        readers = [database.read_id, *(database.reader_of(field) for field in fields)]
        rows = database.convert_rows(cursor.fetchall(), readers)
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in rows}


def _places(company: Company, headers: Iterable[Values]) -> dict[UUID | None, int]:
    wanted = {header["currency_id"] for header in headers} - {None}
    rows = list(Currency.objects.filter(company=company).values_list("pk", "code", "amount_decimal_places"))
    local = next((places for _, code, places in rows if code == company.local_currency), 2)
    # Amounts are stored with three decimal places, the most that a currency in use has.
    return {None: min(local, 3)} | {id: min(places, 3) for id, _, places in rows if id in wanted}


def _fields(model: type[Model], columns: Sequence[str]) -> "list[Field[Any, Any]]":
    by_column = {field.column: field for field in model._meta.local_concrete_fields}
    return [by_column[column] for column in columns]


def _write(model_name: str, rows: Sequence[tuple[UUID, Values, Values]], now: datetime) -> None:
    changed = [(id, after) for id, before, after in rows if any(before[name] != after[name] for name in after)]
    if not changed:
        return
    model: type[Model] = apps.get_model("financials", model_name)
    columns = [*changed[0][1], "modified_at"]
    with connection.cursor() as cursor:
        database.update_rows(
            cursor,
            model._meta.db_table,
            _fields(model, columns),
            [[*after.values(), now, id] for id, after in changed],
        )
