"""What every Side promises the engine. A side's own tests subclass `SideContract` and bring a `Workplace`.

    class TestFinanceSide(SideContract):
        @pytest.fixture
        def place(self) -> Workplace: ...

The suite writes new records only through the side; `edit` and `remove` are what other people do behind its back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from tallystick.engine import (
    Change,
    CursorExpired,
    Delete,
    Done,
    Fields,
    Insert,
    Kind,
    Record,
    RecordExists,
    RecordGone,
    RecordRefused,
    Side,
    StaleRecord,
    TableMapping,
    Value,
)


def _new_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Workplace:
    """One side with one table to try it on, which may hold other records too.

    `new` returns the fields of a valid new record that differs from all others by the number. `text` is a field of it
    that is plain text, may be blank and may be changed. `edit` and `remove` are what others do to a record. `refused`
    are fields that make a new record be refused (None where the side takes everything). `expire` makes the feed forget
    (None where it never does). `decimal` is a money field of it, where it has one."""

    side: Side
    mapping: TableMapping
    new: Callable[[int], Fields]
    text: str
    edit: Callable[[str, Fields], None]
    remove: Callable[[str], None]
    refused: Fields | None = None
    expire: Callable[[], None] | None = None
    decimal: str | None = None
    new_id: Callable[[], str] = field(default=_new_id)

    def insert(self, count: int = 1) -> list[Record]:
        """Put new records there and return them as they are now."""
        writes = [Insert(self.new_id(), self.new(number), f"New {number}") for number in range(count)]
        done = self.side.write(self.mapping, writes)
        assert [type(result) for result in done] == [Done] * count
        found = self.read([write.id for write in writes])
        return [found[write.id] for write in writes]

    def read(self, ids: Sequence[str]) -> Mapping[str, Record]:
        return self.side.read(self.mapping, ids)

    def follow(self, cursor: str | None) -> tuple[dict[str, Record], set[str], str]:
        """Read the feed to its end; return the records as last told, the deleted ids, and the cursor."""
        records: dict[str, Record] = {}
        deleted: set[str] = set()
        for _ in range(10_000):
            page = self.side.changes(self.mapping, cursor)
            for record in page.records:
                records[record.id] = record
                deleted.discard(record.id)
            for record_id in page.deleted:
                records.pop(record_id, None)
                deleted.add(record_id)
            cursor = page.cursor
            if not page.more:
                return records, deleted, cursor
        raise AssertionError("the feed has no end")

    def end(self) -> str:
        """Return the cursor behind everything that happened so far."""
        return self.follow(None)[2]

    def change(self, record: Record, fields: Fields) -> Change:
        return Change(record.id, fields, record.version, record.label)


class SideContract:
    """The promises, each a test."""

    # Reading

    def test_every_mapped_field_has_a_shape(self, place: Workplace) -> None:
        shapes = place.side.shapes(place.mapping)
        assert shapes[place.text].kind in (Kind.TEXT, Kind.CODE)
        (record,) = place.insert()
        assert set(record.fields) <= set(shapes)

    def test_a_new_record_is_read_back_with_what_was_written(self, place: Workplace) -> None:
        (record,) = place.insert()
        expected = {name: value for name, value in place.new(0).items() if name in record.fields}
        assert {name: record.fields[name] for name in expected} == expected
        assert record.version
        assert record.label

    def test_reading_leaves_out_what_does_not_exist(self, place: Workplace) -> None:
        first, second = place.insert(2)
        found = place.read([first.id, place.new_id(), second.id, first.id])
        assert dict(found) == {first.id: first, second.id: second}
        assert dict(place.read([])) == {}

    def test_many_records_are_read_at_once(self, place: Workplace) -> None:
        records = place.insert(60)
        assert dict(place.read([record.id for record in records])) == {record.id: record for record in records}

    # The change feed

    def test_a_feed_without_cursor_tells_every_record_as_it_is(self, place: Workplace) -> None:
        inserted = place.insert(7)
        records, deleted, _ = place.follow(None)
        assert {record.id: records[record.id] for record in inserted} == {record.id: record for record in inserted}
        assert not deleted & {record.id for record in inserted}

    def test_a_quiet_feed_tells_nothing(self, place: Workplace) -> None:
        place.insert()
        records, deleted, cursor = place.follow(place.end())
        assert (records, deleted) == ({}, set())
        assert place.follow(cursor)[:2] == ({}, set())

    def test_an_insert_shows_in_the_next_page(self, place: Workplace) -> None:
        cursor = place.end()
        (record,) = place.insert()
        assert place.follow(cursor)[0] == {record.id: record}

    def test_a_change_by_the_side_shows_in_the_next_page(self, place: Workplace) -> None:
        (record,) = place.insert()
        cursor = place.end()
        place.side.write(place.mapping, [place.change(record, {place.text: "Changed by us"})])
        records, _, _ = place.follow(cursor)
        assert records[record.id].fields[place.text] == "Changed by us"

    def test_an_edit_by_somebody_else_shows_in_the_next_page(self, place: Workplace) -> None:
        (record,) = place.insert()
        cursor = place.end()
        place.edit(record.id, {place.text: "Edited"})
        records, _, _ = place.follow(cursor)
        assert list(records) == [record.id]
        assert records[record.id].fields == {**record.fields, place.text: "Edited"}
        assert records[record.id].version != record.version

    def test_several_edits_of_a_record_end_with_the_last(self, place: Workplace) -> None:
        (record,) = place.insert()
        cursor = place.end()
        for number in range(3):
            place.edit(record.id, {place.text: f"Edit {number}"})
        records, _, _ = place.follow(cursor)
        assert records[record.id].fields[place.text] == "Edit 2"

    def test_a_deleted_record_is_told_by_its_id(self, place: Workplace) -> None:
        (record,) = place.insert()
        cursor = place.end()
        place.remove(record.id)
        records, deleted, cursor = place.follow(cursor)
        assert (records, deleted) == ({}, {record.id})
        assert place.follow(cursor)[:2] == ({}, set())
        assert record.id not in place.read([record.id])

    def test_a_cursor_can_be_used_again_and_tells_the_same(self, place: Workplace) -> None:
        """A process killed after reading, before remembering, reads from the old cursor again."""
        (record,) = place.insert()
        cursor = place.end()
        place.edit(record.id, {place.text: "Edited"})
        assert place.follow(cursor)[0] == place.follow(cursor)[0]

    def test_a_feed_that_no_longer_reaches_back_says_so(self, place: Workplace) -> None:
        if place.expire is None:
            pytest.skip("this side's feed never forgets")
        place.insert()
        cursor = place.end()
        place.expire()
        with pytest.raises(CursorExpired):
            place.side.changes(place.mapping, cursor)
        assert place.follow(None)[2]

    # Writing

    def test_results_come_in_the_order_of_the_writes(self, place: Workplace) -> None:
        old, gone = place.insert(2)
        place.remove(gone.id)
        new = Insert(place.new_id(), place.new(77), "New")
        results = place.side.write(
            place.mapping,
            [
                place.change(gone, {place.text: "X"}),
                new,
                place.change(old, {place.text: "Y"}),
                Insert(old.id, place.new(78)),
            ],
        )
        assert [type(result) for result in results] == [RecordGone, Done, Done, RecordExists]
        assert isinstance(results[1], Done)
        assert results[1].id == new.id

    def test_a_change_is_read_back_at_once(self, place: Workplace) -> None:
        (record,) = place.insert()
        (done,) = place.side.write(place.mapping, [place.change(record, {place.text: "  Trimmed  "})])
        assert isinstance(done, Done)
        assert done.record == place.read([record.id])[record.id]
        assert done.record.fields[place.text] == "Trimmed"
        assert done.record.version != record.version

    def test_a_blank_clears_a_field_and_leaves_the_others(self, place: Workplace) -> None:
        (record,) = place.insert()
        place.edit(record.id, {place.text: "Filled"})
        before = place.read([record.id])[record.id]
        place.side.write(place.mapping, [place.change(before, {place.text: None})])
        assert place.read([record.id])[record.id].fields == {**before.fields, place.text: None}

    def test_an_amount_keeps_every_digit(self, place: Workplace) -> None:
        if place.decimal is None:
            pytest.skip("this table has no amount")
        scale = place.side.shapes(place.mapping)[place.decimal].scale or 0
        (record,) = place.insert()
        for text in ("0", "99999999.99", "0.01", "12345678.10"):
            amount = _with_places(text, scale)
            record = place.read([record.id])[record.id]
            place.side.write(place.mapping, [place.change(record, {place.decimal: amount})])
            assert place.read([record.id])[record.id].fields[place.decimal] == amount

    @pytest.mark.parametrize(
        "text", ["Größe & Söhne", 'O\'Neil "und" <b>', "株式会社 日本", "a,b;c\td", "شركة", "100 % [x] _y_"]
    )
    def test_text_arrives_as_it_was_sent(self, place: Workplace, text: str) -> None:
        (record,) = place.insert()
        place.side.write(place.mapping, [place.change(record, {place.text: text})])
        assert place.read([record.id])[record.id].fields[place.text] == text

    def test_a_stale_change_is_refused_and_changes_nothing(self, place: Workplace) -> None:
        (record,) = place.insert()
        place.edit(record.id, {place.text: "Theirs"})
        (result,) = place.side.write(place.mapping, [place.change(record, {place.text: "Ours"})])
        assert isinstance(result, StaleRecord)
        assert place.read([record.id])[record.id].fields[place.text] == "Theirs"

    def test_a_stale_deletion_is_refused_and_deletes_nothing(self, place: Workplace) -> None:
        (record,) = place.insert()
        place.edit(record.id, {place.text: "Theirs"})
        (result,) = place.side.write(place.mapping, [Delete(record.id, record.version, record.label)])
        assert isinstance(result, StaleRecord)
        assert record.id in place.read([record.id])

    def test_a_deletion_deletes(self, place: Workplace) -> None:
        (record,) = place.insert()
        cursor = place.end()
        (result,) = place.side.write(place.mapping, [Delete(record.id, record.version, record.label)])
        assert result == Done(record.id)
        assert not place.read([record.id])
        assert place.follow(cursor)[1] == {record.id}

    def test_what_is_gone_is_said_to_be_gone(self, place: Workplace) -> None:
        (record,) = place.insert()
        place.remove(record.id)
        writes = [place.change(record, {place.text: "X"}), Delete(place.new_id(), record.version)]
        assert [type(result) for result in place.side.write(place.mapping, writes)] == [RecordGone, RecordGone]
        assert not place.read([record.id])

    @pytest.mark.parametrize("count", [1, 40])
    def test_a_repeated_insert_creates_no_second_record(self, place: Workplace, count: int) -> None:
        """After a lost reply the same ids are sent again, and perhaps more with them."""
        writes = [Insert(place.new_id(), place.new(number), f"New {number}") for number in range(count + 3)]
        place.side.write(place.mapping, writes[:count])
        cursor = place.end()
        results = place.side.write(place.mapping, writes)
        assert [type(result) for result in results] == [RecordExists] * count + [Done] * 3
        assert set(place.follow(cursor)[0]) == {write.id for write in writes[count:]}

    @pytest.mark.parametrize("count", [3, 40])
    def test_a_refused_record_stops_no_other(self, place: Workplace, count: int) -> None:
        if place.refused is None:
            pytest.skip("this side takes everything")
        writes = [Insert(place.new_id(), place.new(number), f"New {number}") for number in range(count)]
        writes[1] = Insert(writes[1].id, {**place.new(1), **place.refused}, "The refused one")
        results = place.side.write(place.mapping, writes)
        assert [type(result) for result in results] == [RecordRefused if n == 1 else Done for n in range(count)]
        assert set(place.read([write.id for write in writes])) == {write.id for write in writes} - {writes[1].id}
        refused = results[1]
        assert isinstance(refused, RecordRefused)
        assert refused.what
        assert "The refused one" in refused.record or writes[1].id in refused.record

    def test_a_refused_change_leaves_the_record_as_it_was(self, place: Workplace) -> None:
        if place.refused is None:
            pytest.skip("this side takes everything")
        first, second = place.insert(2)
        writes = [place.change(first, place.refused), place.change(second, {place.text: "Changed"})]
        results = place.side.write(place.mapping, writes)
        assert [type(result) for result in results] == [RecordRefused, Done]
        assert place.read([first.id])[first.id] == first

    def test_writing_nothing_is_nothing(self, place: Workplace) -> None:
        cursor = place.end()
        assert list(place.side.write(place.mapping, [])) == []
        assert place.follow(cursor)[:2] == ({}, set())


def _with_places(text: str, scale: int) -> Value:
    whole, _, places = text.partition(".")
    return f"{whole}.{places.ljust(scale, '0')[:scale]}" if scale else whole
