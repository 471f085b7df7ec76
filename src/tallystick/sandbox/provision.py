"""The first start: an organization with its business unit, team, roles, currency and application user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.metadata import base_catalog
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.metadata.stored import load_catalog
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.pairs import pair_rows
from tallystick.sandbox.rows.values import SqlValue, moment_text, new_id
from tallystick.sandbox.rows.write import Writing, create
from tallystick.sandbox.store import Database, Transaction, quoted
from tallystick.sandbox.tokens import secret_hash

CURRENCIES = {
    "EUR": ("Euro", "€", 2), "USD": ("US Dollar", "$", 2), "GBP": ("Pound Sterling", "£", 2),
    "CHF": ("Swiss Franc", "CHF", 2), "DKK": ("Danish Krone", "kr.", 2), "SEK": ("Swedish Krona", "kr", 2),
    "NOK": ("Norwegian Krone", "kr", 2), "PLN": ("Polish Zloty", "zł", 2), "CZK": ("Czech Koruna", "Kč", 2),
    "JPY": ("Yen", "¥", 0), "CAD": ("Canadian Dollar", "$", 2), "AUD": ("Australian Dollar", "$", 2),
    "INR": ("Indian Rupee", "₹", 2), "CNY": ("Yuan Renminbi", "¥", 2), "BRL": ("Brazilian Real", "R$", 2),
}  # fmt: skip
ROLES = ("System Administrator", "System Customizer", "Salesperson")
DATABASE_FILE = "sandbox.sqlite3"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an environment is made with. The client id and secret may change at every start."""

    data: Path
    client_id: str
    client_secret: str
    tenant: str
    base_currency: str
    organization_name: str
    more_applications: tuple[tuple[str, str], ...] = ()


def open_environment(setup: Setup) -> Environment:
    """Open the environment in `setup.data`, making it when it is not there yet."""
    setup.data.mkdir(parents=True, exist_ok=True)
    database = Database(setup.data / DATABASE_FILE, base_catalog())
    database.prepare(load_catalog(database))
    if database.setting("organization") is None:
        _provision(database, setup)
    _register_applications(database, setup)
    return Environment(
        database,
        database.setting("organization") or "",
        setup.tenant or database.setting("tenant") or "",
        setup.tenant,
        bytes.fromhex(database.setting("signing_key") or ""),
    )


def _provision(database: Database, setup: Setup) -> None:
    organization, unit, currency, system = new_id(), new_id(), new_id(), new_id()
    now = moment_text(datetime.now(UTC))
    with database.write() as transaction:
        caller = Caller(system, unit, organization)
        writing = Writing(transaction, caller, now)
        stamp: dict[str, SqlValue] = {
            "createdon": now, "modifiedon": now, "createdby": system, "modifiedby": system
        }  # fmt: skip
        _put(transaction, "organization", {**_organization(setup, organization, currency), **stamp})
        _put(transaction, "businessunit", {
            "businessunitid": unit, "name": setup.organization_name, "organizationid": organization,
            "isdisabled": 0, **stamp,
        })  # fmt: skip
        _put(transaction, "systemuser", {
            "systemuserid": system, "ownerid": system, "organizationid": organization, "businessunitid": unit,
            "firstname": None, "lastname": "SYSTEM", "fullname": "SYSTEM", "domainname": "SYSTEM", "isdisabled": 1,
            "accessmode": 3, "islicensed": 0, "isintegrationuser": 0, "setupuser": 0,
            "azureactivedirectoryobjectid": stable_id("user", "SYSTEM"), **stamp,
        })  # fmt: skip
        name, symbol, places = CURRENCIES[setup.base_currency]
        create(writing, transaction.catalog["transactioncurrency"], {
            "transactioncurrencyid": currency, "isocurrencycode": setup.base_currency, "currencyname": name,
            "currencysymbol": symbol, "currencyprecision": places, "exchangerate": 1,
        })  # fmt: skip
        _team_and_roles(writing, setup, unit, system)
        settings = {
            "organization": organization, "tenant": new_id(), "signing_key": secrets.token_hex(32), "system": system
        }  # fmt: skip
        transaction.connection.executemany('INSERT INTO "_setting" VALUES (?, ?)', settings.items())


