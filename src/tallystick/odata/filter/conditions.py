"""Turns the tree of a filter into a condition of Django, which goes to the database as SQL with parameters.

Comparing follows OData 4.0 (URL Conventions, section 5.1.1.1): with null, `eq` and `ne` say whether both are null, the
others are false; so a comparison is always true or false, and `not` turns it round. Text is compared as it is written,
capitals and all, on both databases.
"""

from decimal import ROUND_FLOOR, Decimal
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

from django.db.models import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DecimalField,
    F,
    IntegerField,
    Q,
    UUIDField,
    Value,
)
from django.db.models.functions import Length, Right, StrIndex, Trim
from django.db.models.lookups import Exact, GreaterThan, GreaterThanOrEqual, IsNull, LessThan, LessThanOrEqual

from tallystick.financials.folding import Folded, Raised
from tallystick.odata.edm import NUMBERS, Edm, Property
from tallystick.odata.errors import bad_request
from tallystick.odata.filter.parsing import PREDICATES, TARGET
from tallystick.odata.filter.syntax import And, Call, Compare, Comparison, Expression, Holds, In, Not, Operand, Or
from tallystick.odata.filter.tokens import Literal

NEVER = Q(pk__in=[])
ALWAYS = ~NEVER
_LOOKUPS = {Comparison.GT: "gt", Comparison.GE: "gte", Comparison.LT: "lt", Comparison.LE: "lte"}
_EXPRESSIONS = {
    Comparison.EQ: Exact,
    Comparison.GT: GreaterThan,
    Comparison.GE: GreaterThanOrEqual,
    Comparison.LT: LessThan,
    Comparison.LE: LessThanOrEqual,
}
_OPERATORS = {
    Comparison.EQ: eq,
    Comparison.NE: ne,
    Comparison.GT: gt,
    Comparison.GE: ge,
    Comparison.LT: lt,
    Comparison.LE: le,
}
_FIELDS: dict[Edm, Any] = {
    Edm.STRING: CharField(),
    Edm.BOOLEAN: BooleanField(),
    Edm.INT32: IntegerField(),
    Edm.DECIMAL: DecimalField(max_digits=70, decimal_places=30),
    Edm.DATE: DateField(),
    Edm.DATE_TIME_OFFSET: DateTimeField(),
    Edm.GUID: UUIDField(),
}
LARGEST_INT32 = 2**31 - 1


def condition_of(expression: Expression) -> Q:
    """Return the condition. Raises `ODataError` 400 where values of different types meet."""
    match expression:
        case And(parts):
            return reduce(and_, map(condition_of, parts))
        case Or(parts):
            return reduce(or_, map(condition_of, parts))
        case Not(inner):
            return ~condition_of(inner)
        case Holds(operand):
            return _holds(operand)
        case In(operand, items):
            return _in(operand, items)
        case Compare(how, left, right):
            return _compare(how, left, right)


def _holds(operand: Operand) -> Q:
    match operand:
        case Call(function, arguments) if function in PREDICATES:
            return _predicate(function, *arguments)
        case Literal(bool() as value):
            return ALWAYS if value else NEVER
        case Property(type=Edm.BOOLEAN):
            return Q(**{operand.path: True})
    raise bad_request(f"{TARGET}: {_named(operand)} is not true or false by itself; compare it with something.", TARGET)


def _compare(how: Comparison, left: Operand, right: Operand) -> Q:
    _check_types(left, right)
    if isinstance(left, Literal) and not isinstance(right, Literal):
        return _compare(how.flipped, right, left)
    if how is Comparison.NE:
        return ~_compare(Comparison.EQ, left, right)
    match left, right:
        case Literal(one), Literal(other):
            return ALWAYS if _holds_between(how, one, other) else NEVER
        case Call(function), Literal(bool() as value) if function in PREDICATES:
            holds = _holds(left)
            return (holds if value else ~holds) if how is Comparison.EQ else _no_order(left)
        case Property(), Literal(None):
            return _is_null(left) if how is Comparison.EQ else NEVER
        case Property(type=Edm.DECIMAL | Edm.INT32), Literal(Decimal() as number):
            return _compare_number(how, left, number)
        case Call("length", arguments), Literal(Decimal() as number):
            return _compare_length(how, arguments[0], number)
        case Property(type=Edm.BOOLEAN), Literal() if how is not Comparison.EQ:
            return _no_order(left)
        case Property(), Literal(value):
            return Q(**{left.path if how is Comparison.EQ else f"{left.path}__{_LOOKUPS[how]}": value})
    return _compare_expressions(how, left, right)


def _no_order(operand: Operand) -> Q:
    raise bad_request(f"{TARGET}: {_named(operand)} is true or false; neither is greater. Use eq or ne.", TARGET)


def _holds_between(how: Comparison, one: Any, other: Any) -> bool:
    if one is None or other is None:
        return one is other and how is Comparison.EQ
    return bool(_OPERATORS[how](one, other))


def _is_null(operand: Property) -> Q:
    return Q(**{f"{operand.null_path or operand.path}__isnull": True}) if operand.nullable else NEVER


