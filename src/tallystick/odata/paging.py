"""Where a page begins: the values of the row before it. Rows that come or go meanwhile move nothing, and however far one
has read, the next page is found through the index of the key."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.core import signing
from django.db.models import F, OrderBy, Q

from tallystick.odata.edm import Edm, EntitySet
from tallystick.odata.errors import bad_request
from tallystick.odata.options import Order

SALT = "tallystick.odata.skiptoken"


def whole_order(entity_set: EntitySet, asked: Sequence[Order]) -> tuple[Order, ...]:
    """Return the order with the key behind what was asked for, so that no two rows are equal in it."""
    named = {order.property.name for order in asked}
    return (*asked, *(Order(one) for one in entity_set.key_properties if one.name not in named))


def ordering(orders: Sequence[Order]) -> list[OrderBy]:
    """Return what Django orders by. Null comes before every value, as OData has it; the databases differ there."""
    return [
        F(one.property.path).desc(nulls_last=one.property.nullable or None)
        if one.descending
        else F(one.property.path).asc(nulls_first=one.property.nullable or None)
        for one in orders
    ]


def after(orders: Sequence[Order], values: Sequence[Any]) -> Q:
    """Return the condition of the rows that come after the one with these values."""
    behind: list[Q] = []
    same = Q()
    for order, value in zip(orders, values, strict=True):
        further = _further(order, value)
        if further is not None:
            behind.append(same & further)
        same &= _equal(order, value)
    # The bound of the first value lets the database begin in the middle of an index; alternatives do not.
    return _not_before(orders[0], values[0]) & reduce(or_, behind, Q(pk__in=[]))


def _not_before(order: Order, value: Any) -> Q:
    path, nullable = order.property.path, order.property.nullable
    if value is None:
        return _equal(order, None) if order.descending else Q()
    if not order.descending:
        return Q(**{f"{path}__gte": value})
    return Q(**{f"{path}__lte": value}) | _equal(order, None) if nullable else Q(**{f"{path}__lte": value})


def _further(order: Order, value: Any) -> Q | None:
    path, nullable = order.property.path, order.property.nullable
    if value is None:
        return None if order.descending else ~_equal(order, None)
    if not order.descending:
        return Q(**{f"{path}__gt": value})
    return Q(**{f"{path}__lt": value}) | _equal(order, None) if nullable else Q(**{f"{path}__lt": value})


def _equal(order: Order, value: Any) -> Q:
    if value is None:
        return Q(**{f"{order.property.null_path or order.property.path}__isnull": True})
    return Q(**{order.property.path: value})


def token_after(orders: Sequence[Order], values: Sequence[Any]) -> str:
    """Return the token of the page behind the row with these values, signed so that only we make them."""
    return signing.dumps([_shape(orders), [_written(value) for value in values]], salt=SALT, compress=True)


def values_in(token: str, orders: Sequence[Order]) -> list[Any]:
    """Return the values of a token. Raises `ODataError` 400 for one that is not ours or of another order."""
    try:
        shape, values = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        shape, values = [], []
    if shape != _shape(orders):
        raise bad_request("$skiptoken is not one of this query. Follow @odata.nextLink as it is.", "$skiptoken")
    return [_read(order.property.type, value) for order, value in zip(orders, values, strict=True)]


def _shape(orders: Sequence[Order]) -> list[str]:
    return [f"{'-' if one.descending else ''}{one.property.name}" for one in orders]


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal | UUID) else value


def _read(type_: Edm, value: Any) -> Any:
    if value is None:
        return None
    match type_:
        case Edm.DECIMAL:
            return Decimal(value)
        case Edm.DATE:
            return date.fromisoformat(value)
        case Edm.DATE_TIME_OFFSET:
            return datetime.fromisoformat(value)
        case Edm.GUID:
            return UUID(value)
        case _:
            return value
