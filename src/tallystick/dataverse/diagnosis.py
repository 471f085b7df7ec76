"""What stands between this program and an environment: looked at in the order in which a request meets it, so that the
first obstacle is named, and what lies behind it is said to be not checked rather than guessed.

Reads only. `report.examine` answers "does it work?" with six requests; this says of everything how it is, with some
fifteen.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

import httpx2

from tallystick.dataverse import report
from tallystick.dataverse.errors import error_for
from tallystick.dataverse.installing import SolutionState, SolutionStatus, solution_status
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.network import Obstacle, obstacle, unreachable
from tallystick.dataverse.privileges import MissingPrivilege, Right, held_privileges, missing_privileges
from tallystick.dataverse.roles import user_state
from tallystick.dataverse.solution import INTEGRATION, SOLUTION
from tallystick.dataverse.webapi import Limits, Reply, Request, WebApi, query
from tallystick.dataverse.wire import GUID
from tallystick.engine import SetupError, TallyError, Throttled

FEW_REQUESTS, FEW_SECONDS = 100, 30  # of 6,000 and 1,200 in five minutes


class Outcome(StrEnum):
    """What a look came to."""

    OK = "ok"
    PROBLEM = "problem"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """One look. `what` is a sentence that names the thing; `remedy` says what to do about it, and may be advice where it
    is no problem."""

    check: str
    outcome: Outcome
    what: str
    remedy: str = ""

    @property
    def is_problem(self) -> bool:
        return self.outcome is Outcome.PROBLEM


def fine(check: str, what: str, advice: str = "") -> Finding:
    """Return what is as it should be."""
    return Finding(check, Outcome.OK, what, advice)


def problem(check: str, what: str, remedy: str) -> Finding:
    """Return what somebody has to mend."""
    return Finding(check, Outcome.PROBLEM, what, remedy)


def failed(check: str, error: TallyError) -> Finding:
    """Return what an error tells of a check that it ended."""
    remedy = error.hint or "Look again; if it stays, tell the administrator of the environment."
    return problem(check, error.what, remedy)


def completed(findings: Sequence[Finding], checks: Iterable[str]) -> tuple[Finding, ...]:
    """Return the findings and, of each check that was not come to, that it was not, and because of what."""
    done = {one.check.partition(":")[0] for one in findings}
    blocker = next((one.check for one in reversed(findings) if one.is_problem), "")
    because = f"Not checked because of the problem with: {blocker}." if blocker else "Not checked."
    return (*findings, *(Finding(check, Outcome.NOT_CHECKED, because) for check in checks if check not in done))


class Check(StrEnum):
    """What is looked at in an environment, in this order."""

    NAME = "name"
    CONNECTION = "network connection"
    ENCRYPTION = "encryption"
    SERVICE = "service"
    SIGN_IN = "sign-in"
    USER = "user"
    ENABLED = "user enabled"
    LICENCE = "licence"
    ROLES = "security roles"
    ORGANIZATION = "organization"
    CURRENCY = "base currency"
    LANGUAGE = "language"
    SOLUTION = "solution"
    PRIVILEGES = "privileges"
    TRACKING = "change tracking"
    LIMITS = "limits"


@dataclass(frozen=True, slots=True)
class Environment:
    """What an environment says of itself, and as whom it knows us; blank where it could not be asked.

    `currencies` are the ISO codes it has."""

    organization: str = ""
    version: str = ""
    base_currency: str = ""
    currencies: frozenset[str] | None = None
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was looked at, each check at least once, and the environment as far as it was seen."""

    findings: tuple[Finding, ...]
    environment: Environment = field(default_factory=Environment)


def diagnose(
    api: WebApi,
    metadata: Metadata,
    wanted: Mapping[str, Sequence[Right]],
    tracked: Collection[str],
    *,
    application: str,
) -> Diagnosis:
    """Look at everything between here and the rows of the environment. Never raises a TallyError.

    `wanted` is what the user has to be allowed, by table; `tracked` are the tables whose changes are read; `application`
    is the client id. Use a client with one attempt and no patience, so that nothing is waited for."""
    findings, tenant = reach(api)
    user = ""
    if not _stopped(findings):
        findings += sign_in(api, application, tenant)
    if not _stopped(findings):
        seen, user = who(api, application)
        findings += seen
    if not user:
        return Diagnosis(_in_order(completed(findings, Check)))
    environment, seen = _organization(api)
    imported = solution(api)
    if imported.is_problem:  # that says it all about the tables that come with it
        wanted = {table: rights for table, rights in wanted.items() if table not in _OWN or table in _known(metadata)}
    rights = privileges(api, metadata, user, wanted)
    held = roles(api, user, lacking=any(one.is_problem for one in rights))
    findings += [*seen, held, imported, *rights, *tracking(metadata, tracked), limits_finding(api.limits)]
    return Diagnosis(_in_order(completed(findings, Check)), replace(environment, user_id=user))


