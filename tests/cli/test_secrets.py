"""Rotating the encryption keys at the terminal: everything is sealed anew or nothing is, and it opens all the time."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from tests.cli.command import Tally, new_home
from tests.oidc_provider import CLIENT_ID, SECRET, TENANT, running

WHAT = "client secret of signing in with Microsoft Entra ID"


@pytest.fixture
def tally(tmp_path: Path) -> Tally:
    """An installation with one sealed secret: that of signing in with Entra ID."""
    tally = new_home(tmp_path / "home")
    tally.done("company", "add", "Acme")
    _set_up(tally)
    return tally


def _set_up(tally: Tally, secret: str = SECRET) -> None:
    with running() as provider:
        entra = ("--tenant", TENANT, "--client-id", CLIENT_ID, "--authority", provider.origin)
        tally.done("sign-in", "entra", *entra, stdin=secret + "\n")


def sealed(tally: Tally) -> str:
    with closing(sqlite3.connect(tally.home / "tally.sqlite3")) as database:
        return str(database.execute("SELECT sealed_client_secret FROM financials_signinsettings").fetchone()[0])


def keys(tally: Tally) -> list[str]:
    return (tally.home / "encryption.key").read_text().split()


def opened_with(key: str, text: str) -> str:
    return Fernet(key).decrypt(text.encode()).decode()


def stored(tally: Tally) -> dict[str, int]:
    """How many secrets an older key sealed, by kind."""
    return {one["what"]: one["by_older_key"] for one in tally.done("secrets", "status", "--json").json["secrets"]}


def test_a_rotation_replaces_the_key_in_the_home(tally: Tally) -> None:
    [old], before = keys(tally), sealed(tally)
    said = tally.done("secrets", "rotate").out
    assert WHAT in said
    assert "the old one is dropped" in said
    [new], after = keys(tally), sealed(tally)
    assert new != old
    assert after != before
    assert opened_with(new, after) == SECRET
    assert (tally.home / "encryption.key").stat().st_mode & 0o077 == 0, "nobody else may read it"
    noted = tally.done("audit", "--area", "Secrets", "--json").json
    assert noted[0]["changes"] == [{"name": "secrets sealed anew", "before": "", "after": "1"}]
    for secret in (old, new, SECRET):
        assert secret not in said + tally.done("secrets", "status").out


@pytest.mark.parametrize("sealed_already", [False, True], ids=["before sealing", "before dropping"])
def test_an_interrupted_rotation_opens_everything_and_goes_on(tally: Tally, sealed_already: bool) -> None:
    """The two places where a killed process can leave a mark: both keys are there, and the rows are of either."""
    [old], new = keys(tally), Fernet.generate_key().decode()
    (tally.home / "encryption.key").write_text(f"{new}\n{old}")
    if sealed_already:
        _set_up(tally)
    assert stored(tally)[WHAT] == (0 if sealed_already else 1)
    tally.done("secrets", "rotate")
    assert keys(tally) == [new], "no third key"
    assert opened_with(new, sealed(tally)) == SECRET


def test_a_secret_that_no_key_opens_stops_it_and_nothing_is_changed(tally: Tally) -> None:
    tally.done("experience", "acme", "Suite")
    connect = (
        "connect",
        "http://127.0.0.1:9",
        "--tenant",
        "t",
        "--client-id",
        "c",
        "--authority",
        "http://127.0.0.1:9",
    )
    assert tally(*connect, stdin="wort\n").status == 2  # it is stored, and off
    before = sealed(tally)
    with closing(sqlite3.connect(tally.home / "tally.sqlite3")) as database, database:
        database.execute(
            "UPDATE integration_connection SET sealed_secret = ?",
            (Fernet(Fernet.generate_key()).encrypt(b"x").decode(),),
        )
    [old] = keys(tally)
    said = tally.refused("secrets", "rotate")
    assert "client secret or certificate of a connection with Dynamics CRM cannot be read" in said
    assert "http://127.0.0.1:9 as c" in said
    assert "enter the client secret" in said
    assert sealed(tally) == before, "one transaction: what was sealed anew before it is not either"
    assert old in keys(tally)
    assert tally(*connect, stdin="wort\n").status == 2  # entered again, as was said
    tally.done("secrets", "rotate")
    assert old not in keys(tally)
    assert set(stored(tally).values()) == {0}


def test_keys_in_the_environment_are_left_to_whoever_set_them(tally: Tally) -> None:
    [kept] = keys(tally)
    new = tally.done("secrets", "new-key").out.strip()
    both = Tally(tally.home, {"TALLY_ENCRYPTION_KEYS": f"{new},{kept}"})
    assert stored(both)[WHAT] == 1
    said = both.done("secrets", "rotate").out
    assert "take it out of TALLY_ENCRYPTION_KEYS" in said
    only = Tally(tally.home, {"TALLY_ENCRYPTION_KEYS": new})
    assert stored(only)[WHAT] == 0
    assert "has one key" in only.done("secrets", "rotate").out
    assert opened_with(new, sealed(tally)) == SECRET
    wrong = Tally(tally.home, {"TALLY_ENCRYPTION_KEYS": "nonsense"})
    assert "is not a Fernet key" in wrong.refused("secrets", "status")


def test_the_settings_of_signing_in_at_the_terminal(tally: Tally) -> None:
    assert tally.done("sign-in", "show", "--json").json["entra_enabled"] is True
    assert "required of: administrators" in tally.done("sign-in", "require", "administrators").out
    assert "Passwords are for: administrators" in tally.done("sign-in", "passwords", "Administrators").out
    assert "Choose Nobody, Administrators, Everybody" in tally.refused("sign-in", "require", "dogs")
    assert "Entra ID is not offered" in tally.done("sign-in", "entra-off").out
    assert tally.done("sign-in", "entra-on", "--json").json["tenant"] == TENANT
    other = ("--tenant", "common", "--client-id", CLIENT_ID)
    assert "is no tenant id" in tally.refused("sign-in", "entra", *other, stdin="s\n")
    away = ("--tenant", TENANT, "--client-id", CLIENT_ID, "--authority", "http://127.0.0.1:9")
    assert "no usable answer" in tally.refused("sign-in", "entra", *away, stdin="s\n")
    assert SECRET not in tally.done("sign-in", "show").out


def test_what_a_user_proves_themselves_with_at_the_terminal(tally: Tally) -> None:
    tally.done("user", "add", "ann@example.com")
    factor, entra = ("user", "second-factor"), ("user", "entra")
    assert tally.done(*factor, "show", "ann@example.com", "--json").json["required"] is False
    assert "off; it is required" in tally.done(*factor, "require", "Ann@example.com").out
    assert "off; it is not required" in tally.done(*factor, "free", "ann@example.com").out
    assert tally.done(*factor, "reset", "ann@example.com", "--json").json["on"] is False
    assert "the first time links" in tally.done(*entra, "allow", "ann@example.com").out
    assert tally.done(*entra, "show", "ann@example.com", "--json").json["allowed"] is True
    assert "may not sign in" in tally.done(*entra, "disallow", "ann@example.com").out
    assert "There is no user nobody@example.com" in tally.refused(*factor, "reset", "nobody@example.com")
