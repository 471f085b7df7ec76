"""Does a connection work, and what is missing: the answer to "Test connection"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tallystick.dataverse.metadata import Metadata, TableName
from tallystick.dataverse.options import is_option_table
from tallystick.dataverse.webapi import WebApi, query
from tallystick.engine import SetupError, TallyError

_RIGHTS_TO_READ = ("Read",)
_RIGHTS_TO_WRITE = ("Read", "Create", "Write", "Append", "AppendTo")
_EVERYWHERE = "Global"


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
        organization = _organization(api)
        currency = _base_currency(api, organization)
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


def _organization(api: WebApi) -> Mapping[str, Any]:
    rows = api.fetch_rows(query("organizations", select="name,languagecode,_basecurrencyid_value"))
    if not rows:
        raise SetupError(
            "The connection's user cannot read the organization.", hint="Give its security role Read on Organization."
        )
    return dict(rows[0])


def _base_currency(api: WebApi, organization: Mapping[str, Any]) -> str:
    currency = organization.get("_basecurrencyid_value")
    if not currency:
        return ""
    row = api.fetch(query(f"transactioncurrencies({currency})", select="isocurrencycode"))
    return str(row.get("isocurrencycode") or "")


def _missing_rights(
    api: WebApi, metadata: Metadata, user: str, reads: Sequence[str], writes: Sequence[str]
) -> list[TallyError]:
    """Return one problem per table on which the user lacks rights for all rows."""
    wanted = dict.fromkeys(reads, _RIGHTS_TO_READ) | dict.fromkeys(writes, _RIGHTS_TO_WRITE)
    wanted = {table: rights for table, rights in wanted.items() if not is_option_table(table)}
    if not wanted:
        return []
    answer = api.fetch(f"systemusers({user})/Microsoft.Dynamics.CRM.RetrieveUserPrivileges()")
    held = {row["PrivilegeName"].lower(): row.get("Depth", _EVERYWHERE) for row in answer["RolePrivileges"]}
    problems = (_table_problem(metadata, table, rights, held) for table, rights in wanted.items())
    return [problem for problem in problems if problem is not None]


def _table_problem(metadata: Metadata, table: str, rights: Sequence[str], held: Mapping[str, str]) -> TallyError | None:
    named = metadata.names().get(table)
    if named is None:
        return SetupError(
            f"This Dynamics 365 environment has no table {table}.", hint="Install Dynamics 365 Sales, or the solution."
        )
    missing = [right for right in rights if held.get(_privilege(right, named)) != _EVERYWHERE]
    if not missing:
        return None
    return SetupError(
        f"The connection's user may not do this to all rows of {table}: {', '.join(missing)}.",
        hint="Give the application user a security role with these rights for the whole organization.",
    )


def _privilege(right: str, table: TableName) -> str:
    """Privileges are named after the table's schema name, whose capitals do not matter here."""
    return f"prv{right}{table.schema_name}".lower()
