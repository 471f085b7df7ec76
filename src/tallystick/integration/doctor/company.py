"""One company: what it is offered, its connection, the environment that leads to, and how its records match."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from tallystick.config import environment
from tallystick.dataverse import certificate_expiry
from tallystick.dataverse.diagnosis import Check as Remote
from tallystick.dataverse.diagnosis import Diagnosis, Environment, Finding, Outcome, completed, failed, fine, problem
from tallystick.dataverse.solution import INTEGRATION
from tallystick.engine import RowState, TableMapping, TallyError
from tallystick.financials.models import Company, Currency, Experience
from tallystick.financials.permissions import Actor, Permission
from tallystick.integration import connections, mappings, operations, setup
from tallystick.integration.doctor import ground
from tallystick.integration.finance_side.reading import exchange_rates
from tallystick.integration.models import Connection, MappingSettings, SignIn
from tallystick.integration.stores.settings import as_set

RENEW_BEFORE = timedelta(days=30)
OVERDUE = timedelta(minutes=15)  # how long a cycle may be late before somebody should look


class Check(StrEnum):
    """What is looked at besides the environment."""

    COMPANY = "company"
    EXPERIENCE = "experience"
    CONNECTION = "connection"
    SECRET = "stored secret"  # noqa: S105 - what it is called
    COUPLED = "coupled environment"
    LOCAL_CURRENCY = "local currency"
    MAPPINGS = "mappings"
    RECORDS = "records"
    SCHEDULE = "schedule"


LOCAL = (Check.COMPANY, Check.EXPERIENCE, Check.CONNECTION, Check.SECRET)
SHARED = (Check.COUPLED, Check.LOCAL_CURRENCY)
WORK = (Check.MAPPINGS, Check.RECORDS, Check.SCHEDULE)
ALL = (*LOCAL, *Remote, *SHARED, *WORK)
ABOUT_CONNECTION = frozenset({Check.SECRET, *Remote, *SHARED})  # the rest can be wrong with a connection that works


def examine(company: Company) -> tuple[Finding, ...]:
    """Say of a company, its connection and its environment how everything is. Some fifteen requests; writes nothing."""
    return _examined(company).findings


def test(connection: Connection, by: Actor) -> tuple[Finding, ...]:
    """The same, for who may integrate; what is wrong with the connection is kept as what its last test found."""
    by.require(Permission.INTEGRATE)
    seen = _examined(connection.company)
    wrong = [one for one in seen.findings if one.is_problem and one.check.partition(":")[0] in ABOUT_CONNECTION]
    # Of an environment that the records are not coupled with, nothing is taken over.
    known = seen.environment if all(one.check != Check.COUPLED for one in wrong) else Environment()
    connections.keep_test(connection, [f"{one.what} {one.remedy}" for one in wrong], known)
    return seen.findings


def _examined(company: Company) -> Diagnosis:
    found = [fine(Check.COMPANY, f"{company} keeps its books in {company.local_currency}.")]
    connection = connections.find_connection(company)
    found.append(_experience(company, connected=connection is not None))
    if connection is None:
        return Diagnosis(_not_connected(found, company))
    if found[-1].is_problem:
        return Diagnosis(completed(found, ALL))
    enabled = _mappings(connection)
    seen = _environment(connection, enabled)
    work = (*_dependencies(enabled), _records(company), _schedule(connection))
    return Diagnosis((*found, _switched_on(connection), *seen.findings, *work), seen.environment)


def _experience(company: Company, *, connected: bool) -> Finding:
    if company.experience == Experience.SUITE:
        return fine(Check.EXPERIENCE, "The experience is Suite, which offers the integration.")
    told = f"The experience is {company.experience}; the integration with Dynamics CRM needs Suite."
    remedy = f"Run `tally experience {company.slug} Suite`, or switch it under Administration, Companies."
    return problem(Check.EXPERIENCE, told, remedy) if connected else fine(Check.EXPERIENCE, told, remedy)


def _not_connected(found: list[Finding], company: Company) -> tuple[Finding, ...]:
    what = f"{company} is not connected to Dynamics CRM."
    found.append(
        Finding(Check.CONNECTION, Outcome.NOT_CHECKED, what, "Connect it with the setup guide, or `tally setup`.")
    )
    return tuple(found)


def _switched_on(connection: Connection) -> Finding:
    if connection.enabled:
        return fine(Check.CONNECTION, f"The connection to {connection.address} is switched on.")
    because = f": {connection.disabled_reason}" if connection.disabled_reason else "."
    remedy = "Mend what is wrong below, then enable it on CRM Connection Setup, or with `tally connection --on`."
    return problem(Check.CONNECTION, f"The connection to {connection.address} is switched off{because}", remedy)


# The environment


def _environment(connection: Connection, enabled: list[TableMapping]) -> Diagnosis:
    """Say how the environment is, and whether it is the right one."""
    secret = _secret(connection)
    if secret.is_problem:
        return Diagnosis(completed([secret], (*Remote, *SHARED)))
    try:
        diagnosis = _diagnosed(connection, enabled)
    except TallyError as error:  # what is stored of the connection is no address any more
        return Diagnosis(completed([secret, failed(Remote.NAME, error)], (*Remote, *SHARED)))
    seen = diagnosis.environment
    if not seen.organization:
        return Diagnosis(completed([secret, *diagnosis.findings], SHARED), seen)
    found = [secret, *diagnosis.findings, _coupled(connection, seen), *_currency(connection, seen)]
    return Diagnosis(completed(found, SHARED), seen)


def _secret(connection: Connection) -> Finding:
    restore = (
        "Put the earlier key back (TALLY_ENCRYPTION_KEYS, or encryption.key in the home), or enter the secret again with "
        "the setup guide or `tally connect`."
    )
    if not ground.has_encryption_key(environment()):
        what = "The key is missing that the stored secret is encrypted with."
        return problem(Check.SECRET, what, restore)
    try:
        secret = connection.client_secret()
        until = certificate_expiry(secret) if connection.sign_in == SignIn.CERTIFICATE else None
    except TallyError as error:
        return problem(Check.SECRET, error.what, restore)
    return _certificate(until) if until else fine(Check.SECRET, "The stored client secret can be read.")


def _certificate(until: datetime) -> Finding:
    renew = "Make a new one, upload it to the app registration, and enter it in the connection."
    left = until - datetime.now(UTC)
    if left <= timedelta():
        return problem(Check.SECRET, f"The certificate expired on {until:%Y-%m-%d}.", renew)
    return fine(Check.SECRET, f"The certificate is good until {until:%Y-%m-%d}.", renew if left < RENEW_BEFORE else "")


def _diagnosed(connection: Connection, enabled: list[TableMapping]) -> Diagnosis:
    """Look at the environment: with all rights of the integration's role, and those that the enabled mappings need."""
    needed = connections.rights_needed(enabled)
    left_out = setup.progress_of(connection.company).choice(setup.Step.SOLUTION).get("without")
    wanted = {table: dict.fromkeys(rights) for table, rights in (() if left_out else INTEGRATION.rights.items())}
    for table, rights in needed.items():
        wanted.setdefault(table, {}).update(dict.fromkeys(rights))
    with connections.brief_client(connection, patience=0) as client:
        seen = client.diagnose(connection.client_id, {table: list(rights) for table, rights in wanted.items()}, needed)
    return replace(seen, findings=tuple(map(_on_purpose, seen.findings))) if left_out else seen


