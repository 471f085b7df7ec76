"""One's sessions: seen, told apart, ended one by one or all together, by oneself or by who manages users."""

import re

import pytest
from django.test import Client
from tests.web.conftest import Books, person

from tallystick.financials import audit
from tallystick.financials.models import SignedInSession, User
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import users
from tallystick.web.sign_in.sessions import browser_in_words

PASSWORD = "a long pass phrase"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)


@pytest.fixture
def member(books: Books) -> User:
    return person(books.company, PermissionSet.FINANCE_CLERK)


def browser(user: User, user_agent: str) -> Client:
    client = Client(headers={"user-agent": user_agent})
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def is_in(client: Client) -> bool:
    return client.get("/your-sign-in/").status_code == 200


def ends(page: str) -> list[str]:
    """Where the buttons of a page lead that end a session."""
    return re.findall(r'action="([^"]*/sessions/[0-9]+/end)"', page)


def noted(books: Books) -> list[tuple[str, str]]:
    entries = audit.setting_changes(books.company, area="User").entries
    return [(entry.by, one.after) for entry in entries for one in entry.changes if one.name == "sessions"]


def test_sessions_are_told_apart_and_a_single_one_is_ended(books: Books, member: User) -> None:
    desk, phone = browser(member, FIREFOX), browser(member, PHONE)
    page = desk.get("/your-sign-in/").content.decode()
    assert "Firefox on Windows" in page
    assert "Safari on iPhone" in page
    assert page.index("Firefox on Windows") < page.index("This one") < page.index("Safari on iPhone")
    assert page.count("from 127.0.0.1") >= 2
    assert desk.session.session_key not in page
    [end] = ends(page)
    assert "That session is ended" in desk.post(end, follow=True).content.decode()
    assert (is_in(desk), is_in(phone)) == (True, False)
    [(by, what)] = noted(books)
    assert (by, what[-25:]) == (member.email, " from 127.0.0.1 was ended")
    assert "has ended already" in desk.post(end, follow=True).content.decode()


def test_nobody_ends_the_session_they_work_in_or_somebody_elses(books: Books, member: User) -> None:
    desk = browser(member, FIREFOX)
    other = browser(person(books.company, PermissionSet.SALES_VIEWER), PHONE)
    mine, theirs = SignedInSession.objects.order_by("pk")
    assert (
        "You are working in this session"
        in desk.post(f"/your-sign-in/sessions/{mine.pk}/end", follow=True).content.decode()
    )
    assert "has ended already" in desk.post(f"/your-sign-in/sessions/{theirs.pk}/end", follow=True).content.decode()
    assert (is_in(desk), is_in(other)) == (True, True)
    assert noted(books) == []


def test_a_session_is_listed_also_under_its_new_key_and_the_ended_ones_are_not(books: Books, member: User) -> None:
    desk, phone = browser(member, FIREFOX), browser(member, PHONE)
    desk.post("/sign-out/everywhere")
    page = desk.get("/your-sign-in/").content.decode()
    assert ("This one" in page, ends(page)) == (True, [])
    assert not is_in(phone)
    assert [what for _, what in noted(books)] == ["all were ended"]
    new = {"old_password": PASSWORD, "new_password1": "another long phrase", "new_password2": "another long phrase"}
    assert desk.post("/password/", new).status_code == 302
    page = desk.get("/your-sign-in/").content.decode()
    assert ("This one" in page, ends(page)) == (True, [])


def test_what_was_noted_of_ended_sessions_goes_with_the_next_sign_in(member: User) -> None:
    browser(member, FIREFOX).post("/sign-out/")
    browser(member, PHONE)
    assert [row.user_agent for row in SignedInSession.objects.all()] == [PHONE]


def test_an_administrator_ends_one_or_all_of_a_members_sessions(
    books: Books, administrator: Client, member: User
) -> None:
    desk, phone, third = (browser(member, agent) for agent in (FIREFOX, PHONE, "curl/8"))
    address = f"{books.url}users/{member.pk}/"
    page = administrator.get(address).content.decode()
    assert "curl/8" in page
    assert "This one" not in page
    administrator.post(next(end for end in ends(page)))
    assert [is_in(one) for one in (desk, phone, third)] == [True, True, False]
    assert "is signed out everywhere" in administrator.post(f"{address}sessions/end", follow=True).content.decode()
    assert [is_in(one) for one in (desk, phone)] == [False, False]
    assert [by for by, _ in noted(books)] == ["administrator@example.com"] * 2
    assert "Not signed in anywhere." in administrator.get(address).content.decode()


def test_who_also_works_where_the_administrator_does_not_keeps_their_sessions(
    books: Books,
    other_books: Books,
    administrator: Client,
    member: User,
) -> None:
    users.grant(member, other_books.company, PermissionSet.SALES_VIEWER)
    desk = browser(member, FIREFOX)
    address = f"{books.url}users/{member.pk}/"
    assert "Firefox" not in administrator.get(address).content.decode()
    for end in (f"{address}sessions/end", f"{address}sessions/{SignedInSession.objects.get().pk}/end"):
        assert administrator.post(end).status_code == 403
    assert is_in(desk)


def test_an_administrators_own_session_goes_on(books: Books) -> None:
    boss = person(books.company, PermissionSet.ADMINISTRATOR)
    desk = browser(boss, FIREFOX)
    for end in ("sessions/end", f"sessions/{SignedInSession.objects.get().pk}/end"):
        desk.post(f"{books.url}users/{boss.pk}/{end}")
        assert is_in(desk)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (PHONE, "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.5 Safari/605.1.15", "Safari on macOS"),
        ("curl/8.9", "curl/8.9"),
        ("", "an unknown browser"),
    ],
)
def test_a_browser_is_named_as_people_name_it(user_agent: str, words: str) -> None:
    assert browser_in_words(user_agent) == words
