"""Signing in with a certificate: the statement is the right one, and signed with the right key."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tallystick.dataverse import ClientCertificate
from tallystick.engine import SetupError

RESOURCE = "https://contoso.crm4.dynamics.com"


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def pem(key: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tallystick")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return (private + certificate).decode()


def test_a_certificate_signs_a_statement_for_the_token_endpoint(key: rsa.RSAPrivateKey, pem: str) -> None:
    credentials = ClientCertificate("contoso", "app-id", pem)
    form = parse_qs(credentials.form(RESOURCE).decode())
    assert form["scope"] == [f"{RESOURCE}/.default"]
    assert "client_secret" not in form
    claims = jwt.decode(
        form["client_assertion"][0], key.public_key(), algorithms=["PS256"], audience=credentials.token_url
    )
    assert (claims["iss"], claims["sub"]) == ("app-id", "app-id")
    assert "x5t#S256" in jwt.get_unverified_header(form["client_assertion"][0])


@pytest.mark.parametrize("text", ["", "no pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_a_certificate_that_cannot_be_read_is_a_setting_to_correct(text: str) -> None:
    with pytest.raises(SetupError, match="certificate cannot be read"):
        ClientCertificate("contoso", "app-id", text).form(RESOURCE)


def test_the_private_key_is_not_shown(pem: str) -> None:
    assert "PRIVATE KEY" not in repr(ClientCertificate("contoso", "app-id", pem))
