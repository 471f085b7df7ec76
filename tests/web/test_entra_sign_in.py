"""Signing in with Microsoft Entra ID, against a provider in a process of its own that is honest, or lies in one way."""

import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from tests import oidc_provider
from tests.oidc_provider import CLIENT_ID, PERSON, SECRET, TENANT, Running
from tests.web.conftest import Books, person, signed_in

from tallystick.financials import audit
from tallystick.financials.models import EntraAccount, SignInSettings, User
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.problems import FinancialsError
from tallystick.financials.services import second_factor, sign_in, users

PASSWORD = "a long pass phrase"


@pytest.fixture(scope="module")
def process() -> Iterator[Running]:
    with oidc_provider.running() as running:
        yield running


@pytest.fixture
def directory(process: Running, db: None) -> Running:
    process.tell()
    sign_in.set_directory(process.origin, TENANT, CLIENT_ID, SECRET)
    return process


@pytest.fixture
def pat(books: Books) -> User:
    """A clerk whose address is the name of the directory's person, and who was allowed."""
    user = users.create_user("pat@example.com")
    users.grant(user, books.company, PermissionSet.FINANCE_CLERK)
    sign_in.allow_entra(user, now=timezone.now())
    return user


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def at_the_directory(address: str) -> str:
    """Go there as a browser would; returns where it sends the browser back to."""
    with pytest.raises(urllib.error.HTTPError) as answered:  # what urllib makes of a redirect that it may not follow
        urllib.request.build_opener(_Stay).open(address).close()
    with answered.value as answer:
        assert answer.code == 302, answer.read()
        return answer.headers["Location"]


def come_in(client: Client, next_page: str = "") -> HttpResponse:
    """The whole way of a browser; returns the page one comes back to."""
    start = client.get("/sign-in/entra", {"next": next_page} if next_page else {})
    assert start.status_code == 302, start.content
    back = at_the_directory(start["Location"]).removeprefix("http://testserver")
    return client.get(back)  # type: ignore[return-value]  # the client's is one too


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_who_was_allowed_comes_in_and_where_they_wanted(directory: Running, books: Books, pat: User) -> None:
    client = Client()
    page = client.get(f"/sign-in/?next={books.url}").content.decode()
    assert f'href="/sign-in/entra?next={books.url}"' in page
    before = client.session.session_key
    assert come_in(client, books.url)["Location"] == books.url
    assert client.session["_auth_user_id"] == str(pat.pk)
    assert client.session.session_key != before
    assert client.get(books.url).status_code == 200


def test_what_is_asked_has_state_nonce_and_pkce(directory: Running, pat: User) -> None:
    asked = parse_qs(urlsplit(Client().get("/sign-in/entra")["Location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))
    assert asked["redirect_uri"] == ["http://testserver/sign-in/entra/back"]
    again = parse_qs(urlsplit(Client().get("/sign-in/entra")["Location"]).query)
    assert not {asked[name][0] for name in ("state", "nonce", "code_challenge")} & {
        again[name][0] for name in ("state", "nonce", "code_challenge")
    }


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("wrong nonce", "nonce"),
        ("no nonce", "nonce"),
        ("wrong audience", "aud"),
        ("audience of several", "aud"),
        ("wrong issuer", "iss"),
        ("other tenant", "tid"),
        ("expired", "expired"),
        ("no end", "exp"),
        ("not yet", "not"),
        ("no object id", "oid"),
        ("object id is a list", "oid"),
        ("nobody signed", "does not prove"),
        ("signed with the public key as password", "does not prove"),
        ("signed by a stranger", "does not prove"),
        ("changed after it was signed", "does not prove"),
        ("no token of who it is", "no ID token"),
        ("person refused", "access_denied"),
    ],
)
def test_an_answer_that_proves_nothing_lets_nobody_in(directory: Running, pat: User, lie: str, said: str) -> None:
    directory.tell(lie)
    client = Client()
    answer = come_in(client)
    assert answer.status_code == 403
    assert said in answer.content.decode()
    assert not is_in(client)
    assert EntraAccount.objects.get().object_id == ""
    directory.tell()
    assert come_in(client).status_code == 302, "and the next try, with the truth, succeeds"


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("discovery of another", "calls itself"),
        ("endpoint in clear", "no https address"),
        ("out of order", "no usable answer"),
        ("speaks no JSON", "no usable answer"),
    ],
)
def test_a_directory_that_is_not_itself_is_not_asked(directory: Running, pat: User, lie: str, said: str) -> None:
    directory.tell(lie)
    answer = Client().get("/sign-in/entra")
    assert answer.status_code == 502
    assert said in answer.content.decode()


