"""`/_sandbox/…`: faults, statistics and what only the owner of the sandbox may do. Local and with the client secret."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime

import orjson

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.faults import FaultBox, fault_from
from tallystick.sandbox.http import Request, Response
from tallystick.sandbox.metadata.stored import remember
from tallystick.sandbox.provision import register_application, register_certificate
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import SqlValue, moment_text, parse_guid
from tallystick.sandbox.rows.write import Writing, write_values
from tallystick.sandbox.statistics import Statistics
from tallystick.sandbox.tokens import TROUBLES

ACCESS_MODES = range(6)
"""Read-Write, Administrative, Read, Support, Non-interactive, Delegated admin."""


def _json(status: int, content: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, orjson.dumps(content))


def _error(status: int, message: str) -> Response:
    return _json(status, {"error": message})


def _is_local(peer: str) -> bool:
    try:
        return ipaddress.ip_address(peer.partition("%")[0]).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Desk:
    environment: Environment
    faults: FaultBox
    statistics: Statistics
    secret: str

    def answer(self, request: Request) -> Response:
        if not _is_local(request.peer):
            return _error(403, "This address answers local requests only.")
        if not hmac.compare_digest(request.headers.get("x-sandbox-secret").encode(), self.secret.encode()):
            return _error(403, "The header X-Sandbox-Secret must hold the client secret.")
        match request.method, request.path.removeprefix("/_sandbox/"):
            case "GET", "stats":
                return _json(200, self.statistics.as_json(self.environment.database.written))
            case "POST", "stats/reset":
                self.statistics.reset(self.environment.database.written)
                return Response(204)
            case "GET", "faults":
                return _json(200, self.faults.as_json())
            case "POST", "faults":
                return self._set_faults(request)
            case "POST", "users":
                return self._change_user(request)
            case "POST", "applications":
                return self._register(request)
            case "POST", "tables":
                return self._change_table(request)
        return _error(
            404, "There is GET/POST faults, GET stats, POST stats/reset, POST users, POST applications and POST tables."
        )

    def _set_faults(self, request: Request) -> Response:
        """The list replaces the faults in force; an empty list ends them all. `?add` keeps what there is."""
        try:
            given = orjson.loads(request.body or b"[]")
            if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
                raise ValueError("the body must be a JSON list of faults")
            faults = [fault_from(one) for one in given]
        except ValueError as error:
            return _error(400, f"The faults were not changed: {error}.")
        if request.query == "add":
            self.faults.add(faults)
        else:
            self.faults.replace(faults)
        return _json(200, self.faults.as_json())

    def _change_user(self, request: Request) -> Response:
        """`{"systemuserid": …, "isdisabled": true, "islicensed": false, "accessmode": 0}`: what the admin center does."""
        try:
            given = orjson.loads(request.body)
            user = parse_guid(given["systemuserid"])
            values: dict[str, SqlValue] = {
                name: int(given[name]) for name in ("isdisabled", "islicensed") if isinstance(given.get(name), bool)
            }
            if given.get("accessmode") in ACCESS_MODES:
                values["accessmode"] = int(given["accessmode"])
        except (ValueError, KeyError, TypeError, AttributeError):
            values, user = {}, None
        if not values or user is None:
            return _error(
                400,
                'The body must be {"systemuserid": "<id>", "isdisabled": true or false}, or "islicensed", or "accessmode".',
            )
        with self.environment.database.write() as transaction:
            row = transaction.connection.execute(
                "SELECT systemuserid, businessunitid, accessmode FROM systemuser WHERE systemuserid = ?", (user,)
            ).fetchone()
            if row is None:
                return _error(404, f"There is no user {user}.")
            caller = Caller(row[0], row[1], self.environment.organization)
            writing = Writing(transaction, caller, moment_text(datetime.now(UTC)))
            # Without the application's id among them: the Web API would not let its access mode be changed.
            before: dict[str, SqlValue] = {"systemuserid": row[0], "accessmode": row[2]}
            write_values(writing, transaction.catalog["systemuser"], row[0], values, before)
        return Response(204)

    def _register(self, request: Request) -> Response:
        """`{"client_id": …, "client_secret": …}`, or with a `certificate`: the directory's app registration; no user.

        `"trouble"` says what the directory has against it: an expired secret, or that the application is disabled."""
        try:
            given = orjson.loads(request.body)
            client_id = parse_guid(given["client_id"])
            secret, certificate = given.get("client_secret", ""), given.get("certificate", "")
            trouble = given.get("trouble", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            client_id, secret, certificate, trouble = None, "", "", ""
        texts = isinstance(secret, str) and isinstance(certificate, str) and trouble in ("", *TROUBLES)
        if client_id is None or not texts or not (secret or certificate):
            known = " or ".join(f'"{one}"' for one in TROUBLES)
            told = 'The body must be {"client_id": "<guid>", "client_secret": "<text>"}, or "certificate"'
            return _error(400, f'{told}; "trouble" may be {known}.')
        try:
            with self.environment.database.write() as transaction:
                if secret:
                    register_application(transaction, client_id, secret, trouble)
                if certificate:
                    register_certificate(transaction, client_id, certificate)
        except ValueError:
            return _error(400, "The certificate is not one in PEM.")
        return Response(204)

    def _change_table(self, request: Request) -> Response:
        """`{"logicalname": …, "changetrackingenabled": false}`: as an environment is in which nobody switched it on; the
        Web API only ever switches it on."""
        try:
            given = orjson.loads(request.body)
            name, wanted = given["logicalname"], given["changetrackingenabled"]
        except (ValueError, KeyError, TypeError):
            name, wanted = "", None
        if not isinstance(name, str) or not isinstance(wanted, bool):
            return _error(400, 'The body must be {"logicalname": "<table>", "changetrackingenabled": true or false}.')
        with self.environment.database.write() as transaction:
            table = transaction.catalog.tables.get(name)
            if table is None:
                return _error(404, f"There is no table {name}.")
            remember(transaction, "tracking", table, "", wanted)
        return Response(204)
