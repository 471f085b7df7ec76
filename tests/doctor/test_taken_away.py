"""Each thing that the integration needs is taken away in turn, from a real environment over HTTP: the diagnosis names it
and its remedy, and complains of nothing else."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from tests.doctor.world import BY, CLIENT_ID, RIGHTS, SECRET, World, another_server, own_certificate
from tests.integration.certificates import certificate_and_key

from tallystick.config import environment
from tallystick.dataverse import Finding, Outcome
from tallystick.engine import RowState
from tallystick.financials import services
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, NotPermitted, Permission
from tallystick.financials.services import companies
from tallystick.integration import setup
from tallystick.integration.doctor import company as doctor
from tallystick.integration.doctor import ground
from tallystick.integration.models import Connection, CouplingRow, MappingSettings, SignIn

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def problems(findings: tuple[Finding, ...]) -> list[Finding]:
    return [one for one in findings if one.is_problem]


def told(findings: tuple[Finding, ...]) -> str:
    return "\n".join(f"{one.outcome} {one.check}: {one.what} {one.remedy}" for one in findings)


def test_nothing_is_wrong_where_nothing_is(world: World, company: Company) -> None:
    world.connect(company)
    found = doctor.examine(company)
    assert problems(found) == [], told(found)
    assert {one.check for one in found} >= set(doctor.ALL), "everything was come to"
    assert [one for one in found if one.outcome is Outcome.NOT_CHECKED] == []
    assert SECRET not in told(found)


def test_a_look_changes_nothing_on_either_side(world: World, company: Company) -> None:
    world.connect(company)
    MappingSettings.objects.all().delete()
    world.sandbox.reset_stats()
    doctor.examine(company)
    stats = world.sandbox.stats()
    assert stats["rows_written"] == 0
    assert stats["requests"] <= 20
    assert not MappingSettings.objects.exists()


@pytest.mark.parametrize(("table", "right"), RIGHTS, ids=[f"{right} {table}" for table, right in RIGHTS])
def test_a_privilege_that_is_taken_away_is_named(world: World, company: Company, table: str, right: str) -> None:
    name = world.names[table, right]
    world.connect(company)
    with world.without_privilege(name):
        found = problems(doctor.examine(company))
    assert any(name in one.what + one.remedy for one in found), told(tuple(found))
    assert all(one.remedy for one in found)
    # What the same privilege is good for may fail too, and says the same; nothing else is complained of.
    assert all(name in one.what + one.remedy for one in found), told(tuple(found))


# Everything else, one thing at a time


@dataclass(frozen=True)
class Case:
    """What is taken away, by whom; under which check that shows; what is named; and what the remedy speaks of."""

    check: str
    named: tuple[str, ...]
    remedy: str
    away: Callable[[World], AbstractContextManager[object]] = lambda _world: nullcontext()
    changes: Callable[[World], dict[str, str]] = lambda _world: {}
    before: Callable[[Connection], object] = lambda _connection: None
    also: tuple[str, ...] = field(default=())


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


CLOSED = free_port()


def tls_to(world: World) -> dict[str, str]:
    return {"address": world.sandbox.url.replace("http://", "https://")}


def no_such_tenant(_world: World) -> dict[str, str]:
    return {"tenant": "fabrikam.example"}


def set_secret(secret: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        connection.set_client_secret(secret)
        connection.save()

    return change


def signs_in_by_certificate(days: int) -> Callable[[Connection], None]:
    """With a certificate that the directory does not know, good for so many days."""

    def change(connection: Connection) -> None:
        connection.sign_in = SignIn.CERTIFICATE
        connection.set_client_secret(certificate_and_key(days))
        connection.save()

    return change


def switch_off(mapping: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        MappingSettings.objects.filter(connection=connection, name=mapping).update(enabled=False)

    return change


def couple(state: RowState = RowState.IN_SYNC) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        row = MappingSettings.objects.get(connection=connection, name="CUSTOMER")
        now = datetime.now(UTC)
        CouplingRow.objects.create(
            mapping=row,
            finance_id=str(uuid4()),
            sales_id=str(uuid4()),
            state=state.value,
            finance_base="{}",
            sales_base="{}",
            created_at=now,
            updated_at=now,
        )

    return change


def coupled_elsewhere(connection: Connection) -> None:
    couple()(connection)
    Connection.objects.filter(pk=connection.pk).update(organization="Fabrikam")


def keeps_books_in(code: str) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        services.create(connection.company, "currency", {"code": code, "iso_code": code})
        Company.objects.filter(pk=connection.company_id).update(local_currency=code)

    return change


def switched_off(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(enabled=False, disabled_reason="Somebody tidied up.")


def essential(connection: Connection) -> None:
    companies.update_company(connection.company, experience="Essential")


def stopped_cycles(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(cycle_failures=3, cycle_problem="The disk is full.")


@contextmanager
def stranger(world: World) -> Iterator[None]:
    with another_server() as port:
        Connection.objects.update(address=f"http://127.0.0.1:{port}")
        yield


@contextmanager
def strange_authority(world: World) -> Iterator[None]:
    with another_server() as port:
        Connection.objects.update(authority=f"http://127.0.0.1:{port}")
        yield


@contextmanager
def untrusted(world: World) -> Iterator[None]:
    with another_server(own_certificate(Path(environment().home))) as port:
        Connection.objects.update(address=f"https://127.0.0.1:{port}")
        yield


@contextmanager
def without_key(_world: World) -> Iterator[None]:
    key = environment().home / ground.ENCRYPTION_KEY
    kept = key.rename(key.with_suffix(".away"))
    try:
        yield
    finally:
        kept.rename(key)


ROLE = "Tallystick Integration User"
CASES = {
    "the role": Case("security roles", (CLIENT_ID, "no security role"), ROLE, World.without_role),
    "the role, with another in its place": Case(
        "security roles",
        (ROLE, "it has: Salesperson"),
        "Give it the role",
        World.other_role_instead,
        also=("privileges", "solution"),
    ),
    "the enabled state of the user": Case("user enabled", (CLIENT_ID, "is disabled"), "Activate", World.disabled),
    "the licence": Case("licence", (CLIENT_ID, "no licence"), "access mode is Non-interactive", World.without_licence),
    "the user": Case(
        "user",
        ("is not a user of this Dynamics 365 environment",),
        "Add it as an application user",
        changes=lambda world: {"client_id": _application_that_is_no_user(world)},
    ),
    "the application": Case(
        "sign-in",
        ("has no application 99999999-9999-4999-8999-999999999999",),
        "Check the client id",
        changes=lambda _world: {"client_id": "99999999-9999-4999-8999-999999999999"},
    ),
    "the form of the client id": Case(
        "sign-in",
        ("has no application tallystick",),
        "Check the client id",
        changes=lambda _w: {"client_id": "tallystick"},
    ),
    "the secret": Case(
        "sign-in", ("client secret is wrong",), "Create a new client secret", before=set_secret("wrong")
    ),
    "the time of the secret": Case(
        "sign-in", ("client secret has expired",), "Create a new client secret", lambda world: world.troubled("expired")
    ),
    "the application's being enabled": Case(
        "sign-in", (CLIENT_ID, "is disabled"), "Enable it", lambda world: world.troubled("disabled")
    ),
    "the registration of the certificate": Case(
        "sign-in",
        (CLIENT_ID, "does not know the certificate"),
        "Upload the certificate",
        before=signs_in_by_certificate(100),
    ),
    "the time of the certificate": Case(
        "stored secret",
        ("certificate expired on",),
        "upload it to the app registration",
        before=signs_in_by_certificate(-1),
    ),
    "the tenant": Case("sign-in", ("There is no tenant fabrikam.example",), "Check the tenant", changes=no_such_tenant),
    "the sign-in service": Case(
        "sign-in",
        (f"Nothing answers at 127.0.0.1:{CLOSED}",),
        "Check the address",
        changes=lambda _world: {"authority": f"http://127.0.0.1:{CLOSED}"},
    ),
    "the sign-in service, with another server in its place": Case(
        "sign-in", ("The sign-in service refused",), "Check its tenant", strange_authority
    ),
    "the port": Case(
        "network connection",
        (f"Nothing answers at 127.0.0.1:{CLOSED}",),
        "Check the address, and that the service is running",
        changes=lambda _world: {"address": f"http://127.0.0.1:{CLOSED}"},
    ),
    "the name": Case(
        "name",
        ("crm.nowhere.invalid is not known",),
        "Check the address for typing errors",
        changes=lambda _world: {"address": "https://crm.nowhere.invalid"},
    ),
    "TLS": Case("encryption", ("127.0.0.1", "does not speak TLS"), "Check address and port", changes=tls_to),
    "trust in the certificate": Case(
        "encryption", ("certificate", "self-signed"), "certificate authority installed", untrusted
    ),
    "Dynamics 365": Case("service", ("is no Dynamics 365 environment", "status 200"), "Check the address", stranger),
    "the form of the address": Case(
        "name", ("is not an address",), "https://", changes=lambda _world: {"address": "contoso"}
    ),
    "the service (503)": Case(
        "service", ("is not available now (status 503)",), "service health", lambda world: world.fault("503")
    ),
    "the service, once it is to say who we are (503)": Case(
        "service",
        ("could not do it now (status 503)",),
        "tried again",
        lambda world: world.fault("503", path="WhoAmI", after=1),
    ),
    "patience (429)": Case(
        "limits", ("asks for 7 seconds", "429"), "fewer programs", lambda world: world.fault("429", 7)
    ),
    "patience, after the first request (429)": Case(
        "limits",
        ("asks for 9 seconds",),
        "goes on by itself",
        lambda world: world.fault("429", 9, path="WhoAmI", after=1),
    ),
    "the answers": Case("service", ("broke off",), "tried again", lambda world: world.fault("drop")),
    "the solution": Case("solution", ("is not imported",), "tally solution import", World.without_solution),
    "the newest solution": Case(
        "solution", ("version 0.9.0.0, older than",), "tally solution import", lambda world: world.version("0.9.0.0")
    ),
    "a program as new as the solution": Case(
        "solution", ("version 99.0, newer than",), "Bring this installation", lambda world: world.version("99.0")
    ),
    "change tracking of accounts": Case(
        "change tracking: account", ("off for account",), "Track changes", lambda world: world.untracked("account")
    ),
    "change tracking of contacts": Case(
        "change tracking: contact", ("off for contact",), "Track changes", lambda world: world.untracked("contact")
    ),
    "the local currency": Case(
        "local currency", ("no active currency CHF",), "tally sync CURRENCY", before=keeps_books_in("CHF")
    ),
    "the local currency, deactivated": Case(
        "local currency",
        ("no active currency CHF",),
        "tally sync CURRENCY",
        lambda world: world.currency("CHF", active=False),
        before=keeps_books_in("CHF"),
    ),
    "the rate of the base currency": Case(
        "local currency",
        ("base currency of Dynamics CRM is EUR", "no exchange rate"),
        "exchange rate under Currencies",
        lambda world: world.currency("CHF"),
        before=keeps_books_in("CHF"),
    ),
    "the environment": Case(
        "coupled environment", ("Contoso", "Fabrikam"), "Enter the address of Fabrikam", before=coupled_elsewhere
    ),
    "an administrator's tidying": Case(
        "connection", ("switched off: Somebody tidied up.",), "tally connection --on", before=switched_off
    ),
    "the experience": Case("experience", ("Essential", "needs Suite"), "tally experience", before=essential),
    "the key to the secret": Case("stored secret", ("key is missing",), "Put the earlier key back", without_key),
    "the right key to the secret": Case(
        "stored secret",
        ("cannot be read with this installation's encryption keys",),
        "Put the earlier key back",
        changes=lambda _world: {"sealed_secret": "gAAAAABnot-a-secret"},
    ),
    "a mapping that others need": Case(
        "mappings: CONTACT", ("CONTACT needs CUSTOMER",), "tally mapping 'CUSTOMER' --on", before=switch_off("CUSTOMER")
    ),
    "the health of a record": Case("records", ("1 records failed",), "tally issues", before=couple(RowState.FAILED)),
    "the agreement of a record": Case(
        "records", ("1 are in conflict",), "tally issues", before=couple(RowState.CONFLICT)
    ),
    "the schedule": Case("schedule", ("3 times", "disk is full"), "next cycle", before=stopped_cycles),
}


def _application_that_is_no_user(world: World) -> str:
    client_id = str(uuid4())
    world.sandbox.register(client_id, SECRET)
    return client_id


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_taken_away_is_named_with_its_remedy(world: World, company: Company, case: Case) -> None:
    connection = world.connect(company, **case.changes(world))
    case.before(connection)
    company.refresh_from_db()
    with case.away(world):
        found = doctor.examine(company)
    wrong = problems(found)
    mine = [one for one in wrong if one.check == case.check]
    assert len(mine) == 1, told(found)
    for name in case.named:
        assert name in mine[0].what, told(found)
    assert case.remedy in mine[0].remedy, told(found)
    others = [one for one in wrong if one.check != case.check and not one.check.startswith(case.also)]
    assert others == [], told(found)
    assert SECRET not in told(found)


def test_a_solution_that_was_left_out_on_purpose_is_no_problem(world: World, company: Company) -> None:
    connection = world.connect(company)
    setup.solution.go_without(company, BY)
    with world.without_solution():
        found = doctor.test(connection, BY)
    assert problems(found) == [], told(found)
    assert "The integration solution was left out." in told(found)


def test_what_a_test_found_wrong_with_the_connection_is_kept_until_another_finds_it_well(
    world: World, company: Company
) -> None:
    connection = world.connect(company, organization="", user_id="")
    couple(RowState.FAILED)(connection)
    with world.without_role():
        doctor.test(connection, BY)
    assert Connection.objects.get().test_problems.startswith("The user of the application"), "and nothing of records"
    assert Connection.objects.get().organization == ""
    doctor.test(connection, BY)
    kept = Connection.objects.get()
    assert (kept.test_problems, kept.organization, kept.user_id) == ("", "Contoso", world.user)
    with pytest.raises(NotPermitted):
        doctor.test(connection, Actor("clerk", frozenset({Permission.SYNCHRONIZE})))


def test_another_environment_than_the_coupled_one_is_not_taken_for_it(world: World, company: Company) -> None:
    connection = world.connect(company)
    coupled_elsewhere(connection)
    doctor.test(Connection.objects.get(), BY)
    assert Connection.objects.get().organization == "Fabrikam"


@pytest.mark.parametrize(
    ("kind", "blocker", "first_unchecked"),
    [("name", "name", "network connection"), ("503", "service", "sign-in"), ("disabled", "user enabled", "licence")],
)
def test_what_lies_behind_an_obstacle_is_not_guessed(
    world: World, company: Company, kind: str, blocker: str, first_unchecked: str
) -> None:
    world.connect(company, **({"address": "https://crm.nowhere.invalid"} if kind == "name" else {}))
    away = {"name": nullcontext(), "503": world.fault("503"), "disabled": world.disabled()}[kind]
    with away:
        found = doctor.examine(company)
    unchecked = [one for one in found if one.outcome is Outcome.NOT_CHECKED]
    assert unchecked[0].check == first_unchecked
    assert {one.what for one in unchecked} == {f"Not checked because of the problem with: {blocker}."}
    assert {one.check for one in unchecked} >= {"organization", "solution", "privileges", "local currency"}


def test_a_company_that_is_not_connected_is_told_how_and_is_no_problem(company: Company) -> None:
    found = doctor.examine(company)
    assert problems(found) == []
    assert found[-1].outcome is Outcome.NOT_CHECKED
    assert "tally setup" in found[-1].remedy


def test_an_administrator_as_user_is_well_but_more_than_is_needed(world: World, company: Company) -> None:
    world.connect(company)
    with world.with_role("System Administrator"):
        found = doctor.examine(company)
    assert problems(found) == []
    (roles,) = (one for one in found if one.check == "security roles")
    assert "far more than is needed" in roles.remedy