def test_a_directory_that_is_away_says_so_and_passwords_still_work(books: Books, process: Running) -> None:
    sign_in.set_directory("http://127.0.0.1:9", TENANT, CLIENT_ID, SECRET)
    answer = Client().get("/sign-in/entra")
    assert answer.status_code == 502
    assert "no usable answer (ConnectionError)" in answer.content.decode()
    boss = person(books.company, PermissionSet.ADMINISTRATOR)
    sign_in.set_rules(second_factor="nobody", passwords="administrators")
    assert Client().post("/sign-in/", {"username": boss.email, "password": PASSWORD})["Location"] == "/"


def test_a_new_signing_key_of_the_directory_is_read(directory: Running, pat: User) -> None:
    directory.tell(**{"new key": True})
    assert come_in(Client()).status_code == 302


def test_an_answer_counts_once_and_in_the_browser_that_asked(directory: Running, pat: User) -> None:
    client, thief = Client(), Client()
    back = at_the_directory(client.get("/sign-in/entra")["Location"]).removeprefix("http://testserver")
    assert thief.get(back).status_code == 403, "somebody else's browser"
    assert not is_in(thief)
    assert client.get(back).status_code == 302
    client.post("/sign-out/")
    replayed = client.get(back)
    assert replayed.status_code == 403
    assert "used already" in replayed.content.decode()
    assert client.get("/sign-in/entra/back?code=x&state=made-up").status_code == 403
    assert not is_in(client)


def test_an_answer_that_was_refused_is_used_up_too(directory: Running, pat: User) -> None:
    client = Client()
    directory.tell("person refused")
    back = at_the_directory(client.get("/sign-in/entra")["Location"]).removeprefix("http://testserver")
    assert "access_denied" in client.get(back).content.decode()
    assert "used already" in client.get(back).content.decode()


def test_a_code_that_was_used_elsewhere_is_refused(directory: Running, pat: User) -> None:
    one, two = Client(), Client()
    back = urlsplit(at_the_directory(one.get("/sign-in/entra")["Location"]))
    code = parse_qs(back.query)["code"][0]
    state = parse_qs(urlsplit(two.get("/sign-in/entra")["Location"]).query)["state"][0]
    answer = two.get("/sign-in/entra/back", {"code": code, "state": state})
    assert answer.status_code == 403, "PKCE: the code belongs to the browser that asked for it"
    assert not is_in(two)


def test_who_was_not_allowed_stays_outside(directory: Running, books: Books) -> None:
    users.grant(users.create_user("pat@example.com"), books.company, PermissionSet.ADMINISTRATOR)
    client = Client()
    answer = come_in(client)
    assert answer.status_code == 403
    assert "pat@example.com of your directory is no user here" in answer.content.decode()
    assert not is_in(client)


@pytest.mark.parametrize(
    ("claims", "linked"),
    [
        ({"preferred_username": "PAT@example.com"}, True),
        ({"preferred_username": "other@example.com", "email": "pat@example.com"}, False),
        ({"preferred_username": "other@example.com", "email": "pat@example.com", "email_verified": False}, False),
        ({"preferred_username": "other@example.com", "email": "pat@example.com", "email_verified": True}, True),
        ({"preferred_username": "other@example.com", "email": "pat@example.com", "xms_edov": "1"}, True),
        ({"preferred_username": "other@example.com", "name": "pat@example.com"}, False),
        ({"preferred_username": None}, False),
        ({"preferred_username": ["pat@example.com"]}, False),
    ],
    ids=str,
)
def test_only_a_name_that_the_directory_vouches_for_links_an_account(
    directory: Running, pat: User, claims: dict[str, Any], linked: bool
) -> None:
    directory.tell(person=claims)
    client = Client()
    come_in(client)
    assert is_in(client) is linked


def test_once_linked_the_ids_count_and_the_name_does_not(directory: Running, books: Books, pat: User) -> None:
    come_in(Client())
    directory.tell(person={"preferred_username": "renamed@example.com"})
    renamed = Client()
    come_in(renamed)
    assert renamed.session["_auth_user_id"] == str(pat.pk)
    directory.tell(person={"oid": "12345678-8888-4777-8666-555555555555"})  # another person was given the old name
    heir = Client()
    assert come_in(heir).status_code == 403
    assert not is_in(heir)
    noted = [change.after for entry in audit.setting_changes(books.company).entries for change in entry.changes]
    assert f"linked with account {PERSON['oid']}" in noted


def test_a_switched_off_and_a_disallowed_user_stay_outside(directory: Running, books: Books, pat: User) -> None:
    client = Client()
    come_in(client)
    sign_in.disallow_entra(pat)
    assert client.get(books.url)["Location"].startswith("/sign-in/"), "signed out at once"
    assert come_in(client).status_code == 403
    sign_in.allow_entra(pat, now=timezone.now())
    users.set_active(pat, False)
    answer = come_in(client)
    assert answer.status_code == 403
    assert "switched off" in answer.content.decode()


