"""Changes of Settings, the matrix of permission sets, and that no view acts as the operator."""

from typing import Any

import pytest
from django.test import Client
from tests.web.conftest import HOSTILE, Books, person

from tallystick.financials.people import sets_of
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies
from tallystick.web.company import views
from tallystick.web.users.matrix import matrix

SETTINGS = {"name": "Alpha AG", "display_name": HOSTILE, "city": "Zürich", "local_currency": "EUR"}


def test_what_an_administrator_changes_is_told_with_their_name(administrator: Client, books: Books) -> None:
    administrator.post(books.url + "company/", SETTINGS)
    bo = person(books.company, PermissionSet.SALES_VIEWER)
    administrator.post(f"{books.url}users/{bo.pk}/", {"sets": ["sales-viewer", "integration-administrator"]})
    text = administrator.get(books.url + "audit/").content.decode()
    assert "administrator@example.com" in text
    assert "Zürich" in text
    assert "<bdi>Sales viewer</bdi> → <bdi>Sales viewer, Integration administrator</bdi>" in text
    assert HOSTILE not in text
    only = administrator.get(books.url + "audit/?area=Company").content.decode()
    assert "Zürich" in only
    assert "Integration administrator</bdi>" not in only
    for text, found in (("ADMINISTRATOR@", True), (bo.email, False), ("nobody", False)):
        assert ("Zürich" in administrator.get(books.url + f"audit/?q={text}").content.decode()) is found, text
    assert "Nothing like this was changed" in administrator.get(books.url + "audit/?q=nobody").content.decode()


def test_a_form_without_a_tick_takes_nothing_away(administrator: Client, books: Books) -> None:
    bo = person(books.company, PermissionSet.SALES_VIEWER)
    answer = administrator.post(f"{books.url}users/{bo.pk}/", {})
    assert answer.status_code == 422
    assert "Choose at least one" in answer.content.decode()
    assert sets_of(bo, books.company) == (PermissionSet.SALES_VIEWER,)


def test_a_forged_permission_set_is_refused(administrator: Client, books: Books) -> None:
    bo = person(books.company, PermissionSet.SALES_VIEWER)
    answer = administrator.post(f"{books.url}users/{bo.pk}/", {"sets": ["sales-viewer", "owner"]})
    assert answer.status_code == 422
    assert sets_of(bo, books.company) == (PermissionSet.SALES_VIEWER,)


def test_a_viewer_cannot_give_themselves_more(viewer: Client, books: Books) -> None:
    from tallystick.financials.models import User

    me = User.objects.get(email="sales-viewer@example.com")
    assert viewer.post(f"{books.url}users/{me.pk}/", {"sets": "administrator"}).status_code == 403
    assert viewer.post(f"{books.url}users/new", {"email": me.email, "sets": "administrator"}).status_code == 403
    assert sets_of(me, books.company) == (PermissionSet.SALES_VIEWER,)


def test_the_matrix_says_what_the_sets_allow(administrator: Client, books: Books) -> None:
    text = administrator.get(books.url + "users/").content.decode()
    for row in matrix():
        assert row.deed in text
    assert text.count(">Yes<") == sum(len(one.permissions) for one in PermissionSet)


def test_a_view_that_forgets_its_actor_is_noticed(
    administrator: Client, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard of these tests itself: without it the change would go through as the operator's."""

    def forgetful(company: Any, *, by: Any, **settings: str) -> Any:
        return companies.update_company(company, **settings)

    monkeypatch.setattr(views, "update_company", forgetful)
    with pytest.raises(AssertionError, match=r"POST /c/alpha/company/ asked a service as the operator"):
        administrator.post(books.url + "company/", SETTINGS)
