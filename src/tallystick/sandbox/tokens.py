"""The token endpoint and the tokens: a stand-in for Microsoft Entra ID's client credentials flow.

A token is a JSON Web Token signed with a key kept in the database, so it stays valid when the sandbox restarts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
import uuid
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

import orjson

from tallystick.sandbox import assertions
from tallystick.sandbox.environment import Environment
from tallystick.sandbox.http import Request, Response
from tallystick.sandbox.rows.values import parse_guid

LIFETIME = 3599
TROUBLES = ("expired", "disabled")
"""What may be wrong with an app registration: its secret is too old, or the application is switched off."""
_JSON = {"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a token was given to, for which organization, and until when (seconds since 1970)."""

    client_id: str
    audience: str
    expires: float


def secret_hash(client_id: str, secret: str) -> str:
    """What is stored instead of a client secret."""
    return hashlib.scrypt(secret.encode(), salt=client_id.encode(), n=2**12, r=8, p=1).hex()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _sign(key: bytes, text: str) -> str:
    return _encode(hmac.new(key, text.encode(), hashlib.sha256).digest())


def issue(environment: Environment, client_id: str, audience: str, now: float) -> str:
    """A token for one application and one organization."""
    head = _encode(orjson.dumps({"alg": "HS256", "typ": "JWT"}))
    claims = {
        "aud": audience,
        "iss": f"{environment.tenant}/v2.0",
        "tid": environment.tenant,
        "appid": client_id,
        "iat": int(now),
        "nbf": int(now),
        "exp": int(now) + LIFETIME,
        "jti": str(uuid.uuid4()),
    }
    text = f"{head}.{_encode(orjson.dumps(claims))}"
    return f"{text}.{_sign(environment.signing_key, text)}"


@lru_cache(maxsize=1024)
def _verified(key: bytes, token: str) -> Claims | None:
    text, dot, signature = token.rpartition(".")
    if not dot or not token.isascii() or not hmac.compare_digest(_sign(key, text), signature):
        return None
    try:
        claims = orjson.loads(_decode(text.partition(".")[2]))
        return Claims(str(claims["appid"]), str(claims["aud"]), float(claims["exp"]))
    except (ValueError, KeyError, TypeError):
        return None


def claims_of(environment: Environment, request: Request, now: float) -> Claims | None:
    """The claims of the bearer token, or None when it is missing, forged, expired or for another host."""
    scheme, _, token = request.headers.get("authorization").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 8192:
        return None
    claims = _verified(environment.signing_key, token.strip())
    if claims is None or claims.expires <= now:
        return None
    if _host(claims.audience) != _host(request.origin):
        return None
    return claims


def _host(url: str) -> str:
    """The host without the port: a sandbox restarted on another free port still honours its tokens."""
    host = urlsplit(url).hostname or ""
    return "localhost" if host in ("127.0.0.1", "::1") else host


def unauthorized(environment: Environment, request: Request) -> Response:
    origin = request.origin
    challenge = f"Bearer authorization_uri={origin}/{environment.tenant}/oauth2/authorize, resource_id={origin}/"
    return Response(401, {"WWW-Authenticate": challenge, "REQ_ID": str(uuid.uuid4())})


# ---- the endpoint ----------------------------------------------------------------------------------------------------


def _refused(status: int, error: str, code: int, description: str) -> Response:
    trace = str(uuid.uuid4())
    stamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
    body = {
        "error": error,
        "error_description": f"AADSTS{code}: {description} Trace ID: {trace} Timestamp: {stamp}",
        "error_codes": [code],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": trace,
    }
    return Response(status, _JSON, orjson.dumps(body))


