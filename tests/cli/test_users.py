"""`tally user` and `tally audit`: who may do what in a company, and who said so."""

from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    made = new_home(tmp_path / "home")
    made.done("company", "add", "Acme")
    return made


def test_permission_sets_are_granted_revoked_and_listed(tally: Tally) -> None:
    tally.done("user", "add", "ada@acme.example")
    tally.done("user", "add", "Bo@Acme.example", "--set", "sales-viewer", "--set", "item-availability-reader")
    assert tally.done("user", "grant", "bo@acme.example", "finance-clerk", "--json").json["sets"] == [
        "finance-clerk",
        "sales-viewer",
        "item-availability-reader",
    ]
    tally.done("user", "revoke", "bo@acme.example", "sales-viewer", "item-availability-reader")
    assert [(one["email"], one["sets"], one["active"]) for one in tally.done("user", "list", "--json").json] == [
        ("ada@acme.example", ["administrator"], True),
        ("bo@acme.example", ["finance-clerk"], True),
    ]
    assert "Finance clerk" in tally.done("user", "list").out
    assert "does not work in Acme any more" in tally.done("user", "revoke", "bo@acme.example").out
    assert [one["email"] for one in tally.done("user", "list", "--json").json] == ["ada@acme.example"]


def test_the_last_administrator_stays(tally: Tally) -> None:
    tally.done("user", "add", "ada@acme.example")
    answer = tally("user", "revoke", "ada@acme.example")
    assert answer.status == 2
    assert "is the only administrator of Acme" in answer.err
    assert "has no session 5 that goes on" in tally("user", "sessions", "ada@acme.example", "--end", "5").err
    assert tally.done("user", "list", "--json").json[0]["sets"] == ["administrator"]


def test_the_audit_says_who_changed_what(tally: Tally) -> None:
    tally.done("user", "add", "ada@acme.example", "--set", "sales-viewer")
    tally.done("experience", "acme", "Essential")
    company, sets = tally.done("audit", "--json").json[:2]
    assert company["area"] == "Company"
    assert company["changes"] == [{"name": "experience", "before": "Suite", "after": "Essential"}]
    assert company["by"].endswith("(command line)")
    assert sets["subject"] == "ada@acme.example"
    assert sets["changes"] == [{"name": "permission sets", "before": "", "after": "Sales viewer"}]
    only = tally.done("audit", "--area", "permission sets", "--text", "ADA@", "--json").json
    assert [entry["subject"] for entry in only] == ["ada@acme.example"]
    assert "Sales viewer" in tally.done("audit").out
