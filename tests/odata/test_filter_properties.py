"""Any filter that can be written finds what a plain evaluation of its tree over the rows finds, and any text at all is
answered with rows or with a sentence.

To see these tests fail: leave out `known` in `_compare_expressions`, or the rounding in `_on_scale`."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.odata.conftest import Books

from tallystick.odata.errors import ODataError
from tallystick.odata.filter.parsing import parse_filter
from tallystick.odata.options import Options
from tallystick.odata.paths import literal_text
from tallystick.odata.reading import read_page
from tallystick.odata.sets import ENTITY_SETS

pytestmark = pytest.mark.django_db

# A condition as text, and what it is for a row: true, false, or (only within not, and, or) unknown.
Condition = tuple[str, Any]
TEXTS = st.sampled_from(["", "C2", "JR", "Köln", "köln", "O'Hara & Sons", "DE", "%", "a", "1000", "12.5"])
NUMBERS = st.sampled_from(
    [Decimal(text) for text in ("0", "250", "1000.5", "1000.501", "-1", "249.999", "100000000000000000000")]
)
TEXT_NAMES = ("No", "Name", "City", "SalespersonCode", "CountryCode", "Blocked")
MOMENTS = st.sampled_from([datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)])
ORDERS = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: None not in (a, b) and a > b,
    "ge": lambda a, b: None not in (a, b) and a >= b,
    "lt": lambda a, b: None not in (a, b) and a < b,
    "le": lambda a, b: None not in (a, b) and a <= b,
}


def _operand(name: str) -> tuple[str, Any]:
    return name, lambda row: row[name]


def _folded(name: str) -> tuple[str, Any]:
    return f"tolower({name})", lambda row: row[name] if row[name] is None else row[name].lower()


def _constant(value: Any) -> tuple[str, Any]:
    return literal_text(value), lambda _: value


def _compared(left: tuple[str, Any], how: str, right: tuple[str, Any]) -> Condition:
    return f"{left[0]} {how} {right[0]}", lambda row: ORDERS[how](left[1](row), right[1](row))


def _contains(where: tuple[str, Any], part: str) -> Condition:
    return (
        f"contains({where[0]},{literal_text(part)})",
        lambda row: None if where[1](row) is None else part in where[1](row),
    )


def _in(name: str, values: list[Any]) -> Condition:
    return f"{name} in ({','.join(map(literal_text, values))})", lambda row: row[name] in values


def _not(one: Condition) -> Condition:
    return f"not ({one[0]})", lambda row: None if one[1](row) is None else not one[1](row)


def _all(parts: list[Condition]) -> Condition:
    def holds(row: Mapping[str, Any]) -> bool | None:
        found = [part[1](row) for part in parts]
        return False if False in found else None if None in found else True

    return " and ".join(f"({part[0]})" for part in parts), holds


def _any(parts: list[Condition]) -> Condition:
    def holds(row: Mapping[str, Any]) -> bool | None:
        found = [part[1](row) for part in parts]
        return True if True in found else None if None in found else False

    return " or ".join(f"({part[0]})" for part in parts), holds


names = st.sampled_from(TEXT_NAMES)
texts = names.map(_operand) | names.map(_folded)
how = st.sampled_from(list(ORDERS))
leaves = (
    st.builds(_compared, texts, how, (TEXTS | st.none()).map(_constant) | texts)
    | st.builds(_compared, TEXTS.map(_constant), how, texts)
    | st.builds(_compared, st.just(_operand("CreditLimit")), how, (NUMBERS | st.none()).map(_constant))
    | st.builds(_compared, st.just(_operand("CreatedAt")), how, MOMENTS.map(_constant))
    | st.builds(_contains, texts, TEXTS)
    | st.builds(_in, names, st.lists(TEXTS | st.none(), min_size=1, max_size=3))
    | st.builds(_in, st.just("CreditLimit"), st.lists(NUMBERS, min_size=1, max_size=3))
)
conditions = st.recursive(
    leaves,
    lambda inner: (
        st.builds(_not, inner)
        | st.builds(_all, st.lists(inner, min_size=2, max_size=3))
        | st.builds(_any, st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=8,
)


def found(books: Books, text: str) -> list[str]:
    customers = ENTITY_SETS["Customers"]
    options = Options(filter=parse_filter(text, customers.by_name))
    return [row.values["No"] for row in read_page(books.company, customers, options, page_size=100).rows]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(condition=conditions)
def test_a_filter_finds_what_it_says(books: Books, condition: Condition) -> None:
    text, holds = condition
    rows = read_page(books.company, ENTITY_SETS["Customers"], Options(), page_size=100).rows
    expected = [row.values["No"] for row in rows if holds(row.values) is True]
    assert found(books, text) == expected, text


words = st.sampled_from(
    (
        *("No", "Name", "CreditLimit", "eq", "ne", "in", "and", "or", "not", "contains", "tolower", "endswith"),
        *("(", ")", ",", "'", "''", "'x'", "null", "true", "5", "1e999", "2025-01-01", "$it", "/", "\\", ";--", "%"),
        *("\x00", "'\x00'", "\u202e", "😀"),
    )
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(text=st.lists(words, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_answered_with_rows_or_a_sentence(books: Books, text: str) -> None:
    refused = []
    try:
        assert set(found(books, text)) <= {"C1", "C2", "C3", "C4"}
    except ODataError as error:
        refused = [error]
    assert all(error.status in (400, 501) and error.message for error in refused)


@pytest.mark.parametrize("value", [date(2025, 1, 1), datetime(2025, 1, 1, tzinfo=UTC), Decimal("1.50"), "O'Hara", True])
def test_a_literal_is_read_as_it_was_written(value: Any) -> None:
    from tallystick.odata.filter.tokens import tokens_of

    (token,) = tokens_of(literal_text(value), "$filter")
    assert token.literal is not None
    assert token.literal.value == value
