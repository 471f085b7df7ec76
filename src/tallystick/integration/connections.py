"""The connection of a company to its Dataverse environment: made, tested, switched on and off, and used as two sides."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db import transaction

from tallystick.dataverse import (
    ClientCertificate,
    ClientSecret,
    ConnectionReport,
    Credentials,
    DataverseClient,
    DataverseSide,
    Right,
    certificate_expiry,
    parse_address,
)
from tallystick.dataverse.diagnosis import Environment
from tallystick.dataverse.options import is_option_table
from tallystick.dataverse.privileges import TO_READ, TO_WRITE
from tallystick.dataverse.webapi import ATTEMPTS, PATIENCE_SECONDS
from tallystick.engine import FINANCE, SALES, SetupError, Side, SideName, TableMapping
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, Experience
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.integration.finance_side import FinanceSide
from tallystick.integration.models import Connection, CouplingRow, SignIn
from tallystick.integration.models.connection import DEFAULT_AUTHORITY
from tallystick.integration.stores import ensure_settings, mappings_of

SETUP_PAGE = "CRM Connection Setup"
LONGEST_REST = 24 * 60 * 60  # seconds between two cycles
FOUND = ("organization", "version", "user_id", "base_currency")
SETTINGS = ("address", "authority", "tenant", "client_id", "sign_in", "schedule_seconds", "enabled")


def require_suite(company: Company) -> None:
    """Raise SetupError, saying how to switch, where the company's experience does not offer the integration."""
    experience = Company.objects.values_list("experience", flat=True).get(pk=company.pk)
    if experience != Experience.SUITE:
        raise SetupError(
            f"The integration with Dynamics CRM needs the Suite experience; {company} has {experience}.",
            hint=f"Switch the experience to Suite under Administration, Companies, {company}, "
            f"or run `tally experience {company.slug} Suite`.",
        )


def find_connection(company: Company) -> Connection | None:
    """Return the company's connection, if it has one, whatever its experience."""
    return Connection.objects.select_related("company").filter(company=company).first()


def connection_of(company: Company) -> Connection:
    """Return the company's connection. Raises SetupError where there is none, or where it is not offered."""
    require_suite(company)
    connection = find_connection(company)
    if connection is None:
        raise SetupError(
            f"{company} is not connected to Dynamics CRM.",
            hint=f"Open {SETUP_PAGE} and enter address and client secret, or run `tally connect`.",
        )
    return connection


def connect(
    company: Company,
    address: str,
    authority: str | None,
    tenant: str,
    client_id: str,
    client_secret: str,
    by: Actor,
    *,
    schedule_seconds: int | None = None,
    sign_in: str = SignIn.SECRET,
) -> Connection:
    """Store how the company reaches its environment; return the connection, switched off until it has been tested.

    To sign in with a certificate, `client_secret` is a PEM text of it and its private key. Connecting again changes the
    connection and keeps its couplings. A blank secret keeps the one there is, and `schedule_seconds` None how long a
    worker rests between two cycles. Raises SetupError for what cannot be an address,
    and for what is missing; and where the connection is on, for what would not work: then it stays as it was, and on."""
    by.require(Permission.INTEGRATE)
    require_suite(company)
    organization = parse_address(address).organization
    authority = (authority or DEFAULT_AUTHORITY).strip().rstrip("/")
    parse_address(authority)  # the same rules: https, or this machine
    connection = find_connection(company) or Connection(company=company, secret_version=0)
    old = _in_words(connection)
    for name, value in (("tenant", tenant), ("client id", client_id)):
        if not value.strip():
            raise SetupError(f"The {name} is missing.", hint="You find it in the app registration of Entra ID.")
    _check_secret(connection, SignIn(sign_in), client_secret)
    connection.address, connection.authority = organization, authority
    connection.tenant, connection.client_id, connection.sign_in = tenant.strip(), client_id.strip(), SignIn(sign_in)
    if schedule_seconds is not None:
        connection.schedule_seconds = _seconds(schedule_seconds)
    if client_secret:
        connection.set_client_secret(client_secret)
    if connection.enabled:
        _must_work(connection)
    connection.enabled, connection.disabled_reason = False, ""
    connection.updated_by = by.name
    with transaction.atomic():
        connection.save()
        ensure_settings(connection)
        _note(connection, old, by, secret="replaced" if client_secret else "")
    return connection


