"""Tokens, and who may do anything at all."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificate
from tests.integration.certificates import certificate_and_key
from tests.sandbox_process import Sandbox, code_of, running_sandbox

from tallystick.sandbox import tokens
from tallystick.sandbox.environment import Environment
from tallystick.sandbox.http import Headers, Request
from tallystick.sandbox.metadata import base_catalog
from tallystick.sandbox.store import Database

Make = Callable[..., str]
STRANGER = "22222222-2222-4222-8222-222222222222"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """With a second app registration that is no user of the environment."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), application=f"{STRANGER}:other-secret") as running:
        yield running


def ask(sandbox: Sandbox, tenant: str = "", **form: str | None) -> httpx2.Response:
    complete: dict[str, str | None] = {
        "grant_type": "client_credentials", "client_id": sandbox.client_id, "client_secret": sandbox.client_secret,
        "scope": f"{sandbox.url}/.default", **form,
    }  # fmt: skip
    data = {name: value for name, value in complete.items() if value is not None}
    return sandbox.control.post(f"/{tenant or sandbox.tenant}/oauth2/v2.0/token", data=data)


def test_client_credentials_give_a_bearer_token(sandbox: Sandbox) -> None:
    body = ask(sandbox).json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3599)
    claims = json.loads(base64.urlsafe_b64decode(body["access_token"].split(".")[1] + "=="))
    assert claims["aud"] == sandbox.url
    assert claims["appid"] == sandbox.client_id


@pytest.mark.parametrize(
    ("form", "status", "error", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", "AADSTS7000215:"),
        ({"client_secret": None}, 401, "invalid_client", "AADSTS7000218:"),
        ({"client_id": "33333333-3333-4333-8333-333333333333"}, 400, "unauthorized_client", "AADSTS700016:"),
        ({"client_id": "nobody"}, 400, "unauthorized_client", "AADSTS700016:"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", "AADSTS70003:"),
        ({"scope": None}, 400, "invalid_scope", "AADSTS1002012:"),
        ({"scope": "https://other.example/.default"}, 400, "invalid_resource", "AADSTS500011:"),
        ({"tenant": "elsewhere"}, 400, "invalid_request", "AADSTS90002:"),
    ],
)
def test_bad_credentials_get_the_error_of_the_directory(
    sandbox: Sandbox, form: dict[str, str | None], status: int, error: str, code: str
) -> None:
    response = ask(sandbox, **form)  # type: ignore[arg-type]
    assert response.status_code == status
    assert response.json()["error"] == error
    assert response.json()["error_description"].startswith(code)
    assert sandbox.client_secret not in response.text


def test_the_directory_can_be_discovered(sandbox: Sandbox) -> None:
    for path in ("v2.0/.well-known/openid-configuration", ".well-known/openid-configuration"):
        assert sandbox.control.get(f"/{sandbox.tenant}/{path}").json()["token_endpoint"] == sandbox.token_url


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer nonsense", "Bearer a.b.c", "Basic YTpi", "FORGED", "ELSEWHERE"]
)
def test_without_a_good_token_the_answer_is_401_with_a_challenge(sandbox: Sandbox, token: str) -> None:
    if token == "FORGED":
        head, claims, signature = sandbox.token().split(".")
        changed = json.loads(base64.urlsafe_b64decode(claims + "==")) | {"appid": STRANGER}
        claims = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
        token = f"Bearer {head}.{claims}.{signature}"
    headers = {"Authorization": token} if token else {}
    if token == "ELSEWHERE":
        headers = {"Authorization": f"Bearer {sandbox.token()}", "Host": "crm.example"}
    with httpx2.Client(base_url=sandbox.url) as client:
        response = client.get("/api/data/v9.2/WhoAmI", headers=headers)
    assert response.status_code == 401
    host = "http://crm.example" if "Host" in headers else sandbox.url
    assert response.headers["WWW-Authenticate"] == (
        f"Bearer authorization_uri={host}/{sandbox.tenant}/oauth2/authorize, resource_id={host}/"
    )


