"""The store on the database remembers what the one in dictionaries remembers, all of a page or nothing of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.engine import (
    FINANCE,
    IN_SYNC,
    SALES,
    Coupling,
    FieldConflict,
    Half,
    HistoryEntry,
    Loose,
    Outcome,
    Reach,
    Record,
    RecordRefused,
    Result,
    RowState,
    SideName,
    Standing,
    Target,
)
from tallystick.engine.memory import MemoryStore
from tallystick.integration.models import (
    Connection,
    CouplingRow,
    Cursor,
    HistoryRow,
    LooseKey,
    LooseRow,
    Run,
    RunError,
    RunKind,
    SeenMark,
)
from tallystick.integration.stores import OrmCouplingStore, settings_of
from tallystick.integration.stores import rows as stored_rows

pytestmark = pytest.mark.django_db
AT = datetime(2025, 6, 1, 12, 0, 0, 123456, tzinfo=UTC)


def coupling(number: int, standing: Standing = IN_SYNC, **more: Any) -> Coupling:
    return Coupling(
        Half(f"f{number}", f"v{number}", {"name": f"Größe {number}", "limit": "1.50", "city": None}),
        Half(f"s{number}", None if number % 3 == 0 else "w", {"name": "x", "type": 3, "on": True}),
        standing,
        **more,
    )


def loose(number: int, side: SideName = SALES, standing: Standing | None = None, **more: Any) -> Loose:
    record = Record(f"{side[0]}{number}", "v", {"name": f"n{number}"}, AT, number % 2 == 0, f"Label {number}")
    standing = standing or Standing(RowState.EXCLUDED, "not coupled")
    return Loose(side, record, standing, **{"eligible": True, "keys": (f"1:{number % 2}", f"2:{number}"), **more})


def kept(*couplings: Coupling) -> list[Result]:
    return [Result(Outcome.APPLIED, f"Label {c.finance.id}", c) for c in couplings]


def commit(store: Any, results: list[Result], mapping: str = "CUSTOMER", **more: Any) -> None:
    store.commit(mapping, results, **{"cursor": None, "seen": None, "at": AT, **more})


CONFLICT = Standing(
    RowState.CONFLICT, "Both sides changed name.", conflicts=(FieldConflict("name", "a", "b", None, "c"),)
)
STANDINGS = [
    IN_SYNC,
    Standing(RowState.WAITING, "waits", Target("SALESPEOPLE", FINANCE, "f1")),
    Standing(RowState.WAITING, "waits", Target("SALESPEOPLE", SALES, "s2")),
    Standing(RowState.WAITING, "for itself"),
    Standing(RowState.FAILED, "will pass", retry="next run"),
    Standing(RowState.FAILED, "will not pass", retry="after fix"),
    CONFLICT,
    Standing(RowState.CONFLICT, "deleted", deleted_on=SALES),
    Standing(RowState.EXCLUDED, "blocked"),
]


@pytest.mark.parametrize("standing", STANDINGS, ids=lambda standing: f"{standing.state} {standing.why}")
def test_a_coupling_comes_back_as_it_was_given(connection: Connection, standing: Standing) -> None:
    store = OrmCouplingStore(connection)
    given_one = coupling(1, standing, unsettled=frozenset({"name", "city"}), decisions={"name": SALES, "": FINANCE})
    commit(store, kept(given_one))
    assert store.couplings("CUSTOMER", FINANCE, ["f1", "f2"]) == {"f1": given_one}
    assert store.couplings("CUSTOMER", SALES, ["s1"]) == {"s1": given_one}
    assert store.counterparts("CUSTOMER", SALES, ["s1", "s9"]) == {"s1": "f1"}
    assert store.counterparts("CONTACT", SALES, ["s1"]) == {}


@pytest.mark.parametrize("standing", STANDINGS[1:], ids=lambda standing: f"{standing.state} {standing.why}")
def test_a_loose_record_comes_back_as_it_was_given(connection: Connection, standing: Standing) -> None:
    store = OrmCouplingStore(connection)
    given_one = loose(1, SALES, standing)
    commit(store, [Result(Outcome.EXCLUDED, loose=(given_one,))])
    assert store.selected("CUSTOMER", ["s1"], ["s1"]).loose == [given_one]
    assert store.candidates("CUSTOMER", SALES, ["1:1", "2:1", "2:7"]) == {"1:1": [given_one], "2:1": [given_one]}
    assert store.candidates("CUSTOMER", FINANCE, ["1:1"]) == {}


def test_coupling_a_record_ends_its_loose_row_and_its_keys(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, [Result(Outcome.EXCLUDED, loose=(loose(1), loose(2, FINANCE), loose(3)))])
    commit(store, [*kept(coupling(1)), Result(Outcome.UNCHANGED, forget=((FINANCE, "f2"),))])
    assert list(LooseRow.objects.values_list("record_id", flat=True)) == ["s3"]
    assert set(LooseKey.objects.values_list("record_id", flat=True)) == {"s3"}


def test_a_loose_row_told_again_has_only_its_new_keys(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, [Result(Outcome.EXCLUDED, loose=(loose(1),))])
    commit(store, [Result(Outcome.EXCLUDED, loose=(loose(1, keys=("1:new",)),))])
    assert list(store.candidates("CUSTOMER", SALES, ["1:1", "1:new"])) == ["1:new"]


def test_what_a_filter_excludes_is_still_found_by_the_id_settled_for_its_counterpart(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, [Result(Outcome.EXCLUDED, loose=(loose(1, eligible=False, keys=("0:settled",)),))])
    found = store.candidates("CUSTOMER", SALES, ["0:settled", "1:1"])
    assert [row.record.id for row in found["0:settled"]] == ["s1"]
    assert set(found) == {"0:settled"}


def test_very_many_candidates_of_one_key_are_as_ambiguous_as_a_few(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, [Result(Outcome.EXCLUDED, loose=tuple(loose(2 * n) for n in range(50)))])
    assert 2 <= len(store.candidates("CUSTOMER", SALES, ["1:0"])["1:0"]) < 50


def test_a_restored_half_replaces_the_coupling(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    old = coupling(1)
    commit(store, kept(old))
    new = replace(old, finance=replace(old.finance, id="f1-again"))
    commit(store, [Result(Outcome.APPLIED, "", new, uncouple=old)])
    assert store.couplings("CUSTOMER", SALES, ["s1"]) == {"s1": new}
    assert store.count("CUSTOMER") == 1


def test_a_record_cannot_have_two_couplings(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, kept(coupling(1)))
    second = coupling(2)
    with pytest.raises(DatabaseError):
        commit(store, kept(replace(second, sales=replace(second.sales, id="s1"))), cursor=(SALES, "later"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["LOOSE_ROWS", "LOOSE_KEYS", "HISTORY", "COUPLINGS"])
def test_a_page_is_remembered_as_a_whole_or_not_at_all(
    connection: Connection, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """Remove the transaction from `commit` and this fails for three of the four."""
    run = Run.objects.create(connection=connection, mapping=settings_of(connection, "CUSTOMER"), kind=RunKind.FULL)
    store = OrmCouplingStore(connection, run)
    commit(store, kept(coupling(1)), cursor=(SALES, "before"))
    run.refresh_from_db()
    seen_before = (snapshot(connection), run.done)

    def fail(_: object) -> None:
        raise DatabaseError("the disk is full")

    entry = HistoryEntry("updated", SALES, "f2", "s2", {"name": "a"}, {"name": "b"}, "edited")
    results = [
        Result(Outcome.APPLIED, "two", coupling(2), history=(entry,)),
        Result(Outcome.APPLIED, "one", uncouple=coupling(1)),
        Result(Outcome.EXCLUDED, loose=(loose(3),)),
    ]
    insertion = type(getattr(stored_rows, broken))
    original = insertion.run
    monkeypatch.setattr(
        insertion,
        "run",
        lambda self, rows: fail(rows) if self is getattr(stored_rows, broken) else original(self, rows),
    )
    with pytest.raises(DatabaseError, match="the disk is full"):
        commit(store, results, cursor=(SALES, "behind"))
    run.refresh_from_db()
    assert (snapshot(connection), run.done) == seen_before
    monkeypatch.undo()
    commit(store, results, cursor=(SALES, "behind"))
    assert store.cursor("CUSTOMER", SALES) == "behind"
    assert (store.count("CUSTOMER"), OrmCouplingStore(connection).count("CUSTOMER")) == (1, 1)


def snapshot(connection: Connection) -> list[object]:
    tables = (CouplingRow, LooseRow, LooseKey, Cursor, HistoryRow, RunError, SeenMark)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def test_a_reread_side_notes_what_it_sees_until_it_was_swept(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    commit(store, [*kept(coupling(1), coupling(2), coupling(4)), Result(Outcome.EXCLUDED, loose=(loose(7),))])
    commit(store, [], cursor=(SALES, "a"), seen=(SALES, ["s1"]))
    assert store.unseen("CUSTOMER", SALES, None, 10) == ((), None)
    store.start_over("CUSTOMER", SALES)
    assert store.cursor("CUSTOMER", SALES) is None
    commit(store, [], cursor=(SALES, "b"), seen=(SALES, ["s2", "s99"]))
    commit(store, [], cursor=(SALES, "c"), seen=(SALES, ["s2"]))
    assert store.unseen("CUSTOMER", SALES, None, 2) == (["s1", "s4"], "s4")
    assert store.unseen("CUSTOMER", SALES, "s4", 2) == (["s7"], None)
    assert store.unseen("CUSTOMER", FINANCE, None, 10) == ((), None)
    store.swept("CUSTOMER", SALES)
    assert store.unseen("CUSTOMER", SALES, None, 10) == ((), None)
    assert store.cursor("CUSTOMER", SALES) == "c"
    assert not SeenMark.objects.exists()


def test_a_waiting_row_is_due_once_its_target_is_coupled(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    waiting = [
        loose(1, FINANCE, Standing(RowState.WAITING, "", Target("SALESPEOPLE", FINANCE, "f1"))),
        loose(2, SALES, Standing(RowState.WAITING, "", Target("SALESPEOPLE", SALES, "s9"))),
    ]
    commit(store, [Result(Outcome.WAITING, loose=tuple(waiting))])
    assert store.due("CUSTOMER", Reach.COUPLED, None, 10).loose == []
    commit(store, kept(coupling(1)), mapping="SALESPEOPLE")
    assert store.due("CUSTOMER", Reach.COUPLED, None, 10).loose == waiting[:1]


def test_due_rows_come_page_by_page_each_once(connection: Connection) -> None:
    store = OrmCouplingStore(connection)
    failed = Standing(RowState.FAILED, retry="next run")
    commit(store, kept(*(coupling(n, failed) for n in range(1, 8))))
    commit(store, [Result(Outcome.EXCLUDED, loose=tuple(loose(n) for n in range(20, 25)))])
    found: list[str] = []
    after: str | None = None
    for _ in range(10):
        page = store.due("CUSTOMER", Reach.FULL, after, 3)
        found += [c.finance.id for c in page.couplings] + [row.record.id for row in page.loose]
        after = page.after
        if after is None:
            break
    assert found == [*(f"f{n}" for n in range(1, 8)), *(f"s{n}" for n in range(20, 25))]


def test_a_run_adds_up_what_came_of_each_pair(connection: Connection) -> None:
    run = Run.objects.create(connection=connection, mapping=settings_of(connection, "CUSTOMER"), kind=RunKind.FULL)
    store = OrmCouplingStore(connection, run)
    error = RecordRefused("No such currency.", record="Account Alba", hint="Couple currencies first.")
    deleted = HistoryEntry("deleted", FINANCE, "f6", "s6", {}, {}, "deleted in Dynamics CRM")
    commit(store, kept(coupling(6), coupling(5)))
    commit(
        store,
        [
            Result(Outcome.APPLIED, "a", coupling(1), created_on=SALES, written_on=(SALES,)),
            Result(Outcome.APPLIED, "b", coupling(2), created_on=FINANCE, written_on=(FINANCE,)),
            Result(Outcome.APPLIED, "c", coupling(5), written_on=(FINANCE, SALES)),
            Result(Outcome.APPLIED, "d", uncouple=coupling(6), history=(deleted,), written_on=(FINANCE,)),
            Result(Outcome.UNCHANGED),
            Result(Outcome.EXCLUDED, loose=(loose(9),)),
            Result(Outcome.WAITING, loose=(loose(10, standing=Standing(RowState.WAITING, "a currency")),)),
            Result(Outcome.CONFLICT, "e", coupling(3, CONFLICT)),
            Result(
                Outcome.FAILED,
                "f",
                loose=(replace(loose(11, FINANCE), standing=Standing(RowState.FAILED, error.what)),),
                error=error,
            ),
        ],
    )
    run.refresh_from_db()
    expected = {
        "to_inserted": 1,
        "to_modified": 1,
        "to_deleted": 0,
        "to_failed": 1,
        "from_failed": 0,
        "from_inserted": 1,
    }
    expected |= {"from_modified": 1, "from_deleted": 1, "coupled": 5, "uncoupled": 1, "unchanged": 1, "excluded": 1}
    expected |= {"waiting": 1, "conflicts": 1, "failed": 1, "done": 11}
    assert {name: getattr(run, name) for name in expected} == expected
    assert run.heartbeat_at == AT
    (noted,) = RunError.objects.filter(run=run)
    assert (noted.side, noted.record, noted.finance_id) == ("sales", "Account Alba", "f11")
    assert (noted.message, noted.hint, noted.retry) == ("No such currency.", "Couple currencies first.", "after fix")


def test_history_keeps_values_with_who_and_in_which_run(connection: Connection) -> None:
    run = Run.objects.create(
        connection=connection, mapping=settings_of(connection, "CUSTOMER"), kind=RunKind.FULL, requested_by="ada"
    )
    entry = HistoryEntry("updated", SALES, "f1", "s1", {"name": "alt"}, {"name": "neu"}, "name from Financials", "Alba")
    commit(OrmCouplingStore(connection, run), [Result(Outcome.APPLIED, "Alba", history=(entry,))])
    row = HistoryRow.objects.get()
    assert (row.kind, row.side, row.by, row.run_id, row.at) == ("updated", "sales", "ada", run.pk, AT)
    assert (row.before, row.after, row.label) == ('{"name":"alt"}', '{"name":"neu"}', "Alba")


def test_a_creation_is_in_history_once_without_repeating_its_values(connection: Connection) -> None:
    told = HistoryEntry("created", SALES, "f2", "s2", {}, {"name": "b"}, "restored", "Two")
    created = [
        Result(Outcome.APPLIED, "One", coupling(1), created_on=SALES, written_on=(SALES,)),
        Result(Outcome.APPLIED, "Two", coupling(2), created_on=SALES, written_on=(SALES,), history=(told,)),
    ]
    commit(OrmCouplingStore(connection), created)
    found = HistoryRow.objects.order_by("finance_id").values_list("kind", "side", "label", "after", "why")
    assert list(found) == [
        ("created", "sales", "One", "", "new in Financials"),
        ("created", "sales", "Two", '{"name":"b"}', "restored"),
    ]


def test_a_page_costs_the_same_statements_however_many_results_it_has(connection: Connection) -> None:
    run = Run.objects.create(connection=connection, mapping=settings_of(connection, "CUSTOMER"), kind=RunKind.FULL)
    store = OrmCouplingStore(connection, run)
    counts = []
    for start, number in ((0, 1), (100, 1), (200, 300)):  # the first page finds nothing loose to look after
        results = [
            Result(Outcome.APPLIED, "x", coupling(n), loose=(loose(n + 5000),), created_on=SALES, written_on=(SALES,))
            for n in range(start, start + number)
        ]
        with CaptureQueriesContext(database) as queries:
            commit(store, results, cursor=(SALES, "x"), seen=(SALES, ["s1"]))
            store.couplings("CUSTOMER", SALES, [f"s{n}" for n in range(start, start + number)])
            store.counterparts("CUSTOMER", SALES, [f"s{n}" for n in range(start, start + number)])
            store.selected("CUSTOMER", ["f1"], [f"s{n}" for n in range(number)])
        counts.append(sum(1 for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))))
    assert counts[1] == counts[2]


# Whatever is committed in whatever order, both stores tell the same.

numbers = st.integers(0, 5)
standings = st.sampled_from(STANDINGS)
couples: Callable[..., st.SearchStrategy[Result]] = lambda: st.builds(  # noqa: E731
    lambda n, standing, decided: kept(coupling(n, standing, decisions={"name": SALES} if decided else {}))[0],
    numbers,
    standings,
    st.booleans(),
)
lets_go = st.builds(lambda n: Result(Outcome.APPLIED, uncouple=coupling(n)), numbers)
leaves = st.builds(
    lambda n, side, standing, eligible: Result(
        Outcome.EXCLUDED,
        loose=(loose(n, side, standing, eligible=eligible, keys=("1:a", f"2:{n}") if eligible else ()),),
    ),
    numbers,
    st.sampled_from(SideName),
    standings,
    st.booleans(),
)
forgets = st.builds(
    lambda n, side: Result(Outcome.UNCHANGED, forget=((side, f"{side[0]}{n}"),)), numbers, st.sampled_from(SideName)
)
pages = st.tuples(
    st.sampled_from(["CUSTOMER", "SALESPEOPLE"]),
    st.lists(
        st.one_of(couples(), lets_go, leaves, forgets), max_size=4, unique_by=lambda result: repr(_touched(result))
    ),
    st.one_of(st.none(), st.tuples(st.sampled_from(SideName), st.sampled_from("xyz"))),
)


def _touched(result: Result) -> str:
    """The number a result is about: one page has one result for each."""
    if result.coupling is not None or result.uncouple is not None:
        return (result.coupling or result.uncouple).finance.id[1:]  # type: ignore[union-attr]  # one of them is there
    return result.loose[0].record.id[1:] if result.loose else result.forget[0][1][1:]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(pages, max_size=5))
def test_it_remembers_what_the_store_in_dictionaries_remembers(connection: Connection, steps: list[Any]) -> None:
    for table in (CouplingRow, LooseRow, LooseKey, Cursor, HistoryRow):
        table.objects.all().delete()
    ours, theirs = OrmCouplingStore(connection), MemoryStore()
    for mapping, results, cursor in steps:
        commit(ours, results, mapping, cursor=cursor)
        commit(theirs, results, mapping, cursor=cursor)
    finance_ids, sales_ids = [f"f{n}" for n in range(7)], [f"s{n}" for n in range(7)]
    for mapping in ("CUSTOMER", "SALESPEOPLE"):
        for store in (ours, theirs):
            store.couplings(mapping, FINANCE, finance_ids)
        assert dict(ours.couplings(mapping, FINANCE, finance_ids)) == dict(
            theirs.couplings(mapping, FINANCE, finance_ids)
        )
        assert dict(ours.counterparts(mapping, SALES, sales_ids)) == dict(
            theirs.counterparts(mapping, SALES, sales_ids)
        )
        assert ours.count(mapping) == theirs.count(mapping) == OrmCouplingStore(connection).count(mapping)
        for side in SideName:
            assert ours.cursor(mapping, side) == theirs.cursor(mapping, side)
            keys = ["1:a", *(f"2:{n}" for n in range(7))]
            assert _as_sets(ours.candidates(mapping, side, keys)) == _as_sets(theirs.candidates(mapping, side, keys))
        for reach in Reach:
            mine, other = ours.due(mapping, reach, None, 100), theirs.due(mapping, reach, None, 100)
            assert _names(mine) == _names(other)
        assert _names(ours.selected(mapping, finance_ids, sales_ids)) == _names(
            theirs.selected(mapping, finance_ids, sales_ids)
        )


def _as_sets(found: Any) -> dict[str, set[str]]:
    return {key: {row.record.id for row in rows} for key, rows in found.items() if rows}


def _names(page: Any) -> tuple[set[str], set[str]]:
    return {c.finance.id for c in page.couplings}, {row.record.id for row in page.loose}
