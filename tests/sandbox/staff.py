"""Business units, roles and application users for the tests of rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

import httpx2
from tests.sandbox_process import Sandbox

ACTION = "Microsoft.Dynamics.CRM"


def id_in(response: httpx2.Response) -> str:
    """The id of the row that was just created."""
    assert response.status_code == 204, response.text
    return str(response.headers["OData-EntityId"]).rpartition("(")[2].rstrip(")")


@dataclass
class Staff:
    """An administrator's hand: makes what a test needs and signs in as whom it made."""

    sandbox: Sandbox
    api: httpx2.Client
    clients: list[httpx2.Client] = field(default_factory=list)
    last_client_id: str = ""

    def close(self) -> None:
        for client in self.clients:
            client.close()

    def root_unit(self) -> str:
        return str(self.api.get("WhoAmI").json()["BusinessUnitId"])

    def unit(self, parent: str = "") -> str:
        bind = f"/businessunits({parent or self.root_unit()})"
        body = {"name": f"Unit {uuid4().hex[:8]}", "parentbusinessunitid@odata.bind": bind}
        return id_in(self.api.post("businessunits", json=body))

    def role(self, grants: Mapping[str, str]) -> str:
        """A role of the root business unit with these depths by privilege; returns its name."""
        name = f"Role {uuid4().hex[:8]}"
        bind = f"/businessunits({self.root_unit()})"
        role = id_in(self.api.post("roles", json={"name": name, "businessunitid@odata.bind": bind}))
        self.grant(role, grants)
        return name

    def grant(self, role: str, grants: Mapping[str, str]) -> None:
        body = {"Privileges": [{"PrivilegeName": name, "Depth": depth} for name, depth in grants.items()]}
        answer = self.api.post(f"roles({role})/{ACTION}.AddPrivilegesRole", json=body)
        assert answer.status_code == 204, answer.text

    def role_in(self, name: str, unit: str = "") -> str:
        """The copy of a role in a business unit."""
        unit = unit or self.root_unit()
        query = f"roles?$select=roleid&$filter=name eq '{name}' and _businessunitid_value eq {unit}"
        return str(self.api.get(query).json()["value"][0]["roleid"])

    def assign(self, user: str, role: str) -> httpx2.Response:
        body = {"@odata.id": f"roles({role})"}
        return self.api.post(f"systemusers({user})/systemuserroles_association/$ref", json=body)

    def application(self, role: str = "", unit: str = "") -> tuple[str, httpx2.Client]:
        """A new application user with a role by name; its id and a client that is signed in as it."""
        client_id, unit = str(uuid4()), unit or self.root_unit()
        self.last_client_id = client_id
        self.sandbox.register(client_id, "secret")
        body = {"applicationid": client_id, "businessunitid@odata.bind": f"/businessunits({unit})"}
        user = id_in(self.api.post("systemusers", json=body))
        if role:
            assert self.assign(user, self.role_in(role, unit)).status_code == 204
        self.clients.append(self.sandbox.client(client_id, "secret"))
        return user, self.clients[-1]
