"""Packages that must not be imported: broken, hostile, unfitting; each refused whole, with a reason."""

from __future__ import annotations

import base64
import io
import struct
from collections.abc import Callable
from typing import Any
from uuid import uuid4
from zipfile import ZipFile

import httpx2
import pytest
from tests.sandbox import packages as p
from tests.sandbox.staff import Staff
from tests.sandbox_process import code_of

GOOD = p.manifest("Bad")
EMPTY = p.customizations()
MEGABYTE = b"\0" * 1024 * 1024


ROOT: dict[str, str | bytes] = {
    "[Content_Types].xml": p.CONTENT_TYPES,
    "solution.xml": GOOD,
    "customizations.xml": EMPTY,
}


def with_file(name: str, content: bytes = b"x") -> bytes:
    return p.zipped({**ROOT, name: content})


def account(kind: str, more: str = "") -> str:
    """A package's content that gives account a column."""
    return p.customizations(entities=p.entity("Account", p.attribute("new_A", kind, more)))


def script(kind: int, file: str) -> str:
    return p.customizations(resources=p.web_resource(str(uuid4()), "new_/x.js", kind, file))


def bomb() -> bytes:
    """Some 60 kilobytes that would become 65 MB."""
    return with_file("WebResources/bomb", MEGABYTE * 65)


def lying_about_its_size() -> bytes:
    """The directory says that customizations.xml has 10 bytes; it has 30 MB of them."""
    huge = b"<ImportExportXml>" + b" " * 30_000_000 + b"</ImportExportXml>"
    data = p.zipped({"[Content_Types].xml": p.CONTENT_TYPES, "solution.xml": GOOD, "customizations.xml": huge})
    return data.replace(struct.pack("<L", len(huge)), struct.pack("<L", 10))


