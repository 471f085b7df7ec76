"""A small OpenID Connect provider over HTTP, in a process of its own: discovery, authorize, token, keys.

It is honest: a code works once, for the application, redirect URI and PKCE verifier it was asked with. Told to by
`PUT /_told`, it lies in one named way, which is what a client has to see through. It signs people in without asking."""

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

TENANT = "11111111-2222-4333-8444-555555555555"
CLIENT_ID = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SECRET = "the-directory-secret-of-the-tests"
PERSON = {
    "oid": "99999999-8888-4777-8666-555555555555",
    "sub": "pairwise",
    "preferred_username": "pat@example.com",
    "name": "Pat",
}


class Provider:
    """What the provider knows: its keys, its codes, and what it was told to do."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.key = RSAKey.generate_key(2048, {"kid": "first"})
        self.codes: dict[str, dict[str, str]] = {}
        self.told: dict[str, Any] = {}
        self.asked: list[str] = []

    @property
    def lie(self) -> str:
        return str(self.told.get("lie", ""))

    @property
    def issuer(self) -> str:
        return f"{self.origin}/{TENANT}/v2.0"

    def discovery(self) -> dict[str, Any]:
        root = f"{self.origin}/{TENANT}"
        token = "http://directory.example/token" if self.lie == "endpoint in clear" else f"{root}/oauth2/v2.0/token"
        return {
            "issuer": f"{self.origin}/other/v2.0" if self.lie == "discovery of another" else self.issuer,
            "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
            "token_endpoint": token,
            "jwks_uri": f"{root}/discovery/v2.0/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            # A client that believes this takes tokens nobody signed.
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
        }

    def keys(self) -> dict[str, Any]:
        return dict(KeySet([self.key]).as_dict(private=False))

    def authorize(self, given: dict[str, str]) -> str:
        """Return where the browser goes next."""
        needed = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        wrong = [name for name, value in needed.items() if given.get(name) != value]
        wrong += [name for name in ("state", "nonce", "code_challenge", "redirect_uri") if not given.get(name)]
        if wrong or "openid" not in given.get("scope", "").split():
            raise ValueError(f"wrong or missing: {wrong or 'scope'}")
        if self.lie == "person refused":
            return given["redirect_uri"] + "?" + urlencode({"error": "access_denied", "state": given["state"]})
        code = base64.urlsafe_b64encode(hashlib.sha256(str(time.time_ns()).encode()).digest()).decode().rstrip("=")
        self.codes[code] = given
        return given["redirect_uri"] + "?" + urlencode({"code": code, "state": given["state"]})

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, SECRET):
            return 401, {"error": "invalid_client", "error_description": f"secret {form.get('client_secret')} is wrong"}
        given = self.codes.pop(form.get("code", ""), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            given is None
            or form.get("grant_type") != "authorization_code"
            or form.get("redirect_uri") != given["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != given["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        answer: dict[str, Any] = {"token_type": "Bearer", "expires_in": 3599, "access_token": "opaque"}
        if self.lie != "no token of who it is":
            answer["id_token"] = self.id_token(given["nonce"])
        return 200, answer

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "tid": TENANT,
            "nonce": nonce,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            **PERSON,
            **self.told.get("person", {}),
        }
        other = "00000000-0000-4000-8000-000000000000"
        claims |= {
            "wrong nonce": {"nonce": "another"},
            "no nonce": {"nonce": None},
            "wrong audience": {"aud": other},
            "audience of several": {"aud": [CLIENT_ID, other]},
            "wrong issuer": {"iss": f"{self.origin}/{other}/v2.0"},
            "other tenant": {"tid": other},
            "expired": {"exp": now - 600, "iat": now - 4200, "nbf": now - 4200},
            "no end": {"exp": None},
            "not yet": {"nbf": now + 600},
            "no object id": {"oid": None},
            "object id is a list": {"oid": ["x"]},
        }.get(self.lie, {})
        claims = {name: value for name, value in claims.items() if value is not None}
        head = {"alg": "RS256", "kid": "first", "typ": "JWT"}
        if self.lie == "nobody signed":
            text = ".".join(_b64(json.dumps(part).encode()) for part in ({**head, "alg": "none"}, claims))
            return f"{text}."
        if self.lie == "signed with the public key as password":
            text = ".".join(_b64(json.dumps(part).encode()) for part in ({**head, "alg": "HS256"}, claims))
            signature = hmac.new(self.key.as_pem(private=False), text.encode(), hashlib.sha256).digest()
            return f"{text}.{_b64(signature)}"
        if self.lie == "signed by a stranger":
            return str(jwt.encode(head, claims, RSAKey.generate_key(2048, {"kid": "first"})))
        if self.lie == "changed after it was signed":
            first, _, last = str(jwt.encode(head, claims, self.key)).split(".")
            return ".".join((first, _b64(json.dumps({**claims, "oid": "another"}).encode()), last))
        if self.told.get("new key"):
            self.key, head["kid"] = RSAKey.generate_key(2048, {"kid": "second"}), "second"
        return str(jwt.encode(head, claims, self.key))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        if parts.path == "/_asked":
            self._json(200, self.provider.asked[:-1])
        elif self.provider.lie == "out of order":
            self._json(500, {"error": "server_error"})
        elif self.provider.lie == "speaks no JSON":
            self._send(200, b"<html>hello</html>", "text/html")
        elif parts.path == f"/{TENANT}/v2.0/.well-known/openid-configuration":
            self._json(200, self.provider.discovery())
        elif parts.path == f"/{TENANT}/discovery/v2.0/keys":
            self._json(200, self.provider.keys())
        elif parts.path == f"/{TENANT}/oauth2/v2.0/authorize":
            self._authorize({name: values[0] for name, values in parse_qs(parts.query).items()})
        else:
            self._json(404, {"error": "not_found"})

    def _authorize(self, given: dict[str, str]) -> None:
        try:
            place = self.provider.authorize(given)
        except ValueError as wrong:
            self._json(400, {"error": "invalid_request", "error_description": str(wrong)})
            return
        self.send_response(302)
        self.send_header("Location", place)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.provider.asked.append(self.path)
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self._json(*self.provider.token(form))

    def do_PUT(self) -> None:
        self.provider.told = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        self.provider.key = RSAKey.generate_key(2048, {"kid": "first"}) if not self.provider.told else self.provider.key
        self._json(200, {})

    def _json(self, status: int, body: object) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Running:
    """The provider's process, as its users see it."""

    origin: str

    def tell(self, lie: str = "", **told: Any) -> None:
        """Have it lie in this way from now on; without one, be honest again."""
        body = json.dumps({**told, **({"lie": lie} if lie else {})}).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.origin}/_told", body, method="PUT")).close()

    def asked(self) -> list[str]:
        """The paths it was asked for."""
        with urllib.request.urlopen(f"{self.origin}/_asked") as answer:
            return list(json.load(answer))


@contextmanager
def running() -> Iterator[Running]:
    """The provider, for as long as the block lasts."""
    process = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    try:
        yield Running(process.stdout.readline().strip())
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.provider = Provider(f"http://127.0.0.1:{server.server_port}")
    sys.stdout.write(Handler.provider.origin + "\n")
    sys.stdout.flush()
    server.serve_forever()
