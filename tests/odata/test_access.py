"""Who may read what: keys, roles, other companies, how often, from which sites; and what is written down about it.

To see these tests fail: take the check out of `access` or `limits` that the test names."""

from base64 import b64encode
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.odata.conftest import Answer, Books, Caller, key_for, make_books, user_of

from tallystick.financials.models import User, WebServiceKey, WebServiceUse
from tallystick.financials.permissions import PermissionSet, operator
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services import users, web_service_keys
from tallystick.financials.services import web_services as service
from tallystick.odata import cors, limits, publishing
from tallystick.odata.limits import Limit

ENVIRONMENT = "https://contoso.crm4.dynamics.com"


def basic(name: str, key: str) -> str:
    return "Basic " + b64encode(f"{name}:{key}".encode()).decode()


@pytest.fixture
def user(caller: Caller) -> User:
    return User.objects.get(email="sales-viewer@example.com")


def test_a_key_opens_as_password_and_as_bearer_token(caller: Caller) -> None:
    assert caller.get("Customers").status == 200
    assert caller.get("Customers", authorization=basic("sales-viewer@example.com", caller.key)).status == 200
    assert caller.get("Customers", authorization=basic("Sales-Viewer@Example.COM", caller.key)).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer nonsense",
        "Bearer tsk_000000000000_" + "a" * 43,
        "Bearer tsk_" + "é" * 12,
        "Basic !!!",
        "Basic " + b64encode(b"\xff\xfe").decode(),
        "Basic " + b64encode(b"no colon").decode(),
        "Digest x",
        "Bearer " + "x" * 100_000,
    ],
)
def test_anything_else_is_asked_for_a_key(caller: Caller, authorization: str) -> None:
    answer = caller.get("Customers", authorization=authorization)
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"].startswith('Basic realm="')
    assert "web service key" in answer.message


def test_a_session_opens_nothing(caller: Caller, user: User) -> None:
    """Else a page of another site could read through the browser of somebody who is signed in."""
    browser = Client()
    browser.force_login(user)
    assert browser.get(f"/odata/{caller.slug}/Customers").status_code == 401


def test_a_key_is_refused_with_another_secret_or_another_name(caller: Caller) -> None:
    wrong = caller.key[:-4] + ("aaaa" if not caller.key.endswith("aaaa") else "bbbb")
    assert "is wrong" in caller.get(authorization=f"Bearer {wrong}").message
    assert "another user" in caller.get(authorization=basic("clerk@example.com", caller.key)).message


def test_a_changed_a_revoked_and_an_expired_key_stop_working(caller: Caller, user: User) -> None:
    changed = key_for(user)
    assert caller.get().status == 401
    again = Caller(caller.slug, changed)
    assert again.get().status == 200
    WebServiceKey.objects.filter(user=user).update(expires_at=timezone.now())
    assert "expired on" in again.get().message
    WebServiceKey.objects.filter(user=user).update(expires_at=timezone.now() + timedelta(days=1))
    assert again.get().status == 200
    assert web_service_keys.revoke_key(user, by=operator("test"), now=timezone.now())
    assert again.get().status == 401
    assert not web_service_keys.revoke_key(user, by=operator("test"), now=timezone.now())


def test_the_key_of_a_user_who_is_switched_off_rests(caller: Caller, user: User) -> None:
    users.set_active(user, False)
    assert "switched off" in caller.get().message
    users.set_active(user, True)
    assert caller.get().status == 200


def test_only_a_hash_of_the_key_is_kept_and_none_of_a_revoked_one(caller: Caller, user: User) -> None:
    secret = caller.key.rpartition("_")[2]
    row = WebServiceKey.objects.get(user=user)
    assert secret not in str(WebServiceKey.objects.values().get(pk=row.pk))
    assert row.secret_hash.startswith("scrypt$")
    key_for(user)
    row.refresh_from_db()
    assert row.secret_hash == ""
    assert WebServiceKey.objects.filter(user=user, revoked_at=None).count() == 1


@pytest.mark.parametrize("days", [0, -1, 731])
def test_a_key_lasts_two_years_at_most(caller: Caller, user: User, days: int) -> None:
    with pytest.raises(FinancialsError, match="cannot last"):
        key_for(user, days=days)
    assert caller.get().status == 200, "the old key still opens"


def test_another_company_looks_as_if_it_did_not_exist(caller: Caller) -> None:
    make_books("Beta")
    theirs, nowhere = Caller("beta", caller.key).get("Customers"), Caller("nowhere", caller.key).get("Customers")
    assert (theirs.status, nowhere.status) == (404, 404)
    assert theirs.message.replace("beta", "") == nowhere.message.replace("nowhere", "")


def test_the_records_of_another_company_are_never_among_them(caller: Caller, user: User) -> None:
    other = make_books("Beta")
    users.grant(user, other.company, PermissionSet.SALES_VIEWER)
    ids = {str(id) for id in other.ids.values()}
    for path in ("Customers", "Items", "Resources", "PriceLists", "PriceListLines"):
        mine, theirs = caller.rows(path), Caller("beta", caller.key).rows(path)
        assert len(mine) == len(theirs) > 0
        assert not {row["Id"] for row in mine} & ids
        assert {row["Id"] for row in theirs} <= ids
    assert len(caller.rows("ProductItemAvailability")) == 4
    assert caller.keys(f"Customers?$filter=Id eq {other.ids['C1']}") == []


