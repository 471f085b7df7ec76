"""New rows in bulk where the environment has no bulk messages, or finds them too large."""

import re
from uuid import uuid4

import httpx2
import orjson
import pytest
from tests.dataverse.played import USER, answer, error, played
from tests.dataverse.tables import ACCOUNT, NAMES, column, table

from tallystick.dataverse import DataverseClient
from tallystick.dataverse.metadata import Metadata, Table, TableName
from tallystick.dataverse.rows import BulkSize, MappedTable
from tallystick.engine import (
    Change,
    Done,
    FieldMapping,
    Insert,
    RecordExists,
    RecordRefused,
    Retry,
    SetupError,
    SideUnavailable,
    TableMapping,
)

MAPPING = TableMapping("CUSTOMER", "customer", "account", (FieldMapping("name", "name"),), label_sales="Account")


class Known(Metadata):
    """One table, known by heart."""

    def __init__(self) -> None:
        """Ask nobody."""

    def name(self, table: str) -> TableName:
        return NAMES[table]

    def table(self, name: str) -> Table:
        return table(NAMES[name], column("name", "String"))


class Service:
    """Keeps rows; `complains` answers a bulk request of so many rows in its own way, or not (None)."""

    def __init__(self, complains: object = None, refuses: object = None) -> None:
        self.complains = complains
        self.refuses = refuses
        self.rows: set[str] = set()
        self.bulk: list[int] = []
        self.batches: list[int] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response | Exception:
        if request.url.path.endswith("/WhoAmI"):
            return answer(200, {"UserId": USER, "BusinessUnitId": USER, "OrganizationId": USER})
        if request.url.path.endswith("CreateMultiple"):
            return self._bulk(orjson.loads(request.read())["Targets"])
        if request.url.path.endswith("$batch"):
            return self._batch(request.read())
        wanted = re.findall(r'"([0-9a-f-]{36})"', request.url.params["$filter"])
        found = [self._row(row) for row in wanted if row in self.rows]
        return answer(200, {"value": found})

    def _row(self, row: str) -> dict[str, object]:
        return {"@odata.etag": 'W/"1"', "accountid": row, "name": "N", "modifiedon": "2026-03-04T12:00:00Z"}

    def _bulk(self, targets: list[dict[str, str]]) -> httpx2.Response | Exception:
        self.bulk.append(len(targets))
        ids = [target["accountid"] for target in targets]
        complaint = self.complains(len(ids)) if callable(self.complains) else None
        if complaint is not None:
            return complaint
        if self.rows & set(ids):
            return error(412, "0x80040237", "Cannot insert duplicate key.")
        self.rows |= set(ids)
        return answer(200, {"Ids": ids})

    def _batch(self, body: bytes) -> httpx2.Response:
        ids = [row.decode() for row in re.findall(rb'"accountid":"([0-9a-f-]{36})"', body)]
        if not ids:
            ids = [row.decode() for row in re.findall(rb"PATCH \S+\(([0-9a-f-]{36})\)", body)]
        self.batches.append(len(ids))
        parts = []
        for number, row in enumerate(ids):
            refused = self.refuses(number) if callable(self.refuses) else None
            self.rows.add(row)
            parts.append(refused or f"HTTP/1.1 201 Created\r\n\r\n{orjson.dumps(self._row(row)).decode()}")
        text = "".join(f"--r\r\nContent-Type: application/http\r\n\r\n{part}\r\n" for part in parts)
        return answer(200, f"{text}--r--\r\n".encode(), {"Content-Type": "multipart/mixed; boundary=r"})


def mapped(client: DataverseClient, bulk: BulkSize | None = None) -> MappedTable:
    return MappedTable(client.api, Known(), MAPPING, bulk or BulkSize())


def new(count: int) -> list[Insert]:
    return [Insert(str(uuid4()), {"name": f"N{number}"}, f"N{number}") for number in range(count)]


