"""Merging as a table: what each side held, what it holds now, what becomes of the field."""

import pytest

from tallystick.engine import (
    BOTH,
    FINANCE,
    SALES,
    TO_FINANCE,
    TO_SALES,
    ConflictPolicy,
    Coupling,
    Direction,
    FieldMapping,
    Half,
    Kind,
    Record,
    Shape,
    SideName,
    TableMapping,
    Value,
    coupled,
)
from tallystick.engine.merge import (
    AGREED,
    CONFLICT,
    TAKE_FINANCE,
    TAKE_SALES,
    Merged,
    Rules,
    merge_field,
    merge_records,
)
from tallystick.engine.translate import make_ready


@pytest.mark.parametrize(
    ("finance_moved", "sales_moved", "equal", "winner", "verdict"),
    [
        (False, False, True, None, AGREED),
        (False, False, False, None, AGREED),
        (True, False, False, None, TAKE_FINANCE),
        (False, True, False, None, TAKE_SALES),
        (True, True, True, None, AGREED),
        (True, True, False, None, CONFLICT),
        (True, True, False, FINANCE, TAKE_FINANCE),
        (True, True, False, SALES, TAKE_SALES),
        (True, False, False, SALES, TAKE_FINANCE),
        (False, True, False, FINANCE, TAKE_SALES),
    ],
)
def test_a_field_is_decided_by_who_moved_it(
    finance_moved: bool, sales_moved: bool, equal: bool, winner: SideName | None, verdict: object
) -> None:
    assert merge_field(finance_moved=finance_moved, sales_moved=sales_moved, equal=equal, winner=winner) is verdict


def merged(
    row: FieldMapping,
    now: tuple[Value, Value],
    base: tuple[Value, Value] | None,
    *,
    policy: ConflictPolicy = ConflictPolicy.ASK,
    shapes: tuple[Shape, Shape] = (Shape(Kind.TEXT, 20), Shape(Kind.TEXT, 5)),
    references: dict[tuple[str, SideName, str], str] | None = None,
) -> Merged:
    mapping = TableMapping("T", "t", "s", (row,), conflicts=policy)
    rows = make_ready(mapping, {FINANCE: {"f": shapes[0]}, SALES: {"s": shapes[1]}})
    bases = ({"f": base[0]}, {"s": base[1]}) if base is not None else ({}, {})
    coupling = Coupling(Half("1", "1", bases[0]), Half("2", "2", bases[1]))
    finance, sales = Record("1", "2", {"f": now[0]}), Record("2", "3", {"s": now[1]})
    rules = Rules.of(mapping, coupling, finance, sales, first=mapping.first)
    return merge_records(rows, coupling, finance, sales, references or {}, rules)


@pytest.mark.parametrize(
    ("direction", "now", "base", "to_finance", "to_sales"),
    [
        (BOTH, ("Kiel", "Bonn"), ("Kiel", "Kiel"), "Bonn", None),
        (BOTH, ("Bonn", "Kiel"), ("Kiel", "Kiel"), None, "Bonn"),
        (BOTH, ("Bonn", "Bonn"), ("Kiel", "Kiel"), None, None),
        (BOTH, (None, "Kiel"), ("Kiel", "Kiel"), None, "blank"),
        (TO_SALES, ("Kiel", "Bonn"), ("Kiel", "Kiel"), None, None),
        (TO_SALES, ("Ulm", "Bonn"), ("Kiel", "Kiel"), None, "Ulm"),
        (TO_FINANCE, ("Bonn", "Kiel"), ("Kiel", "Kiel"), None, None),
        (TO_FINANCE, ("Ulm", "Bonn"), ("Kiel", "Kiel"), "Bonn", None),
        (BOTH, ("Kiel an der Förde", "Kiel"), ("Kiel", "Kiel"), None, None),
        (BOTH, ("Lübeck", "Kiel"), ("Kiel", "Kiel"), None, "Lübec"),
    ],
    ids=lambda value: value.name if isinstance(value, Direction) else None,
)
def test_values_travel_only_where_the_direction_lets_them_and_fitted_to_the_field_there(
    direction: Direction,
    now: tuple[Value, Value],
    base: tuple[Value, Value],
    to_finance: str | None,
    to_sales: str | None,
) -> None:
    found = merged(FieldMapping("f", "s", direction=direction), now, base)
    blank: dict[str | None, Value] = {"blank": None}
    assert found.writes[FINANCE] == ({} if to_finance is None else {"f": blank.get(to_finance, to_finance)})
    assert found.writes[SALES] == ({} if to_sales is None else {"s": blank.get(to_sales, to_sales)})
    assert not found.conflicts


@pytest.mark.parametrize(
    ("now", "to_finance", "to_sales"),
    [(("Kiel", None), None, "Kiel"), ((None, "Bonn"), "Bonn", None), (("Kiel", "Bonn"), None, "Kiel")],
)
def test_at_the_first_agreement_blanks_are_filled_and_then_the_first_side_wins(
    now: tuple[Value, Value], to_finance: str | None, to_sales: str | None
) -> None:
    found = merged(FieldMapping("f", "s"), now, None)
    assert found.writes[FINANCE] == ({"f": to_finance} if to_finance else {})
    assert found.writes[SALES] == ({"s": to_sales} if to_sales else {})


def test_a_conflict_keeps_both_old_bases() -> None:
    found = merged(FieldMapping("f", "s"), ("Ulm", "Bonn"), ("Kiel", "Kiel"))
    assert [conflict.field for conflict in found.conflicts] == ["f"]
    assert (found.bases[FINANCE]["f"], found.bases[SALES]["s"]) == ("Kiel", "Kiel")
    assert found.unsettled == {"f"}


def test_a_blank_is_not_written_where_the_row_forbids_it() -> None:
    found = merged(FieldMapping("f", "s", direction=TO_SALES, not_null=True), (None, "Kiel"), ("Kiel", "Kiel"))
    assert found.writes[SALES] == {}


REFERENCE = (Shape(Kind.REFERENCE), Shape(Kind.REFERENCE))


def test_a_reference_is_translated_through_the_couplings_of_its_table() -> None:
    row = FieldMapping("f", "s", via=coupled("PEOPLE", finance="person", sales="user"))
    known = {("PEOPLE", FINANCE, "p1"): "u1", ("PEOPLE", SALES, "u1"): "p1"}
    found = merged(row, ("p1", None), (None, None), shapes=REFERENCE, references=known)
    assert found.writes[SALES] == {"s": "u1"}
    assert merged(row, ("p1", "u1"), None, shapes=REFERENCE, references=known).writes == {FINANCE: {}, SALES: {}}


def test_a_reference_to_an_uncoupled_record_waits_and_keeps_its_old_base() -> None:
    row = FieldMapping("f", "s", via=coupled("PEOPLE", finance="person", sales="user"))
    found = merged(row, ("p1", None), (None, None), shapes=REFERENCE)
    ((field, target),) = found.waits
    assert (field, target.mapping, target.side, target.id) == ("f", "PEOPLE", FINANCE, "p1")
    assert found.bases[FINANCE]["f"] is None
    assert found.writes[SALES] == {}
