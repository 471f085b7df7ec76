"""ImportSolution and its relatives over HTTP."""

from __future__ import annotations

import base64
import binascii

from tallystick.sandbox.errors import Refusal, invalid_argument, payload_error
from tallystick.sandbox.http import Response
from tallystick.sandbox.metadata.privileges import EXPORT, IMPORT, Verb
from tallystick.sandbox.rows.references import RowAddress, locate
from tallystick.sandbox.rows.values import new_id, parse_guid
from tallystick.sandbox.security import checks
from tallystick.sandbox.solutions import components
from tallystick.sandbox.solutions.check import check_version, installed, missing_components
from tallystick.sandbox.solutions.content import read_content
from tallystick.sandbox.solutions.export import export_solution
from tallystick.sandbox.solutions.jobs import Order, carry_out, open_job, queue, record_export, service_writing
from tallystick.sandbox.solutions.manifest import Manifest, read_manifest
from tallystick.sandbox.solutions.package import open_package
from tallystick.sandbox.solutions.uninstall import promote, uninstall
from tallystick.sandbox.webapi import operations
from tallystick.sandbox.webapi.call import Call, json_response, no_content
from tallystick.sandbox.webapi.components import stamp_of
from tallystick.sandbox.webapi.operations import context_of

Json = dict[str, object]
DEFAULT_SOLUTION = "fd140aaf-4df4-11dd-bd17-0019b9312238"


