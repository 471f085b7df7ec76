"""Does a connection work, and what is missing: the answer to "Test connection"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.dataverse.errors import RightsMissing
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.options import is_option_table
from tallystick.dataverse.privileges import TO_READ, TO_WRITE, MissingPrivilege, missing_privileges
from tallystick.dataverse.webapi import WebApi, query
from tallystick.engine import SetupError, TallyError


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """What a test found. `problems` is empty where the connection works and lacks nothing; each names its remedy."""

    address: str
    problems: tuple[TallyError, ...] = ()
    organization: str = ""
    version: str = ""
    user_id: str = ""
    base_currency: str = ""
    language: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems


def examine(
    api: WebApi, metadata: Metadata, *, reads: Sequence[str] = (), writes: Sequence[str] = ()
) -> ConnectionReport:
    """Sign in, ask who we are, and check the rights on the tables that are read and written. Never raises a TallyError.

    Some six requests. Use a client with few attempts, so that a wrong address is told at once."""
    address = api.address.organization
    try:
        user = api.who_am_i()["UserId"]
        version = str(api.fetch("RetrieveVersion()")["Version"])
        organization = organization_row(api)
        currency = base_currency_code(api, organization)
        problems = _missing_rights(api, metadata, user, reads, writes)
    except TallyError as error:
        return ConnectionReport(address, (error,))
    return ConnectionReport(
        address,
        tuple(problems),
        organization=str(organization.get("name") or ""),
        version=version,
        user_id=user,
        base_currency=currency,
        language=int(organization.get("languagecode") or 0),
    )


def organization_row(api: WebApi) -> Mapping[str, Any]:
    """Return name, language and base currency of the organization. Raises RightsMissing where it shows none."""
    rows = api.fetch_rows(query("organizations", select="name,languagecode,_basecurrencyid_value"))
    if not rows:
        raise RightsMissing(
            "The connection's user cannot read the organization.", hint="Give its security role Read on Organization."
        )
    return dict(rows[0])


def base_currency_code(api: WebApi, organization: Mapping[str, Any]) -> str:
    """Return the ISO code of the base currency. One request."""
    currency = organization.get("_basecurrencyid_value")
    if not currency:
        return ""
    row = api.fetch(query(f"transactioncurrencies({currency})", select="isocurrencycode"))
    return str(row.get("isocurrencycode") or "")


def _missing_rights(
    api: WebApi, metadata: Metadata, user: str, reads: Sequence[str], writes: Sequence[str]
) -> list[TallyError]:
    """Return one problem per table that is not there, or on which the user lacks rights for all rows."""
    wanted = dict.fromkeys(reads, TO_READ) | dict.fromkeys(writes, TO_WRITE)
    wanted = {table: rights for table, rights in wanted.items() if not is_option_table(table)}
    if not wanted:
        return []
    there = {table: rights for table, rights in wanted.items() if table in metadata.names()}
    lacking: dict[str, list[MissingPrivilege]] = {}
    for one in missing_privileges(api, metadata, user, there):
        lacking.setdefault(one.table, []).append(one)
    absent = [table_absent(table) for table in wanted if table not in there]
    return [*absent, *(rights_lacking(table, found) for table, found in lacking.items())]


def table_absent(table: str) -> SetupError:
    """Return what to tell of a table that the environment does not have."""
    return SetupError(
        f"This Dynamics 365 environment has no table {table}.", hint="Install Dynamics 365 Sales, or the solution."
    )


def rights_lacking(table: str, missing: Sequence[MissingPrivilege]) -> SetupError:
    """Return what to tell of the rights on a table that the connection's user lacks."""
    rights = ", ".join(one.right for one in missing)
    names = ", ".join(one.name for one in missing)
    return RightsMissing(
        f"The connection's user may not do this to all rows of {table}: {rights}.",
        hint=f"Give the application user a security role with these privileges for the whole organization: {names}.",
    )
