"""The rows the demo's CRM starts with, written through the Web API as its salespeople would have written them.

Every row has an id made from its name, and is written as an upsert, so that seeding again after an interruption changes
nothing that is there."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from tallystick.cli.demonstration.sandbox import TENANT, SandboxProcess

if TYPE_CHECKING:
    from tallystick.financials.demo.sales import SalesRows
    from tallystick.financials.models import Company

NAMESPACE = uuid.UUID("0b3f6b1e-6f0e-4a53-9d52-6d7d7a1b5c11")
ROLE = "Salesperson"
INACTIVE = {"statecode": 1, "statuscode": 2}
ACCOUNT_COLUMNS = {
    "key": "accountnumber",
    "name": "name",
    "phone": "telephone1",
    "email": "emailaddress1",
    "website": "websiteurl",
    "line1": "address1_line1",
    "city": "address1_city",
    "postal_code": "address1_postalcode",
    "state": "address1_stateorprovince",
    "country": "address1_country",
    "customer_type": "customertypecode",
}
CONTACT_COLUMNS = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "emailaddress1",
    "phone": "telephone1",
    "mobile": "mobilephone",
    "job_title": "jobtitle",
}


def seed(done: Path, company: "Company", sandbox: SandboxProcess) -> None:
    """Write users, accounts and contacts, unless the file `done` says that this was finished before."""
    if done.exists():
        return
    from tallystick.financials.demo import demo_sales_accounts

    rows = demo_sales_accounts(company)
    with _client(sandbox) as client:
        users = _users(client, rows)
        _accounts(client, rows, users)
        _contacts(client, rows, users)
    done.touch()


def _client(sandbox: SandboxProcess) -> httpx2.Client:
    """Return a client that is signed in as the sandbox's application."""
    answer = httpx2.post(
        f"{sandbox.url}/{TENANT}/oauth2/v2.0/token",
        data={
            "grant_type": "client_credentials",
            "client_id": sandbox.application.client_id,
            "client_secret": sandbox.application.secret,
            "scope": f"{sandbox.url}/.default",
        },
    )
    answer.raise_for_status()
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "OData-Version": "4.0"}
    return httpx2.Client(base_url=f"{sandbox.url}/api/data/v9.2/", headers=headers, timeout=60)


def _users(client: httpx2.Client, rows: "SalesRows") -> dict[str, str]:
    """Write the salespeople and give them their role; returns their ids by e-mail."""
    unit = _only(client, "businessunits?$select=businessunitid&$filter=_parentbusinessunitid_value eq null")[
        "businessunitid"
    ]
    role = _only(client, f"roles?$select=roleid&$filter=name eq '{ROLE}'")["roleid"]
    ids = {}
    for user in rows.users:
        ids[user["email"]] = user_id = _id("user", user["email"])
        body = {
            "domainname": user["email"],
            "internalemailaddress": user["email"],
            "firstname": user["first_name"],
            "lastname": user["last_name"],
            "mobilephone": user["phone"],
            "jobtitle": user["job_title"],
            "businessunitid@odata.bind": f"/businessunits({unit})",
        }
        _ok(client.patch(f"systemusers({user_id})", json=_filled(body)))
        role_of = {"@odata.id": f"{client.base_url}roles({role})"}
        _ok(client.post(f"systemusers({user_id})/systemuserroles_association/$ref", json=role_of))
    return ids


def _accounts(client: httpx2.Client, rows: "SalesRows", users: Mapping[str, str]) -> None:
    by_owner = defaultdict(list)
    for account in rows.accounts:
        body = {column: account[name] for name, column in ACCOUNT_COLUMNS.items()}
        by_owner[account["owner_email"]].append({"accountid": _id("account", account["key"]), **_filled(body)})
    for owner, bodies in by_owner.items():
        _write(client, "accounts", "UpsertMultiple", "account", bodies, users[owner])
    inactive = defaultdict(list)
    for account in rows.accounts:
        if not account["active"]:
            inactive[account["owner_email"]].append({"accountid": _id("account", account["key"]), **INACTIVE})
    for owner, bodies in inactive.items():
        _write(client, "accounts", "UpdateMultiple", "account", bodies, users[owner])


def _contacts(client: httpx2.Client, rows: "SalesRows", users: Mapping[str, str]) -> None:
    by_owner = defaultdict(list)
    for place, contact in enumerate(rows.contacts):
        body = {column: contact[name] for name, column in CONTACT_COLUMNS.items()}
        account = _id("account", contact["account"])
        by_owner[contact["owner_email"]].append(
            {
                "contactid": _id("contact", f"{contact['account']}/{place}"),
                "parentcustomerid_account@odata.bind": f"/accounts({account})",
                **_filled(body),
            }
        )
    for owner, bodies in by_owner.items():
        _write(client, "contacts", "UpsertMultiple", "contact", bodies, users[owner])


def _write(
    client: httpx2.Client, table: str, message: str, kind: str, bodies: Iterable[Mapping[str, Any]], owner: str
) -> None:
    """Send rows of one table on behalf of the salesperson who owns them."""
    targets = [{"@odata.type": f"Microsoft.Dynamics.CRM.{kind}", **body} for body in bodies]
    path = f"{table}/Microsoft.Dynamics.CRM.{message}"
    _ok(client.post(path, json={"Targets": targets}, headers={"MSCRMCallerID": owner}))


def _only(client: httpx2.Client, path: str) -> dict[str, Any]:
    rows = _ok(client.get(path)).json()["value"]
    return dict(rows[0])


def _ok(answer: httpx2.Response) -> httpx2.Response:
    if answer.is_error:
        raise RuntimeError(
            f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:500]}"
        )
    return answer


def _filled(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value not in ("", None)}


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{name}"))
