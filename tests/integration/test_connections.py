"""A connection: who is offered it, what of it is stored, and what switches it off."""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.fernet import Fernet
from django.db import connection as database
from tests.integration.conftest import SECRET
from tests.integration.crm import Crm

from tallystick.config import environment
from tallystick.engine import ConflictPolicy, SetupError
from tallystick.financials.models import Company
from tallystick.financials.permissions import operator
from tallystick.financials.services import companies
from tallystick.integration import connections, operations
from tallystick.integration.models import Connection, MappingSettings, sealing
from tallystick.integration.stores import mapping_of, mappings_of

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_the_client_secret_is_nowhere_in_clear(
    connection: Connection, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    report = connections.test(connection, operator("ada"))
    assert not report.ok
    texts = [repr(connection), str(connection), str(report), caplog.text, *capsys.readouterr()]
    texts += [str(problem) for problem in report.problems]
    assert not [text for text in texts if SECRET in text]
    assert connection.client_secret() == SECRET
    for stored in stored_bytes():
        assert SECRET.encode() not in stored


def stored_bytes() -> Iterator[bytes]:
    """Everything the database keeps: its files, or what it says of every row of the connection."""
    if database.vendor == "sqlite":
        with database.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(FULL)")
        name = Path(database.settings_dict["NAME"])
        files = list(name.parent.glob(f"{name.name}*"))
        assert files
        yield from (file.read_bytes() for file in files)
    else:
        with database.cursor() as cursor:
            cursor.execute("SELECT c::text FROM integration_connection c")
            yield from (row[0].encode() for row in cursor.fetchall())


def test_a_secret_is_opened_with_an_older_key_and_sealed_with_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()

    def use(*keys: str) -> None:
        monkeypatch.setattr(environment(), "encryption_keys", keys)

    use(old)
    sealed = sealing.seal("wort")
    use(new, old)
    assert sealing.unseal(sealed) == "wort"
    use(new)
    with pytest.raises(SetupError, match="enter the client secret again"):
        sealing.unseal(sealed)
    use("not a key")
    with pytest.raises(SetupError, match="Fernet key"):
        sealing.seal("wort")


@pytest.mark.parametrize("experience", ["Basic", "Essential"])
def test_below_suite_everything_says_how_to_switch(connection: Connection, experience: str) -> None:
    company = companies.update_company(connection.company, experience=experience)
    for call in (
        lambda: connections.connection_of(company),
        lambda: connections.sides(connection),
        lambda: connections.enable(connection),
        lambda: connections.connect(company, "https://x.example", None, "t", "c", "s", by=operator("ada")),
        lambda: operations.status(company),
        lambda: operations.request_full_sync(company, by=operator("ada")),
        lambda: operations.coupling_marks(company, "CUSTOMER", []),
    ):
        with pytest.raises(SetupError, match=rf"Suite.*has {experience}.*tally experience alder"):
            call()


def test_a_company_that_is_not_connected_is_told_where_to_connect(company: Company) -> None:
    with pytest.raises(SetupError, match=r"not connected.*CRM Connection Setup"):
        operations.status(company)


BAD = [
    ({"address": "contoso"}, "is not an address"),
    ({"address": "http://contoso.crm4.dynamics.com"}, "not encrypted"),
    ({"authority": "http://login.example"}, "not encrypted"),
    ({"tenant": "  "}, "tenant is missing"),
    ({"client_id": ""}, "client id is missing"),
    ({"client_secret": ""}, "client secret is missing"),
]


@pytest.mark.parametrize(("given", "message"), BAD)
def test_a_connection_that_cannot_work_is_refused_and_nothing_is_stored(
    company: Company, given: dict[str, str], message: str
) -> None:
    good = {
        "address": "https://contoso.crm4.dynamics.com",
        "authority": None,
        "tenant": "t",
        "client_id": "c",
        "client_secret": "s",
    }
    with pytest.raises(SetupError, match=message):
        connections.connect(company, **{**good, **given}, by=operator("ada"))  # type: ignore[arg-type]
    assert not Connection.objects.exists()


def test_connecting_again_keeps_a_secret_that_is_not_given_anew(connection: Connection) -> None:
    connections.disable(connection)
    again = connections.connect(
        connection.company, "https://alder.crm4.dynamics.com/main.aspx", None, "t", "c2", "", by=operator("bo")
    )
    assert again.pk == connection.pk
    assert again.client_secret() == SECRET
    assert (again.address, again.client_id, again.updated_by) == ("https://alder.crm4.dynamics.com", "c2", "bo")
    assert not again.enabled


@pytest.mark.parametrize("slip", [{"client_secret": "a wrong secret"}, {"client_id": str(UUID(int=7))}])
def test_a_slip_of_the_keyboard_does_not_end_a_connection_that_works(crm: Crm, slip: dict[str, str]) -> None:
    """Seen to fail when what was entered is stored before it is tried."""
    before = Connection.objects.values().get()
    entered = {"client_id": crm.sandbox.client_id, "client_secret": crm.sandbox.client_secret, **slip}
    with pytest.raises(SetupError, match=r"was not changed, because it would not work"):
        connections.connect(
            crm.company, crm.sandbox.url, crm.sandbox.url, crm.sandbox.tenant, **entered, by=operator("ada")
        )
    assert Connection.objects.values().get() == before
    assert before["enabled"]
    crm.synchronise("CURRENCY")


def test_a_connection_that_is_off_says_why(connection: Connection) -> None:
    connections.disable(connection, "The client secret has expired.")
    with pytest.raises(SetupError, match=r"switched off: The client secret has expired"):
        connections.sides(connection)


def test_the_client_is_kept_until_the_connection_changes(connection: Connection) -> None:
    first = connections.client(connection)
    assert connections.client(Connection.objects.get(pk=connection.pk)) is first
    connection.set_client_secret("another")
    assert connections.client(connection) is not first
    connections.close_clients()


def test_what_a_person_changes_about_a_mapping_counts_and_the_rest_is_as_shipped(connection: Connection) -> None:
    operations.change_mapping(connection.company, "CUSTOMER", conflicts="latest wins", max_share=5, creates=True)
    changed = mapping_of(connection, "customer")
    assert (changed.conflicts, changed.max_share, changed.creates) == (ConflictPolicy.LATEST_WINS, 5, True)
    operations.change_mapping(connection.company, "CUSTOMER", conflicts="")
    assert mapping_of(connection, "CUSTOMER").conflicts is ConflictPolicy.ASK
    assert mapping_of(connection, "CUSTOMER").max_share == 5


@pytest.mark.parametrize("change", [{"conflicts": "toss a coin"}, {"max_share": 101}, {"deletions": "maybe"}])
def test_a_policy_that_does_not_exist_changes_nothing(connection: Connection, change: dict[str, object]) -> None:
    before = MappingSettings.objects.filter(name="CUSTOMER").values().get()
    with pytest.raises(SetupError):
        operations.change_mapping(connection.company, "CUSTOMER", **change)  # type: ignore[arg-type]
    assert MappingSettings.objects.filter(name="CUSTOMER").values().get() == before


def test_a_mapping_that_is_switched_off_takes_no_part(connection: Connection) -> None:
    operations.change_mapping(connection.company, "CURRENCY", enabled=False)
    assert "CURRENCY" not in [mapping.name for mapping in mappings_of(connection)]
    assert len(mappings_of(connection)) == 6


def test_how_often_a_cycle_comes_is_stored_and_kept_when_connecting_again(
    connection: Connection, company: Company
) -> None:
    def again(seconds: int | None) -> int:
        connections.disable(connection)
        connections.connect(
            company, connection.address, None, "t", "c", "", by=operator("ada"), schedule_seconds=seconds
        )
        return operations.status(company).schedule_seconds

    assert operations.status(company).schedule_seconds == 10
    assert [again(45), again(None)] == [45, 45]
    with pytest.raises(SetupError, match="0 seconds"):
        again(0)
    assert operations.status(company).schedule_seconds == 45