def test_a_token_ends_after_its_lifetime(tmp_path: Path) -> None:
    database = Database(tmp_path / "x.sqlite3", base_catalog())
    environment = Environment(database, "organization", "tenant", "", b"key")
    token = tokens.issue(environment, STRANGER, "http://crm.example", now=1000.0)
    request = Request("GET", "/", Headers([("Authorization", f"Bearer {token}"), ("Host", "crm.example")]), b"")
    good = tokens.claims_of(environment, request, now=1000.0 + tokens.LIFETIME - 1)
    assert good is not None
    assert good.client_id == STRANGER
    assert tokens.claims_of(environment, request, now=1000.0 + tokens.LIFETIME) is None
    other = Environment(database, "organization", "tenant", "", b"another key")
    assert tokens.claims_of(other, request, now=1000.0) is None
    database.close()


def test_an_application_becomes_a_user_and_needs_a_role(sandbox: Sandbox, api: httpx2.Client, make: Make) -> None:
    headers = {"Authorization": f"Bearer {sandbox.token(STRANGER, 'other-secret')}"}

    def knock() -> httpx2.Response:
        return sandbox.control.get(f"{sandbox.api}/WhoAmI", headers=headers)

    assert code_of(knock()) == (403, "0x80072560")
    unit = api.get("WhoAmI").json()["BusinessUnitId"]
    user = make("systemusers", applicationid=STRANGER, businessunitid__bind=f"/businessunits({unit})")
    row = api.get(f"systemusers({user})").json()
    assert (row["accessmode"], row["applicationid"], row["islicensed"]) == (4, STRANGER, False)
    assert row["azureactivedirectoryobjectid"]
    assert code_of(knock()) == (403, "0x80042f09")
    role = api.get("roles?$filter=name eq 'System Administrator'").json()["value"][0]["roleid"]
    api.post(f"systemusers({user})/systemuserroles_association/$ref", json={"@odata.id": f"roles({role})"})
    assert knock().json()["UserId"] == user
    assert code_of(api.patch(f"systemusers({user})", json={"firstname": "X"})) == (400, "0x80041d48")
    assert code_of(api.patch(f"systemusers({user})", json={"accessmode": 0})) == (400, "0x80040d40")
    api.patch(f"systemusers({user})", json={"isdisabled": True})  # ignored, as in the service
    assert knock().status_code == 200
    sandbox.disable_user(user)
    assert code_of(knock()) == (403, "0x80040225")
    sandbox.disable_user(user, disabled=False)
    assert knock().status_code == 200


def test_the_first_application_user_is_an_administrator(api: httpx2.Client) -> None:
    me = api.get("WhoAmI").json()["UserId"]
    row = api.get(
        f"systemusers({me})?$select=accessmode,applicationid&$expand=systemuserroles_association($select=name)"
    ).json()
    assert row["accessmode"] == 4
    assert [role["name"] for role in row["systemuserroles_association"]] == ["System Administrator"]


def test_rows_remember_who_was_impersonated(api: httpx2.Client, make: Make) -> None:
    me = api.get("WhoAmI").json()
    user = make(
        "systemusers", firstname="Sally", lastname="Seller", domainname="sally@x.y",
        businessunitid__bind=f"/businessunits({me['BusinessUnitId']})",
    )  # fmt: skip
    assert code_of(api.post("accounts", json={"name": "A"}, headers={"MSCRMCallerID": user})) == (403, "0x80042f09")
    role = api.get("roles?$filter=name eq 'Salesperson'").json()["value"][0]["roleid"]
    api.post(f"systemusers({user})/systemuserroles_association/$ref", json={"@odata.id": f"roles({role})"})
    created = api.post("accounts", json={"name": "A"}, headers={"MSCRMCallerID": user})
    row = api.get(created.headers["OData-EntityId"]).json()
    assert (row["_createdby_value"], row["_createdonbehalfby_value"], row["_ownerid_value"]) == (
        user,
        me["UserId"],
        user,
    )


