"""The rows of the solution that tell an environment of a company of Financials: its Finance Company and Finance Connection.

Their ids are derived from the company's, so that writing them again changes them and never makes a second pair."""

import uuid
from dataclasses import dataclass, field

import orjson

from tallystick.dataverse.errors import error_for
from tallystick.dataverse.metadata import Metadata
from tallystick.dataverse.solution.tables import COMPANY, CONNECTION
from tallystick.dataverse.webapi import Request, WebApi

_NAMESPACE = uuid.UUID("6e0a1d1c-3b0f-5a5e-9f43-5d2f7a1c84b6")


@dataclass(frozen=True, slots=True)
class FinanceConnection:
    """What Dynamics CRM is told of a company: its id and name in Financials, and where people open it (None: as it is).

    Item availability is asked for at `odata_address` as `odata_user` with `odata_key`; None leaves what is there, and
    `item_availability` false takes the key away."""

    company_id: str
    company_name: str
    web_address: str | None
    product_version: str
    item_availability: bool | None = None
    odata_address: str = ""
    odata_user: str = ""
    odata_key: str = field(default="", repr=False)


def row_id(company_id: str, table: str) -> str:
    """Return the id of the row that belongs to a company in a table of the solution."""
    return str(uuid.uuid5(_NAMESPACE, f"{company_id}/{table}"))


def write(api: WebApi, metadata: Metadata, values: FinanceConnection) -> None:
    """Write both rows, making those that are missing. Two requests, and what the metadata takes."""
    company = row_id(values.company_id, COMPANY.name)
    _put(api, metadata, COMPANY.name, company, {
        "tstick_name": values.company_name[:160], "tstick_externalid": values.company_id
    })  # fmt: skip
    lookup = metadata.table(CONNECTION.name).column("tstick_companyid").navigation[COMPANY.name]
    body: dict[str, object] = {
        "tstick_name": values.company_name[:160],
        f"{lookup}@odata.bind": f"/{metadata.name(COMPANY.name).set_name}({company})",
        "tstick_productversion": values.product_version,
        **({} if values.web_address is None else {"tstick_webaddress": values.web_address}),
        **_availability(values),
    }
    _put(api, metadata, CONNECTION.name, row_id(values.company_id, CONNECTION.name), body)


def withdraw(api: WebApi, metadata: Metadata, company_id: str) -> bool:
    """Take back where a company is in Financials; whether its row was there. One request, and what the metadata takes.

    How item availability is asked for stays: it has a switch of its own."""
    path = f"{metadata.name(CONNECTION.name).set_name}({row_id(company_id, CONNECTION.name)})"
    headers = {"Content-Type": "application/json", "If-Match": "*"}  # so that no row is made
    body = orjson.dumps({"tstick_webaddress": None, "tstick_productversion": None})
    reply = api.send(Request("PATCH", path, headers, body, repeatable=True))
    if (refusal := reply.refusal) is None:
        return True
    if refusal.status == 404:
        return False
    raise error_for(refusal)


def _availability(values: FinanceConnection) -> dict[str, object]:
    if values.item_availability is None:
        return {}
    on = values.item_availability
    return {
        "tstick_itemavailability": on,
        "tstick_odataaddress": values.odata_address if on else None,
        "tstick_odatausername": values.odata_user if on else None,
        "tstick_odataaccesskey": values.odata_key if on else None,
    }


def _put(api: WebApi, metadata: Metadata, table: str, key: str, body: dict[str, object]) -> None:
    path = f"{metadata.name(table).set_name}({key})"
    headers = {"Content-Type": "application/json"}
    reply = api.send(Request("PATCH", path, headers, orjson.dumps(body), repeatable=True))
    if (refusal := reply.refusal) is not None:
        raise error_for(refusal)
