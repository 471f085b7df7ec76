"""The page Web Services and Change Web Service Key: who may publish, who may make whose key, what is shown once."""

import re

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.conftest import Books, person, signed_in

from tallystick.financials.models import Membership, User, WebServiceKey
from tallystick.financials.permissions import PermissionSet, operator
from tallystick.financials.services import users, web_service_keys
from tallystick.financials.web_services import published_services

KEY = re.compile(r"tsk_[0-9a-f]{12}_[\w-]{43}")


def opens(key: str, path: str = "Customers") -> int:
    return Client(headers={"Authorization": f"Bearer {key}"}).get(f"/odata/alpha/{path}").status_code


def test_what_is_published_has_an_address_that_answers(administrator: Client, books: Books) -> None:
    page = books.url + "web-services/"
    assert "http://testserver/odata/alpha/Customers" not in administrator.get(page).content.decode()
    shown = administrator.post(page + "Customers/publish", follow=True).content.decode()
    assert "http://testserver/odata/alpha/Customers" in shown
    assert "Who may read it with a key: Sales viewer, Integration administrator" in shown
    key = KEY.search(administrator.post(page + "key", {"days": "30"}).content.decode())
    assert key
    assert opens(key[0]) == 200
    assert "Customers</td>" in administrator.get(page).content.decode(), "the use of it is shown to administrators"
    administrator.post(page + "Customers/unpublish")
    assert opens(key[0]) == 404


def test_who_published_a_set_is_remembered(administrator: Client, books: Books) -> None:
    page = books.url + "web-services/"
    administrator.post(page + "Items/publish")
    assert published_services(books.company)["Items"].published_by == "administrator@example.com"
    assert administrator.post(page + "Nothing/publish").status_code == 404


def test_who_is_no_administrator_reads_the_page_only(clerk: Client, books: Books) -> None:
    page = books.url + "web-services/"
    shown = clerk.get(page).content.decode()
    assert "Not published" in shown
    assert "Publish</button>" not in shown
    assert "Latest use" not in shown
    for verb in ("publish", "unpublish"):
        assert clerk.post(page + f"Items/{verb}").status_code == 403


def test_a_key_is_shown_once(viewer: Client, books: Books) -> None:
    page = books.url + "web-services/key"
    answer = viewer.post(page, {"days": "365"})
    assert "no-store" in answer["Cache-Control"]
    key = KEY.search(answer.content.decode())
    assert key
    later = viewer.get(page).content.decode()
    assert key[0] not in later
    assert key[0][:16] in later, "what is shown of it later finds it in a list of keys"


def test_a_new_key_replaces_the_old_one_and_a_revoked_one_is_gone(viewer: Client, books: Books) -> None:
    page = books.url + "web-services/key"
    first, second = (KEY.search(viewer.post(page, {"days": "30"}).content.decode()) for _ in range(2))
    assert first
    assert second
    assert (opens(first[0], ""), opens(second[0], "")) == (401, 200)
    assert "is revoked" in viewer.post(page + "/revoke", follow=True).content.decode()
    assert opens(second[0], "") == 401


@pytest.mark.parametrize("days", ["", "0", "100000", "x"])
def test_a_key_that_lasts_for_ever_is_not_made(viewer: Client, books: Books, days: str) -> None:
    answer = viewer.post(books.url + "web-services/key", {"days": days})
    assert answer.status_code == 422
    assert not WebServiceKey.objects.exists()


def test_an_administrator_changes_the_key_of_a_user(administrator: Client, books: Books) -> None:
    member = person(books.company, PermissionSet.FINANCE_CLERK)
    page = f"{books.url}users/{member.pk}/"
    assert "Change Web Service Key" in administrator.get(page).content.decode()
    made = administrator.post(page + "key", {"days": "90"}).content.decode()
    assert "finance-clerk@example.com" in made
    key = KEY.search(made)
    assert key
    assert opens(key[0], "") == 200
    row = WebServiceKey.objects.get(user=member)
    assert row.created_by == "administrator@example.com"
    administrator.post(page + "key/revoke")
    assert opens(key[0], "") == 401


def test_a_key_that_would_open_other_companies_is_not_made_from_here(
    administrator: Client, books: Books, other_books: Books
) -> None:
    """It would let an administrator read, in somebody else's name, the books of a company that is not theirs."""
    member = person(books.company, PermissionSet.FINANCE_CLERK)
    users.grant(member, other_books.company, PermissionSet.SALES_VIEWER)
    web_service_keys.change_key(member, by=operator("themself"), now=timezone.now())
    page = f"{books.url}users/{member.pk}/"
    assert "Change Web Service Key</a>" not in administrator.get(page).content.decode().partition("<main")[2]
    assert administrator.get(page + "key").status_code == 403
    assert administrator.post(page + "key", {"days": "30"}).status_code == 403
    assert administrator.post(page + "key/revoke").status_code == 403
    assert WebServiceKey.objects.get(user=member).created_by == "themself"


def test_a_clerk_changes_nobody_elses_key(clerk: Client, books: Books, other_books: Books) -> None:
    somebody = person(books.company, PermissionSet.SALES_VIEWER)
    assert clerk.post(f"{books.url}users/{somebody.pk}/key", {"days": "30"}).status_code == 403
    stranger = Membership.objects.get(company=other_books.company).user
    assert signed_in(User.objects.get(email="finance-clerk@example.com")).get(
        f"{books.url}users/{stranger.pk}/key"
    ).status_code in (
        403,
        404,
    )
    assert not WebServiceKey.objects.exists()
