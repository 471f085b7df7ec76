"""Change feeds where a table has no change tracking, and cursors that lead astray."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.dataverse.played import ADDRESS, USER, answer, played
from tests.dataverse.tables import ACCOUNT, CURRENCY, column, table

from tallystick.dataverse import DataverseClient
from tallystick.dataverse.delta import Feed
from tallystick.dataverse.wire import RowReader, plan_fields
from tallystick.engine import CursorExpired, FieldMapping, SideUnavailable, TableMapping

API = f"{ADDRESS}/api/data/v9.2"


def feed(client: DataverseClient, *columns: str, tracked: bool = False) -> Feed:
    named = ACCOUNT if tracked else CURRENCY
    described = table(named, column("currencyname", "String"), column("name", "String"), column("fax", "String"))
    mapping = TableMapping("M", "f", named.name, tuple(FieldMapping(name, name) for name in columns or ("name",)))
    return Feed(client.api, named, RowReader(plan_fields(mapping, described), described, USER))


def row(number: int, version: int = 1, second: int = 0) -> dict[str, Any]:
    return {
        "@odata.etag": f'W/"{version}"',
        "transactioncurrencyid": f"6f1c0000-0000-4000-8000-{number:012}",
        "accountid": f"6f1c0000-0000-4000-8000-{number:012}",
        "name": f"N{number}",
        "currencyname": f"N{number}",
        "modifiedon": f"2026-03-04T12:00:{second:02}Z",
        "_modifiedby_value": USER,
    }


def pages(*bodies: dict[str, Any], asked: list[httpx2.Request]) -> Callable[[httpx2.Request], httpx2.Response]:
    left = list(bodies)

    def play(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return answer(200, left.pop(0))

    return play


def test_a_small_table_without_tracking_tells_what_is_new_changed_and_gone() -> None:
    asked: list[httpx2.Request] = []
    bodies = [
        {"value": [row(1), row(2), row(3)]},
        {"value": [row(1), row(2), row(3)]},
        {"value": [row(1), row(2, version=9), row(4)]},
    ]
    with played(pages(*bodies, asked=asked)) as client:
        first = feed(client).page(None)
        second = feed(client).page(first.cursor)
        third = feed(client).page(second.cursor)
    assert [record.fields["name"] for record in first.records] == ["N1", "N2", "N3"]
    assert (list(second.records), list(second.deleted), second.cursor) == ([], [], first.cursor)
    assert [record.fields["name"] for record in third.records] == ["N2", "N4"]
    assert list(third.deleted) == [row(3)["transactioncurrencyid"]]
    assert not first.more
    assert len(asked) == 3


def test_a_table_too_large_to_be_read_whole_is_polled_by_time_with_overlap() -> None:
    """A row shows when its transaction ends, with the time of its save: the last two minutes are looked at once more."""
    asked: list[httpx2.Request] = []
    soon, later = "Wed, 04 Mar 2026 12:01:00 GMT", "Wed, 04 Mar 2026 12:10:00 GMT"
    bodies = [
        ({"value": [row(1)], "@odata.nextLink": f"{API}/transactioncurrencies?$skiptoken=whole"}, soon),
        ({"value": [row(1, second=1)], "@odata.nextLink": f"{API}/transactioncurrencies?$skiptoken=2"}, soon),
        ({"value": [row(2, second=30)]}, soon),
        ({"value": [row(2, second=30)]}, later),
        ({"value": []}, later),
    ]

    def play(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        body, date = bodies.pop(0)
        return answer(200, body, {"Date": date})

    with played(play) as client:
        told = [feed(client).page(None)]
        for _ in range(3):
            told.append(feed(client).page(told[-1].cursor))
    assert [page.more for page in told] == [True, False, False, False]
    assert [record.fields["name"] for page in told[:2] for record in page.records] == ["N1", "N2"]
    queries = [parse_qs(urlsplit(str(request.url)).query) for request in asked]
    assert queries[1]["$orderby"] == ["modifiedon,transactioncurrencyid"]
    assert queries[2] == {"$skiptoken": ["2"]}
    assert queries[3]["$filter"] == ["modifiedon ge 2026-03-04T11:58:30Z"]
    assert queries[4]["$filter"] == ["modifiedon ge 2026-03-04T12:00:29Z"]
    assert told[3].cursor == told[2].cursor


def test_a_table_that_grew_too_large_is_read_from_the_start() -> None:
    asked: list[httpx2.Request] = []
    bodies = [{"value": [row(1)]}, {"value": [row(1)], "@odata.nextLink": f"{API}/transactioncurrencies?$skiptoken=x"}]
    with played(pages(*bodies, asked=asked)) as client:
        first = feed(client).page(None)
        with pytest.raises(CursorExpired, match="grown too large"):
            feed(client).page(first.cursor)


def test_other_columns_than_the_cursor_was_made_with_need_a_new_start() -> None:
    """A delta token answers with the columns it was made with: a field that was mapped since would look blank."""
    with played(lambda _r: answer(200, {"value": [row(1)]})) as client:
        cursor = feed(client, "name").page(None).cursor
        assert feed(client, "name").page(cursor).records == []
        with pytest.raises(CursorExpired, match="mapped columns changed"):
            feed(client, "name", "fax").page(cursor)


@pytest.mark.parametrize("cursor", ["", "x", "whole", "options:{}", "whole::", "tracked:000000000000:accounts"])
def test_a_cursor_of_another_kind_needs_a_new_start(cursor: str) -> None:
    with played(lambda _r: answer(200, {"value": []})) as client, pytest.raises(CursorExpired):
        feed(client).page(cursor)


def test_a_damaged_cursor_needs_a_new_start() -> None:
    with played(lambda _r: answer(200, {"value": [row(1)]})) as client:
        cursor = feed(client).page(None).cursor
        with pytest.raises(CursorExpired, match="cannot be read"):
            feed(client).page(cursor[:-12] + "!!!")


def test_tracking_that_was_switched_on_since_needs_a_new_start() -> None:
    with played(
        lambda _r: answer(200, {"value": [row(1)], "@odata.deltaLink": f"{API}/accounts?$deltatoken=1"})
    ) as client:
        whole = feed(client).page(None).cursor
        tracked = feed(client, tracked=True)
        fingerprint = tracked.page(None).cursor.split(":")[1]
        with pytest.raises(CursorExpired, match="tracked by now"):
            tracked.page(f"whole:{fingerprint}:{whole.split(':')[2]}")


@pytest.mark.parametrize(
    "link",
    [
        f"{API}/accounts?$select=name&$deltatoken=1%21x",
        "http://other.example/api/data/v9.2/accounts?$select=name&$deltatoken=1%21x",
        "accounts?$select=name&$deltatoken=1%21x",
    ],
)
def test_a_link_is_followed_at_our_own_address_only_and_unchanged(link: str) -> None:
    asked: list[httpx2.Request] = []
    bodies = [{"value": [], "@odata.deltaLink": link}] * 2
    with played(pages(*bodies, asked=asked)) as client:
        tracked = feed(client, tracked=True)
        tracked.page(tracked.page(None).cursor)
    assert str(asked[1].url) == f"{API}/accounts?$select=name&$deltatoken=1%21x"
    assert "odata.track-changes" in asked[0].headers["prefer"]
    assert "odata.track-changes" not in asked[1].headers["prefer"]


def test_a_delta_page_tells_rows_and_deletions_apart() -> None:
    gone = {"@odata.context": "x/$deletedEntity", "id": "6F1C0000-0000-4000-8000-000000000009", "reason": "deleted"}
    body = {"value": [row(1), gone], "@odata.deltaLink": f"{API}/accounts?$deltatoken=2"}
    with played(lambda _r: answer(200, body)) as client:
        page = feed(client, tracked=True).page(None)
    assert [record.id for record in page.records] == [row(1)["accountid"]]
    assert list(page.deleted) == ["6f1c0000-0000-4000-8000-000000000009"]


def test_a_page_that_does_not_say_how_to_go_on_is_no_end_of_the_feed() -> None:
    with played(lambda _r: answer(200, {"value": []})) as client, pytest.raises(SideUnavailable, match="how to go on"):
        feed(client, tracked=True).page(None)


def test_something_else_than_rows_is_no_empty_page() -> None:
    with (
        played(lambda _r: answer(200, {"error": "x"})) as client,
        pytest.raises(SideUnavailable, match="no page of rows"),
    ):
        feed(client).page(None)
