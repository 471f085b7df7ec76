"""How the connector proves who it is: OAuth 2.0 client credentials; one token, kept until it nearly expires."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

import orjson

from tallystick.engine import SetupError, SideUnavailable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.x509 import Certificate

PUBLIC_CLOUD = "https://login.microsoftonline.com"
# A token that is about to expire may expire on the way.
SPARE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class TokenReply:
    """What the token endpoint answered: its status and the JSON object in its body ({} where it was not JSON)."""

    status: int
    body: Mapping[str, Any]


class Credentials(Protocol):
    """Who the connector is, towards the authority that hands out tokens."""

    @property
    def token_url(self) -> str:
        """Where tokens are handed out."""

    def form(self, resource: str) -> bytes:
        """Return the form to post for a token to `resource` (the organization's address)."""

    def refused(self, reply: TokenReply) -> SetupError:
        """Return what to tell the person who entered these credentials."""


@dataclass(frozen=True, slots=True)
class ClientSecret:
    """An app registration with a client secret.

    The plain form post of RFC 6749 §4.4 serves Microsoft Entra ID and every other authority of that form alike; the
    vendor's library insists on https and on authorities it knows.
    https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow"""

    tenant: str
    client_id: str
    secret: str = field(repr=False)
    authority: str = PUBLIC_CLOUD

    @property
    def token_url(self) -> str:
        return f"{self.authority.rstrip('/')}/{self.tenant}/oauth2/v2.0/token"

    def form(self, resource: str) -> bytes:
        return urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_secret": self.secret,
                "scope": f"{resource}/.default",
            }
        ).encode()

    def refused(self, reply: TokenReply) -> SetupError:
        return _refused(self.tenant, self.client_id, reply, self.secret)


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """An app registration with a certificate: `pem` holds the certificate and its unencrypted private key.

    The request carries a statement signed with the key instead of a secret.
    https://learn.microsoft.com/entra/identity-platform/certificate-credentials"""

    tenant: str
    client_id: str
    pem: str = field(repr=False)
    authority: str = PUBLIC_CLOUD

    @property
    def token_url(self) -> str:
        return f"{self.authority.rstrip('/')}/{self.tenant}/oauth2/v2.0/token"

    def form(self, resource: str) -> bytes:
        return urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self.client_id,
                "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion": self._assertion(),
                "scope": f"{resource}/.default",
            }
        ).encode()

    def refused(self, reply: TokenReply) -> SetupError:
        return _refused(self.tenant, self.client_id, reply, self.pem)

    def _assertion(self) -> str:
        """Return the signed statement, good for ten minutes."""
        # Only who signs in by certificate pays for loading these.
        from cryptography.hazmat.primitives.hashes import SHA256
        from msal.oauth2cli.assertion import JwtAssertionCreator

        certificate, key = _certificate_and_key(self.pem)
        thumbprint = certificate.fingerprint(SHA256()).hex()
        creator = JwtAssertionCreator(key, algorithm="PS256", sha256_thumbprint=thumbprint)
        return str(creator.create_normal_assertion(self.token_url, self.client_id).decode())


def certificate_expiry(pem: str) -> datetime:
    """Return until when a certificate is good. Raises SetupError for what is no certificate with its own private key."""
    certificate, _ = _certificate_and_key(pem)
    return certificate.not_valid_after_utc


def _certificate_and_key(pem: str) -> "tuple[Certificate, PrivateKeyTypes]":
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        certificate = load_pem_x509_certificate(pem.encode())
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as exc:
        raise SetupError(
            "The certificate cannot be read.",
            hint="Enter one PEM text with the certificate and its private key, without a password.",
        ) from exc
    if certificate.public_key() != key.public_key():
        raise SetupError(
            "The private key does not belong to the certificate.",
            hint="Enter the certificate together with the key it was made with.",
        )
    return certificate, key


def _refused(tenant: str, client_id: str, reply: TokenReply, secret: str) -> SetupError:
    """Return what to tell about a refused sign-in; the authority may have repeated what it was sent."""
    description = str(reply.body.get("error_description") or reply.body.get("error") or "")
    for code, (what, hint) in _REFUSALS.items():
        if code in description:
            return SetupError(what.format(client=client_id, tenant=tenant), hint=hint)
    told = description.replace(secret, "…").splitlines()[0] if description else f"status {reply.status}"
    return SetupError(
        f"The sign-in service refused the application {client_id}: {told}",
        hint="Check its tenant, its client id, and its client secret or certificate.",
    )


_RENEW = "Create a new client secret in the app registration and enter it in the connection."
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "AADSTS7000215": ("The client secret is wrong.", "Enter the secret's value (not its id). " + _RENEW),
    "AADSTS7000222": ("The client secret has expired.", _RENEW),
    "AADSTS700016": (
        "The tenant {tenant} has no application {client}.",
        "Check the client id, and that the app registration lives in this tenant.",
    ),
    "AADSTS90002": ("There is no tenant {tenant}.", "Check the tenant of the connection."),
    "AADSTS900023": ("{tenant} is not the name or id of a tenant.", "Check the tenant of the connection."),
    "AADSTS500011": (
        "The tenant {tenant} does not know this Dynamics 365 address.",
        "Check the address, and that it belongs to this tenant.",
    ),
    "AADSTS700027": (
        "The application {client} does not know the certificate, or it has expired.",
        "Upload the certificate to the app registration.",
    ),
    "AADSTS7000112": ("The application {client} is disabled.", "Enable it in the tenant's enterprise applications."),
}


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    expires_at: float


class TokenSource:
    """Hands out the current token of one organization; asks for another when it nears its end or was refused.

    `post` sends a form and returns the answer; `clock` counts seconds."""

    def __init__(
        self,
        credentials: Credentials,
        resource: str,
        post: Callable[[str, bytes], TokenReply],
        clock: Callable[[], float],
    ) -> None:
        self._credentials = credentials
        self._resource = resource
        self._post = post
        self._clock = clock
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def token(self) -> str:
        """Return a token that is still good for a while. At most one request, whoever asks at the same time."""
        with self._lock:
            if self._token is None or self._clock() > self._token.expires_at - SPARE_SECONDS:
                self._token = self._fetch()
            return self._token.text

    def drop(self, refused: str) -> None:
        """Forget the token that the service refused, unless another one is current by now."""
        with self._lock:
            if self._token is not None and self._token.text == refused:
                self._token = None

    def _fetch(self) -> _Token:
        reply = self._post(self._credentials.token_url, self._credentials.form(self._resource))
        if reply.status >= 500:
            raise SideUnavailable(
                f"The sign-in service answered with status {reply.status}.", hint="It usually recovers by itself."
            )
        text = reply.body.get("access_token")
        if reply.status != 200 or not isinstance(text, str):
            raise self._credentials.refused(reply)
        return _Token(text, self._clock() + _seconds(reply.body.get("expires_in")))


def token_reply(status: int, body: bytes) -> TokenReply:
    """Read an answer of the token endpoint, whatever it is."""
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = None
    return TokenReply(status, parsed if isinstance(parsed, dict) else {})


def _seconds(value: object) -> float:
    try:
        return float(str(value))
    except ValueError:
        return SPARE_SECONDS
