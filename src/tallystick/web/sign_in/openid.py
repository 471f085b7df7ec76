"""Asking Microsoft Entra ID who somebody is: OpenID Connect, authorization code flow with PKCE, state and nonce.

Whatever a directory answers is taken only when a signature proves it: the ID token is checked against the keys of the
directory, RS256 alone, and its issuer, audience, tenant, nonce and times have to be what was asked for.
https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc"""

import json
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tallystick.financials.problems import FinancialsError
from tallystick.financials.services.sign_in import Directory, Person

log = logging.getLogger("tallystick.web.sign_in")
SCOPE = "openid profile email"
SECONDS = 10  # for each answer
LEEWAY = 120  # seconds that the clocks may differ
LARGEST = 1_000_000  # bytes of an answer
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


class DirectoryRefused(FinancialsError):
    """The directory did not say who somebody is, or said so in a way that proves nothing. Nobody is signed in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way through somebody's browser. `state` finds it again, once; the rest proves the answer."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a directory is asked what."""

    authorization: str
    token: str
    keys: str


def endpoints_of(directory: Directory) -> Endpoints:
    """Ask the directory for its endpoints, one request. Raises `DirectoryRefused`, also where it is another's."""
    found = _get(f"{directory.issuer}/.well-known/openid-configuration")
    if found.get("issuer") != directory.issuer:
        raise DirectoryRefused(
            f"The directory calls itself {str(found.get('issuer'))[:200]!r}, not {directory.issuer!r}.",
            hint="An administrator has to correct the authority or the tenant id of signing in with Entra ID.",
        )
    addresses = [str(found.get(name, "")) for name in ENDPOINTS]
    for name, address in zip(ENDPOINTS, addresses, strict=True):
        parts = urlsplit(address)
        if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
            raise DirectoryRefused(
                f"The directory gives no https address as its {name}.",
                hint="Ask an administrator to check the authority.",
            )
    return Endpoints(*addresses)


def ask(directory: Directory, back_to: str) -> tuple[str, Asked]:
    """Return the address that asks somebody to sign in at the directory, and what to remember until they are back."""
    asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    authorization = endpoints_of(directory).authorization
    with OAuth2Session(directory.client_id, scope=SCOPE, redirect_uri=back_to, code_challenge_method="S256") as session:
        address, _ = session.create_authorization_url(
            authorization, state=asked.state, code_verifier=asked.verifier, nonce=asked.nonce, response_mode="query"
        )
    return str(address), asked


def person_behind(directory: Directory, secret: str, asked: Asked, code: str, back_to: str) -> Person:
    """Return who came back with this code; three requests. Raises `DirectoryRefused`."""
    endpoints = endpoints_of(directory)
    token = _token(directory, secret, endpoints, asked, code, back_to)
    claims = _proved(directory, asked, token, _keys(endpoints))
    return Person(claims["tid"].lower(), claims["oid"].lower(), _vouched_for(claims))


def _token(directory: Directory, secret: str, endpoints: Endpoints, asked: Asked, code: str, back_to: str) -> str:
    try:
        with OAuth2Session(
            directory.client_id,
            secret,
            redirect_uri=back_to,
            token_endpoint_auth_method="client_secret_post",  # noqa: S106 - how the secret is sent
        ) as session:
            answer = session.fetch_token(
                endpoints.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=asked.verifier,
                timeout=SECONDS,
                allow_redirects=False,
            )
    except AuthlibBaseError as refused:
        log.warning("the directory gave no token: %s", refused.error)
        if refused.error in ("invalid_client", "unauthorized_client"):
            raise DirectoryRefused(
                f"The directory does not accept Tallystick as its application ({refused.error}).",
                hint="An administrator has to enter a client id and secret that are valid, on the page Sign-in.",
            ) from None
        raise DirectoryRefused(
            f"The directory did not confirm the sign-in ({str(refused.error)[:60]}).", hint="Begin again."
        ) from None
    except (requests.RequestException, ValueError) as failed:
        raise _no_answer(failed) from None  # without what was sent, among which the secret is
    found = answer.get("id_token")
    if not isinstance(found, str):
        raise DirectoryRefused("The directory sent no ID token.", hint="Begin again, or ask an administrator.")
    return found


def _proved(directory: Directory, asked: Asked, token: str, keys: KeySet) -> Mapping[str, Any]:
    must_be = {"iss": directory.issuer, "aud": directory.client_id, "tid": directory.tenant, "nonce": asked.nonce}
    wanted: dict[str, jwt.ClaimsOption] = {name: {"essential": True, "value": must} for name, must in must_be.items()}
    there: dict[str, jwt.ClaimsOption] = {name: {"essential": True} for name in ("exp", "iat", "oid", "sub")}
    registry = jwt.JWTClaimsRegistry(now=int(time.time()), leeway=LEEWAY, **wanted, **there)
    try:
        claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
        registry.validate(claims)
    except (JoseError, ValueError, TypeError) as wrong:
        raise _unproved(str(wrong)) from None
    # The registry also takes a list that our id is among; a token for somebody else too is not what we asked for.
    different = [name for name, value in must_be.items() if claims.get(name) != value]
    if different or not isinstance(claims["oid"], str):
        raise _unproved(f"{', '.join(different) or 'oid'} is not what was asked for")
    return claims


def _unproved(why: str) -> DirectoryRefused:
    log.warning("an ID token was refused: %s", why)
    return DirectoryRefused(
        f"The directory's answer does not prove who you are ({why[:100]}).",
        hint="Begin again. If it stays so, an administrator has to check tenant and client id on the page Sign-in.",
    )


def _vouched_for(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The names that are certainly this person's: the name they sign in with, whose domain the tenant had to prove, and
    an e-mail address only where it is said to be verified: anybody can write any address into an account of theirs.
    https://learn.microsoft.com/entra/identity-platform/migrate-off-email-claim-authorization"""
    names = [claims.get("preferred_username"), claims.get("upn")]
    if any(claims.get(name) in (True, "true", "1", 1) for name in ("email_verified", "xms_edov")):
        names.append(claims.get("email"))
    return tuple(dict.fromkeys(name for name in names if isinstance(name, str) and name))


def _keys(endpoints: Endpoints) -> KeySet:
    try:
        return KeySet.import_key_set(_get(endpoints.keys))  # type: ignore[arg-type]  # it checks the shape itself
    except (JoseError, ValueError, KeyError, TypeError) as wrong:
        raise DirectoryRefused("The directory's keys cannot be read.", hint="Begin again.") from wrong


def _get(address: str) -> dict[str, Any]:
    with _reaching():
        with requests.get(address, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            answer.raise_for_status()
            body = answer.raw.read(LARGEST + 1, decode_content=True)
            if len(body) > LARGEST or answer.status_code != 200:
                raise ValueError("not a document of a directory")
        found = json.loads(body)
    if not isinstance(found, dict):
        raise _no_answer(ValueError("no JSON object"))
    return found


@contextmanager
def _reaching() -> Iterator[None]:
    try:
        yield
    except (requests.RequestException, ValueError) as failed:
        raise _no_answer(failed) from None


def _no_answer(failed: Exception) -> DirectoryRefused:
    log.warning("the directory gave no usable answer: %s", type(failed).__name__)
    return DirectoryRefused(
        f"The directory gives no usable answer ({type(failed).__name__}).",
        hint="Try again in a while. If it stays so, an administrator has to check authority and tenant id.",
    )
