"""Signing in with a certificate: the signed statement (client assertion) that takes the place of a client secret.

https://learn.microsoft.com/entra/identity-platform/certificate-credentials"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate, load_pem_x509_certificate

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SKEW = 300.0  # seconds that two clocks may differ
_LONGEST = 16_384  # characters


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement as it came: by which certificate (SHA-256, hexadecimal) it says it is signed, and what it claims."""

    certificate: str
    algorithm: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    @property
    def client_id(self) -> str:
        """The application that it speaks for, which has to be both its issuer and its subject."""
        issuer, subject = self.claims.get("iss"), self.claims.get("sub")
        return issuer if isinstance(issuer, str) and issuer == subject else ""


class Untrue(Exception):
    """What is wrong with a statement: the directory's code, and its words."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.code = code
        self.description = description


def read(text: str) -> Statement:
    """Read a statement without believing it. Raises Untrue for what is none."""
    try:
        head, body, signature = text[:_LONGEST].split(".")
        header, claims = orjson.loads(_bytes(head)), orjson.loads(_bytes(body))
        thumbprint = _bytes(header["x5t#S256"]).hex()
        return Statement(thumbprint, str(header["alg"]), dict(claims), f"{head}.{body}".encode(), _bytes(signature))
    except (ValueError, KeyError, TypeError):
        raise Untrue(50027, "JWT token is invalid or malformed.") from None


def believe(statement: Statement, pem: str, audience: str, now: float) -> None:
    """Raise Untrue unless the registered certificate signed this statement, for this endpoint and this moment."""
    key = load_pem_x509_certificate(pem.encode()).public_key()
    scheme = {
        "PS256": padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH),
        "RS256": padding.PKCS1v15(),
    }.get(statement.algorithm)
    if scheme is None or not isinstance(key, RSAPublicKey):
        raise Untrue(5002738, f"Invalid JWT token. '{statement.algorithm}' is not a supported signature algorithm.")
    try:
        key.verify(statement.signature, statement.signed, scheme, SHA256())
    except InvalidSignature:
        raise Untrue(700027, "Client assertion failed signature validation.") from None
    if statement.claims.get("aud") != audience:
        raise Untrue(700023, "Client assertion audience claim does not match Realm issuer.")
    expires, begins = statement.claims.get("exp"), statement.claims.get("nbf", 0)
    if not isinstance(expires, int | float) or not isinstance(begins, int | float):
        raise Untrue(50027, "JWT token is invalid or malformed.")
    if expires + _SKEW < now or begins - _SKEW > now:
        raise Untrue(700024, "Client assertion is not within its valid time range.")


def thumbprint(certificate: Certificate) -> str:
    """Return the SHA-256 of a certificate in hexadecimal, by which statements name it."""
    return certificate.fingerprint(SHA256()).hex()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
