"""What the owner of a sandbox can do to it beside the Web API: what the directory, the admin center or time would do."""

from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, code_of, running_sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox")) as running:
        yield running


@pytest.fixture
def staff(sandbox: Sandbox) -> Iterator[Staff]:
    with sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        yield staff


def ask_for_token(sandbox: Sandbox, client_id: str) -> httpx2.Response:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": "secret"}
    return sandbox.control.post(sandbox.token_url, data={**form, "scope": f"{sandbox.url}/.default"})


@pytest.mark.parametrize(
    ("trouble", "status", "error", "code"),
    [("expired", 401, "invalid_client", "AADSTS7000222"), ("disabled", 400, "unauthorized_client", "AADSTS7000112")],
)
def test_the_directory_refuses_an_application_in_trouble_until_it_is_registered_anew(
    sandbox: Sandbox, trouble: str, status: int, error: str, code: str
) -> None:
    client_id = str(uuid4())
    known = {"client_id": client_id, "client_secret": "secret"}
    sandbox.control.post("/_sandbox/applications", json={**known, "trouble": trouble}).raise_for_status()
    refused = ask_for_token(sandbox, client_id)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_description"].startswith(f"{code}: ")
    sandbox.control.post("/_sandbox/applications", json=known).raise_for_status()
    assert ask_for_token(sandbox, client_id).status_code == 200


def test_a_user_of_an_application_needs_a_licence_once_it_signs_in_as_people_do(staff: Staff) -> None:
    user, client = staff.application("Salesperson")
    desk = staff.sandbox.control
    assert client.get("WhoAmI").status_code == 200
    desk.post("/_sandbox/users", json={"systemuserid": user, "accessmode": 0}).raise_for_status()
    assert code_of(client.get("WhoAmI")) == (403, "0x8004d24b")
    desk.post("/_sandbox/users", json={"systemuserid": user, "islicensed": True}).raise_for_status()
    assert client.get("WhoAmI").status_code == 200


def test_change_tracking_that_nobody_switched_on_is_switched_on_over_the_web_api(staff: Staff) -> None:
    body = {"logicalname": "account", "changetrackingenabled": False}
    staff.sandbox.control.post("/_sandbox/tables", json=body).raise_for_status()
    track = {"Prefer": "odata.track-changes"}
    assert code_of(staff.api.get("accounts?$select=name", headers=track)) == (400, "0x80072491")
    table = "EntityDefinitions(LogicalName='account')"
    found = staff.api.get(f"{table}?$select=MetadataId,ChangeTrackingEnabled").json()
    assert found["ChangeTrackingEnabled"] is False
    wanted = {
        "@odata.type": "Microsoft.Dynamics.CRM.EntityMetadata",
        "MetadataId": found["MetadataId"],
        "LogicalName": "account",
        "ChangeTrackingEnabled": True,
    }
    path = f"EntityDefinitions({found['MetadataId']})"
    assert staff.api.put(path, json=wanted, headers={"MSCRM.MergeLabels": "true"}).status_code == 204
    assert staff.api.get("accounts?$select=name", headers=track).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("users", {"systemuserid": str(uuid4()), "accessmode": 17}, 400, "accessmode"),
        ("users", {"systemuserid": str(uuid4()), "accessmode": 0}, 404, "There is no user"),
        ("applications", {"client_id": str(uuid4()), "client_secret": "s", "trouble": "lost"}, 400, "trouble"),
        ("tables", {"logicalname": "account"}, 400, "changetrackingenabled"),
        ("tables", {"logicalname": "nothing", "changetrackingenabled": True}, 404, "There is no table nothing"),
        ("tables", ["account"], 400, "changetrackingenabled"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(
    sandbox: Sandbox, path: str, body: object, status: int, told: str
) -> None:
    answer = sandbox.control.post(f"/_sandbox/{path}", json=body)
    assert answer.status_code == status
    assert told in answer.json()["error"]