def _organization(setup: Setup, organization: str, currency: str) -> dict[str, SqlValue]:
    return {
        "organizationid": organization, "name": setup.organization_name, "basecurrencyid": currency,
        "languagecode": 1033, "localeid": 1033, "pricingdecimalprecision": 2, "currencydecimalprecision": 2,
        "currencydisplayoption": 0, "fullnameconventioncode": 1, "weekstartdaycode": 0,
        "quoteprefix": "QUO", "orderprefix": "ORD", "invoiceprefix": "INV", "currentquotenumber": 1000,
        "currentordernumber": 1000, "currentinvoicenumber": 1000, "uniquespecifierlength": 6,
        "issopintegrationenabled": 0, "oobpricecalculationenabled": 1, "discountcalculationmethod": 0,
        "createproductswithoutparentinactivestate": 0, "maxproductsinbundle": 15, "expirechangetrackingindays": 7,
        "isauditenabled": 0, "maxuploadfilesize": 5242880, "schemanameprefix": "new",
    }  # fmt: skip


def _team_and_roles(writing: Writing, setup: Setup, unit: str, system: str) -> None:
    catalog = writing.transaction.catalog
    bind = f"/businessunits({unit})"
    team = create(writing, catalog["team"], {
        "name": setup.organization_name, "businessunitid@odata.bind": bind,
        "administratorid@odata.bind": f"/systemusers({system})",
        "description": "Default team for the parent business unit. The name and membership for default team are "
        "inherited from their parent business unit.",
    })  # fmt: skip
    writing.transaction.connection.execute("UPDATE team SET isdefault = 1, systemmanaged = 1 WHERE teamid = ?", (team,))
    for role in ROLES:
        create(writing, catalog["role"], {"name": role, "businessunitid@odata.bind": bind})


def _put(transaction: Transaction, table: str, values: dict[str, SqlValue]) -> None:
    row = {**values, "versionnumber": transaction.version()}
    names, places = ", ".join(quoted(name) for name in row), ", ".join("?" * len(row))
    transaction.connection.execute(f"INSERT INTO {quoted(table)} ({names}) VALUES ({places})", tuple(row.values()))  # noqa: S608


def _register_applications(database: Database, setup: Setup) -> None:
    """Remember the client secrets (hashed); the first application is a user with the administrator's role."""
    applications = ((setup.client_id, setup.client_secret), *setup.more_applications)
    with database.write() as transaction:
        for client_id, secret in applications:
            transaction.connection.execute(
                'INSERT OR REPLACE INTO "_application" VALUES (?, ?)', (client_id, secret_hash(client_id, secret))
            )
        query = "SELECT 1 FROM systemuser WHERE applicationid = ?"
        if transaction.connection.execute(query, (setup.client_id,)).fetchone() is None:
            _application_user(transaction, setup.client_id)


def _application_user(transaction: Transaction, client_id: str) -> None:
    connection = transaction.connection
    organization, unit, system = connection.execute(
        "SELECT o.organizationid, b.businessunitid, s.value FROM organization o, businessunit b, _setting s "
        "WHERE b.parentbusinessunitid IS NULL AND s.name = 'system'"
    ).fetchone()
    writing = Writing(transaction, Caller(system, unit, organization), moment_text(datetime.now(UTC)))
    user = create(writing, transaction.catalog["systemuser"], {
        "applicationid": client_id, "businessunitid@odata.bind": f"/businessunits({unit})",
        "firstname": "#", "lastname": "Integration", "isintegrationuser": True,
    })  # fmt: skip
    role = connection.execute("SELECT roleid FROM role WHERE name = 'System Administrator'").fetchone()[0]
    pair = next(one for one in transaction.catalog.many_to_many if one.intersect == "systemuserroles")
    pair_rows(writing, pair, {"systemuser": user, "role": role})
