"""What is done inside a measured process: one action on one installation, through the product's own interfaces.

TALLY_HOME=DIR python -m bench.inside ACTION '{…}'        prints one line of JSON
"""

import json
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.processes import CLIENT_ID, TENANT
from bench.rows import customer, customer_id
from tallystick.cli.installation import open_installation
from tallystick.financials.permissions import operator

BY = operator("bench")
POLL = 0.1  # seconds; asking more often would be part of what is measured
SECONDS_BETWEEN_CYCLES = 5  # as in the demonstration
ALONE = ("CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT", "SALESPEOPLE")


def prepare(url: str, secret: str) -> dict[str, Any]:
    """Set up a company without customers, connect it, and bring everything but customers into step."""
    from tallystick.financials.services import companies

    company = companies.create_company("Bench", local_currency="EUR", experience="Suite")
    _connect(company, url, secret)
    _full_sync(company, list(ALONE))
    return {}


def seed(rows: int) -> dict[str, Any]:
    """Enter `rows` customers."""
    from tallystick.financials.services import Insert, Saved, save_many

    company = _company()
    for start in range(0, rows, 2000):
        numbers = range(start, min(start + 2000, rows))
        outcomes = save_many(
            company, "customer", [Insert({**customer(n), "no": f"C{n:08}"}, customer_id(n)) for n in numbers]
        )
        refused = [outcome for outcome in outcomes if not isinstance(outcome, Saved)]
        if refused:
            raise RuntimeError(f"the customers of the bench were refused: {refused[0]}")
    return {}


def full_sync(url: str, secret: str) -> dict[str, Any]:
    """Synchronise the customers fully, as a worker does; return how long that took, and the peak of memory."""
    company = _company()
    _connect(company, url, secret)
    with _control(url, secret) as control:  # testing the connection is no part of it
        control.post("/_sandbox/stats/reset").raise_for_status()
    done = _full_sync(company, ["CUSTOMER"])
    return {**done, "peak_mb": peak_mb()}


