"""What survives a restart and a kill."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox.staff import Staff
from tests.sandbox_process import running_sandbox

from tallystick.sandbox.metadata.model import stable_id


def test_a_restart_keeps_data_tokens_links_keys_and_definitions(tmp_path: Path) -> None:
    track = {"Prefer": "odata.track-changes"}
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        headers = dict(api.headers)
        for number in range(3):
            api.post("accounts", json={"name": f"n{number}"})
        column = {
            "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
            "SchemaName": "new_Code",
            "MaxLength": 9,
        }
        api.post("EntityDefinitions(LogicalName='account')/Attributes", json=column)
        key = {"SchemaName": "new_Key", "KeyAttributes": ["new_code"]}
        api.post("EntityDefinitions(LogicalName='account')/Keys", json=key)
        option = {"EntityLogicalName": "account", "AttributeLogicalName": "paymenttermscode"}
        label = {"LocalizedLabels": [{"Label": "CM", "LanguageCode": 1033}]}
        api.post("InsertOptionValue", json={**option, "Label": label})
        last = api.patch("accounts(new_code='A')", json={"name": "last", "paymenttermscode": 100_000_000})
        version = api.get(last.headers["OData-EntityId"]).json()["versionnumber"]
        delta = api.get("accounts?$select=name", headers=track).json()["@odata.deltaLink"].removeprefix(sandbox.url)
        page = api.get("accounts?$select=name", headers={"Prefer": "odata.maxpagesize=2"}).json()
        more = page["@odata.nextLink"].removeprefix(sandbox.url)
        tenant_key = api.get("accounts(new_code='A')").json()["accountid"]
        sandbox.kill()
    with running_sandbox(tmp_path) as sandbox, httpx2.Client(base_url=sandbox.url, headers=headers) as api:
        rest = api.get(more, headers={"Prefer": "odata.maxpagesize=2"}).json()
        assert sorted(row["name"] for row in page["value"] + rest["value"]) == ["last", "n0", "n1", "n2"]
        assert api.get(delta).json()["value"] == []
        row = api.get("/api/data/v9.2/accounts(new_code='a')").json()
        assert (row["accountid"], row["paymenttermscode"]) == (tenant_key, 100_000_000)
        api.patch(f"/api/data/v9.2/accounts({tenant_key})", json={"name": "again"})
        assert [entry["name"] for entry in api.get(delta).json()["value"]] == ["again"]
        assert api.get(f"/api/data/v9.2/accounts({tenant_key})").json()["versionnumber"] > version


def test_versions_never_go_back_even_when_the_newest_row_was_deleted(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        row = api.get(api.post("accounts", json={"name": "A"}).headers["OData-EntityId"]).json()
        api.delete(f"accounts({row['accountid']})")
        token = api.get("accounts?$select=name", headers={"Prefer": "odata.track-changes"}).json()["@odata.deltaLink"]
        sandbox.kill()
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        created = api.post("accounts", json={"name": "B"})
        assert api.get(created.headers["OData-EntityId"]).json()["versionnumber"] > row["versionnumber"] + 1
        entries = api.get(token.replace(token.partition("/api/")[0], sandbox.url)).json()["value"]
        assert [entry["name"] for entry in entries] == ["B"]


def test_kill_9_at_any_moment_loses_no_answered_write(tmp_path: Path) -> None:
    chance = random.Random(20260304)
    answered: list[str] = []
    for _ in range(4):
        with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
            killer = threading.Timer(chance.uniform(0.02, 0.25), os.kill, (sandbox.process.pid, signal.SIGKILL))
            killer.start()
            try:
                while True:
                    ids = [str(uuid4()) for _ in range(chance.choice((1, 20)))]
                    rows = [
                        {"@odata.type": "Microsoft.Dynamics.CRM.account", "accountid": row_id, "name": "n"}
                        for row_id in ids
                    ]
                    answer = api.post("accounts/Microsoft.Dynamics.CRM.CreateMultiple", json={"Targets": rows})
                    assert answer.status_code == 200
                    answered += ids
            except httpx2.TransportError:
                killer.join()
    assert answered
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        stored, link = set(), "accounts?$select=accountid"
        while link:
            body = api.get(link).json()
            stored |= {row["accountid"] for row in body["value"]}
            link = body.get("@odata.nextLink", "")
    assert set(answered) <= stored


def test_two_sandboxes_never_share_a_directory(tmp_path: Path) -> None:
    with running_sandbox(tmp_path):
        started = time.monotonic()
        with pytest.raises(RuntimeError, match="status 2"), running_sandbox(tmp_path):
            pass
        assert time.monotonic() - started < 10


def test_it_ends_cleanly_when_asked(tmp_path: Path) -> None:
    with running_sandbox(tmp_path) as sandbox:
        assert sandbox.stop() == 0


def test_an_environment_of_an_older_sandbox_gets_what_is_new(tmp_path: Path) -> None:
    """Columns, tables, role templates and privileges that did not exist when it was made."""
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        account = api.post("accounts", json={"name": "old"}).headers["OData-EntityId"].rpartition("/")[2]
        sandbox.kill()
    with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as database, database:
        database.execute('DROP INDEX "account_defaultpricelevelid"')
        database.execute('ALTER TABLE "account" DROP COLUMN "defaultpricelevelid"')
        for table in ("quote", "solution", "publisher", "privilege", "roleprivileges"):
            database.execute(f'DROP TABLE "{table}"')
        database.execute('UPDATE "role" SET "roletemplateid" = NULL')
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        row = api.get(f"{account}?$select=name,_defaultpricelevelid_value").json()
        assert (row["name"], row["_defaultpricelevelid_value"]) == ("old", None)
        assert api.post("quotes", json={"name": "new"}).status_code == 204
        assert [one["uniquename"] for one in api.get("solutions").json()["value"]] == ["Default"]
        roles = api.get("roles?$select=roletemplateid").json()["value"]
        assert all(role["roletemplateid"] for role in roles)


def test_what_an_older_sandbox_granted_on_users_stays_granted(tmp_path: Path) -> None:
    """It called the privilege prvReadSystemUser. Broken once by leaving the renaming out: the reader was refused."""
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        _, reader = staff.application(staff.role({"prvReadUser": "Global"}))
        client_id = staff.last_client_id
        assert reader.get("systemusers").status_code == 200
        ids = {one["name"]: one["privilegeid"] for one in api.get("privileges?$select=name").json()["value"]}
        sandbox.kill()
    older = stable_id("privilege", "prvReadSystemUser")
    with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as database, database:
        for table in ("privilege", "roleprivileges"):
            change = f'UPDATE "{table}" SET "privilegeid" = ? WHERE "privilegeid" = ?'
            database.execute(change, (older, ids["prvReadUser"]))
        database.execute('UPDATE "privilege" SET "name" = ? WHERE "privilegeid" = ?', ("prvReadSystemUser", older))
    with running_sandbox(tmp_path) as sandbox, sandbox.client() as api:
        sandbox.register(client_id, "secret")
        with sandbox.client(client_id, "secret") as reader:
            assert reader.get("systemusers").status_code == 200
        names = {one["name"] for one in api.get("privileges?$select=name").json()["value"]}
        assert "prvReadUser" in names
        assert "prvReadSystemUser" not in names