def test_a_new_environment_has_what_one_needs(api: httpx2.Client) -> None:
    assert len(api.get("businessunits?$filter=_parentbusinessunitid_value eq null").json()["value"]) == 1
    assert [team["name"] for team in api.get("teams?$filter=isdefault eq true").json()["value"]] == ["Contoso"]
    assert {role["name"] for role in api.get("roles").json()["value"]} == {
        "System Administrator", "System Customizer", "Salesperson"
    }  # fmt: skip
    organization = api.get("organizations?$expand=basecurrencyid($select=isocurrencycode)").json()["value"]
    assert [one["basecurrencyid"]["isocurrencycode"] for one in organization] == ["EUR"]


def test_the_control_desk_wants_the_secret(sandbox: Sandbox) -> None:
    with httpx2.Client(base_url=sandbox.url) as client:
        assert client.get("/_sandbox/stats").status_code == 403
        assert client.get("/_sandbox/stats", headers={"X-Sandbox-Secret": "wrong"}).status_code == 403
        assert client.get("/healthz").json() == {"status": "ok"}


def statement(sandbox: Sandbox, pem: str, signed_with: str = "", **other: Any) -> dict[str, str]:
    """What an application with this certificate sends for a token."""
    certificate = load_pem_x509_certificate(pem.encode())
    key = load_pem_private_key((signed_with or pem).encode(), password=None)
    claims = {"iss": CERTIFIED, "sub": CERTIFIED, "aud": sandbox.token_url, "exp": int(time.time()) + 600, **other}
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}
    text = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims)
    )
    scheme = padding.PSS(padding.MGF1(SHA256()), padding.PSS.DIGEST_LENGTH)
    assert isinstance(key, RSAPrivateKey)
    signature = base64.urlsafe_b64encode(key.sign(text.encode(), scheme, SHA256())).rstrip(b"=").decode()
    return {
        "grant_type": "client_credentials",
        "client_id": CERTIFIED,
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": f"{text}.{signature}",
        "scope": f"{sandbox.url}/.default",
    }


CERTIFIED = "55555555-6666-7777-8888-999999999999"


def test_a_statement_signed_with_the_registered_key_gives_a_token(sandbox: Sandbox) -> None:
    pem, other = certificate_and_key(), certificate_and_key()
    sandbox.register_certificate(CERTIFIED, pem)

    def answer(form: dict[str, str]) -> str:
        reply = sandbox.control.post(sandbox.token_url, data=form)
        return "token" if reply.status_code == 200 else str(reply.json()["error_description"].split(":")[0])

    assert answer(statement(sandbox, pem)) == "token"
    assert answer(statement(sandbox, pem, signed_with=other)) == "AADSTS700027", "another key"
    assert answer(statement(sandbox, other)) == "AADSTS700027", "a certificate that nobody registered"
    assert answer(statement(sandbox, pem, aud="https://elsewhere.example")) == "AADSTS700023"
    assert answer(statement(sandbox, pem, exp=int(time.time()) - 3600)) == "AADSTS700024"
    assert answer(statement(sandbox, pem, sub="someone else")) == "AADSTS700021"
    assert answer({**statement(sandbox, pem), "client_assertion": "a.b.c"}) == "AADSTS50027"
    assert answer({**statement(sandbox, pem), "client_assertion_type": "x"}) == "AADSTS50027"
    assert code_of_secret(sandbox) == "AADSTS7000215", "it has no secret that is right"


def code_of_secret(sandbox: Sandbox) -> str:
    return str(ask(sandbox, client_id=CERTIFIED, client_secret="-").json()["error_description"].split(":")[0])


def test_what_is_no_certificate_registers_nothing(sandbox: Sandbox) -> None:
    for body in (
        {"client_id": CERTIFIED, "certificate": "no"},
        {"client_id": CERTIFIED},
        {"client_id": CERTIFIED, "certificate": 1},
    ):
        assert sandbox.control.post("/_sandbox/applications", json=body).status_code == 400