def cycles(url: str, secret: str, changes: list[int], rows: int) -> dict[str, Any]:
    """Run one cycle for each number of changed customers; return what each cost, once everything before it has settled."""
    from tallystick.integration.jobs.schedule import cycle
    from tallystick.integration.stores import mappings_of

    company = _company()
    connection = _connect(company, url, secret)
    measured = []
    with _worker(schedule=False), _control(url, secret) as control:
        for number, changed in enumerate(changes):
            _settle(connection.pk)
            _edit_customers(company, [place * (rows // changed) for place in range(changed)], f"+49 {number:04}")
            control.post("/_sandbox/stats/reset").raise_for_status()
            started = time.perf_counter()
            cycle(connection.pk)
            seconds = time.perf_counter() - started
            stats = control.get("/_sandbox/stats").json()
            if stats["rows_written"] != changed:
                raise RuntimeError(f"{stats['rows_written']} of {changed} changes arrived")
            measured.append(
                {
                    "changed": changed,
                    "seconds": seconds,
                    "requests": stats["requests"],
                    "bytes": stats["bytes_sent"],
                    "mappings": len(mappings_of(connection)),
                }
            )
    return {"cycles": measured}


def latency(url: str, secret: str, edits: int, rows: int) -> dict[str, Any]:
    """Edit customers and accounts at random moments while a worker runs; return how long each edit took to arrive."""
    from tallystick.financials.models import Customer
    from tallystick.integration import connections
    from tallystick.integration.models import Connection, CouplingRow

    company = _company()
    connection = _connect(company, url, secret)
    Connection.objects.filter(pk=connection.pk).update(schedule_seconds=SECONDS_BETWEEN_CYCLES)
    api = connections.client(connection).api
    chance = random.Random(1)
    waited: dict[str, list[float]] = {"to_sales": [], "to_finance": []}
    with _worker(schedule=False):
        _settle(connection.pk)
    with _worker():
        for number in range(edits):
            one, other = chance.sample(range(rows), 2)
            couplings = CouplingRow.objects.filter(mapping__connection=connection, mapping__name="CUSTOMER")
            account = couplings.get(finance_id=str(customer_id(one))).sales_id
            time.sleep(chance.uniform(0, SECONDS_BETWEEN_CYCLES))
            text = f"+49 9 {number:06}"
            _edit_customers(company, [one], text)
            began = time.monotonic()
            _wait(lambda: api.fetch(f"accounts({account})?$select=telephone1")["telephone1"] == text, 60)  # noqa: B023
            waited["to_sales"].append(time.monotonic() - began)

            account = couplings.get(finance_id=str(customer_id(other))).sales_id
            time.sleep(chance.uniform(0, SECONDS_BETWEEN_CYCLES))
            _edit_account(api, account, text)
            began = time.monotonic()
            _wait(lambda: Customer.objects.get(pk=customer_id(other)).phone_no == text, 60)  # noqa: B023
            waited["to_finance"].append(time.monotonic() - began)
    return {**waited, "every": SECONDS_BETWEEN_CYCLES}


def _edit_customers(company: Any, numbers: list[int], phone: str) -> None:
    from tallystick.financials.services import Update, save_many

    for start in range(0, len(numbers), 1000):
        chunk = numbers[start : start + 1000]
        save_many(company, "customer", [Update(customer_id(number), {"phone_no": phone}) for number in chunk])


def _edit_account(api: Any, account: str, phone: str) -> None:
    """Edit an account. By now its base has been read back, so that it does not matter whose name the edit is under."""
    from tallystick.dataverse.webapi import Request

    body = json.dumps({"telephone1": phone}).encode()
    reply = api.send(Request("PATCH", f"accounts({account})", {"Content-Type": "application/json"}, body))
    if reply.status >= 300:
        raise RuntimeError(f"the account was not edited: {reply.status} {reply.body[:300]!r}")


def _settle(connection_id: int) -> None:
    """Run cycles until one asks for no run: what the last one wrote has been read back by then."""
    from tallystick.integration.jobs.schedule import cycle
    from tallystick.integration.models import Run

    for _ in range(10):
        before = Run.objects.count()
        cycle(connection_id)
        if Run.objects.count() == before:
            return
    raise RuntimeError("the cycles do not settle")


def _control(url: str, secret: str) -> httpx2.Client:
    return httpx2.Client(base_url=url, headers={"X-Sandbox-Secret": secret}, timeout=60)


def columns(url: str, secret: str) -> dict[str, Any]:
    """Return the columns the product asks for when it reads accounts."""
    from tallystick.dataverse.metadata import Metadata
    from tallystick.dataverse.wire import RowReader, plan_fields
    from tallystick.integration import connections
    from tallystick.integration.stores import mapping_of

    company = _company()
    connection = _connect(company, url, secret)
    table = Metadata(connections.client(connection).api).table("account")
    return {"select": RowReader(plan_fields(mapping_of(connection, "CUSTOMER"), table), table, "").select}


def _company() -> Any:
    from tallystick.financials.models import Company

    return Company.objects.get()


def _connect(company: Any, url: str, secret: str) -> Any:
    """Point the company's connection to where the server is now, without the schedule getting in the way."""
    from tallystick.integration import connections

    made = connections.connect(company, url, url, TENANT, CLIENT_ID, secret, by=BY)
    return connections.enable(made, by=BY)


@contextmanager
def _worker(**options: Any) -> Iterator[None]:
    """Run a worker in this process for a block."""
    from tallystick.integration.jobs import run_worker

    stop = threading.Event()
    thread = threading.Thread(target=run_worker, args=(stop,), kwargs=options)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _full_sync(company: Any, mappings: list[str]) -> dict[str, Any]:
    """Return how long it took from the worker's taking it up to its end, and what it did."""
    from tallystick.integration import operations
    from tallystick.integration.models import FullSync

    asked = operations.request_full_sync(company, mappings=mappings, by=BY)
    before = time.process_time()
    with _worker(schedule=False):
        _wait(lambda: FullSync.objects.get(pk=asked.pk).finished_at is not None)
    asked.refresh_from_db()
    lines = list(asked.lines.select_related("mapping"))
    if asked.message or asked.started_at is None or asked.finished_at is None or any(line.failed for line in lines):
        told = " ".join(filter(None, [asked.message, *(line.message for line in lines)]))
        raise RuntimeError(f"the full synchronization ended with {asked.status}. {told}")
    return {
        "seconds": (asked.finished_at - asked.started_at).total_seconds(),
        "cpu": time.process_time() - before,
        "coupled": sum(line.coupled for line in lines),
    }


def _wait(condition: Callable[[], bool], seconds: float = 900) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError("the worker did not finish")
        time.sleep(POLL)


def peak_mb() -> float:
    """Return the most memory this process has had, in MB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("this system does not tell the peak of memory")


ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
    action.__name__: action for action in (prepare, seed, full_sync, cycles, latency, columns)
}


def main() -> None:
    """Carry out one action."""
    action, arguments = sys.argv[1:]
    open_installation()
    from django.db import connections as databases

    from tallystick.integration import connections

    try:
        sys.stdout.write(json.dumps(ACTIONS[action](**json.loads(arguments))) + "\n")
    finally:
        connections.close_clients()
        databases.close_all()


if __name__ == "__main__":
    main()
