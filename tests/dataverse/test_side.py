"""The Dataverse side over real HTTP: what gets lost, throttled, refused or stale, and what it all costs."""

import itertools
import threading
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from tests.dataverse.played import World
from tests.dataverse.sandboxed import (
    ACCOUNTS,
    MONEY,
    PAYMENT_TERMS,
    PEOPLE,
    SALESPEOPLE,
    client_of,
    customer,
    delete,
    inserts,
    patch,
)
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse import DataverseClient, DataverseSide, Sent
from tallystick.engine import (
    Change,
    CursorExpired,
    Delete,
    Done,
    Insert,
    Kind,
    RecordExists,
    RecordGone,
    RecordRefused,
    SetupError,
    Shape,
    StaleRecord,
    TableMapping,
    Throttled,
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def client(sandbox: Sandbox, world: World) -> Iterator[DataverseClient]:
    with client_of(sandbox, clock=world.clock, sleep=world.sleep) as client:
        yield client


@pytest.fixture
def side(client: DataverseClient) -> DataverseSide:
    side = DataverseSide(client)
    side.shapes(ACCOUNTS)  # so that a test counts its own requests only
    return side


def the_end(side: DataverseSide, mapping: TableMapping = ACCOUNTS) -> str:
    page = side.changes(mapping, None)
    while page.more:
        page = side.changes(mapping, page.cursor)
    return page.cursor


# Nothing is created twice


@pytest.mark.parametrize("count", [1, 30])
def test_a_reply_lost_after_the_write_creates_no_second_row(sandbox: Sandbox, side: DataverseSide, count: int) -> None:
    cursor = the_end(side)
    writes = inserts(count)
    sandbox.fault("lost-reply", method="POST", times=1)
    results = side.write(ACCOUNTS, writes)
    assert {type(result) for result in results} == {RecordExists}
    page = side.changes(ACCOUNTS, cursor)
    assert sorted(record.id for record in page.records) == sorted(write.id for write in writes)


def test_a_connection_dropped_before_the_write_is_no_failure(sandbox: Sandbox, side: DataverseSide) -> None:
    writes = inserts(30)
    sandbox.fault("drop", method="POST", times=1)
    assert {type(result) for result in side.write(ACCOUNTS, writes)} == {Done}


def test_a_reply_to_changes_that_is_lost_shows_as_stale_and_changes_nothing_twice(
    sandbox: Sandbox, side: DataverseSide
) -> None:
    writes = inserts(2)
    side.write(ACCOUNTS, writes)
    before = side.read(ACCOUNTS, [write.id for write in writes])
    sandbox.fault("lost-reply", method="POST", times=1)
    changes = [Change(record.id, {"fax": "1"}, record.version) for record in before.values()]
    assert {type(result) for result in side.write(ACCOUNTS, changes)} == {StaleRecord}
    after = side.read(ACCOUNTS, list(before))
    assert {record.fields["fax"] for record in after.values()} == {"1"}


# Waiting


def test_retry_after_is_waited_for_once_however_many_requests_meet_it(
    sandbox: Sandbox, client: DataverseClient, side: DataverseSide, world: World
) -> None:
    sandbox.fault("429", 17)
    sent = client.requests
    assert side.changes(ACCOUNTS, None).records is not None
    assert client.requests - sent == 2
    assert world.slept == [17.0]


def test_a_service_that_asks_for_longer_than_patience_is_told_upwards(sandbox: Sandbox) -> None:
    with client_of(sandbox, patience=2.0) as impatient:
        side = DataverseSide(impatient)
        side.shapes(ACCOUNTS)
        sandbox.fault("429", 60)
        with pytest.raises(Throttled) as caught:
            side.changes(ACCOUNTS, None)
    assert caught.value.wait == pytest.approx(60, abs=1)


def test_a_service_that_is_briefly_away_is_waited_for(sandbox: Sandbox, side: DataverseSide, world: World) -> None:
    sandbox.fault("503", times=2)
    side.changes(ACCOUNTS, None)
    assert len(world.slept) == 2


# Feeds


def test_an_expired_delta_token_says_that_the_table_has_to_be_read_anew(sandbox: Sandbox, side: DataverseSide) -> None:
    cursor = the_end(side)
    sandbox.fault("expired-token", times=1)
    with pytest.raises(CursorExpired):
        side.changes(ACCOUNTS, cursor)
    assert side.changes(ACCOUNTS, cursor).records == []


def test_currencies_without_tracking_tell_deletions_too(client: DataverseClient, side: DataverseSide) -> None:
    known = the_end(side, MONEY)
    new = Insert(
        str(uuid4()),
        {
            "isocurrencycode": "SEK",
            "currencysymbol": "kr",
            "currencyname": "Swedish Krona",
            "currencyprecision": 2,
            "exchangerate": "11.2034000000",
        },
        "SEK",
    )
    (done,) = side.write(MONEY, [new])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields == new.fields
    page = side.changes(MONEY, known)
    assert [record.id for record in page.records] == [new.id]
    assert (side.changes(MONEY, page.cursor).records, side.changes(MONEY, page.cursor).cursor) == ([], page.cursor)
    delete(client, f"transactioncurrencies({new.id})")
    assert list(side.changes(MONEY, page.cursor).deleted) == [new.id]


def test_tracking_can_be_switched_on_where_it_is_off(client: DataverseClient) -> None:
    assert not client.metadata.name("transactioncurrency").tracked
    cursor = DataverseSide(client).changes(MONEY, None).cursor
    assert client.ensure_change_tracking("transactioncurrency")
    assert client.ensure_change_tracking("transactioncurrency")
    side = DataverseSide(client)
    with pytest.raises(CursorExpired):
        side.changes(MONEY, cursor)
    assert side.changes(MONEY, None).cursor.startswith("tracked:")


def test_the_users_feed_knows_names_and_mail(side: DataverseSide, client: DataverseClient) -> None:
    records = {record.id: record for record in side.changes(SALESPEOPLE, None).records}
    ours = records[client.user_id]
    assert ours.fields["isdisabled"] is False
    assert ours.label == ours.fields["fullname"]


def test_what_we_wrote_is_known_as_ours(client: DataverseClient, side: DataverseSide) -> None:
    (write,) = inserts(1)
    side.write(ACCOUNTS, [write])
    (record,) = side.read(ACCOUNTS, [write.id]).values()
    assert record.by_us
    assert record.modified_at is not None
    assert record.label == "Customer 000000"


# References and states


def test_references_lead_where_the_mapping_says_and_say_so_where_they_do_not(
    client: DataverseClient, side: DataverseSide
) -> None:
    (account,) = inserts(1)
    side.write(ACCOUNTS, [account])
    person = Insert(str(uuid4()), {"lastname": "A", "parentcustomerid": account.id}, "A")
    below = Insert(str(uuid4()), {"lastname": "B", "parentcustomerid": f"contact:{person.id}"}, "B")
    assert [type(result) for result in side.write(PEOPLE, [person])] == [Done]
    assert [type(result) for result in side.write(PEOPLE, [below])] == [Done]
    found = side.read(PEOPLE, [person.id, below.id])
    assert found[person.id].fields["parentcustomerid"] == account.id
    assert found[person.id].fields["parentcustomeridtype"] == "account"
    assert found[below.id].fields["parentcustomerid"] == f"contact:{person.id}"
    assert found[below.id].fields["parentcustomeridtype"] == "contact"
    cleared = Change(below.id, {"parentcustomerid": account.id}, found[below.id].version)
    (moved,) = side.write(PEOPLE, [cleared])
    assert isinstance(moved, Done)
    assert moved.record is not None
    assert moved.record.fields["parentcustomerid"] == account.id
    (blanked,) = side.write(PEOPLE, [Change(below.id, {"parentcustomerid": None}, moved.record.version)])
    assert isinstance(blanked, Done)
    assert blanked.record is not None
    assert blanked.record.fields["parentcustomerid"] is None


def test_an_owner_that_is_a_team_is_told_from_a_user(client: DataverseClient, side: DataverseSide) -> None:
    team = client.api.fetch_rows("teams?$select=teamid&$top=1")[0]["teamid"]
    (write,) = inserts(1)
    side.write(ACCOUNTS, [write])
    (record,) = side.read(ACCOUNTS, [write.id]).values()
    assert record.fields["ownerid"] == client.user_id
    (done,) = side.write(ACCOUNTS, [Change(write.id, {"ownerid": f"team:{team}"}, record.version)])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["ownerid"] == f"team:{team}"


def test_a_new_row_with_another_state_is_created_and_then_changed_as_one(side: DataverseSide) -> None:
    write = Insert(str(uuid4()), {**customer(1), "statecode": 1}, "Inactive")
    (done,) = side.write(ACCOUNTS, [write])
    assert isinstance(done, Done)
    assert done.record is not None
    assert done.record.fields["statecode"] == 1
    assert [type(result) for result in side.write(ACCOUNTS, [write])] == [RecordExists]
    broken = Insert(str(uuid4()), {**customer(1), "statecode": 77}, "Broken")
    assert [type(result) for result in side.write(ACCOUNTS, [broken])] == [RecordRefused]
    assert not side.read(ACCOUNTS, [broken.id])


# Refusals


def test_a_stale_change_is_stale_and_a_missing_row_is_gone(client: DataverseClient, side: DataverseSide) -> None:
    writes = inserts(3)
    side.write(ACCOUNTS, writes)
    records = side.read(ACCOUNTS, [write.id for write in writes])
    stale, gone, fine = records.values()
    patch(client, f"accounts({stale.id})", {"fax": "theirs"})
    delete(client, f"accounts({gone.id})")
    changes = [Change(record.id, {"fax": "ours"}, record.version) for record in (stale, gone, fine)]
    assert [type(result) for result in side.write(ACCOUNTS, changes)] == [StaleRecord, RecordGone, Done]
    assert [type(result) for result in side.write(ACCOUNTS, [Delete(stale.id, stale.version)])] == [StaleRecord]
    assert side.read(ACCOUNTS, [stale.id])[stale.id].fields["fax"] == "theirs"


def test_one_bad_row_among_many_is_named_and_the_others_are_created(side: DataverseSide) -> None:
    writes = inserts(120)
    writes[57] = Insert(writes[57].id, {**customer(57), "name": "x" * 161}, "Too long")
    results = side.write(ACCOUNTS, writes)
    refused = results.pop(57) if isinstance(results, list) else None
    assert {type(result) for result in results} == {Done}
    assert isinstance(refused, RecordRefused)
    assert refused.record == f'Account "Too long" ({writes[57].id})'
    assert "name is longer than the 160 characters" in refused.what
    assert refused.hint == "Shorten it."
    assert len(side.read(ACCOUNTS, [write.id for write in writes])) == 119


def test_a_reference_to_a_missing_row_is_the_records_problem_alone(side: DataverseSide) -> None:
    missing = str(uuid4())
    writes = inserts(2)
    writes[0] = Insert(writes[0].id, {**customer(0), "primarycontactid": missing}, "Dangling")
    refused, done = side.write(ACCOUNTS, writes)
    assert isinstance(refused, RecordRefused)
    assert "refers to a record" in refused.what
    assert isinstance(done, Done)


def test_a_missing_table_is_a_setting_to_correct(side: DataverseSide) -> None:
    with pytest.raises(SetupError, match="has no table incident"):
        side.shapes(TableMapping("CASE", "case", "incident", ()))


# Cost


def test_the_shapes_come_from_the_environment(side: DataverseSide) -> None:
    shapes = side.shapes(ACCOUNTS)
    assert shapes["name"] == Shape(Kind.TEXT, max_length=160)
    assert shapes["creditlimit"].kind is Kind.DECIMAL
    assert shapes["paymenttermscode"] == Shape(Kind.REFERENCE)
    assert shapes["statecode"] == Shape(Kind.OPTION)


def test_requests_per_thousand_stay_within_budget(client: DataverseClient, side: DataverseSide, world: World) -> None:
    writes = inserts(2000)
    start = the_end(side)

    sent = client.requests
    assert {type(result) for result in side.write(ACCOUNTS, writes)} == {Done}
    assert (client.requests - sent) / 2 <= 1.5

    sent = client.requests
    page = side.changes(ACCOUNTS, start)
    assert len(page.records) == 2000
    assert not page.more
    assert client.requests - sent == 1

    sent = client.requests
    found = side.read(ACCOUNTS, [write.id for write in writes])
    assert (client.requests - sent) / 2 <= 2

    sent = client.requests
    changes = [Change(record.id, {"fax": "1"}, record.version) for record in found.values()]
    assert {type(result) for result in side.write(ACCOUNTS, changes)} == {Done}
    assert (client.requests - sent) / 2 <= 10

    sent = client.requests
    cursor = the_end_from(side, page.cursor)
    quiet = side.changes(ACCOUNTS, cursor)
    assert not quiet.records
    assert client.requests - sent == 2
    assert world.slept == []


def the_end_from(side: DataverseSide, cursor: str) -> str:
    page = side.changes(ACCOUNTS, cursor)
    while page.more:
        page = side.changes(ACCOUNTS, page.cursor)
    return page.cursor


def test_memory_does_not_grow_with_the_pages_read(side: DataverseSide) -> None:
    for start in range(0, 10_000, 5000):
        side.write(ACCOUNTS, [Insert(str(uuid4()), {"name": f"Row {start + n}"}) for n in range(5000)])
    peaks, rows = [], 0
    tracemalloc.start()
    try:
        while rows < 50_000:
            cursor, more = None, True
            tracemalloc.reset_peak()
            while more:
                page = side.changes(ACCOUNTS, cursor)
                cursor, more = page.cursor, page.more
                rows += len(page.records)
                del page
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert max(peaks[1:]) < peaks[0] + 1_000_000


def test_two_threads_may_share_a_side(side: DataverseSide) -> None:
    batches = [inserts(25) for _ in range(4)]
    results: list[object] = []

    def work(writes: list[Insert]) -> None:
        results.extend(side.write(ACCOUNTS, writes))

    threads = [threading.Thread(target=work, args=(batch,)) for batch in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [type(result) for result in results] == [Done] * 100
    ids = [write.id for write in itertools.chain(*batches)]
    assert len(side.read(ACCOUNTS, ids)) == 100


# Choice columns as tables


def option(label: str) -> Insert:
    return Insert(str(uuid4()), {"label": label}, label)


def test_the_options_of_a_choice_are_records(side: DataverseSide) -> None:
    page = side.changes(PAYMENT_TERMS, None)
    assert {record.id: record.fields["label"] for record in page.records}["1"] == "Net 30"
    quiet = side.changes(PAYMENT_TERMS, page.cursor)
    assert (quiet.records, quiet.deleted, quiet.cursor) == ([], [], page.cursor)


def test_a_code_without_option_gets_one_and_a_second_time_none(side: DataverseSide, client: DataverseClient) -> None:
    cursor = side.changes(PAYMENT_TERMS, None).cursor
    first, second = (side.write(PAYMENT_TERMS, [option("14 DAYS")])[0] for _ in range(2))
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.id == second.id
    assert int(first.id) >= 100_000_000
    page = side.changes(PAYMENT_TERMS, cursor)
    assert [record.fields for record in page.records] == [{"label": "14 DAYS"}]
    assert page.records[0] == first.record
    (account,) = inserts(1)
    side.write(ACCOUNTS, [Insert(account.id, {**account.fields, "paymenttermscode": first.id})])
    assert side.read(ACCOUNTS, [account.id])[account.id].fields["paymenttermscode"] == first.id


def test_a_renamed_code_renames_the_option_unless_somebody_else_did(side: DataverseSide) -> None:
    (done,) = side.write(PAYMENT_TERMS, [option("21 DAYS")])
    assert isinstance(done, Done)
    assert done.record is not None
    (renamed,) = side.write(PAYMENT_TERMS, [Change(done.id, {"label": "22 DAYS"}, done.record.version)])
    assert isinstance(renamed, Done)
    assert side.read(PAYMENT_TERMS, [done.id, "4711"]) == {done.id: renamed.record}
    (stale,) = side.write(PAYMENT_TERMS, [Change(done.id, {"label": "23 DAYS"}, done.record.version)])
    assert isinstance(stale, StaleRecord)


def test_a_deleted_option_is_told_by_its_number(side: DataverseSide) -> None:
    (done,) = side.write(PAYMENT_TERMS, [option("GONE")])
    assert isinstance(done, Done)
    assert done.record is not None
    cursor = side.changes(PAYMENT_TERMS, None).cursor
    assert side.write(PAYMENT_TERMS, [Delete(done.id, done.record.version)]) == [Done(done.id)]
    page = side.changes(PAYMENT_TERMS, cursor)
    assert (page.records, page.deleted) == ([], [done.id])
    (gone,) = side.write(PAYMENT_TERMS, [Delete(done.id, done.record.version)])
    assert isinstance(gone, RecordGone)


@pytest.mark.parametrize(("label", "told"), [("A,B", "comma"), ("", "needs a label"), ("x" * 101, "at most 100")])
def test_a_label_that_a_choice_cannot_have_is_refused(side: DataverseSide, label: str, told: str) -> None:
    refused, done = side.write(PAYMENT_TERMS, [option(label), option("FINE")])
    assert isinstance(refused, RecordRefused)
    assert told in refused.what
    assert isinstance(done, Done)


# What people ask for


def test_a_connection_test_tells_what_it_connected_to(client: DataverseClient) -> None:
    report = client.test_connection(reads=["systemuser"], writes=["account", "contact", "account.paymenttermscode"])
    assert report.ok, [str(problem) for problem in report.problems]
    assert report.base_currency == "EUR"
    assert report.version.startswith("9.")
    assert report.user_id == client.user_id
    assert report.organization
    assert report.language == 1033


def test_a_connection_test_names_the_table_that_is_missing(client: DataverseClient) -> None:
    (problem,) = client.test_connection(writes=["incident"]).problems
    assert "incident" in problem.what
    assert problem.hint


def test_a_wrong_secret_is_named(sandbox: Sandbox) -> None:
    with client_of(replace(sandbox, client_secret="wrong-canary"), attempts=1) as client:
        (problem,) = client.test_connection().problems
    assert isinstance(problem, SetupError)
    assert "secret is wrong" in problem.what
    assert "wrong-canary" not in str(problem)


def test_a_disabled_user_is_named(sandbox: Sandbox, client: DataverseClient) -> None:
    user = client.user_id
    sandbox.disable_user(user)
    try:
        with client_of(sandbox, attempts=1) as other:
            (problem,) = other.test_connection().problems
    finally:
        sandbox.disable_user(user, disabled=False)
    assert "disabled" in problem.what
    assert problem.hint


def test_a_row_is_found_by_a_part_of_its_name_mail_or_city(client: DataverseClient, side: DataverseSide) -> None:
    mark = uuid4().hex[:8]
    writes = [
        Insert(str(uuid4()), {"name": f"The {mark} Company", "address1_city": "Ulm", "emailaddress1": f"a@{mark}.com"}),
        Insert(str(uuid4()), {"name": f"{mark} 100% [x]_y"}),
        Insert(str(uuid4()), {"name": f"{mark} 1000"}),
        Insert(str(uuid4()), {"name": f"{mark} O'Neil"}),
    ]
    side.write(ACCOUNTS, writes)
    found = client.search("account", mark.upper())
    assert [row.label for row in found][:1] != [f"The {mark} Company"]
    assert found[-1].label == f"The {mark} Company"
    assert found[-1].details == f"a@{mark}.com · Ulm"
    assert [row.id for row in client.search("account", f"{mark} 100%")] == [writes[1].id]
    assert [row.id for row in client.search("account", "[x]_y")] == [writes[1].id]
    assert [row.id for row in client.search("account", f"{mark} O'N")] == [writes[3].id]
    assert [row.id for row in client.search("account", f"a@{mark}")] == [writes[0].id]
    assert len(client.search("account", "", limit=2)) == 2
    assert [row.id for row in client.search("account.paymenttermscode", "net 3")] == ["1", "2"]


def test_rows_are_counted_and_have_an_address(sandbox: Sandbox, client: DataverseClient) -> None:
    assert client.count("systemuser") >= 1
    assert client.count("account.paymenttermscode") >= 4
    row = str(uuid4())
    assert client.row_url("account", row) == f"{sandbox.url}/main.aspx?etn=account&pagetype=entityrecord&id={row}"


# Service protection limits


def test_many_requests_at_once_all_go_through_a_service_that_limits_them(tmp_path: Path) -> None:
    """What is refused is known to be refused for a while: hardly a request is wasted on a certain 429."""
    refused = []

    def note(sent: Sent) -> None:
        if sent.status == 429:
            refused.append(sent)

    with (
        running_sandbox(tmp_path, limits="requests=40,window=1,concurrency=6") as limited,
        client_of(limited, on_sent=note) as client,
    ):
        answers = client.api.concurrently(lambda _n: client.api.fetch("WhoAmI")["UserId"], range(160))
    assert len(answers) == 160
    assert len(set(answers)) == 1
    assert refused
    assert len(refused) <= 32