def _check_secret(connection: Connection, sign_in: SignIn, entered: str) -> None:
    """Raise SetupError where nothing is there to sign in with, or no certificate where one is needed."""
    kept = connection.sealed_secret and connection.sign_in == sign_in
    if sign_in is SignIn.SECRET and not entered and not kept:
        raise SetupError("The client secret is missing.", hint="Create one in the app registration of Entra ID.")
    if sign_in is SignIn.CERTIFICATE and not entered and not kept:
        raise SetupError("The certificate is missing.", hint="Enter one PEM text with the certificate and its key.")
    if sign_in is SignIn.CERTIFICATE and entered:
        require_good_certificate(entered)


def require_good_certificate(pem: str) -> None:
    """Raise SetupError for what is no certificate with its own private key, and for one that has expired."""
    expired = certificate_expiry(pem)
    if expired <= datetime.now(UTC):
        raise SetupError(f"The certificate expired on {expired:%Y-%m-%d}.", hint="Make and upload a new one.")


def _in_words(connection: Connection) -> dict[str, object]:
    """Return the settings of a connection for the log; none of one that is not stored yet. Never the secret."""
    if connection._state.adding:
        return {}
    return {name.replace("_", " "): getattr(connection, name) for name in SETTINGS}


def _note(connection: Connection, old: dict[str, object], by: Actor, *, secret: str = "") -> None:
    new = {**_in_words(connection), **({"client secret": secret} if secret else {})}
    audit.note(connection.company, Area.CONNECTION, connection.address, old, new, by=by)


def _must_work(connection: Connection) -> None:
    """Try what is to replace a connection before it is stored: a slip of the keyboard must not end one that works."""
    report = _tried(connection)
    if not report.ok:
        problem = report.problems[0]
        raise SetupError(
            f"The connection was not changed, because it would not work: {problem.what}", hint=problem.hint
        )


def _seconds(given: int) -> int:
    if not 1 <= given <= LONGEST_REST:
        raise SetupError(
            f"{given} seconds between two cycles cannot be.", hint=f"Enter a number from 1 to {LONGEST_REST}, a day."
        )
    return given


def test(connection: Connection, by: Actor) -> ConnectionReport:
    """Try the connection, store what was found, and return it. Never raises for what the other system answers.

    Some six requests. An environment other than the one whose rows are coupled already counts as a problem."""
    by.require(Permission.INTEGRATE)
    report = _tried(connection)
    found = Environment(report.organization, report.version, report.base_currency, user_id=report.user_id)
    keep_test(connection, list(map(str, report.problems)), found if report.ok else Environment())
    return report


def keep_test(connection: Connection, problems: Sequence[str], found: Environment) -> None:
    """Keep what a test came to: what is wrong, and of the environment what it told, where it was reached."""
    connection.tested_at = datetime.now(UTC)
    connection.test_problems = "\n".join(problems)
    if found.organization:
        connection.organization, connection.version = found.organization, found.version
        connection.user_id, connection.base_currency = found.user_id, found.base_currency
    # Only these: a worker may be noting how its cycle went in the same row.
    connection.save(update_fields=["tested_at", "test_problems", "updated_at", *FOUND])


def _tried(connection: Connection) -> ConnectionReport:
    tables = _tables(mappings_of(connection))
    with _new_client(connection, attempts=1) as client:
        report = client.test_connection(
            reads=[table for table, written in tables.items() if not written],
            writes=[table for table, written in tables.items() if written],
        )
    other = other_environment(connection, report.organization) if report.ok else None
    return report if other is None else replace(report, problems=(*report.problems, other))


def _tables(enabled: Iterable[TableMapping]) -> dict[str, bool]:
    """Return the tables of Dynamics CRM that take part, and whether they are written too."""
    return {mapping.sales: mapping.direction.reaches(SALES) for mapping in enabled}


def rights_needed(enabled: Iterable[TableMapping]) -> Mapping[str, Sequence[Right]]:
    """Return the rights that these mappings ask of the connection's user, by table of Dynamics CRM."""
    tables = {table: written for table, written in _tables(enabled).items() if not is_option_table(table)}
    return {table: TO_WRITE if written else TO_READ for table, written in tables.items()}


def other_environment(connection: Connection, organization: str) -> SetupError | None:
    """Return what is wrong where records are coupled with another environment than the one of this name."""
    known = connection.organization
    if not known or organization == known:
        return None
    if not CouplingRow.objects.filter(mapping__connection=connection).exists():
        return None
    return SetupError(
        f"This is the environment {organization}, but the records are coupled with rows of {known}.",
        hint=f"Enter the address of {known}, or delete the couplings first.",
    )