def token_response(environment: Environment, request: Request, tenant: str) -> Response:
    """Answer POST /{tenant}/oauth2/v2.0/token."""
    if environment.only_tenant and tenant.lower() != environment.only_tenant.lower():
        return _refused(400, "invalid_request", 90002, f"Tenant '{tenant[:100]}' not found.")
    if request.method != "POST":
        return _refused(405, "invalid_request", 900561, "The endpoint only accepts POST requests.")
    form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    grant = form.get("grant_type", "")
    if grant != "client_credentials":
        return _refused(
            400, "unsupported_grant_type", 70003, f"The app requested an unsupported grant type '{grant[:100]}'."
        )
    if "client_assertion" in form:
        return _by_certificate(environment, request, tenant, form)
    client_id, secret = _credentials(request, form)
    if parse_guid(client_id) is None:
        return _refused(
            400, "unauthorized_client", 700016, f"Application with identifier '{client_id[:100]}' was not found."
        )
    stored = _stored_hash(environment, client_id.lower())
    if stored is None:
        return _refused(400, "unauthorized_client", 700016, f"Application with identifier '{client_id}' was not found.")
    if not secret:
        return _refused(401, "invalid_client", 7000218, "The request body must contain 'client_secret'.")
    if not hmac.compare_digest(stored, secret_hash(client_id.lower(), secret)):
        return _refused(
            401, "invalid_client", 7000215,
            f"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
            f"not the client secret ID, for a secret added to app '{client_id}'.",
        )  # fmt: skip
    match _trouble(environment, client_id.lower()):
        case "expired":
            return _refused(
                401, "invalid_client", 7000222,
                f"The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new "
                "keys for your app, or consider using certificate credentials for added security.",
            )  # fmt: skip
        case "disabled":
            return _refused(400, "unauthorized_client", 7000112, f"Application '{client_id}' is disabled.")
    return _granted(environment, request, client_id.lower(), form.get("scope", ""))


def _by_certificate(environment: Environment, request: Request, tenant: str, form: dict[str, str]) -> Response:
    """Answer an application that signs in with a statement of its certificate's key."""
    try:
        if form.get("client_assertion_type") != assertions.TYPE:
            raise assertions.Untrue(50027, "The client_assertion_type is not one that is known.")
        statement = assertions.read(form["client_assertion"])
        client_id = statement.client_id.lower()
        if form.get("client_id", client_id).lower() != client_id:
            raise assertions.Untrue(
                700021, "Client assertion application identifier doesn't match 'client_id' parameter."
            )
        pem = _certificate(environment, client_id, statement.certificate)
        if pem is None:
            raise assertions.Untrue(
                700027, "The certificate with identifier used to sign the assertion is not registered."
            )
        endpoint = f"{request.origin}/{tenant}/oauth2/v2.0/token"
        assertions.believe(statement, pem, endpoint, time.time())
    except assertions.Untrue as untrue:
        return _refused(401, "invalid_client", untrue.code, untrue.description)
    return _granted(environment, request, client_id, form.get("scope", ""))


def _certificate(environment: Environment, client_id: str, thumbprint: str) -> str | None:
    query = 'SELECT pem FROM "_certificate" WHERE client_id = ? AND thumbprint = ?'
    with environment.database.read() as connection:
        row = connection.execute(query, (client_id, thumbprint)).fetchone()
    return str(row[0]) if row else None


def _granted(environment: Environment, request: Request, client_id: str, scope: str) -> Response:
    audience = scope.removesuffix("/.default").rstrip("/")
    if not scope.endswith("/.default") or not audience:
        return _refused(
            400, "invalid_scope", 1002012,
            f"The provided value for scope {scope[:200]} is not valid. Client credential flows must have a scope value "
            "with /.default suffixed to the resource identifier.",
        )  # fmt: skip
    if _host(audience) != _host(request.origin):
        return _refused(
            400,
            "invalid_resource",
            500011,
            f"The resource principal named {audience[:200]} was not found in the tenant.",
        )
    token = issue(environment, client_id, audience, time.time())
    body = {"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": token}
    return Response(200, _JSON, orjson.dumps(body))


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Client id and secret from the form, or from HTTP Basic."""
    scheme, _, text = request.headers.get("authorization").partition(" ")
    if scheme.lower() == "basic" and "client_id" not in form:
        try:
            name, _, secret = base64.b64decode(text).decode().partition(":")
        except ValueError:
            return "", ""
        return name, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def _stored_hash(environment: Environment, client_id: str) -> str | None:
    with environment.database.read() as connection:
        row = connection.execute('SELECT secret_hash FROM "_application" WHERE client_id = ?', (client_id,)).fetchone()
    return str(row[0]) if row else None


def _trouble(environment: Environment, client_id: str) -> str:
    """What the directory has against an application whose secret is right: one of TROUBLES, or ""."""
    query = 'SELECT trouble FROM "_application_trouble" WHERE client_id = ?'
    with environment.database.read() as connection:
        row = connection.execute(query, (client_id,)).fetchone()
    return str(row[0]) if row else ""


def discovery(request: Request, tenant: str) -> Response:
    """The OpenID configuration of a tenant, as far as a client for this flow reads it."""
    root = f"{request.origin}/{tenant}"
    body = {
        "token_endpoint": f"{root}/oauth2/v2.0/token",
        "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
        "issuer": f"{root}/v2.0",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        "response_types_supported": ["token"],
        "grant_types_supported": ["client_credentials"],
    }
    return Response(200, _JSON, orjson.dumps(body))
