"""A company connected to a sandbox process, and what people do on both sides."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Model
from tests.sandbox_process import Sandbox

from tallystick.engine import FINANCE, Reach
from tallystick.engine.plan import Brake, Work
from tallystick.engine.run import run_mapping
from tallystick.engine.step import PageResult, sync_page
from tallystick.financials import services
from tallystick.financials.models import Company, Contact, Customer
from tallystick.financials.permissions import operator
from tallystick.integration import connections
from tallystick.integration.jobs.mapping_work import START, Place, work_on
from tallystick.integration.models import Connection, Run
from tallystick.integration.stores import OrmCouplingStore, mapping_of

BY = operator("ada@alder.example")


@dataclass
class Crm:
    """Both sides of a company: `make` and `edit` in Financials, `account` and `patch` in Dynamics CRM."""

    company: Company
    connection: Connection
    sandbox: Sandbox

    def make(self, table: str, **values: object) -> str:
        return str(services.create(self.company, table, values).id)

    def customer(self, name: str, **values: object) -> str:
        return self.make("customer", name=name, **values)

    def edit(self, customer: str, **values: object) -> None:
        services.update(self.company, "customer", UUID(customer), values)

    def read(self, record_id: str, model: type[Model] = Customer) -> Any:
        return model._default_manager.get(pk=record_id)

    def contact(self, record_id: str) -> Any:
        return self.read(record_id, Contact)

    def post(self, table: str, **columns: Any) -> str:
        """Create a row in Dynamics CRM and return its id."""
        key = {"accounts": "accountid", "contacts": "contactid"}[table]
        row_id = str(uuid4())
        with self.sandbox.client() as client:
            client.post(table, json={key: row_id, **columns}).raise_for_status()
        return row_id

    def account(self, name: str, **columns: Any) -> str:
        return self.post("accounts", name=name, customertypecode=3, **columns)

    def patch(self, account: str, **columns: Any) -> None:
        with self.sandbox.client() as client:
            client.patch(f"accounts({account})", json=columns).raise_for_status()

    def get(self, account: str, table: str = "accounts") -> dict[str, Any]:
        with self.sandbox.client() as client:
            reply = client.get(f"{table}({account})")
            reply.raise_for_status()
            return dict(reply.json())

    def delete(self, account: str) -> None:
        with self.sandbox.client() as client:
            client.delete(f"accounts({account})").raise_for_status()

    def accounts_named(self, name: str) -> list[dict[str, Any]]:
        with self.sandbox.client() as client:
            reply = client.get("accounts", params={"$filter": f"name eq '{name}'"})
            reply.raise_for_status()
            return list(reply.json()["value"])

    def rows_written(self) -> int:
        stats = self.sandbox.stats()
        return sum(stats["rows_written"].values()) if isinstance(stats["rows_written"], dict) else stats["rows_written"]

    def synchronise(self, mapping: str, reach: Reach = Reach.COUPLED) -> list[PageResult]:
        """What a worker does for a run of a mapping."""
        found = mapping_of(self.connection, mapping)
        return self._work(found, OrmCouplingStore(self.connection), reach)

    def work_on(self, run: Run) -> None:
        """What a worker's steps do for a run, one after the other."""
        place: Place | None = START
        while place is not None:
            found = Run.objects.select_related("mapping", "connection__company").get(pk=run.pk)
            place = work_on(found, place, "worker")

    def _work(self, mapping: Any, store: OrmCouplingStore, reach: Reach) -> list[PageResult]:
        sides = connections.sides(self.connection)
        brake = Brake(store.count(mapping.name), lifted=True)

        def page(work: Work) -> PageResult:
            return sync_page(mapping, sides, store, work, reach=reach, brake=brake, now=datetime.now(UTC))

        return list(run_mapping(mapping, store, page))

    def sales_of(self, finance_id: str, mapping: str = "CUSTOMER") -> str:
        return OrmCouplingStore(self.connection).counterparts(mapping, FINANCE, [finance_id])[finance_id]