def encrypted() -> bytes:
    data = bytearray(with_file("x"))
    at = data.rfind(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    target = io.BytesIO(with_file("a.txt"))
    with ZipFile(target, "a") as archive:
        archive.writestr("A.TXT", b"again")
    return target.getvalue()


def broken_content() -> bytes:
    data = bytearray(with_file("WebResources/x", b"hello " * 1000))
    at = data.find(b"customizations.xml") + 40
    data[at : at + 8] = b"\xff" * 8
    return bytes(data)


@pytest.mark.parametrize(
    ("make_package", "code"),
    [
        (lambda: b"", "0x80048d19"),
        (lambda: b"this is no zip", "0x80048060"),
        (lambda: with_file("x")[:200], "0x80048060"),
        (lambda: p.zipped({}), "0x80048060"),
        (lambda: p.zipped({"[Content_Types].xml": p.CONTENT_TYPES, "solution.xml": GOOD}), "0x80048060"),
        (lambda: p.zipped({"[Content_Types].xml": p.CONTENT_TYPES, "customizations.xml": EMPTY}), "0x80048060"),
        (lambda: p.zipped({"solution.xml": GOOD, "customizations.xml": EMPTY}), "0x80048060"),
        (lambda: p.zipped({f"in/{name}": content for name, content in ROOT.items()}), "0x80048060"),
        (bomb, "0x80048060"),
        (lying_about_its_size, "0x80048060"),
        (encrypted, "0x80048060"),
        (broken_content, "0x80048060"),
        (lambda: with_file("../../etc/passwd"), "0x80048060"),
        (lambda: with_file("/etc/passwd"), "0x80048060"),
        (lambda: with_file("WebResources/../../x"), "0x80048060"),
        (lambda: with_file("C:/x"), "0x80048060"),
        (lambda: with_file("..\\x"), "0x80048060"),
        (twice, "0x80048060"),
    ],
)  # fmt: skip
def test_a_broken_or_hostile_zip_is_refused(api: httpx2.Client, make_package: Callable[[], bytes], code: str) -> None:
    refused = p.import_now(api, make_package())
    assert code_of(refused) == (400, code), refused.text
    assert p.solution_of(api, "Bad") is None


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha" * 10}">' for n in range(12))


@pytest.mark.parametrize(
    ("solution", "content", "code"),
    [
        (f"<!DOCTYPE x [{LAUGHS}]>{GOOD.replace('The Bad', '&e11;')}", EMPTY, "0x80048033"),
        (GOOD, f'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>{EMPTY}', "0x80048033"),
        (GOOD, "<ImportExportXml>" + "<a>" * 100_000 + "</a>" * 100_000 + "</ImportExportXml>", "0x80048033"),
        (GOOD, "<ImportExportXml><Entities>", "0x80048033"),
        (GOOD, "no xml", "0x80048033"),
        (GOOD, "<Other/>", "0x80048060"),
        ("<ImportExportXml/>", EMPTY, "0x80048060"),
        (p.manifest("Bad", managed=2), EMPTY, "0x80048060"),
        (p.manifest("Bad", "one"), EMPTY, "0x80048060"),
        (p.manifest("a name"), EMPTY, "0x80048060"),
        (p.manifest("Bad", prefix="x"), EMPTY, "0x80048060"),
        (p.manifest("Bad", prefix="mscrm"), EMPTY, "0x80048060"),
        (p.manifest("Bad", package_version="10.0"), EMPTY, "0x80048068"),
        (GOOD, p.customizations(entities=p.entity("new_A", "")), "0x80048033"),
        (GOOD, p.customizations(entities=p.entity("NoPrefix", p.NAME)), "0x80040203"),
        (GOOD, p.customizations(entities=p.entity("Account", p.attribute("NoPrefix", "int"))), "0x80040203"),
        (GOOD, account("hologram"), "0x80048033"),
        (GOOD, account("file"), "0x80048033"),
        (GOOD, account("nvarchar", "<MaxLength>x</MaxLength>"), "0x80048033"),
        (GOOD, account("nvarchar", "<MaxLength>9999</MaxLength>"), "0x80048033"),
        (GOOD, account("decimal", "<MinValue>NaN</MinValue>"), "0x80048033"),
        (GOOD, account("picklist", "<OptionSetName>no</OptionSetName>"), "0x80048033"),
        (GOOD, p.customizations(relations=p.lookup_relation("new_r", "new_Nothing", "Account", "new_x")), "0x80048033"),
        (GOOD, p.customizations(roles=p.role("no-guid", "R", {})), "0x80048033"),
        (GOOD, p.customizations(roles=p.role(str(uuid4()), "R", {"prvReadAccount": "Everywhere"})), "0x80048033"),
        (GOOD, script(3, "WebResources/missing"), "0x80048060"),
        (GOOD, script(99, "solution.xml"), "0x80048033"),
        (p.manifest("Bad", roots='<RootComponent type="1" schemaName="new_nowhere"/>'), EMPTY, "0x80048033"),
    ],
)  # fmt: skip
def test_a_package_that_makes_no_sense_is_refused_with_its_reason(
    api: httpx2.Client, solution: str, content: str, code: str
) -> None:
    refused = p.import_now(api, p.package(solution, content))
    assert code_of(refused) == (400, code), refused.text
    assert len(refused.json()["error"]["message"]) > 30
    assert "root:" not in refused.text


def test_a_failure_in_the_middle_undoes_all_of_it_and_the_job_says_why(api: httpx2.Client) -> None:
    """The last part, a web resource whose name is none, fails after tables and roles were made."""
    before = api.get("EntityDefinitions?$select=LogicalName").json()["value"]
    content = p.customizations(
        entities=p.entity("new_Half", p.NAME),
        roles=p.role(str(uuid4()), "Half", {"prvReadAccount": "Basic"}),
        resources=p.web_resource(str(uuid4()), "noprefix.js", 3, "WebResources/x"),
    )
    data = p.package(p.manifest("Half"), content, WebResources__x=b"1")
    job = str(uuid4())
    refused = p.import_now(api, data, ImportJobId=job)
    assert code_of(refused) == (400, "0x80040203")
    done = p.import_and_wait(api, data)
    assert (done["statecode"], done["statuscode"], done["errorcode"]) == (3, 31, 0x80040203 - 2**32)
    assert "noprefix.js" in done["friendlymessage"]
    for row in (done["job"], api.get(f"importjobs({job})").json()):
        assert (row["solutionname"], row["progress"]) == ("Half", 10.0)
        assert row["completedon"]
        assert 'succeeded="false"' in row["data"]
        assert "noprefix.js" in row["data"]
    assert code_of(p.import_now(api, data, ImportJobId=job)) == (412, "0x80040237")
    assert api.get("EntityDefinitions?$select=LogicalName").json()["value"] == before
    assert api.get("roles?$filter=name eq 'Half'").json()["value"] == []
    assert p.solution_of(api, "Half") is None


def test_a_missing_dependency_is_named(api: httpx2.Client) -> None:
    missing = (
        '<MissingDependency><Required key="1" type="1" schemaName="msdyn_thing" displayName="Thing" solution="Field"/>'
        '<Dependent key="2" type="1" schemaName="new_x"/></MissingDependency>'
        '<MissingDependency><Required type="2" schemaName="new_nothing" parentSchemaName="account"/><Dependent type="1"/>'
        '</MissingDependency><MissingDependency><Required type="1" schemaName="Account"/><Dependent type="1"/>'
        '</MissingDependency><MissingDependency><Required type="60" id="{0}"/><Dependent type="1"/></MissingDependency>'
    )
    data = p.package(p.manifest("Needy", missing=missing), EMPTY)
    refused = p.import_now(api, data)
    assert code_of(refused) == (400, "0x80048033")
    message = refused.json()["error"]["message"]
    assert "msdyn_thing (type 1)" in message
    assert "new_nothing (type 2 of account)" in message
    assert "Account" not in message
    staged = api.post("StageSolution", json={"CustomizationFile": base64.b64encode(data).decode()}).json()
    names = [one["RequiredComponentSchemaName"] for one in staged["StageSolutionResults"]["MissingDependencies"]]
    assert names == ["msdyn_thing", "new_nothing"]


def test_a_column_cannot_become_another_type(api: httpx2.Client) -> None:
    def data(kind: str) -> bytes:
        entities = p.entity("Account", p.attribute("new_Turning", kind), flags=' unmodified="1"')
        return p.package(p.manifest("Turning"), p.customizations(entities=entities))

    assert p.import_now(api, data("int")).status_code == 204
    refused = p.import_now(api, data("nvarchar"))
    assert code_of(refused) == (400, "0x80048033")
    assert "new_turning" in refused.json()["error"]["message"]


def test_importing_and_exporting_take_their_privileges(staff: Staff, api: httpx2.Client) -> None:
    _, client = staff.application("Salesperson")
    data = p.package(p.manifest("Mine"), EMPTY)
    for action in ("ImportSolution", "ImportSolutionAsync", "StageSolution", "StageAndUpgrade"):
        refused = client.post(action, json=p.import_body(data))
        assert code_of(refused) == (403, "0x80040220")
        assert "prvImportCustomization" in refused.json()["error"]["message"]
    assert code_of(client.post("ExportSolution", json={"SolutionName": "Default"})) == (403, "0x80040220")
    _, customizer = staff.application("System Customizer")
    assert p.import_now(customizer, data).status_code == 204
    row = p.solution_of(api, "Mine")
    assert row is not None
    assert code_of(client.delete(f"solutions({row['solutionid']})")) == (403, "0x80040220")
    assert customizer.delete(f"solutions({row['solutionid']})").status_code == 204


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"CustomizationFile": 5},
        {"CustomizationFile": "%%%"},
        {"SolutionParameters": {"StageSolutionUploadId": "x"}},
    ],
)
def test_a_body_without_a_package_is_refused(api: httpx2.Client, body: dict[str, Any]) -> None:
    assert api.post("ImportSolution", json=body).status_code == 400


def test_one_import_at_a_time(api: httpx2.Client) -> None:
    """A large package is still being imported when the second one knocks."""
    attributes = p.NAME + "".join(p.attribute(f"new_C{n}", "int") for n in range(150))
    data = p.package(p.manifest("Slow"), p.customizations(entities=p.entity("new_Slow", attributes)))
    begun = api.post("ImportSolutionAsync", json=p.import_body(data)).json()
    second = p.import_now(api, p.package(p.manifest("Second"), EMPTY))
    assert code_of(second) == (400, "0x80071151")
    url = f"asyncoperations({begun['AsyncOperationId']})?$select=statecode,statuscode"
    states = {0}
    while (state := api.get(url).json()["statecode"]) != 3:
        states.add(state)
    assert states <= {0, 2}
    assert api.get(url).json()["statuscode"] == 30
    assert p.import_now(api, p.package(p.manifest("Second"), EMPTY)).status_code == 204