def _compare_number(how: Comparison, column: Property, number: Decimal) -> Q:
    """Compare with a number of any size and scale. The column has its own, to which Django would round the number."""
    limit = LARGEST_INT32 if column.type is Edm.INT32 else 10 ** ((column.precision or 15) - (column.scale or 0))
    if abs(number) > limit:
        beyond = how in ((Comparison.LT, Comparison.LE) if number > 0 else (Comparison.GT, Comparison.GE))
        return ~_is_null(column) if beyond else NEVER
    asked = _on_scale(how, number, column.scale or 0)
    if asked is None:
        return NEVER
    lookup, floor = asked
    return Q(**{f"{column.path}__{_LOOKUPS.get(lookup, 'exact')}": int(floor) if not column.scale else floor})


def _compare_length(how: Comparison, text: Operand, number: Decimal) -> Q:
    length = _expression(Call("length", (text,)))
    asked = _on_scale(how, max(min(number, Decimal(LARGEST_INT32)), Decimal(-1)), 0)
    if asked is None:
        return NEVER
    known = Q(IsNull(length, False)) if _may_be_null(text) else ALWAYS
    return known & Q(_EXPRESSIONS[asked[0]](length, int(asked[1])))


def _on_scale(how: Comparison, number: Decimal, scale: int) -> tuple[Comparison, Decimal] | None:
    """Return the same comparison with a number of that many places; None where no such number is equal to it."""
    floor = number.quantize(Decimal(1).scaleb(-scale), ROUND_FLOOR)
    if floor == number:
        return how, floor
    between = {Comparison.GE: Comparison.GT, Comparison.LT: Comparison.LE}
    return None if how is Comparison.EQ else (between.get(how, how), floor)


def _compare_expressions(how: Comparison, left: Operand, right: Operand) -> Q:
    sides = [_expression(left), _expression(right)]
    compared = Q(_EXPRESSIONS[how](*sides))
    # SQL knows a third answer where a side is null; these make it one of the two.
    known = [
        Q(IsNull(side, False)) for side, operand in zip(sides, (left, right), strict=True) if _may_be_null(operand)
    ]
    together = reduce(and_, known, compared)
    if how is not Comparison.EQ or len(known) < 2:
        return together
    return together | (Q(IsNull(sides[0], True)) & Q(IsNull(sides[1], True)))


def _may_be_null(operand: Operand) -> bool:
    match operand:
        case Property():
            return operand.nullable
        case Call(_, arguments):
            return any(map(_may_be_null, arguments))
        case Literal(value):
            return value is None


def _in(operand: Operand, items: tuple[Literal, ...]) -> Q:
    for item in items:
        _check_types(operand, item)
    if not isinstance(operand, Property) or operand.type in NUMBERS:
        return reduce(or_, (_compare(Comparison.EQ, operand, item) for item in items))
    known = [item.value for item in items if item.value is not None]
    condition = Q(**{f"{operand.path}__in": known}) if known else NEVER
    return condition if len(known) == len(items) else condition | _is_null(operand)


def _predicate(function: str, text: Operand, part: Operand) -> Q:
    for operand in (text, part):
        if _type_of(operand) not in (Edm.STRING, None):
            raise bad_request(f"{TARGET}: {function} takes texts; {_named(operand)} is {_type_of(operand)}.", TARGET)
    where, sought = _expression(text), _expression(part)
    match function:
        case "contains":
            return Q(GreaterThan(StrIndex(where, sought), 0))
        case "startswith":
            return Q(Exact(StrIndex(where, sought), 1))
    if not isinstance(part, Literal) or not isinstance(part.value, str):
        raise bad_request(f"{TARGET}: endswith takes a text in quotes as its second value.", TARGET)
    if not part.value:
        return Q(IsNull(where, False))
    return Q(Exact(Right(where, len(part.value)), part.value))


def _expression(operand: Operand) -> Any:
    match operand:
        case Property():
            return F(operand.path)
        case Literal(value, type_):
            return Value(value, output_field=_FIELDS[type_ or Edm.STRING])
        case Call("tolower" | "toupper" | "trim" | "length" as function, (argument,)):
            if _type_of(argument) not in (Edm.STRING, None):
                raise bad_request(f"{TARGET}: {function} takes a text; {_named(argument)} is none.", TARGET)
            return _FUNCTIONS[function](_expression(argument))
        case Call():
            raise bad_request(f"{TARGET}: {operand.function} is true or false, and not compared with that.", TARGET)


_FUNCTIONS: dict[str, Any] = {"tolower": Folded, "toupper": Raised, "trim": Trim, "length": Length}


def _type_of(operand: Operand) -> Edm | None:
    match operand:
        case Property() | Literal():
            return operand.type
        case Call("length"):
            return Edm.INT32
        case Call(function) if function in PREDICATES:
            return Edm.BOOLEAN
        case Call():
            return Edm.STRING


def _check_types(left: Operand, right: Operand) -> None:
    one, other = _type_of(left), _type_of(right)
    if one is None or other is None or one is other or {one, other} <= NUMBERS:
        return
    raise bad_request(f"{TARGET}: {_named(left)} is {one}, {_named(right)} is {other}; they are not compared.", TARGET)


def _named(operand: Operand) -> str:
    match operand:
        case Property(name):
            return name
        case Literal(value):
            return repr(value) if isinstance(value, str) else str(value)
        case Call(function):
            return f"{function}(…)"
