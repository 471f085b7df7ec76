"""Imports as jobs: their rows in importjob and asyncoperation, and what they say about success and failure."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from tallystick.sandbox.environment import Environment
from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.rows.caller import Caller
from tallystick.sandbox.rows.values import SqlValue, moment_text, new_id
from tallystick.sandbox.rows.write import Writing, write_values
from tallystick.sandbox.solutions.content import read_content
from tallystick.sandbox.solutions.install import Import, Result, install
from tallystick.sandbox.solutions.manifest import Manifest, read_manifest
from tallystick.sandbox.solutions.package import open_package
from tallystick.sandbox.solutions.uninstall import promote
from tallystick.sandbox.store import Transaction

log = logging.getLogger("tallystick.sandbox")
IMPORT_OPERATION, EXPORT_OPERATION = 203, 202
_READY, _RUNNING, _SUCCEEDED, _FAILED = (0, 0), (2, 20), (3, 30), (3, 31)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be imported, on whose behalf, and how: beside the installed version, and promoted right after."""

    data: bytes
    caller: Caller
    job: str
    holding: bool = False
    promoted: bool = False


def service_writing(environment: Environment, transaction: Transaction, caller: Caller) -> Writing:
    """Writes of the service itself in the name of a user; what it makes belongs to the root business unit."""
    query = "SELECT businessunitid FROM businessunit WHERE parentbusinessunitid IS NULL"
    unit = str(transaction.connection.execute(query).fetchone()[0])
    acting = replace(caller, business_unit=unit, organization=environment.organization, rights=())
    return Writing(transaction, acting, moment_text(datetime.now(UTC)))


def _now() -> str:
    return moment_text(datetime.now(UTC))


# ---- importjob -------------------------------------------------------------------------------------------------------


def open_job(environment: Environment, order: Order) -> None:
    """The importjob row, visible before the work begins."""
    with environment.database.write() as transaction:
        user, now = order.caller.user_id, _now()
        transaction.put("importjob", {
            "importjobid": order.job, "name": "Import", "progress": 0.0, "startedon": now, "createdon": now,
            "modifiedon": now, "createdby": user, "modifiedby": user, "organizationid": environment.organization,
        })  # fmt: skip
        transaction.count("created", "importjob")


def _set(environment: Environment, table: str, row_id: str, values: dict[str, SqlValue], caller: Caller) -> None:
    with environment.database.write() as transaction:
        writing = service_writing(environment, transaction, caller)
        write_values(writing, transaction.catalog[table], row_id, values, {f"{table}id": row_id, "statecode": None})


def carry_out(environment: Environment, order: Order) -> Import:
    """Read, check and import a package; the importjob tells how it went. Raises the refusal when it fails."""
    name = ""
    try:
        package = open_package(order.data)
        manifest = read_manifest(package)
        name = manifest.name
        content = read_content(package, environment.database.catalog)
        _set(environment, "importjob", order.job, {"solutionname": name, "progress": 10.0}, order.caller)
        with environment.database.write() as transaction:
            writing = service_writing(environment, transaction, order.caller)
            run = install(writing, manifest, content, holding=order.holding)
            if order.promoted:
                promote(writing, manifest.name)
    except Refusal as refusal:
        data = _report(name, [], refusal)
        values: dict[str, SqlValue] = {"solutionname": name or None, "completedon": _now(), "data": data}
        _set(environment, "importjob", order.job, values, order.caller)
        raise
    data = _report(name, run.results, None, manifest)
    done: dict[str, SqlValue] = {"progress": 100.0, "completedon": _now(), "data": data, "solutionid": run.solution}
    _set(environment, "importjob", order.job, done, order.caller)
    return run


