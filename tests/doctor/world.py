"""An environment in which all is well, a company that is connected to it, and hands that take one thing away at a time.

Everything that is taken away is put back at the end of its block, over HTTP as it was taken."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from tests.dataverse.sandboxed import client_of
from tests.sandbox.staff import ACTION, Staff
from tests.sandbox_process import Sandbox

from tallystick.dataverse import Right
from tallystick.dataverse.privileges import privilege_names
from tallystick.dataverse.solution import INTEGRATION, NAME
from tallystick.financials.models import Company
from tallystick.financials.permissions import operator
from tallystick.integration import connections
from tallystick.integration.models import Connection

BY = operator("ada@alder.example")
CLIENT_ID = "77777777-2222-4333-8444-555555555555"
SECRET = "canary-doctor-5512"


@dataclass
class World:
    """The environment: its solution is imported, and the application has the integration's role and no other."""

    sandbox: Sandbox
    api: httpx2.Client
    staff: Staff
    user: str = ""

    def make_well(self) -> None:
        """Import the solution, and make the application's user with the role."""
        self.sandbox.register(CLIENT_ID, SECRET)
        bind = f"/businessunits({self.staff.root_unit()})"
        body = {"applicationid": CLIENT_ID, "businessunitid@odata.bind": bind}
        made = self.api.post("systemusers", json=body)
        made.raise_for_status()
        self.user = made.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
        self.install()

    def install(self) -> None:
        with client_of(self.sandbox) as client:
            client.import_solution(sleep=lambda _s: None)
            client.assign_role(CLIENT_ID)

    def connect(self, company: Company, **changes: str) -> Connection:
        """Connect a company as it should be, and switch the connection on; then change what is stored."""
        made = connections.connect(
            company, self.sandbox.url, self.sandbox.url, self.sandbox.tenant, CLIENT_ID, SECRET, by=BY
        )
        connections.enable(made, by=BY)
        for name, value in changes.items():
            setattr(made, name, value)
        made.save()
        return made

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """What the privilege of a right on a table is called, for all that the integration's role has."""
        with client_of(self.sandbox) as client:
            named = privilege_names(client.api, list(INTEGRATION.rights))
        rights = ((table, right) for table, some in INTEGRATION.rights.items() for right in some)
        return {(table, right.value): named[table][right] for table, right in rights if right in named[table]}

    # Hands

    @contextmanager
    def without_privilege(self, name: str) -> Iterator[None]:
        role = self.staff.role_in(INTEGRATION.name)
        (row,) = self.api.get(f"privileges?$select=privilegeid&$filter=name eq '{name}'").json()["value"]
        answer = self.api.post(f"roles({role})/{ACTION}.RemovePrivilegeRole", json={"PrivilegeId": row["privilegeid"]})
        answer.raise_for_status()
        try:
            yield
        finally:
            self.staff.grant(role, {name: "Global"})

    @contextmanager
    def privilege_only_for_own_unit(self, name: str) -> Iterator[None]:
        role = self.staff.role_in(INTEGRATION.name)
        self.staff.grant(role, {name: "Local"})
        try:
            yield
        finally:
            self.staff.grant(role, {name: "Global"})

    @contextmanager
    def without_role(self) -> Iterator[None]:
        role = self.staff.role_in(INTEGRATION.name)
        self.api.delete(f"systemusers({self.user})/systemuserroles_association({role})/$ref").raise_for_status()
        try:
            yield
        finally:
            self.staff.assign(self.user, role).raise_for_status()

    @contextmanager
    def with_role(self, name: str) -> Iterator[None]:
        role = self.staff.role_in(name)
        self.staff.assign(self.user, role).raise_for_status()
        try:
            yield
        finally:
            path = f"systemusers({self.user})/systemuserroles_association({role})/$ref"
            self.api.delete(path).raise_for_status()

    @contextmanager
    def other_role_instead(self) -> Iterator[None]:
        with self.with_role("Salesperson"), self.without_role():
            yield

    @contextmanager
    def disabled(self) -> Iterator[None]:
        self.sandbox.disable_user(self.user)
        try:
            yield
        finally:
            self.sandbox.disable_user(self.user, disabled=False)

    @contextmanager
    def without_licence(self) -> Iterator[None]:
        """A user that signs in as people do needs a licence, and has none."""
        self._control("users", {"systemuserid": self.user, "accessmode": 0})
        try:
            yield
        finally:
            self._control("users", {"systemuserid": self.user, "accessmode": 4})

    @contextmanager
    def troubled(self, trouble: str) -> Iterator[None]:
        """The directory refuses the application: its secret is `expired`, or it is `disabled`."""
        known = {"client_id": CLIENT_ID, "client_secret": SECRET}
        self._control("applications", {**known, "trouble": trouble})
        try:
            yield
        finally:
            self._control("applications", known)

    @contextmanager
    def version(self, version: str) -> Iterator[None]:
        row = self._solution()
        path = f"solutions({row['solutionid']})"
        self.api.patch(path, json={"version": version}).raise_for_status()
        try:
            yield
        finally:
            self.api.patch(path, json={"version": row["version"]}).raise_for_status()

    @contextmanager
    def without_solution(self) -> Iterator[None]:
        """Uninstall it; the user keeps its rights on what is left through a role of its own."""
        kept = [*(name for (table, _), name in self.names.items() if "tstick" not in table), *INTEGRATION.others]
        own = self.staff.role(dict.fromkeys(kept, "Global"))
        with self.with_role(own):
            self.api.delete(f"solutions({self._solution()['solutionid']})").raise_for_status()
            try:
                yield
            finally:
                self.install()

    @contextmanager
    def untracked(self, table: str) -> Iterator[None]:
        self._control("tables", {"logicalname": table, "changetrackingenabled": False})
        try:
            yield
        finally:
            self._control("tables", {"logicalname": table, "changetrackingenabled": True})

    @contextmanager
    def currency(self, code: str, *, active: bool = True) -> Iterator[None]:
        """A currency that the environment has for a while."""
        key = str(uuid4())
        body = {"transactioncurrencyid": key, "isocurrencycode": code, "currencyname": code, "currencysymbol": code}
        values = {**body, "currencyprecision": 2, "exchangerate": 1.1}
        self.api.post("transactioncurrencies", json=values).raise_for_status()
        try:
            if not active:
                off = {"statecode": 1, "statuscode": 2}
                self.api.patch(f"transactioncurrencies({key})", json=off).raise_for_status()
            yield
        finally:
            self.api.delete(f"transactioncurrencies({key})").raise_for_status()

    @contextmanager
    def fault(self, kind: str, arg: float | None = None, **which: Any) -> Iterator[None]:
        self.sandbox.fault(kind, arg, times=None, **which)
        try:
            yield
        finally:
            self.sandbox.clear_faults()

    def _control(self, path: str, body: dict[str, object]) -> None:
        self.sandbox.control.post(f"/_sandbox/{path}", json=body).raise_for_status()

    def _solution(self) -> dict[str, Any]:
        (row,) = self.api.get(f"solutions?$filter=uniquename eq '{NAME}'").json()["value"]
        return dict(row)


RIGHTS = [
    (table, right.value)
    for table, some in INTEGRATION.rights.items()
    for right in some
    if not (table == "transactioncurrency" and right is Right.ASSIGN)
]


class _Stranger(BaseHTTPRequestHandler):
    """A web server that has nothing to do with Dynamics 365."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>Welcome</title>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def another_server(certificate: Path | None = None) -> Iterator[int]:
    """Run a server that is no Dynamics 365 and give its port; with TLS where there is a certificate."""
    server = HTTPServer(("127.0.0.1", 0), _Stranger)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def own_certificate(folder: Path) -> Path:
    """Make a certificate that no authority vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    address = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))])
    made = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + secret)
    return path
