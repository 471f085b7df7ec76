"""Reads a page of a set from the database: one query for the rows, one for their versions, one for the count if asked."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db.models import Model, QuerySet

from tallystick.financials import change_feed
from tallystick.financials.models import Company
from tallystick.odata.edm import EntitySet, Property
from tallystick.odata.filter.conditions import condition_of
from tallystick.odata.filter.syntax import Expression
from tallystick.odata.options import Options, Order
from tallystick.odata.paging import after, ordering, token_after, values_in, whole_order


@dataclass(frozen=True, slots=True)
class Row:
    """One record: the values of the properties that were read, by name, and its entity tag; '' where it has none."""

    values: Mapping[str, Any]
    etag: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows. `next_token` is '' when there are no more; `left` says how many rows `$top` still allows."""

    rows: list[Row]
    next_token: str = ""
    left: int | None = None
    total: int | None = None


def read_page(company: Company, entity_set: EntitySet, options: Options, *, page_size: int) -> Page:
    """Return the page that the options ask for. Raises `ODataError` 400 for a filter or token that does not fit."""
    matching = _matching(company, entity_set, options.filter)
    total = matching.count() if options.count else None
    orders = whole_order(entity_set, options.order)
    rows = matching.order_by(*ordering(orders))
    if options.skip_token:
        rows = rows.filter(after(orders, values_in(options.skip_token, orders)))
    size = page_size if options.top is None else min(page_size, options.top)
    if size == 0:
        return Page([], total=total)
    read = _needed(entity_set, options.select, orders)
    # One row more than the page tells whether there is another page.
    found = list(rows.values_list("pk", *(one.path for one in read))[options.skip : options.skip + size + 1])
    left = None if options.top is None else options.top - size
    page = _rows(company, entity_set, read, found[:size])
    if len(found) <= size or left == 0:
        return Page(page, total=total)
    last = page[-1].values
    return Page(page, token_after(orders, [last[order.property.name] for order in orders]), left, total)


def count_rows(company: Company, entity_set: EntitySet, matching: Expression | None) -> int:
    """Return how many rows match."""
    return _matching(company, entity_set, matching).count()


def read_one(
    company: Company, entity_set: EntitySet, key: Mapping[str, Any], select: Sequence[Property] | None
) -> Row | None:
    """Return the record with this key (Django path → value), or None."""
    read = _needed(entity_set, select, ())
    found = _all(company, entity_set).filter(**key).values_list("pk", *(one.path for one in read))[:1]
    rows = _rows(company, entity_set, read, list(found))
    return rows[0] if rows else None


def _all(company: Company, entity_set: EntitySet) -> "QuerySet[Any]":
    model: type[Model] = apps.get_model("financials", entity_set.model)
    theirs = dict.fromkeys((f"{path}_id" for path in entity_set.company), company.pk)
    rows: QuerySet[Any] = model._default_manager.annotate(**entity_set.computed())
    return rows.filter(**theirs, **entity_set.only)


def _matching(company: Company, entity_set: EntitySet, matching: Expression | None) -> "QuerySet[Any]":
    rows = _all(company, entity_set)
    return rows if matching is None else rows.filter(condition_of(matching))


def _needed(entity_set: EntitySet, select: Sequence[Property] | None, orders: Sequence[Order]) -> tuple[Property, ...]:
    """What has to be read: what is selected, the key for the record's address, and what the next page begins behind."""
    if select is None:
        return entity_set.properties
    wanted = (*select, *entity_set.key_properties, *(order.property for order in orders))
    return tuple(dict.fromkeys(wanted))


def _rows(
    company: Company, entity_set: EntitySet, read: Sequence[Property], found: Sequence[Sequence[Any]]
) -> list[Row]:
    names = [one.name for one in read]
    if not entity_set.table:
        return [Row(dict(zip(names, row[1:], strict=True)), "") for row in found]
    versions = change_feed.versions(company, entity_set.table, [row[0] for row in found])
    shown = [place for place, one in enumerate(read, start=1) if one.null_path]
    return [Row(dict(zip(names, row[1:], strict=True)), _etag(versions, row, shown)) for row in found]


def _etag(versions: Mapping[UUID, int], row: Sequence[Any], shown: Sequence[int]) -> str:
    """A weak tag: the version, and the codes of other records as shown, which change without a new version of this one."""
    codes = "\n".join(str(row[place]) for place in shown)
    return f'W/"{versions.get(row[0], 0)}-{zlib.crc32(codes.encode()):x}"'
