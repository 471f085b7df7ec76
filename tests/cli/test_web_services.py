"""Publishing and keys at the terminal: what it prints works over HTTP."""

import pytest
from tests.cli.command import Tally, new_home


@pytest.fixture(scope="module")
def tally(tmp_path_factory: pytest.TempPathFactory) -> Tally:
    tally = new_home(tmp_path_factory.mktemp("web-services") / "home")
    tally.done("company", "add", "Acme & Sons")
    tally.done("user", "add", "ann@example.com")
    return tally


def test_a_web_service_is_published_and_not_any_more(tally: Tally) -> None:
    told = tally.done("web-service", "publish", "productitemavailability", "--json").json
    assert (told["name"], told["published"]) == ("ProductItemAvailability", True)
    assert "item-availability-reader" in told["permission_sets"]
    assert told["path"] == "/odata/acme-sons/ProductItemAvailability"
    assert told["published_by"].endswith("(command line)")
    listed = {one["name"]: one["published"] for one in tally.done("web-service", "list", "--json").json}
    assert listed["ProductItemAvailability"]
    assert not listed["Customers"]
    assert "Who may read it" in tally.done("web-service", "list").out
    assert "is not published." in tally.done("web-service", "unpublish", "ProductItemAvailability").out
    assert not any(one["published"] for one in tally.done("web-service", "list", "--json").json)


def test_a_key_is_printed_once_and_replaced(tally: Tally) -> None:
    first = tally.done("user", "key", "change", "Ann@Example.com", "--days", "30", "--json").json
    assert first["key"].startswith(first["hint"])
    shown = tally.done("user", "key", "show", "ann@example.com", "--json").json
    assert "key" not in shown
    assert shown["expires_at"] == first["expires_at"]
    second = tally.done("user", "key", "change", "ann@example.com").out.strip()
    assert second != first["key"]
    assert "never used" in tally.done("user", "key", "show", "ann@example.com").out
    assert "is revoked" in tally.done("user", "key", "revoke", "ann@example.com").out
    assert tally.done("user", "key", "revoke", "ann@example.com", "--json").json["revoked"] is False
    assert "cannot last 0 days" in tally.refused("user", "key", "change", "ann@example.com", "--days", "0")