def test_entra_id_has_a_second_factor_of_its_own(directory: Running, books: Books, pat: User) -> None:
    sign_in.set_rules(second_factor="everybody", passwords="everybody")
    client = Client()
    assert come_in(client)["Location"] == "/"
    assert client.get(books.url).status_code == 200
    assert second_factor.is_required(pat)


def test_a_wrong_client_secret_is_told_and_not_shown(
    directory: Running, pat: User, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in.set_directory(directory.origin, TENANT, CLIENT_ID, "a-wrong-secret")
    answer = come_in(Client())
    assert answer.status_code == 403
    assert "does not accept Tallystick as its application (invalid_client)" in answer.content.decode()
    assert "a-wrong-secret" not in answer.content.decode() + caplog.text


def test_the_way_back_leads_nowhere_else(directory: Running, pat: User) -> None:
    assert come_in(Client(), "https://evil.example/")["Location"] == "/"


def test_where_it_is_not_set_up_it_is_not_offered(db: None, client: Client) -> None:
    assert "Entra" not in client.get("/sign-in/").content.decode()
    assert client.get("/sign-in/entra").status_code == 404


@pytest.mark.parametrize(
    ("authority", "tenant", "client_id", "secret", "said"),
    [
        ("", "common", CLIENT_ID, SECRET, "'common' is no tenant id"),
        ("", "contoso.onmicrosoft.com", CLIENT_ID, SECRET, "is no tenant id"),
        ("http://login.example", TENANT, CLIENT_ID, SECRET, "is no https address"),
        ("", TENANT, " ", SECRET, "client id is missing"),
        ("", TENANT, CLIENT_ID, "", "client secret is missing"),
    ],
)
@pytest.mark.django_db
def test_what_cannot_be_a_directory_is_refused(
    authority: str, tenant: str, client_id: str, secret: str, said: str
) -> None:
    with pytest.raises(FinancialsError, match=said):
        sign_in.set_directory(authority, tenant, client_id, secret)
    assert not SignInSettings.objects.exclude(tenant="").exists()


def test_a_kept_secret_is_not_sent_to_a_new_address(directory: Running) -> None:
    sign_in.set_directory(directory.origin, TENANT, CLIENT_ID, "")  # nothing changed: kept
    for authority, tenant in (("https://evil.example", TENANT), (directory.origin, TENANT.replace("1", "2"))):
        with pytest.raises(FinancialsError, match="secret is missing"):
            sign_in.set_directory(authority, tenant, CLIENT_ID, "")
    assert sign_in.directory_in_use() == sign_in.Directory(directory.origin, TENANT, CLIENT_ID)


def test_the_page_sign_in_sets_it_up_and_never_shows_the_secret(process: Running, books: Books) -> None:
    process.tell()
    boss = person(books.company, PermissionSet.ADMINISTRATOR)
    client = signed_in(boss)
    page = f"{books.url}sign-in/"
    given = {"tenant": TENANT, "client_id": CLIENT_ID, "client_secret": SECRET, "authority": process.origin}
    wrong = client.post(page + "entra", {**given, "tenant": "common"})
    assert wrong.status_code == 422
    assert SECRET not in wrong.content.decode()
    saved = client.post(page + "entra", given, follow=True).content.decode()
    assert "Offered" in saved
    assert "http://testserver/sign-in/entra/back" in saved
    assert SECRET not in saved
    assert "The directory answers as" in client.post(page + "entra/test", follow=True).content.decode()
    process.tell("discovery of another")
    assert "calls itself" in client.post(page + "entra/test", follow=True).content.decode()
    member = person(books.company, PermissionSet.SALES_VIEWER)
    assert (
        "may sign in with Entra ID" in client.post(f"{books.url}users/{member.pk}/entra", follow=True).content.decode()
    )
    assert "is not offered any more" in client.post(page + "entra/switch", follow=True).content.decode()
    assert sign_in.directory_in_use() is None
    noted = [
        (change.name, change.after) for one in audit.setting_changes(books.company).entries for change in one.changes
    ]
    assert ("tenant", TENANT) in noted
    assert ("client secret", "replaced") in noted
    assert SECRET not in str(noted)


def test_only_who_administers_every_company_changes_it(books: Books, other_books: Books, administrator: Client) -> None:
    for path, form in (
        ("rules", {"second_factor": "Everybody", "passwords": "Administrators"}),
        ("entra", {"tenant": TENANT, "client_id": CLIENT_ID, "client_secret": SECRET}),
        ("entra/switch", {}),
        ("entra/test", {}),
    ):
        answer = administrator.post(f"{books.url}sign-in/{path}", form, follow=True)
        assert "do not administer every company" in answer.content.decode()
    assert not SignInSettings.objects.exists()
    assert "<form" not in administrator.get(f"{books.url}sign-in/").content.decode().split('class="narrow-page"')[1]
