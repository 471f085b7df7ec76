"""Service protection limits, and faults on demand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of, running_sandbox

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.limits import Limits, Meter


@pytest.fixture(autouse=True)
def _no_faults(sandbox: Sandbox) -> Iterator[None]:
    yield
    sandbox.clear_faults()


# ---- limits ----------------------------------------------------------------------------------------------------------


def test_too_many_requests_must_wait_as_long_as_it_says(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, limits="requests=5,window=4") as sandbox, sandbox.client() as api:
        answers = [api.get("WhoAmI") for _ in range(5)]
        assert [one.status_code for one in answers] == [200] * 5
        remaining = [one.headers["x-ms-ratelimit-burst-remaining-xrm-requests"] for one in answers]
        assert remaining == ["4", "3", "2", "1", "0"]
        assert "x-ms-ratelimit-time-remaining-xrm-requests" in answers[0].headers
        refused = api.get("WhoAmI")
        assert code_of(refused) == (429, "0x80072322")
        assert "limit of 5 over time window of 4 seconds" in refused.json()["error"]["message"]
        wait = int(refused.headers["Retry-After"])
        assert 1 <= wait <= 4
        time.sleep(wait + 0.05)
        assert api.get("WhoAmI").status_code == 200
        # going on in spite of a 429 lengthens the wait: refused requests count
        for _ in range(20):
            api.get("WhoAmI")
        assert sandbox.stats()["by_status"]["429"] >= 15


def test_too_many_at_once_are_refused_at_once(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, limits="concurrency=2") as sandbox, sandbox.client() as api:
        sandbox.fault("latency", 500, times=None)
        with ThreadPoolExecutor(6) as threads:
            answers = list(threads.map(lambda _: api.get("WhoAmI"), range(6)))
        refused = [one for one in answers if one.status_code == 429]
        assert len(refused) == 4
        assert {code_of(one) for one in refused} == {(429, "0x80072326")}
        assert all(int(one.headers["Retry-After"]) >= 1 for one in refused)
        sandbox.clear_faults()
        assert [api.get("WhoAmI").status_code for _ in range(3)] == [200] * 3  # nobody holds a place for ever


def test_too_much_execution_time_is_refused(tmp_path: Path) -> None:
    with running_sandbox(tmp_path, limits="execution=0.1,window=60") as sandbox, sandbox.client() as api:
        sandbox.fault("latency", 150)
        assert api.get("WhoAmI").status_code == 200
        refused = api.get("WhoAmI")
        assert code_of(refused) == (429, "0x80072321")
        assert "exceeded limit of 100 milliseconds" in refused.json()["error"]["message"]


def test_without_limits_nothing_is_throttled_and_a_hint_is_given(api: httpx2.Client) -> None:
    answer = api.get("WhoAmI")
    assert answer.headers["x-ms-dop-hint"] == "4"
    assert "x-ms-ratelimit-burst-remaining-xrm-requests" not in answer.headers


def test_the_window_slides_and_the_wait_is_exactly_what_is_needed() -> None:
    meter = Meter(Limits(requests=2, window=10))
    for moment in (0.0, 4.0):
        meter.enter("user", moment)
        meter.leave("user", moment, 0.0)
    with pytest.raises(Refusal) as refused:
        meter.enter("user", 5.0)
    # the refused request counts: of those at 0, 4 and 5 the one at 0 must leave, and the next makes room at 14
    assert refused.value.headers == {"Retry-After": "5"}
    meter.enter("other", 5.0)
    with pytest.raises(Refusal):
        meter.enter("user", 10.5)
    meter.enter("user", 15.5)


# ---- faults ----------------------------------------------------------------------------------------------------------


def test_a_lost_reply_was_written(sandbox: Sandbox, api: httpx2.Client) -> None:
    row_id = str(uuid4())
    sandbox.fault("lost-reply", method="POST", path="accounts")
    with pytest.raises(httpx2.RemoteProtocolError):
        api.post("accounts", json={"accountid": row_id, "name": "written"})
    assert api.get(f"accounts({row_id})/name").json()["value"] == "written"
    assert sandbox.faults()[0]["met"] == 1


def test_a_dropped_connection_has_done_nothing(sandbox: Sandbox, api: httpx2.Client) -> None:
    row_id = str(uuid4())
    sandbox.fault("drop", method="POST")
    with pytest.raises(httpx2.RemoteProtocolError):
        api.post("accounts", json={"accountid": row_id, "name": "never"})
    assert api.get(f"accounts({row_id})").status_code == 404


def test_faults_count_spare_and_match(sandbox: Sandbox, api: httpx2.Client) -> None:
    sandbox.fault("429", 7, path="WhoAmI", times=2, after=1)
    answers = [api.get("WhoAmI") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "7"
    assert code_of(answers[1]) == (429, "0x80072322")
    assert api.get("RetrieveVersion").status_code == 200


def test_an_unavailable_service_answers_503_without_json(sandbox: Sandbox, api: httpx2.Client) -> None:
    sandbox.fault("503", 2)
    answer = api.get("WhoAmI")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "json" not in answer.headers["Content-Type"]
    assert api.get("WhoAmI").status_code == 200


def test_an_expired_delta_token_hits_only_delta_requests(sandbox: Sandbox, api: httpx2.Client) -> None:
    sandbox.fault("expired-token")
    link = api.get("accounts?$select=name", headers={"Prefer": "odata.track-changes"}).json()["@odata.deltaLink"]
    assert code_of(api.get(link)) == (400, "0x80044352")
    assert api.get(link).status_code == 200


def test_latency_delays_without_blocking_others(sandbox: Sandbox, api: httpx2.Client) -> None:
    sandbox.fault("latency", 800, times=5)
    started = time.monotonic()
    with ThreadPoolExecutor(5) as threads:
        assert {one.status_code for one in threads.map(lambda _: api.get("WhoAmI"), range(5))} == {200}
    assert 0.8 <= time.monotonic() - started < 4 * 0.8  # one after another it would be five times as long


def test_faults_can_hit_the_token_endpoint(sandbox: Sandbox) -> None:
    sandbox.fault("503", path="/oauth2/")
    with pytest.raises(httpx2.HTTPStatusError):
        sandbox.token()
    assert sandbox.token()


@pytest.mark.parametrize(
    "faults", [b"{}", b"[5]", b'[{"kind":"flood"}]', b'[{"kind":"429","arg":"x"}]', b'[{"kind":"drop","when":1}]', b"x"]
)
def test_a_bad_list_of_faults_changes_nothing(sandbox: Sandbox, faults: bytes) -> None:
    sandbox.fault("drop", path="/nowhere/")
    answer = sandbox.control.post("/_sandbox/faults", content=faults)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith("The faults were not changed: ")
    assert [fault["kind"] for fault in sandbox.faults()] == ["drop"]


def test_statistics_count_requests_operations_and_rows(sandbox: Sandbox, api: httpx2.Client) -> None:
    sandbox.reset_stats()
    row = {"@odata.type": "Microsoft.Dynamics.CRM.account", "name": "A"}
    api.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json={"Targets": [row] * 3})
    created = api.post("accounts", json={"name": "B"})
    api.patch(created.headers["OData-EntityId"], json={"name": "C"})
    api.delete(created.headers["OData-EntityId"])
    api.get("accounts")
    stats = sandbox.stats()
    assert stats["requests"] == 5
    assert stats["by_method"] == {"POST": 2, "PATCH": 1, "DELETE": 1, "GET": 1}
    assert stats["by_kind"] == {"CreateMultiple": 1, "write": 3, "read": 1}
    assert stats["rows"] == {"account": {"created": 4, "updated": 1, "deleted": 1}}
    assert stats["rows_written"] == 6