_OWN = frozenset(table.name for table in SOLUTION.tables)


def _known(metadata: Metadata) -> Collection[str]:
    try:
        return metadata.names()
    except TallyError:
        return ()


def _stopped(findings: Sequence[Finding]) -> bool:
    return any(one.is_problem for one in findings)


def _in_order(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    places = {check.value: place for place, check in enumerate(Check)}
    return tuple(sorted(findings, key=lambda one: places[one.check.partition(":")[0]]))


# The way there

_BEFORE: Mapping[Obstacle, Check] = {
    Obstacle.ADDRESS: Check.NAME,
    Obstacle.NAME: Check.NAME,
    Obstacle.PROXY: Check.CONNECTION,
    Obstacle.REFUSED: Check.CONNECTION,
    Obstacle.SILENT: Check.CONNECTION,
    Obstacle.CERTIFICATE: Check.ENCRYPTION,
    Obstacle.ENCRYPTION: Check.ENCRYPTION,
    Obstacle.SLOW: Check.SERVICE,
    Obstacle.BROKEN_OFF: Check.SERVICE,
}


def reach(api: WebApi) -> tuple[list[Finding], str]:
    """Say how far a request gets, and to which tenant the environment says it belongs ("" for none). One request."""
    address = urlsplit(api.address.organization)
    encrypted = (
        "The connection is encrypted."
        if address.scheme == "https"
        else "Not encrypted: it does not leave this machine."
    )
    way = [
        fine(Check.NAME, f"The name {address.hostname} is known."),
        fine(Check.CONNECTION, f"{address.netloc} takes connections."),
        fine(Check.ENCRYPTION, encrypted),
    ]
    try:
        reply = api.knock()
    except httpx2.TransportError as exc:
        check = _BEFORE[obstacle(exc)]
        passed = way[: list(Check).index(check)]
        return [*passed, failed(check, unreachable(exc, api.address.organization))], ""
    return _served(reply, address.netloc, way)


def _served(reply: Reply, host: str, way: list[Finding]) -> tuple[list[Finding], str]:
    challenge = reply.headers.get("www-authenticate", "")
    if reply.status == 401 and "authorization_uri" in challenge:
        named = re.search(r"authorization_uri=\"?https?://[^/]+/([^/,\s\"]+)/", challenge)
        return [*way, fine(Check.SERVICE, f"A Dynamics 365 environment answers at {host}.")], named[1] if named else ""
    if reply.status == 429:
        wait = reply.headers.get("retry-after", "")
        error = Throttled(
            f"Dynamics CRM asks for {wait or 'some'} seconds without requests (status 429).",
            hint="It goes on by itself; if it stays so, let fewer programs use the environment at once.",
        )
        return [*way, fine(Check.SERVICE, f"A service answers at {host}."), failed(Check.LIMITS, error)], ""
    if reply.status >= 500:
        what = f"The service at {host} is not available now (status {reply.status})."
        remedy = "Wait, and look at the service health in the Microsoft 365 admin center; it is tried again by itself."
        return [*way, problem(Check.SERVICE, what, remedy)], ""
    what = f"{host} answers, but is no Dynamics 365 environment (status {reply.status})."
    remedy = (
        "Check the address: it is the one people open Dynamics 365 Sales at, such as https://contoso.crm4.dynamics.com."
    )
    return [*way, problem(Check.SERVICE, what, remedy)], ""


# Who we are there


def sign_in(api: WebApi, application: str, tenant: str) -> list[Finding]:
    """Get a token. `tenant` is the one that the environment named. One request."""
    try:
        api.sign_in()
    except TallyError as error:
        found = failed(Check.SIGN_IN, error)
        whose = f" The environment says it belongs to the tenant {tenant}." if GUID.fullmatch(tenant.lower()) else ""
        about_tenant = isinstance(error, SetupError) and "tenant" in error.what
        return [problem(Check.SIGN_IN, found.what, found.remedy + whose) if about_tenant else found]
    return [fine(Check.SIGN_IN, f"The sign-in service accepts the application {application}.")]


# The service looks at these in this order.
_USER_CHECKS = (Check.USER, Check.ENABLED, Check.LICENCE, Check.ROLES)
_APPLICATION_USERS = "in the Power Platform admin center, under the environment's Settings, Users + permissions"
_ABOUT_USER: Mapping[str, tuple[Check, str, str]] = {
    "0x80072560": (
        Check.USER,
        "The application {application} is not a user of this Dynamics 365 environment.",
        f"Add it as an application user {_APPLICATION_USERS}, or let the setup guide do it.",
    ),
    "0x80040225": (
        Check.ENABLED,
        "The user of the application {application} is disabled, or belongs to no business unit.",
        f"Activate the application user {_APPLICATION_USERS}.",
    ),
    "0x8004d24b": (
        Check.LICENCE,
        "The user of the application {application} has no licence, and is of a kind that needs one.",
        "Use an application user, whose access mode is Non-interactive and needs no licence, or assign a licence in the "
        "Microsoft 365 admin center.",
    ),
    "0x80042f09": (
        Check.ROLES,
        "The user of the application {application} has no security role.",
        f"Give it the security role {INTEGRATION.name}, which comes with the solution, {_APPLICATION_USERS}.",
    ),
}


def who(api: WebApi, application: str) -> tuple[list[Finding], str]:
    """Say whether the application is a user who may work, and its id ("" when it may not). One request."""
    try:
        reply = api.send(Request("GET", "WhoAmI", repeatable=True))
        if (refusal := reply.refusal) is None:
            user = str(reply.json()["UserId"]).lower()
            return [*_user_passed(Check.ROLES, application)], user
    except TallyError as error:
        return [failed(Check.LIMITS if isinstance(error, Throttled) else Check.SERVICE, error)], ""
    except (KeyError, TypeError):
        return [
            problem(
                Check.SERVICE,
                "The answer to WhoAmI is not that of Dynamics CRM.",
                "Check the address; a proxy may answer.",
            )
        ], ""
    about = _ABOUT_USER.get(refusal.code)
    if about is not None:
        check, what, remedy = about
        return [*_user_passed(check, application), problem(check, what.format(application=application), remedy)], ""
    check = Check.SIGN_IN if refusal.status == 401 else Check.USER
    return [failed(check, error_for(refusal))], ""


def _user_passed(until: Check, application: str) -> list[Finding]:
    """What is known to be well when the service complained of `until` only, or of nothing."""
    passed = {
        Check.USER: f"The application {application} is a user of this environment.",
        Check.ENABLED: "Its user is enabled.",
        Check.LICENCE: "Its user has a licence, or needs none.",
    }
    return [fine(check, passed[check]) for check in _USER_CHECKS[: _USER_CHECKS.index(until)]]


def roles(api: WebApi, user: str, *, lacking: bool) -> Finding:
    """Say which roles the user has; the integration's role is missed only where rights are `lacking`. Two requests."""
    try:
        state = user_state(api, user)
    except TallyError as error:
        return failed(Check.ROLES, error)
    names = ", ".join(role.name for role in state.roles) or "none of its own"
    who_has = f"The connection's user {state.name}"
    if lacking and not state.has(INTEGRATION):
        what = f"{who_has} does not have the security role {INTEGRATION.name}; it has: {names}."
        return problem(Check.ROLES, what, f"Give it the role {_APPLICATION_USERS}; the role comes with the solution.")
    if state.is_administrator:
        advice = f"The role {INTEGRATION.name} is enough; System Administrator may do far more than is needed."
        return fine(Check.ROLES, f"{who_has} has: {names}.", advice)
    return fine(Check.ROLES, f"{who_has} has: {names}.")


# The environment


def _organization(api: WebApi) -> tuple[Environment, list[Finding]]:
    """Say what the environment is. Four requests."""
    try:
        row = report.organization_row(api)
        version = str(api.fetch("RetrieveVersion()").get("Version") or "")
    except TallyError as error:
        return Environment(), [failed(Check.ORGANIZATION, error)]
    name, language = str(row.get("name") or ""), int(row.get("languagecode") or 0)
    found = [
        fine(Check.ORGANIZATION, f"The environment is {name}, version {version}."),
        fine(Check.LANGUAGE, f"The base language is {language}; names of options are written in it."),
    ]
    try:
        base = report.base_currency_code(api, row)
        rows = api.fetch_rows(query("transactioncurrencies", select="isocurrencycode", filter="statecode eq 0"))
    except TallyError as error:
        return Environment(name, version), [*found, failed(Check.CURRENCY, error)]
    codes = frozenset(str(one.get("isocurrencycode") or "") for one in rows)
    return Environment(name, version, base, codes), [*found, fine(Check.CURRENCY, f"The base currency is {base}.")]


def solution(api: WebApi) -> Finding:
    """Say how the integration solution stands. One request."""
    try:
        return solution_finding(solution_status(api))
    except TallyError as error:
        return failed(Check.SOLUTION, error)


def solution_finding(status: SolutionStatus) -> Finding:
    """Return what a state of the solution means."""
    remedy = "Import it with an administrative account: in the setup guide, or with `tally solution import`."
    match status.state:
        case SolutionState.ABSENT:
            what = "The integration solution is not imported, so its tables, columns and roles are missing."
            return problem(Check.SOLUTION, what, remedy)
        case SolutionState.OLDER:
            what = (
                f"The integration solution has version {status.version}, older than {status.offered} of this program."
            )
            return problem(Check.SOLUTION, what, remedy)
        case SolutionState.NEWER:
            what = (
                f"The integration solution has version {status.version}, newer than {status.offered} of this program."
            )
            return problem(Check.SOLUTION, what, "Bring this installation of Tallystick up to date.")
        case SolutionState.CURRENT:
            return fine(Check.SOLUTION, f"The integration solution is imported in version {status.version}.")


def privileges(api: WebApi, metadata: Metadata, user: str, wanted: Mapping[str, Sequence[Right]]) -> list[Finding]:
    """Say what the user lacks, table by table. Three requests."""
    try:
        there = {table: rights for table, rights in wanted.items() if table in metadata.names()}
        held = held_privileges(api, user)
        missing = missing_privileges(api, metadata, user, there, held)
    except TallyError as error:
        return [failed(Check.PRIVILEGES, error)]
    found = [
        failed(f"{Check.PRIVILEGES}: {table}", report.table_absent(table)) for table in wanted if table not in there
    ]
    lacking: dict[str, list[MissingPrivilege]] = {}
    for one in missing:
        lacking.setdefault(one.table, []).append(one)
    for table, some in lacking.items():
        found.append(failed(f"{Check.PRIVILEGES}: {table}", report.rights_lacking(table, some)))
    others = [name for name in INTEGRATION.others if name.lower() not in held]
    if others:
        found.append(
            problem(
                f"{Check.PRIVILEGES}: choices",
                f"The connection's user lacks {', '.join(others)}; payment terms and the like cannot become options.",
                f"Give the application user the security role {INTEGRATION.name}, or these privileges.",
            )
        )
    return found or [fine(Check.PRIVILEGES, f"The connection's user may do all it needs on {len(there)} tables.")]


def tracking(metadata: Metadata, tables: Collection[str]) -> list[Finding]:
    """Say which tables have no change tracking. No request, once the names of the tables are known."""
    try:
        names = metadata.names()
    except TallyError as error:
        return [failed(Check.TRACKING, error)]
    there = [table for table in tables if table in names]
    off = [table for table in there if not names[table].tracked]
    remedy = "Switch on Track changes for the table in Power Apps, or import the solution, which does it."
    found = [
        problem(
            f"{Check.TRACKING}: {table}",
            f"Change tracking is off for {table}: its changes are looked for by date, and deletions are noticed late.",
            remedy,
        )
        for table in off
    ]
    return found or [fine(Check.TRACKING, f"Change tracking is on for {len(there)} tables.")]


def limits_finding(left: Limits | None) -> Finding:
    """Return what it means how much of the service's limits its last answer said is left."""
    if left is None:
        return fine(Check.LIMITS, "Dynamics CRM does not ask to slow down.")
    told = (
        f"{left.requests:,} requests and {left.seconds:,.0f} seconds of computing are left for the next five minutes."
    )
    if left.requests < FEW_REQUESTS or left.seconds < FEW_SECONDS:
        return problem(Check.LIMITS, told, "Wait, or let fewer programs use the environment with this application.")
    return fine(Check.LIMITS, told)