def _on_purpose(found: Finding) -> Finding:
    """What a finding means where somebody chose to go on without the solution."""
    if found.check != Remote.SOLUTION or not found.is_problem:
        return found
    advice = "Import it for item availability and sales orders: in the setup guide, or with `tally solution import`."
    return fine(Remote.SOLUTION, "The integration solution was left out.", advice)


def _coupled(connection: Connection, seen: Environment) -> Finding:
    other = connections.other_environment(connection, seen.organization)
    if other is not None:
        return failed(Check.COUPLED, other)
    return fine(Check.COUPLED, f"No records are coupled with another environment than {seen.organization}.")


def _currency(connection: Connection, seen: Environment) -> list[Finding]:
    """The local currency has to be one of the environment's, and the base currency one that Financials has a rate of."""
    company = connection.company
    local = Currency.objects.filter(company=company, code=company.local_currency).first()
    if local is None:
        what = f"Financials has no currency {company.local_currency}, in which the books are kept."
        return [problem(Check.LOCAL_CURRENCY, what, "Add it under Currencies.")]
    if seen.currencies is None:
        return []
    iso = local.iso_code or local.code
    if iso not in seen.currencies:
        what = f"Dynamics CRM has no active currency {iso}, in which Financials keeps its books."
        remedy = (
            "Activate it in Dynamics CRM under Settings, Business Management, Currencies, or run `tally sync CURRENCY`."
        )
        return [problem(Check.LOCAL_CURRENCY, what, remedy)]
    if not exchange_rates(company, seen.base_currency, date.today()):  # noqa: DTZ011 - rates go by the day here
        what = f"The base currency of Dynamics CRM is {seen.base_currency}, and Financials has no exchange rate for it."
        remedy = f"Add the currency {seen.base_currency} and its exchange rate under Currencies."
        return [problem(Check.LOCAL_CURRENCY, what, remedy)]
    if iso == seen.base_currency:
        return [fine(Check.LOCAL_CURRENCY, f"The local currency {iso} is the base currency of Dynamics CRM.")]
    told = (
        f"Dynamics CRM has the local currency {iso}, and Financials a rate of its base currency {seen.base_currency}."
    )
    return [fine(Check.LOCAL_CURRENCY, told)]