def enable(connection: Connection, by: Actor = OPERATOR) -> Connection:
    """Switch the connection on. It is tested first; raises the first problem as SetupError and leaves it off."""
    by.require(Permission.INTEGRATE)
    require_suite(connection.company)
    report, old = test(connection, by), _in_words(connection)
    if not report.ok:
        problem = report.problems[0]
        raise SetupError(f"The connection was not switched on: {problem.what}", hint=problem.hint)
    connection.enabled, connection.disabled_reason, connection.updated_by = True, "", by.name or connection.updated_by
    connection.cycle_failures, connection.cycle_problem, connection.next_cycle_at = 0, "", None
    connection.save(
        update_fields=[
            "enabled",
            "disabled_reason",
            "updated_by",
            "updated_at",
            "cycle_failures",
            "cycle_problem",
            "next_cycle_at",
        ]
    )
    ensure_settings(connection)
    _note(connection, old, by)
    return connection


def disable(connection: Connection, reason: str = "", by: Actor = OPERATOR) -> Connection:
    """Switch the connection off; couplings and mappings stay. `reason` says why when nobody switched it off by hand."""
    by.require(Permission.INTEGRATE)
    old = _in_words(connection)
    connection.enabled, connection.disabled_reason = False, reason
    connection.updated_by = by.name or connection.updated_by
    connection.save(update_fields=["enabled", "disabled_reason", "updated_by", "updated_at"])
    _note(connection, old, by)
    return connection


def reschedule(connection: Connection, seconds: int, by: Actor = OPERATOR) -> Connection:
    """Change how long a worker rests between two cycles. Raises SetupError for what is no such number."""
    by.require(Permission.INTEGRATE)
    old = _in_words(connection)
    connection.schedule_seconds = _seconds(seconds)
    connection.updated_by = by.name or connection.updated_by
    connection.save(update_fields=["schedule_seconds", "updated_by", "updated_at"])
    _note(connection, old, by)
    return connection


def sides(connection: Connection) -> Mapping[SideName, Side]:
    """Return the two sides. Raises SetupError while the connection is off, or the company is not offered it.

    The client of the other system is kept per process, with its connections and what it knows of the tables."""
    require_suite(connection.company)
    if not connection.enabled:
        because = f": {connection.disabled_reason}" if connection.disabled_reason else "."
        raise SetupError(
            f"The connection to Dynamics CRM is switched off{because}",
            hint=f"Test the connection under {SETUP_PAGE} and switch it on.",
        )
    finance = FinanceSide(connection.company, base_currency=connection.base_currency)
    return {FINANCE: finance, SALES: _kept(connection).side}


def client(connection: Connection) -> DataverseClient:
    """Return this process's client of the other system, for what is not synchronising: searching, opening a row."""
    return _kept(connection).client


def brief_client(connection: Connection, *, patience: float = PATIENCE_SECONDS) -> DataverseClient:
    """Return a client for one look that somebody waits for: it tries everything once. Close it.

    `patience` is how many seconds it waits where it is told to."""
    return _new_client(connection, attempts=1, patience=patience)


def close_clients() -> None:
    """Close the clients of this process; the next use makes new ones."""
    with _LOCK:
        kept, _KEPT_CLIENTS[:] = list(_KEPT_CLIENTS), []
    for entry in kept:
        entry.client.close()


@dataclass(frozen=True, slots=True)
class _Kept:
    """A client of this process, and for what it was made."""

    made_for: tuple[object, ...]
    client: DataverseClient
    side: DataverseSide


_LOCK = threading.Lock()
_KEPT_CLIENTS: list[_Kept] = []


def _kept(connection: Connection) -> _Kept:
    made_for = (
        connection.pk,
        connection.address,
        connection.authority,
        connection.tenant,
        connection.client_id,
        connection.sign_in,
        connection.sealed_secret,
    )
    with _LOCK:
        for entry in _KEPT_CLIENTS:
            if entry.made_for == made_for:
                return entry
        for entry in [entry for entry in _KEPT_CLIENTS if entry.made_for[0] == connection.pk]:
            _KEPT_CLIENTS.remove(entry)
            entry.client.close()
        new = _new_client(connection)
        entry = _Kept(made_for, new, DataverseSide(new))
        _KEPT_CLIENTS.append(entry)
        return entry


def _new_client(
    connection: Connection, *, attempts: int = ATTEMPTS, patience: float = PATIENCE_SECONDS
) -> DataverseClient:
    return DataverseClient(connection.address, credentials_of(connection), attempts=attempts, patience=patience)


def credentials_of(connection: Connection) -> Credentials:
    """Return what the connection signs in with. Raises SetupError where the key to its secret is lost."""
    kind = ClientCertificate if connection.sign_in == SignIn.CERTIFICATE else ClientSecret
    return kind(connection.tenant, connection.client_id, connection.client_secret(), authority=connection.authority)