def _file(call: Call, given: Json) -> bytes:
    """The package: CustomizationFile in base64, or what was staged before."""
    parameters = given.get("SolutionParameters")
    upload = parameters.get("StageSolutionUploadId") if isinstance(parameters, dict) else None
    if upload is not None and not given.get("CustomizationFile"):
        staged = call.environment.background.staged(parse_guid(upload) or "")
        if staged is None:
            raise invalid_argument(f"There is no staged solution {str(upload)[:50]}; stage it again.")
        return staged
    text = given.get("CustomizationFile")
    if not isinstance(text, str) or not text:
        raise payload_error("The parameter 'CustomizationFile' must be the solution's zip file in base64.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise payload_error("The parameter 'CustomizationFile' is not base64.") from None


def _order(call: Call, given: Json, job: str) -> Order:
    return Order(_file(call, given), call.caller, job, holding=bool(given.get("HoldingSolution")))


def _ready(call: Call) -> Json:
    checks.require(call.caller, IMPORT)
    if call.transaction is not None:
        raise invalid_argument("A solution cannot be imported, exported or promoted in a change set.")
    return call.json_object()


def _import(call: Call, inside: str | None) -> Response:
    """ImportSolution: answers when everything is imported, or with the reason why nothing was."""
    given = _ready(call)
    job = given.get("ImportJobId")
    job_id = parse_guid(job) if job is not None else new_id()
    if job_id is None:
        raise payload_error("The parameter 'ImportJobId' must be a GUID.")
    order = _order(call, given, job_id)
    with call.environment.background.alone():
        _check_new_job(call, job_id)
        open_job(call.environment, order)
        carry_out(call.environment, order)
    return no_content()


def _check_new_job(call: Call, job: str) -> None:
    with call.environment.database.read() as connection:
        if connection.execute('SELECT 1 FROM "importjob" WHERE "importjobid" = ?', (job,)).fetchone():
            raise Refusal(412, "0x80040237", f"There is an import job with the id {job} already.")


def _import_async(call: Call, inside: str | None) -> Response:
    given = _ready(call)
    return _queued(call, _order(call, given, new_id()), "ImportSolutionAsync")


def _stage_and_upgrade(call: Call, inside: str | None) -> Response:
    given = _ready(call)
    order = Order(_file(call, given), call.caller, new_id(), holding=True, promoted=True)
    with call.environment.background.alone():
        open_job(call.environment, order)
        run = carry_out(call.environment, order)
    content = context_of(call, "StageAndUpgradeResponse")
    return json_response(200, {**content, "SolutionId": run.solution})


def _queued(call: Call, order: Order, message: str) -> Response:
    operation = new_id()
    queue(call.environment, order, operation)
    content = context_of(call, f"{message}Response")
    return json_response(200, {**content, "ImportJobKey": order.job, "AsyncOperationId": operation})


def _stage(call: Call, inside: str | None) -> Response:
    """StageSolution: look at a package without importing it, and keep it for an import."""
    given = _ready(call)
    data = _file(call, given)
    try:
        results = _inspected(call, data)
    except Refusal as refusal:
        results = {
            "StageSolutionStatus": "Failed",
            "SolutionValidationResults": [{
                "SolutionValidationResultType": "Error", "Message": refusal.message,
                "ErrorCode": int(refusal.code, 16) - 2**32,
            }],
            "MissingDependencies": [], "SolutionDetails": None, "StageSolutionUploadId": None,
        }  # fmt: skip
    return json_response(200, {**context_of(call, "StageSolutionResponse"), "StageSolutionResults": results})


def _inspected(call: Call, data: bytes) -> Json:
    package = open_package(data)
    manifest = read_manifest(package)
    content = read_content(package, call.catalog)
    with call.environment.database.read() as connection:
        check_version(manifest, installed(connection, manifest.name))
        missing = missing_components(connection, call.catalog, manifest, content)
    return {
        "StageSolutionStatus": "Failed" if missing else "Passed",
        "SolutionValidationResults": [],
        "MissingDependencies": [
            {
                "RequiredComponentType": one.kind, "RequiredComponentSchemaName": one.name,
                "RequiredComponentId": one.id or None,
            }
            for one in missing
        ],
        "SolutionDetails": _details(manifest),
        "StageSolutionUploadId": call.environment.background.stage(data),
    }  # fmt: skip


def _details(manifest: Manifest) -> Json:
    return {
        "SolutionUniqueName": manifest.name, "SolutionFriendlyName": manifest.label, "SolutionVersion": manifest.version,
        "IsManaged": manifest.managed, "PublisherName": manifest.publisher.name,
    }  # fmt: skip


def _promote(call: Call, inside: str | None) -> Response:
    """DeleteAndPromote."""
    given = _ready(call)
    name = given.get("UniqueName")
    if not isinstance(name, str) or not name:
        raise payload_error("The parameter 'UniqueName' must be the name of a solution.")
    with call.environment.background.alone(), call.writing() as writing:
        own = service_writing(call.environment, writing.transaction, call.caller)
        solution = promote(own, name)
    return json_response(200, {**context_of(call, "DeleteAndPromoteResponse"), "SolutionId": solution})


def _export(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, EXPORT)
    given = call.json_object()
    name = given.get("SolutionName")
    if not isinstance(name, str) or not name:
        raise payload_error("The parameter 'SolutionName' must be the unique name of a solution.")
    with call.reading() as reading:
        data = export_solution(reading.connection, call.catalog, name, managed=bool(given.get("Managed")))
    content = {**context_of(call, "ExportSolutionResponse"), "ExportSolutionFile": base64.b64encode(data).decode()}
    return json_response(200, content)


def _export_async(call: Call, inside: str | None) -> Response:
    """ExportSolutionAsync: an export is quick here, so the job has ended when its id is told."""
    checks.require(call.caller, EXPORT)
    name = call.json_object().get("SolutionName")
    if call.transaction is not None or not isinstance(name, str) or not name:
        raise payload_error("The parameter 'SolutionName' must be the unique name of a solution, outside a change set.")
    with call.reading() as reading:
        data = export_solution(reading.connection, call.catalog, name, managed=bool(call.json_object().get("Managed")))
    job, operation = call.environment.background.stage(data), new_id()
    record_export(call.environment, call.caller, operation, job)
    content = context_of(call, "ExportSolutionAsyncResponse")
    return json_response(200, {**content, "AsyncOperationId": operation, "ExportJobId": job})


def _download(call: Call, inside: str | None) -> Response:
    checks.require(call.caller, EXPORT)
    job = parse_guid(call.json_object().get("ExportJobId"))
    data = call.environment.background.staged(job or "")
    if data is None:
        raise Refusal(404, "0x80040217", f"There is no export with the id {job}; export the solution again.")
    content = context_of(call, "DownloadSolutionExportDataResponse")
    return json_response(200, {**content, "ExportSolutionFile": base64.b64encode(data).decode()})


def delete_solution(call: Call, address: RowAddress) -> Response:
    """DELETE solutions(id): uninstalling is more than deleting a row."""
    with call.environment.background.alone(), call.writing() as writing:
        solution = locate(writing.transaction.connection, address)
        checks.require_row(call.caller, writing.transaction.connection, address.table, Verb.DELETE, solution)
        own = service_writing(call.environment, writing.transaction, call.caller)
        uninstall(own, solution, default=DEFAULT_SOLUTION)
    return no_content()


# ---- components ------------------------------------------------------------------------------------------------------


def _component(call: Call, given: Json) -> tuple[str, int, str]:
    name, kind, object_id = (
        given.get("SolutionUniqueName"),
        given.get("ComponentType"),
        parse_guid(given.get("ComponentId")),
    )
    if not isinstance(name, str) or type(kind) is not int or object_id is None:
        raise payload_error("SolutionUniqueName, ComponentType (a number) and ComponentId (a GUID) are needed.")
    checks.require_on(call.caller, call.catalog["solution"], Verb.WRITE)
    return name, kind, object_id


def _add_component(call: Call, inside: str | None) -> Response:
    given = call.json_object()
    name, kind, object_id = _component(call, given)
    behavior = 1 if given.get("DoNotIncludeSubcomponents") else 0
    with call.writing() as writing:
        solution = components.solution_named(writing.transaction, name)
        components.check_exists(writing.transaction, kind, object_id)
        made = components.add(writing.transaction, solution, kind, object_id, stamp_of(writing), behavior)
    return json_response(200, {**context_of(call, "AddSolutionComponentResponse"), "id": made})


def register() -> None:
    """Make these actions known."""
    operations.add_action("ImportSolution", _import)
    operations.add_action("ImportSolutionAsync", _import_async)
    operations.add_action("StageSolution", _stage)
    operations.add_action("StageAndUpgrade", _stage_and_upgrade)
    operations.add_action("DeleteAndPromote", _promote)
    operations.add_action("ExportSolution", _export)
    operations.add_action("ExportSolutionAsync", _export_async)
    operations.add_action("DownloadSolutionExportData", _download)
    operations.add_action("AddSolutionComponent", _add_component)