# The work


def _mappings(connection: Connection) -> list[TableMapping]:
    """The enabled mappings as the connection has them. One query, which makes no rows."""
    rows = {row.name: row for row in MappingSettings.objects.filter(connection=connection).select_related("connection")}
    return [
        as_set(row) if (row := rows.get(mapping.name)) is not None else mapping
        for mapping in mappings.ALL
        if mapping.name not in rows or rows[mapping.name].enabled
    ]


def _dependencies(enabled: list[TableMapping]) -> list[Finding]:
    names = {mapping.name for mapping in enabled}
    found = [
        problem(
            f"{Check.MAPPINGS}: {mapping.name}",
            f"{mapping.name} needs {', '.join(lacking)}, which is switched off; its records may wait for ever.",
            " ".join(
                f"Switch {name} on under Integration Table Mappings, or with `tally mapping {name!r} --on`."
                for name in lacking
            ),
        )
        for mapping in enabled
        if (lacking := [name for name in mapping.after if name not in names])
    ]
    if not enabled:
        what = "No table mapping is switched on, so nothing is synchronised."
        return [
            problem(
                Check.MAPPINGS,
                what,
                "Switch some on under Integration Table Mappings, or with `tally mapping NAME --on`.",
            )
        ]
    return found or [fine(Check.MAPPINGS, f"{len(enabled)} table mappings are on, with all that they need.")]


def _records(company: Company) -> Finding:
    counts = operations.counts_by_state(company)
    failing, conflicts, waiting = (
        counts.get(state.value, 0) for state in (RowState.FAILED, RowState.CONFLICT, RowState.WAITING)
    )
    told = f"{failing:,} records failed, {conflicts:,} are in conflict and {waiting:,} wait for others."
    if failing or conflicts:
        remedy = "See Coupled Data Synchronization Errors, or `tally issues`: each says what it needs."
        return problem(Check.RECORDS, told, remedy)
    advice = "They go by themselves when the others are coupled." if waiting else ""
    return fine(Check.RECORDS, told if waiting else "No record failed, is in conflict or waits.", advice)


def _schedule(connection: Connection) -> Finding:
    if not connection.enabled:
        return Finding(Check.SCHEDULE, Outcome.NOT_CHECKED, "Not checked because the connection is switched off.")
    if connection.cycle_failures:
        times = f"{connection.cycle_failures} time{'s' if connection.cycle_failures > 1 else ''} in a row"
        what = f"The scheduled cycle stopped {times}: {connection.cycle_problem}"
        return problem(Check.SCHEDULE, what, "Mend that; the next cycle comes by itself.")
    last = connection.last_cycle_at
    if last is None:
        return fine(Check.SCHEDULE, "No cycle has run yet.")
    late = datetime.now(UTC) - last - timedelta(seconds=connection.schedule_seconds)
    if late > OVERDUE:
        due = f"one is due every {connection.schedule_seconds} seconds"
        what = f"The last cycle ended at {last:%Y-%m-%d %H:%M} UTC, though {due}."
        return problem(Check.SCHEDULE, what, "See that a worker is running (`tally worker`), and look at its log.")
    return fine(Check.SCHEDULE, f"The last cycle ended at {last:%Y-%m-%d %H:%M:%S} UTC.")
