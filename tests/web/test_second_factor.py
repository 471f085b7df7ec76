"""A second factor: set up, asked for, taken once, limited, required, reset."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pyotp
import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from tests.web.conftest import Books, person, signed_in

from tallystick.financials import audit
from tallystick.financials.models import RecoveryCode, SecondFactor, User
from tallystick.financials.permissions import Actor, NotPermitted, PermissionSet
from tallystick.financials.problems import CodeRefused
from tallystick.financials.services import second_factor, sign_in, users

PASSWORD = "a long pass phrase"
NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def member(books: Books) -> User:
    return person(books.company, PermissionSet.FINANCE_CLERK)


class Phone:
    """An authenticator app that was given the key of the page."""

    def __init__(self, page: str) -> None:
        found = re.search(r'<code class="link-once">([A-Z2-7]{32})</code>', page)
        assert found, page
        self._totp = pyotp.TOTP(found[1])

    def code(self, at: datetime) -> str:
        return self._totp.at(at)


def set_up(client: Client, at: datetime) -> tuple[Phone, list[str]]:
    """Set a second factor up through the page; returns the app and the recovery codes."""
    phone = Phone(client.post("/your-sign-in/begin", follow=True).content.decode())
    page = client.post("/your-sign-in/confirm", {"code": phone.code(at)}).content.decode()
    codes = re.findall(r"<li><code>([a-z2-7-]+)</code></li>", page)
    assert len(codes) == 10
    return phone, codes


def knock(user: User) -> Client:
    """Give the right password; returns the browser, which is at the door."""
    client = Client()
    answer = client.post("/sign-in/", {"username": user.email, "password": PASSWORD, "next": "/c/alpha/users/"})
    assert answer["Location"] == "/sign-in/code"
    return client


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_password_alone_opens_nothing_and_the_code_leads_on(clock: Any, member: User) -> None:
    phone, _ = set_up(signed_in(member), NOW)
    clock.shift(60)
    client = knock(member)
    assert not is_in(client)
    assert client.get("/")["Location"].startswith("/sign-in/")
    before = client.session.session_key
    answer = client.post("/sign-in/code", {"code": phone.code(NOW + timedelta(seconds=60))})
    assert answer["Location"] == "/c/alpha/users/"
    assert is_in(client)
    assert client.session.session_key != before, "who fixed the key of the session before has nothing now"


def test_a_code_is_taken_once_whoever_shows_it(clock: Any, member: User) -> None:
    phone, _ = set_up(signed_in(member), NOW)
    assert knock(member).post("/sign-in/code", {"code": phone.code(NOW)}).status_code == 422, "it confirmed the set-up"
    clock.shift(60)
    code = phone.code(NOW + timedelta(seconds=60))
    assert knock(member).post("/sign-in/code", {"code": code}).status_code == 302
    second = knock(member)
    answer = second.post("/sign-in/code", {"code": code})
    assert answer.status_code == 422
    assert "not right" in answer.content.decode()
    assert not is_in(second)


@pytest.mark.parametrize(("seconds", "taken"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)], ids=str)
def test_a_telephone_whose_clock_is_a_little_off_still_works(
    clock: Any, member: User, seconds: int, taken: bool
) -> None:
    phone, _ = set_up(signed_in(member), NOW)
    later = NOW + timedelta(minutes=10)
    clock.move_to(later)
    answer = knock(member).post("/sign-in/code", {"code": phone.code(later + timedelta(seconds=seconds))})
    assert (answer.status_code == 302) is taken


def test_five_wrong_codes_close_it_also_to_the_right_one(clock: Any, member: User) -> None:
    phone, codes = set_up(signed_in(member), NOW)
    clock.shift(60)
    for _ in range(5):  # each with a new password attempt, and another browser
        assert knock(member).post("/sign-in/code", {"code": "000000"}).status_code == 422
    for right in (phone.code(NOW + timedelta(seconds=60)), codes[0]):
        answer = knock(member).post("/sign-in/code", {"code": right})
        assert answer.status_code == 429
        assert "closed for 15 minutes" in answer.content.decode()
    clock.shift(15 * 60 + 1)
    assert knock(member).post("/sign-in/code", {"code": codes[0]}).status_code == 302


def test_a_recovery_code_stands_in_once_and_only_its_hash_is_kept(clock: Any, member: User) -> None:
    _, codes = set_up(signed_in(member), NOW)
    client = knock(member)
    assert client.post("/sign-in/code", {"code": codes[3].upper().replace("-", " ")}).status_code == 302
    assert "9 are left" in client.get("/your-sign-in/").content.decode()
    assert knock(member).post("/sign-in/code", {"code": codes[3]}).status_code == 422
    kept = set(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert not kept & {form for code in codes for form in (code, code.replace("-", ""))}


def test_new_recovery_codes_need_a_code_and_end_the_old_ones(clock: Any, member: User) -> None:
    client = signed_in(member)
    phone, old = set_up(client, NOW)
    assert client.post("/your-sign-in/recovery-codes", {"code": "000000"}).status_code == 422
    clock.shift(60)
    page = client.post("/your-sign-in/recovery-codes", {"code": phone.code(NOW + timedelta(seconds=60))})
    assert len(re.findall(r"<li><code>", page.content.decode())) == 10
    assert "no-store" in page["Cache-Control"]
    assert knock(member).post("/sign-in/code", {"code": old[0]}).status_code == 422


def test_who_waits_too_long_or_changes_the_password_meanwhile_begins_again(clock: Any, member: User) -> None:
    _, codes = set_up(signed_in(member), NOW)
    slow, changed = knock(member), knock(member)
    member.set_password("another long phrase")
    member.save()
    assert changed.post("/sign-in/code", {"code": codes[0]})["Location"] == "/sign-in/"
    clock.shift(10 * 60 + 1)
    assert slow.post("/sign-in/code", {"code": codes[0]})["Location"] == "/sign-in/"
    assert not is_in(slow)
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def test_a_one_time_link_asks_for_the_code_too(clock: Any, member: User) -> None:
    _, codes = set_up(signed_in(member), NOW)
    client = Client()
    answer = client.post(f"/sign-in/link/{users.create_sign_in_link(member)}")
    assert answer["Location"] == "/sign-in/code"
    assert not is_in(client)
    client.post("/sign-in/code", {"code": codes[0]})
    new = {"new_password1": "another long phrase", "new_password2": "another long phrase"}
    assert client.post("/password/", new).status_code == 302, "it still counts as having come by a link"


def test_it_does_not_count_until_a_code_has_confirmed_it(clock: Any, member: User) -> None:
    client = signed_in(member)
    client.post("/your-sign-in/begin")
    assert Client().post("/sign-in/", {"username": member.email, "password": PASSWORD})["Location"] == "/"
    assert client.post("/your-sign-in/confirm", {"code": "123456"}).status_code == 422
    assert SecondFactor.objects.get().confirmed_at is None


def test_the_key_is_sealed_and_shown_only_until_it_is_confirmed(clock: Any, member: User) -> None:
    client = signed_in(member)
    page = client.post("/your-sign-in/begin", follow=True).content.decode()
    phone = Phone(page)
    assert "<svg" in page
    assert "style=" not in page
    secret = phone._totp.secret
    assert secret not in SecondFactor.objects.get().sealed_secret
    assert secret not in str(dict(client.session))
    client.post("/your-sign-in/confirm", {"code": phone.code(NOW)})
    assert secret not in client.get("/your-sign-in/").content.decode()
    assert "already" in client.post("/your-sign-in/begin", follow=True).content.decode(), "nor is it overwritten"


def test_turning_it_off_needs_a_code(clock: Any, member: User) -> None:
    client = signed_in(member)
    _, codes = set_up(client, NOW)
    assert client.post("/your-sign-in/off", {"code": "000000"}).status_code == 422
    assert second_factor.is_on(member)
    client.post("/your-sign-in/off", {"code": codes[0]})
    assert not second_factor.is_on(member)


def test_who_has_to_have_one_sees_nothing_else_until_it_is_set_up(clock: Any, books: Books, member: User) -> None:
    before = signed_in(member)
    second_factor.set_required(member, True)
    assert before.get(books.url)["Location"].startswith("/sign-in/"), "the sessions that lack it have ended"
    client = Client()
    assert client.post("/sign-in/", {"username": member.email, "password": PASSWORD})["Location"] == "/your-sign-in/"
    for path in ("/", books.url, books.url + "records/customer/", "/nope"):
        assert client.get(path)["Location"] == "/your-sign-in/", path
    _, codes = set_up(client, NOW)
    assert client.get(books.url).status_code == 200
    assert "have to have" in client.post("/your-sign-in/off", {"code": codes[0]}, follow=True).content.decode()
    assert second_factor.is_on(member)


@pytest.mark.parametrize(
    ("who", "asked"),
    [("nobody", set()), ("administrators", {"administrator"}), ("everybody", {"administrator", "finance-clerk"})],
)
def test_the_settings_say_of_whom_it_is_required(books: Books, who: str, asked: set[str]) -> None:
    both = [person(books.company, role) for role in (PermissionSet.ADMINISTRATOR, PermissionSet.FINANCE_CLERK)]
    sign_in.set_rules(second_factor=who, passwords="everybody")
    led = set()
    for one in both:
        answer = Client().post("/sign-in/", {"username": one.email, "password": PASSWORD})
        if answer["Location"] == "/your-sign-in/":
            led.add(one.email.partition("@")[0])
    assert led == asked


def test_an_administrator_resets_it_for_who_lost_the_telephone(
    clock: Any, administrator: Client, books: Books, member: User
) -> None:
    theirs = signed_in(member)
    set_up(theirs, NOW)
    page = administrator.get(f"{books.url}users/{member.pk}/").content.decode()
    assert "second factor is on" in page
    administrator.post(f"{books.url}users/{member.pk}/second-factor/reset")
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert theirs.get("/")["Location"].startswith("/sign-in/"), "whoever had the telephone is out"
    noted = [change for entry in audit.setting_changes(books.company).entries for change in entry.changes]
    assert [(one.name, one.after) for one in noted if one.name == "second factor"] == [
        ("second factor", "reset"),
        ("second factor", "on"),
    ]


def test_an_administrator_does_not_reset_their_own_without_a_code(clock: Any, books: Books) -> None:
    user = person(books.company, PermissionSet.ADMINISTRATOR)
    client = signed_in(user)
    set_up(client, NOW)
    client.post(f"{books.url}users/{user.pk}/second-factor/reset")
    assert second_factor.is_on(user)


def test_nobody_sets_one_up_for_somebody_else(member: User) -> None:
    with pytest.raises(NotPermitted):
        second_factor.begin(member, by=Actor("other@example.com", frozenset()), now=NOW)


def test_signing_out_everywhere_leaves_this_browser(clock: Any, member: User) -> None:
    here, there = signed_in(member), signed_in(member)
    here.post("/sign-out/everywhere")
    assert here.get("/your-sign-in/").status_code == 200
    assert there.get("/your-sign-in/").status_code == 302


def test_the_latest_sign_ins_are_shown(member: User) -> None:
    client = Client(headers={"user-agent": "Netscape 4"})
    client.post("/sign-in/", {"username": member.email, "password": PASSWORD})
    page = client.get("/your-sign-in/").content.decode()
    assert "Netscape 4" in page
    assert "127.0.0.1" in page


def test_a_session_ends_after_its_hours(clock: Any, member: User, settings: Any) -> None:
    client = Client()
    client.post("/sign-in/", {"username": member.email, "password": PASSWORD})
    assert client.get("/your-sign-in/").status_code == 200
    clock.shift(settings.SESSION_COOKIE_AGE + 1)
    assert client.get("/your-sign-in/").status_code == 302
    call_command("clearsessions")


def test_passwords_for_administrators_alone_keep_everybody_else_out(books: Books, member: User) -> None:
    boss = person(books.company, PermissionSet.ADMINISTRATOR)
    sign_in.set_rules(second_factor="nobody", passwords="administrators")
    answer = Client().post("/sign-in/", {"username": member.email, "password": PASSWORD})
    assert "passwords are for administrators" in answer.content.decode()
    wrong = Client().post("/sign-in/", {"username": member.email, "password": "wrong"})
    assert "do not match" in wrong.content.decode(), "who does not know the password learns nothing"
    assert Client().post("/sign-in/", {"username": boss.email, "password": PASSWORD})["Location"] == "/"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_show_one_code_at_the_same_moment_one_gets_in() -> None:
    user = users.create_user("pat@example.com")
    oneself = Actor(user.email, frozenset())
    totp = pyotp.TOTP(second_factor.begin(user, by=oneself, now=NOW).secret)
    second_factor.confirm(user, totp.at(NOW), by=oneself, now=NOW)
    moments = [NOW + timedelta(minutes=minute) for minute in range(1, 9)]
    ready = Barrier(3)

    def knock_each_minute(_: int) -> list[bool]:
        connection.ensure_connection()
        got_in = []
        for moment in moments:
            code = totp.at(moment)
            ready.wait()
            try:
                second_factor.check(user, code, now=moment)
            except CodeRefused:
                got_in.append(False)
            else:
                got_in.append(True)
        connection.close()
        return got_in

    with ThreadPoolExecutor(3) as threads:
        knocked = list(threads.map(knock_each_minute, range(3)))
    assert [sum(at_once) for at_once in zip(*knocked, strict=True)] == [1] * len(moments)
