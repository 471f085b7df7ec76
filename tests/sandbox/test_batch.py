"""$batch: order, change sets, references, stopping and going on, and malformed bodies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]


def part(method: str, url: str, body: object = None, *, content_id: str = "", **headers: str) -> str:
    """One operation as it stands in a batch."""
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if content_id:
        lines.append(f"Content-ID: {content_id}")
    lines += ["", f"{method} {url} HTTP/1.1", "Content-Type: application/json; type=entry"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", json.dumps(body) if body is not None else ""]) + "\r\n"


def change_set(*parts: str) -> str:
    inside = "".join(f"--changeset_x\r\n{one}" for one in parts)
    return f'Content-Type: multipart/mixed; boundary="changeset_x"\r\n\r\n{inside}--changeset_x--\r\n'


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: Any


def send(api: httpx2.Client, *parts: str, go_on: bool = False) -> tuple[httpx2.Response, list[Reply]]:
    """The outer response and the replies of all operations, those in change sets too."""
    body = "".join(f"--batch_x\r\n{one}" for one in parts) + "--batch_x--\r\n"
    headers = {"Content-Type": 'multipart/mixed; boundary="batch_x"'}
    if go_on:
        headers["Prefer"] = "odata.continue-on-error"
    response = api.post("$batch", content=body.encode(), headers=headers)
    return response, list(map(_reply, re.findall(r"HTTP/1\.1 (.*?)(?=\r\n--|\Z)", response.text, re.DOTALL)))


def _reply(text: str) -> Reply:
    head, _, body = text.partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    headers = {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines}
    return Reply(int(first[:3]), headers, json.loads(body) if body.strip() else None)


def test_operations_run_in_order_and_reply_in_order(api: httpx2.Client, sandbox: Sandbox, unique: str) -> None:
    response, replies = send(
        api,
        part("POST", "/api/data/v9.2/accounts", {"name": unique}),
        part("GET", f"{sandbox.api}/accounts?$select=name&$filter=name eq '{unique}'", Prefer="odata.maxpagesize=5"),
        part("GET", "WhoAmI"),
    )
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("multipart/mixed; boundary=batchresponse_")
    assert [reply.status for reply in replies] == [204, 200, 200]
    assert replies[0].headers["OData-EntityId"].startswith(f"{sandbox.api}/accounts(")
    assert replies[1].body["value"][0]["name"] == unique
    assert replies[2].body["UserId"]


def test_without_going_on_the_first_failure_ends_the_batch_and_is_its_status(api: httpx2.Client, unique: str) -> None:
    response, replies = send(
        api,
        part("POST", "accounts", {"name": unique}),
        part("GET", f"accounts({uuid4()})"),
        part("POST", "accounts", {"name": unique}),
    )
    assert response.status_code == 404
    assert [reply.status for reply in replies] == [204, 404]
    assert replies[1].body["error"]["code"] == "0x80040217"
    assert replies[1].headers["REQ_ID"]
    assert len(api.get(f"accounts?$filter=name eq '{unique}'").json()["value"]) == 1


def test_going_on_answers_200_with_every_outcome(api: httpx2.Client, make: Make, unique: str) -> None:
    row_id = make("accounts", name="A")
    etag = api.get(f"accounts({row_id})").headers["ETag"]
    response, replies = send(
        api,
        part("PATCH", f"accounts({row_id})", {"name": unique}, If_Match=etag),
        part("PATCH", f"accounts({row_id})", {"name": "B"}, If_Match=etag),
        part("PATCH", f"accounts({row_id})", {"name": "x" * 200}),
        part("GET", "nosuch"),
        part("GET", "accounts?$top=1&$top=2"),
        part("DELETE", f"accounts({row_id})"),
        go_on=True,
    )
    assert response.status_code == 200
    assert [reply.status for reply in replies] == [204, 412, 400, 404, 400, 204]


def test_a_change_set_is_all_or_nothing_with_one_reply(api: httpx2.Client, unique: str) -> None:
    response, replies = send(
        api,
        change_set(
            part("POST", "accounts", {"name": unique}, content_id="1"),
            part("POST", "accounts", {"name": "x" * 161}, content_id="2"),
        ),
        part("POST", "contacts", {"lastname": unique}),
        go_on=True,
    )
    assert response.status_code == 200
    assert [reply.status for reply in replies] == [400, 204]
    assert replies[0].body["error"]["code"] == "0x80044331"
    assert api.get(f"accounts?$filter=name eq '{unique}'").json()["value"] == []


def test_parts_of_a_change_set_refer_to_each_other(api: httpx2.Client, unique: str) -> None:
    response, replies = send(
        api,
        change_set(
            part("POST", "contacts", {"lastname": unique}, content_id="1"),
            part("POST", "accounts", {"name": unique, "primarycontactid@odata.bind": "$1"}, content_id="2"),
            part("PATCH", "$1", {"firstname": "Ada"}, content_id="3"),
            part("PUT", "$1/jobtitle", {"value": "Boss"}, content_id="4"),
            part("PUT", "$1/parentcustomerid_account/$ref", {"@odata.id": "$2"}, content_id="5"),
        ),
    )
    assert response.status_code == 200, response.text
    assert [reply.status for reply in replies] == [204] * 5
    assert re.findall(r"Content-ID: (\d)", response.text) == ["1", "2", "3", "4", "5"]
    assert replies[0].headers["Location"] == replies[0].headers["OData-EntityId"]
    account = api.get(f"accounts?$filter=name eq '{unique}'&$expand=primarycontactid").json()["value"][0]
    contact = account["primarycontactid"]
    assert (contact["fullname"], contact["jobtitle"]) == (f"Ada {unique}", "Boss")
    assert contact["_parentcustomerid_value"] == account["accountid"]


def test_a_reference_that_is_not_declared_yet_is_refused(api: httpx2.Client) -> None:
    response, replies = send(
        api, change_set(part("POST", "accounts", {"name": "A", "primarycontactid@odata.bind": "$7"}, content_id="1"))
    )
    assert response.status_code == 400
    assert replies[0].body["error"]["message"] == "Content-ID Reference: '$7' does not exist in the batch context."


def test_exact_money_survives_a_change_set(api: httpx2.Client) -> None:
    text = part("POST", "accounts", content_id="1").replace('""', "")
    body = text.rstrip("\r\n") + '\r\n\r\n{"name":"A","creditlimit":12345678901234.56}\r\n'
    _, replies = send(api, change_set(body))
    assert replies[0].status == 204
    assert "12345678901234.5600" in api.get(replies[0].headers["OData-EntityId"]).text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", "multipart/mixed; boundary=b"),
        ("--b\r\n\r\n--b--", "multipart/mixed; boundary=b"),
        ("--b--\r\n", "application/json"),
        ("--b--\r\n", "multipart/mixed"),
        ("--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n", "multipart/mixed; boundary=b"),
        ("--b\r\nContent-Type: application/http\r\n\r\nnonsense\r\n\r\n--b--\r\n", "multipart/mixed; boundary=b"),
        ("--b\r\nContent-Type: application/http\r\n--b--\r\n", "multipart/mixed; boundary=b"),
        (f"--b\r\n{change_set(part('GET', 'accounts', content_id='1'))}--b--\r\n", "multipart/mixed; boundary=b"),
        (f"--b\r\n{change_set(part('POST', 'accounts', {}))}--b--\r\n", "multipart/mixed; boundary=b"),
        (f"--b\r\n{part('GET', 'WhoAmI')}".replace("WhoAmI", "W" * 70000) + "--b--\r\n", "multipart/mixed; boundary=b"),
        (f"--b\r\n{part('GET', 'WhoAmI')}" * 1001 + "--b--\r\n", "multipart/mixed; boundary=b"),
        (f"--b\n{part('GET', 'WhoAmI')}--b--\n".replace("\r", ""), "multipart/mixed; boundary=b"),
    ],
)
def test_a_malformed_batch_is_refused_as_a_whole(api: httpx2.Client, body: str, content_type: str) -> None:
    response = api.post("$batch", content=body.encode(), headers={"Content-Type": content_type})
    assert code_of(response) == (400, "0x80048d19")


def test_a_batch_within_a_batch_is_refused(api: httpx2.Client) -> None:
    _, replies = send(api, part("POST", "$batch", {}))
    assert replies[0].status == 400


def test_a_thousand_operations_fit(api: httpx2.Client, unique: str) -> None:
    rows = [part("PATCH", f"accounts({uuid4()})", {"name": unique}) for _ in range(1000)]
    response, replies = send(api, *rows)
    assert response.status_code == 200
    assert [reply.status for reply in replies] == [204] * 1000
    assert api.get(f"accounts/$count?$filter=name eq '{unique}'").text.lstrip("\ufeff") == "1000"