def test_what_is_not_published_is_not_there(caller: Caller, books: Books) -> None:
    publishing.unpublish(books.company, "items")
    for path in ("Items", "Items('1000')", "Items/$count", "items", "Nothing"):
        assert caller.get(path).status == 404
    assert "Items" not in [one["name"] for one in caller.get().json["value"]]
    assert b'Name="Items"' not in caller.get("$metadata").content


def test_permission_sets_that_do_not_suffice_are_told(books: Books) -> None:
    """The service checks what the pages check. Leave `check_may_read` out, and everybody reads everything."""
    salesperson = Caller("alpha", key_for(user_of(books.company, PermissionSet.ITEM_AVAILABILITY_READER)))
    assert salesperson.get("ProductItemAvailability").status == 200
    answer = salesperson.get("Customers('C1')")
    assert answer.status == 403
    assert "may not look at its customers" in answer.message
    assert "Sales viewer" in answer.message, "what would help is said"
    users.grant(User.objects.get(email="item-availability-reader@example.com"), books.company, "sales-viewer")
    assert salesperson.get("Customers('C1')").status == 200


@pytest.mark.parametrize(
    ("limit", "said", "authorization"),
    [("PER_ADDRESS", "from this address", None), ("PER_KEY", "with this web service key", None)],
)
def test_who_asks_too_often_waits(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, limit: str, said: str, authorization: str | None
) -> None:
    monkeypatch.setattr(limits, limit, Limit(2, timedelta(minutes=1)))
    answers = [caller.get("Items/$count") for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 429, 429]
    assert said in answers[2].message
    assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
    assert WebServiceUse.objects.count() == 2, "who is turned away leaves no trace, so a flood writes nothing"
    WebServiceUse.objects.update(at=timezone.now() - timedelta(seconds=61))
    assert caller.get("Items/$count").status == 200


def test_a_key_that_is_guessed_at_is_not_tried_for_a_while(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "REFUSALS", Limit(2, timedelta(minutes=15)))
    wrong = f"Bearer {caller.key[:-4]}----"
    assert [caller.get(authorization=wrong).status for _ in range(3)] == [401, 401, 429]
    assert caller.get().status == 429, "not even the right one from this address, which would tell it apart"


def test_every_use_is_written_down(caller: Caller, user: User) -> None:
    caller.get("Customers?$top=3")
    caller.get("Customers('C9')")
    caller.get("Nothing\x00" + "x" * 100)
    caller.get()
    caller.get(authorization="Bearer " + caller.key[:-4] + "----")
    told = [
        (use.user_email, use.service[:9], use.status, use.row_count, use.address)
        for use in WebServiceUse.objects.order_by("pk")
    ]
    email, here = user.email, "127.0.0.1"
    assert told == [
        (email, "Customers", 200, 3, here),
        (email, "Customers", 404, 0, here),
        (email, "Nothingxx", 404, 0, here),
        (email, "", 200, 0, here),
        ("", "", 401, 0, here),
    ]
    key = WebServiceKey.objects.get(user=user)
    assert key.last_used_at is not None
    assert {use.lookup for use in WebServiceUse.objects.all()} == {key.lookup}


def test_the_trail_is_pruned_by_age(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PRUNED_EVERY", 1)
    for _ in range(3):
        caller.get()
    old = WebServiceUse.objects.order_by("pk").first()
    assert old
    WebServiceUse.objects.filter(pk=old.pk).update(at=timezone.now() - service.KEPT - timedelta(seconds=1))
    caller.get()
    assert WebServiceUse.objects.count() == 3
    assert not WebServiceUse.objects.filter(pk=old.pk).exists()


# Other sites


@pytest.fixture
def connected(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> Caller:
    allowed = {"alpha": [f"{ENVIRONMENT}/main.aspx"]}
    monkeypatch.setattr(cors, "_allowed_origins", lambda: lambda slug: allowed.get(slug, []))
    return caller


def ask_before(caller: Caller, origin: str) -> Answer:
    more: dict[str, Any] = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    return caller.get("Items", method="OPTIONS", authorization="", **more)


def test_a_page_of_the_connected_environment_may_ask(connected: Caller) -> None:
    answer = ask_before(connected, ENVIRONMENT)
    assert answer.status == 204
    assert answer.headers["Access-Control-Allow-Origin"] == ENVIRONMENT
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    read = connected.get("Items", Origin=ENVIRONMENT)
    assert read.headers["Access-Control-Allow-Origin"] == ENVIRONMENT
    assert "Origin" in read.headers["Vary"]
    refused = connected.get("Items", authorization="", Origin=ENVIRONMENT)
    assert refused.headers["Access-Control-Allow-Origin"] == ENVIRONMENT, "so that the page can tell why"


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "*", "http://contoso.crm4.dynamics.com", f"{ENVIRONMENT}.evil.example"]
)
def test_a_page_of_another_site_may_not(connected: Caller, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask_before(connected, origin).headers
    assert "Access-Control-Allow-Origin" not in connected.get("Items", Origin=origin).headers
    assert "Access-Control-Allow-Origin" not in ask_before(Caller("beta", ""), ENVIRONMENT).headers


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Contoso.crm4.dynamics.com", ENVIRONMENT),
        ("https://contoso.crm4.dynamics.com:443/x", ENVIRONMENT),
        ("http://127.0.0.1:8700", "http://127.0.0.1:8700"),
        ("http://[::1]:8700", "http://[::1]:8700"),
        ("ftp://x", ""),
        ("", ""),
    ],
)
def test_an_address_becomes_the_origin_that_browsers_send(address: str, origin: str) -> None:
    assert cors.origin_of(address) == origin