def _report(name: str, results: Sequence[Result], refusal: Refusal | None, manifest: Manifest | None = None) -> str:
    """The XML in importjob.data: a result for the whole, and one for each part."""
    root = Element("importexportxml", {"succeeded": "false" if refusal else "true"})
    whole = SubElement(SubElement(root, "solutionManifests"), "solutionManifest", {"id": name})
    if manifest is not None:
        whole.set("version", manifest.version)
    _result(
        whole, "failure" if refusal else "success", refusal.code if refusal else "0", refusal.message if refusal else ""
    )
    parts = SubElement(root, "parts")
    for one in results:
        part = SubElement(parts, one.what, {"id": one.name})
        _result(part, "warning" if one.warning else "success", "0", one.warning)
    return tostring(root, encoding="unicode")


def _result(parent: Element, result: str, code: str, text: str) -> None:
    SubElement(parent, "result", {"result": result, "errorcode": code, "errortext": text})


# ---- asyncoperation --------------------------------------------------------------------------------------------------


def queue(environment: Environment, order: Order, operation: str) -> None:
    """Do an import in the background under an asyncoperation. Raises when another one is running."""

    def prepare() -> None:
        open_job(environment, order)
        _open_operation(environment, operation, order)

    environment.background.start(lambda: _work(environment, order, operation), prepare)


def _open_operation(environment: Environment, operation: str, order: Order) -> None:
    with environment.database.write() as transaction:
        values = {"name": "ImportSolution", "operationtype": IMPORT_OPERATION, "correlationid": order.job}
        _put_operation(transaction, operation, order.caller, _READY, values)


def record_export(environment: Environment, caller: Caller, operation: str, job: str) -> None:
    """The asyncoperation of an export, which is over as soon as it has begun."""
    with environment.database.write() as transaction:
        now = _now()
        values = {"name": "ExportSolution", "operationtype": EXPORT_OPERATION, "correlationid": job}
        _put_operation(transaction, operation, caller, _SUCCEEDED, {**values, "startedon": now, "completedon": now})


def _put_operation(
    transaction: Transaction, operation: str, caller: Caller, state: tuple[int, int], values: dict[str, object]
) -> None:
    user, now = caller.user_id, _now()
    transaction.put("asyncoperation", {
        "asyncoperationid": operation, **values, "statecode": state[0], "statuscode": state[1], "requestid": new_id(),
        "ownerid": user, "ownerid__type": "systemuser", "owninguser": user, "owningbusinessunit": caller.business_unit,
        "createdon": now, "modifiedon": now, "createdby": user, "modifiedby": user,
    })  # fmt: skip
    transaction.count("created", "asyncoperation")


def _advance(
    environment: Environment, operation: str, caller: Caller, state: tuple[int, int], **values: SqlValue
) -> None:
    changed: dict[str, SqlValue] = {"statecode": state[0], "statuscode": state[1], **values}
    _set(environment, "asyncoperation", operation, changed, caller)


def _work(environment: Environment, order: Order, operation: str) -> None:
    """In the background: whatever happens is told by the asyncoperation."""
    caller = order.caller
    _advance(environment, operation, caller, _RUNNING, startedon=_now())
    try:
        carry_out(environment, order)
    except Refusal as refusal:
        _fail(environment, operation, caller, refusal.code, refusal.message)
    except Exception:
        log.exception("the import %s failed", order.job)
        _fail(environment, operation, caller, "0x80040216", "An unexpected error occurred.")
    else:
        _advance(environment, operation, caller, _SUCCEEDED, completedon=_now())


def _fail(environment: Environment, operation: str, caller: Caller, code: str, message: str) -> None:
    number = int(code, 16) - 2**32
    _advance(
        environment, operation, caller, _FAILED, completedon=_now(), errorcode=number, message=message,
        friendlymessage=message,
    )  # fmt: skip


def end_interrupted(transaction: Transaction) -> None:
    """Jobs that a stop of the process cut off have failed; what they wrote was undone with them."""
    text = "The service was stopped while this job was running; nothing was imported. Start it again."
    transaction.connection.execute(
        'UPDATE "asyncoperation" SET "statecode" = 3, "statuscode" = 31, "message" = ?, "friendlymessage" = ?, '
        '"completedon" = ? WHERE "statecode" < 3',
        (text, text, _now()),
    )
    transaction.connection.execute('UPDATE "importjob" SET "completedon" = ? WHERE "completedon" IS NULL', (_now(),))
