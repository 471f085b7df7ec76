"""The first start: an organization with its business unit, team, roles, currency and application user."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from tallystick.sandbox.assertions import thumbprint
from tallystick.sandbox.environment import Environment
from tallystick.sandbox.metadata import base_catalog
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.metadata.stored import load_catalog
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.pairs import pair_rows
from tallystick.sandbox.rows.values import SqlValue, moment_text, new_id
from tallystick.sandbox.rows.write import Writing, create
from tallystick.sandbox.security.roles import SHIPPED, register_privileges, rename_user_privileges, ship_roles
from tallystick.sandbox.solutions.jobs import end_interrupted
from tallystick.sandbox.store import Database, Transaction
from tallystick.sandbox.tokens import secret_hash

CURRENCIES = {
    "EUR": ("Euro", "€", 2), "USD": ("US Dollar", "$", 2), "GBP": ("Pound Sterling", "£", 2),
    "CHF": ("Swiss Franc", "CHF", 2), "DKK": ("Danish Krone", "kr.", 2), "SEK": ("Swedish Krona", "kr", 2),
    "NOK": ("Norwegian Krone", "kr", 2), "PLN": ("Polish Zloty", "zł", 2), "CZK": ("Czech Koruna", "Kč", 2),
    "JPY": ("Yen", "¥", 0), "CAD": ("Canadian Dollar", "$", 2), "AUD": ("Australian Dollar", "$", 2),
    "INR": ("Indian Rupee", "₹", 2), "CNY": ("Yuan Renminbi", "¥", 2), "BRL": ("Brazilian Real", "R$", 2),
}  # fmt: skip
ADMINISTRATOR_ROLE = "System Administrator"
DATABASE_FILE = "sandbox.sqlite3"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an environment is made with. The client id and secret may change at every start.

    `role` is given to the application of `client_id` when it becomes a user (empty: none); `administrators` are users
    with the administrator's role; `more_applications` get tokens and are no users."""

    data: Path
    client_id: str
    client_secret: str
    tenant: str
    base_currency: str
    organization_name: str
    more_applications: tuple[tuple[str, str], ...] = ()
    administrators: tuple[tuple[str, str], ...] = ()
    role: str = ADMINISTRATOR_ROLE


class UnknownRole(Exception):
    """The environment has no role of the name that its application user should be given."""


def open_environment(setup: Setup) -> Environment:
    """Open the environment in `setup.data`, making it when it is not there yet."""
    setup.data.mkdir(parents=True, exist_ok=True)
    database = Database(setup.data / DATABASE_FILE, base_catalog())
    database.prepare(load_catalog(database))
    if database.setting("organization") is None:
        _provision(database, setup)
    with database.write() as transaction:
        rename_user_privileges(transaction)
        register_privileges(transaction, database.catalog)
        ship_roles(transaction)
        _default_solution(transaction)
        end_interrupted(transaction)
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
        transaction.put("organization", {**_organization(setup, organization, currency), **stamp})
        transaction.put("businessunit", {
            "businessunitid": unit, "name": setup.organization_name, "organizationid": organization,
            "isdisabled": 0, **stamp,
        })  # fmt: skip
        transaction.put("systemuser", {
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
    for role in SHIPPED:
        create(writing, catalog["role"], {"name": role, "businessunitid@odata.bind": bind})


DEFAULT_SOLUTION = "fd140aaf-4df4-11dd-bd17-0019b9312238"


def _default_solution(transaction: Transaction) -> None:
    """Every environment has the solution Default, with the publisher of what is customised directly."""
    connection = transaction.connection
    if connection.execute('SELECT 1 FROM "solution" WHERE "solutionid" = ?', (DEFAULT_SOLUTION,)).fetchone():
        return
    organization, name = connection.execute("SELECT organizationid, name FROM organization").fetchone()
    now = moment_text(datetime.now(UTC))
    publisher = stable_id("publisher", "default")
    own = {"organizationid": organization, "createdon": now, "modifiedon": now}
    transaction.put("publisher", {
        "publisherid": publisher, "uniquename": f"DefaultPublisher{''.join(c for c in name if c.isalnum())}",
        "friendlyname": f"Default Publisher for {name}", "customizationprefix": "new",
        "customizationoptionvalueprefix": 10000, "isreadonly": 0, **own,
    })  # fmt: skip
    transaction.put("solution", {
        "solutionid": DEFAULT_SOLUTION, "uniquename": "Default", "friendlyname": "Default Solution", "version": "1.0",
        "publisherid": publisher, "ismanaged": 0, "isvisible": 0, "installedon": now, **own,
    })  # fmt: skip


def _register_applications(database: Database, setup: Setup) -> None:
    """Remember the client secrets (hashed), and make users of the applications that are to be users."""
    users = {(setup.client_id, setup.client_secret): setup.role}
    users |= dict.fromkeys(setup.administrators, ADMINISTRATOR_ROLE)
    with database.write() as transaction:
        for client_id, secret in (*users, *setup.more_applications):
            register_application(transaction, client_id, secret)
        for (client_id, _), role in users.items():
            query = "SELECT 1 FROM systemuser WHERE applicationid = ?"
            if transaction.connection.execute(query, (client_id,)).fetchone() is None:
                name = "Integration" if client_id == setup.client_id else "Administrator"
                _application_user(transaction, client_id, name, role)


def register_application(transaction: Transaction, client_id: str, secret: str, trouble: str = "") -> None:
    """The app registration of the directory: from now on the application gets tokens, unless it has a `trouble`."""
    execute = transaction.connection.execute
    execute('INSERT OR REPLACE INTO "_application" VALUES (?, ?)', (client_id, secret_hash(client_id, secret)))
    execute('DELETE FROM "_application_trouble" WHERE client_id = ?', (client_id,))
    if trouble:
        execute('INSERT INTO "_application_trouble" VALUES (?, ?)', (client_id, trouble))


def register_certificate(transaction: Transaction, client_id: str, pem: str) -> None:
    """The app registration of the directory with a certificate; one that knew no secret still has none that is right.

    Raises ValueError for what is no certificate."""
    certificate = load_pem_x509_certificate(pem.encode())
    public = certificate.public_bytes(Encoding.PEM).decode()
    connection = transaction.connection
    connection.execute('INSERT OR IGNORE INTO "_application" VALUES (?, ?)', (client_id, "-"))
    connection.execute(
        'INSERT OR REPLACE INTO "_certificate" VALUES (?, ?, ?)', (client_id, thumbprint(certificate), public)
    )


def _application_user(transaction: Transaction, client_id: str, name: str, role: str) -> None:
    connection = transaction.connection
    organization, unit, system = connection.execute(
        "SELECT o.organizationid, b.businessunitid, s.value FROM organization o, businessunit b, _setting s "
        "WHERE b.parentbusinessunitid IS NULL AND s.name = 'system'"
    ).fetchone()
    writing = Writing(transaction, Caller(system, unit, organization), moment_text(datetime.now(UTC)))
    user = create(writing, transaction.catalog["systemuser"], {
        "applicationid": client_id, "businessunitid@odata.bind": f"/businessunits({unit})",
        "firstname": "#", "lastname": name, "isintegrationuser": name == "Integration",
    })  # fmt: skip
    if not role:
        return
    query = "SELECT roleid FROM role WHERE name = ? AND businessunitid = ?"
    found = connection.execute(query, (role, unit)).fetchone()
    if found is None:
        raise UnknownRole(f"there is no security role '{role}' in the environment")
    pair = next(one for one in transaction.catalog.many_to_many if one.intersect == "systemuserroles")
    pair_rows(writing, pair, {"systemuser": user, "role": found[0]})
