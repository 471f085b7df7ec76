"""Signing in by password and by link, and out again."""

import pytest
from django.test import Client
from tests.web.conftest import Books, person

from tallystick.financials.models import User
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import users

PASSWORD = "a long pass phrase"


@pytest.fixture
def member(books: Books) -> User:
    return person(books.company, PermissionSet.FINANCE_CLERK)


def sign_in(client: Client, email: str, password: str) -> int:
    return client.post("/sign-in/", {"username": email, "password": password}).status_code


def test_a_page_leads_strangers_to_the_sign_in_and_back(client: Client, books: Books, member: User) -> None:
    answer = client.get(books.url + "records/customer/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={books.url}records/customer/"
    answer = client.post(answer["Location"], {"username": member.email, "password": PASSWORD})
    assert client.post(
        "/sign-in/", {"username": member.email, "password": PASSWORD, "next": books.url + "records/customer/"}
    )["Location"].endswith("records/customer/")


def test_the_address_may_be_written_in_capitals(client: Client, member: User) -> None:
    assert sign_in(client, member.email.upper(), PASSWORD) == 302


def test_a_wrong_password_and_an_unknown_address_are_told_alike(client: Client, member: User) -> None:
    wrong = client.post("/sign-in/", {"username": member.email, "password": "no"}).content
    unknown = client.post("/sign-in/", {"username": "nobody@example.com", "password": "no"}).content
    assert b"do not match" in wrong
    assert b"do not match" in unknown


def test_five_wrong_passwords_close_the_door_for_a_while_however_the_address_is_written(
    client: Client, member: User
) -> None:
    spellings = [member.email, member.email.upper(), member.email.title(), f" {member.email}", member.email]
    for spelling in spellings:
        last = client.post("/sign-in/", {"username": spelling, "password": "wrong"})
    assert last.status_code == 429
    assert "15 minutes" in last.content.decode()
    assert sign_in(client, member.email, PASSWORD) == 429


def test_a_switched_off_user_stays_outside(client: Client, member: User) -> None:
    users.set_active(member, False)
    assert sign_in(client, member.email, PASSWORD) == 200
    assert "_auth_user_id" not in client.session


def test_a_link_that_is_only_looked_at_is_not_used_up(client: Client, member: User) -> None:
    token = users.create_sign_in_link(member)
    for _ in range(3):
        assert client.get(f"/sign-in/link/{token}").status_code == 200
    assert "_auth_user_id" not in client.session
    assert client.post(f"/sign-in/link/{token}")["Location"] == "/"
    assert client.session["_auth_user_id"] == str(member.pk)


def test_a_link_works_once(client: Client, member: User) -> None:
    token = users.create_sign_in_link(member)
    client.post(f"/sign-in/link/{token}")
    again = Client().post(f"/sign-in/link/{token}")
    assert again.status_code == 410
    assert "Make sign-in link" in again.content.decode()


def test_who_came_by_a_link_chooses_a_new_password_without_the_old_one(client: Client, member: User) -> None:
    client.post(f"/sign-in/link/{users.create_sign_in_link(member)}")
    new = {"new_password1": "another long phrase", "new_password2": "another long phrase"}
    assert client.post("/password/", new).status_code == 302
    assert sign_in(Client(), member.email, "another long phrase") == 302
    # Once changed, the next change asks for the password again.
    assert client.post("/password/", new).status_code == 200


def test_signing_out_needs_a_post(clerk: Client) -> None:
    assert clerk.get("/sign-out/").status_code == 405
    assert clerk.post("/sign-out/").status_code == 302
    assert clerk.get("/").status_code == 302
    assert "sign-in" in clerk.get("/")["Location"]


def test_an_old_form_is_refused_with_a_page_that_says_what_to_do() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "reload the page" in answer.content.decode()


def test_someone_without_a_company_is_told_so(client: Client, db: None) -> None:
    client.force_login(users.create_user("new@example.com"))
    assert "not a member of any company" in client.get("/").content.decode()
