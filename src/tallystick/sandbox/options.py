"""The command line of the sandbox as typed options."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tallystick.sandbox.faults import KINDS, Fault, parse_fault
from tallystick.sandbox.limits import Limits, parse_limits
from tallystick.sandbox.provision import ADMINISTRATOR_ROLE, CURRENCIES, Setup
from tallystick.sandbox.rows.values import parse_guid

SECRET_VARIABLE = "TALLY_SANDBOX_CLIENT_SECRET"  # noqa: S105 (the name of a variable)


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Everything a sandbox is started with. `limits` None switches service protection off; port 0 picks a free one."""

    data: Path
    client_id: str
    client_secret: str
    port: int = 8700
    host: str = "127.0.0.1"
    tenant: str = ""
    limits: Limits | None = None
    faults: tuple[Fault, ...] = ()
    base_currency: str = "EUR"
    organization_name: str = "Contoso"
    more_applications: tuple[tuple[str, str], ...] = ()
    administrators: tuple[tuple[str, str], ...] = ()
    role: str = ADMINISTRATOR_ROLE

    @property
    def setup(self) -> Setup:
        return Setup(
            self.data, self.client_id, self.client_secret, self.tenant, self.base_currency, self.organization_name,
            self.more_applications, self.administrators, self.role,
        )  # fmt: skip


_DESCRIPTION = """\
Run a Dataverse environment on this machine: the Web API of Dynamics 365 Sales, a token endpoint and a small Sales app.

  Web API   http://HOST:PORT/api/data/v9.2
  tokens    http://HOST:PORT/{tenant}/oauth2/v2.0/token   (client credentials, scope http://HOST:PORT/.default)
  Sales app http://HOST:PORT/   (enter with the link in DIR/app-link.txt)
  health    http://HOST:PORT/healthz

When it is ready it prints one line of JSON with its "url" on standard output. Everything is kept in DIR; stopping it,
also with kill -9, loses no answered write. Ctrl-C or SIGTERM stops it.
"""

_EPILOG = """\
faults (--fault KIND[:ARG][,method=M][,path=TEXT][,times=N][,after=N], may be repeated):
{kinds}
  method and path say which requests are hit (path is a part of the URL), after spares the first N, times ends it.

at run time, from this machine and with the header "X-Sandbox-Secret: <client secret>":
  POST /_sandbox/faults       a JSON list [{{"kind":"429","arg":2,"path":"CreateMultiple","times":1}}] replaces the faults
  GET  /_sandbox/stats        counts of requests and of rows written; POST /_sandbox/stats/reset starts again
  POST /_sandbox/users        {{"systemuserid":"<id>","isdisabled":true}}, also "islicensed", "accessmode"
  POST /_sandbox/applications {{"client_id":"<id>","client_secret":"<text>"}} registers an application: it gets tokens,
                              unless "trouble" is "expired" (its secret) or "disabled" (the application)
  POST /_sandbox/tables       {{"logicalname":"<table>","changetrackingenabled":false}}

examples:
  python -m tallystick.sandbox --data ./crm --client-id 11111111-2222-3333-4444-555555555555 --client-secret s3cret
  python -m tallystick.sandbox --data ./crm --client-id … --port 0 --limits requests=50,window=10,concurrency=4
  python -m tallystick.sandbox --data ./crm --client-id … --fault lost-reply,path=CreateMultiple,times=1
""".format(kinds="\n".join(f"  {kind:<14}{text}" for kind, text in KINDS.items()))


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(2, f"The sandbox was not started: {message}. See --help.\n")


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"the port must be a number from 0 to 65535, not '{text}'")
    return int(text)


def _guid(text: str) -> str:
    found = parse_guid(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"the client id must be a GUID, not '{text}'")
    return found


def _limits(text: str) -> Limits | None:
    try:
        return parse_limits(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _fault(text: str) -> Fault:
    try:
        return parse_fault(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _application(text: str) -> tuple[str, str]:
    client_id, colon, secret = text.partition(":")
    if not colon or not secret:
        raise argparse.ArgumentTypeError("write another application as CLIENT_ID:SECRET")
    return _guid(client_id), secret


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m tallystick.sandbox",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="directory that holds the environment; made when missing",
    )
    add("--port", type=_port, default=8700, help="port to listen on; 0 picks a free one (default: %(default)s)")
    add("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    add(
        "--client-id", type=_guid, required=True, metavar="GUID", help="application (client) id of the app registration"
    )
    add(
        "--client-secret",
        default=os.environ.get(SECRET_VARIABLE, ""),
        metavar="TEXT",
        help=f"its client secret; better given in the variable {SECRET_VARIABLE}, which other users cannot see",
    )
    add("--tenant", default="", help="accept this tenant only in the token address (default: any)")
    add(
        "--limits",
        type=_limits,
        default=None,
        metavar="on|off|LIST",
        help="service protection limits, answered with 429: on means requests=6000,window=300,execution=1200,"
        "concurrency=52; a list changes single values (default: off)",
    )
    add("--fault", type=_fault, action="append", default=[], metavar="FAULT", help="make something go wrong; see below")
    add(
        "--base-currency",
        default="EUR",
        choices=sorted(CURRENCIES),
        help="currency of a new environment (default: EUR)",
    )
    add(
        "--organization-name",
        default="Contoso",
        metavar="NAME",
        help="name of a new environment (default: %(default)s)",
    )
    add(
        "--application",
        type=_application,
        action="append",
        default=[],
        metavar="ID:SECRET",
        help="another app registration that gets tokens but is no user of the environment yet; may be repeated",
    )
    add(
        "--administrator",
        type=_application,
        action="append",
        default=[],
        metavar="ID:SECRET",
        help="another app registration that is a user with the role System Administrator; may be repeated",
    )
    add(
        "--role",
        default=ADMINISTRATOR_ROLE,
        metavar="NAME",
        help="security role of the user that --client-id becomes when it is none yet; 'none' for no role at all "
        "(default: %(default)s)",
    )
    return parser


def parse_options(argv: Sequence[str] | None = None) -> SandboxOptions:
    """The options of a command line. Exits with status 2 and a sentence when they make no sense."""
    parser = _parser()
    given = parser.parse_args(argv)
    if not given.client_secret:
        parser.error(f"it needs the client secret: give --client-secret or set {SECRET_VARIABLE}")
    if not 0 < len(given.organization_name) <= 160:
        parser.error("the organization name must have 1 to 160 characters")
    if given.data.exists() and not given.data.is_dir():
        parser.error(f"{given.data} is not a directory")
    return SandboxOptions(
        given.data, given.client_id, given.client_secret, given.port, given.host, given.tenant, given.limits,
        tuple(given.fault), given.base_currency, given.organization_name, tuple(given.application),
        tuple(given.administrator), "" if given.role == "none" else given.role,
    )  # fmt: skip