def test_many_new_rows_go_in_one_request_and_few_in_one_batch() -> None:
    service = Service()
    with played(service) as client:
        accounts = mapped(client)
        accounts.write(new(1000))
        accounts.write(new(19))
    assert (service.bulk, service.batches) == ([1000], [19])


@pytest.mark.parametrize(
    "refusal", [error(501, "", "Not implemented."), error(404, "0x8006088a", "Resource not found")]
)
def test_without_bulk_messages_everything_goes_in_batches_and_bulk_is_not_tried_again(refusal: httpx2.Response) -> None:
    service = Service(complains=lambda _count: refusal)
    with played(service) as client:
        bulk = BulkSize()
        accounts = mapped(client, bulk)
        for _ in range(2):
            assert {type(result) for result in accounts.write(new(150))} == {Done}
    assert service.bulk == [150]
    assert sorted(service.batches) == [50, 50, 100, 100]


@pytest.mark.parametrize("sign", [answer(413), error(500, "0x80044151"), httpx2.ReadTimeout("slow")])
def test_a_bulk_request_that_is_too_large_is_halved_and_stays_small(sign: httpx2.Response | Exception) -> None:
    service = Service(complains=lambda count: sign if count > 300 else None)
    with played(service) as client:
        accounts = mapped(client)
        assert {type(result) for result in accounts.write(new(1000))} == {Done}
        learned = len(service.bulk)
        assert {type(result) for result in accounts.write(new(500))} == {Done}
    assert max(service.bulk[learned:]) <= 300
    assert len(service.rows) == 1500


def test_a_bulk_request_that_timed_out_but_was_done_creates_nothing_twice() -> None:
    service = Service()
    first = True

    def slow(count: int) -> Exception | None:
        nonlocal first
        if first and count == 200:
            first = False
            service.rows |= {write.id for write in writes}
            return httpx2.ReadTimeout("slow")
        return None

    service.complains = slow
    writes = new(200)
    with played(service) as client:
        results = mapped(client).write(writes)
    assert {type(result) for result in results} == {RecordExists}
    assert len(service.rows) == 200


def test_a_service_that_hangs_is_given_up_after_a_few_timeouts() -> None:
    service = Service(complains=lambda _count: httpx2.ReadTimeout("hangs"))
    with played(service) as client, pytest.raises(SideUnavailable, match="took too long"):
        mapped(client).write(new(1000))
    assert service.bulk == [1000, 500, 250, 125]


def test_a_missing_right_stops_the_whole_write_once() -> None:
    service = Service(complains=lambda _count: error(403, "0x80040220", "missing prvCreateAccount privilege"))
    with played(service) as client, pytest.raises(SetupError, match="prvCreateAccount"):
        mapped(client).write(new(50))
    assert service.batches == []


def test_a_record_that_makes_the_service_stumble_holds_up_no_other_and_is_tried_again() -> None:
    stumble = 'HTTP/1.1 500 Error\r\n\r\n{"error":{"code":"0x80040216","message":"Unexpected"}}'
    service = Service(refuses=lambda number: stumble if number == 1 else None)
    with played(service) as client:
        changes = [Change(write.id, {"name": "A"}, "1", write.label) for write in new(3)]
        results = mapped(client).write(changes)
    assert [type(result) for result in results] == [Done, RecordRefused, Done]
    refused = results[1]
    assert isinstance(refused, RecordRefused)
    assert refused.retry is Retry.NEXT_RUN
    assert 'Account "N1"' in refused.record


def test_an_id_that_is_none_never_gets_into_a_request() -> None:
    service = Service()
    with played(service) as client:
        accounts = mapped(client)
        (result,) = accounts.write([Insert("1) or (1 eq 1", {"name": "x"})])
        assert isinstance(result, RecordRefused)
        assert accounts.read(["x') or true"]) == {}
    assert service.batches == service.bulk == []
    assert ACCOUNT.set_name == "accounts"
