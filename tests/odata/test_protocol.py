"""What the service refuses, and that the refusal is one a program can read; and that hostile requests are just that."""

import json
from xml.etree import ElementTree

import pytest
from django.test import Client
from tests.odata.conftest import Caller

from tallystick.odata import views
from tallystick.odata.sets import ENTITY_SETS

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("Nope", 404, "publishes nothing called 'Nope'"),
        ("customers", 404, "publishes nothing"),
        ("Customers('nobody')", 404, "has no record 'nobody'"),
        ("Customers(5)", 400, "No is Edm.String"),
        ("Customers(No='C1',No='C1')", 400, "cannot be understood"),
        ("Customers(Name='C1')", 400, "addressed by its key, Customers(No=…)"),
        ("PriceListLines('SUMMER')", 400, "PriceListLines(PriceListCode=…,LineNo=…)"),
        ("PriceListLines(PriceListCode='SUMMER',LineNo=1.5)", 400, "LineNo is Edm.Int32"),
        ("PriceListLines(PriceListCode='SUMMER',LineNo=99999999999999999999)", 404, "no record"),
        ("Customers('C1')/Name", 501, "Use $select"),
        ("Customers(", 501, "Only whole records"),
        ("Customers/Name", 404, "has nothing called"),
        ("Customers?$top=-1", 400, "$top is a whole number"),
        ("Customers?$top=٣", 400, "$top is a whole number"),
        ("Customers?$skip=1.5", 400, "$skip is a whole number"),
        ("Customers?$count=yes", 400, "$count is true or false"),
        ("Customers?$select=Nope", 400, "there is no property 'Nope'"),
        ("Customers?$select=", 400, "there is no property ''"),
        ("Customers?$orderby=Name sideways", 400, "is followed by asc or desc"),
        ("Customers?$orderby=company__name", 400, "there is no property"),
        ("Customers?$expand=Lines", 501, "$expand is not supported"),
        ("Customers?$search=x", 501, "$search is not supported"),
        ("Customers?$nonsense=x", 400, "There is no query option $nonsense"),
        ("Customers?$top=1&$top=2", 400, "$top is given twice"),
        ("Customers?$skiptoken=made-up", 400, "Follow @odata.nextLink as it is"),
        ("Customers?$format=atom", 406, "application/json"),
        ("Customers('C1')?$filter=true", 400, "has no meaning at this address"),
        ("Customers/$count?$top=1", 400, "has no meaning at this address"),
        ("$metadata?$format=json", 406, "application/xml"),
        ("$batch", 501, "is not supported"),
    ],
)
def test_a_refusal_says_what_is_wrong(caller: Caller, path: str, status: int, said: str) -> None:
    answer = caller.get(path)
    assert answer.status == status, answer.content
    assert said in answer.message
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["OData-Version"] == "4.0"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_only_reads(caller: Caller, method: str) -> None:
    answer = caller.get("Customers('C1')", method=method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("Accept", "application/json;odata.metadata=full", 200),
        ("Accept", "text/html, application/xml;q=0.9, */*;q=0.8", 200),
        ("Accept", "application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8", 200),
        ("Accept", "text/html", 406),
        ("Accept", "application/json;odata.metadata=some", 406),
        ("Accept", "application/json;q=0", 406),
        ("Accept", "," * 10_000, 406),
        ("OData-MaxVersion", "4.01", 200),
        ("OData-MaxVersion", "3.0", 400),
        ("OData-Version", "2.0", 400),
        ("Prefer", "odata.maxpagesize=999999999999", 200),
        ("Prefer", "respond-async, odata.maxpagesize=2", 200),
        ("If-None-Match", "not a tag" * 1_000, 200),
    ],
)
def test_headers_are_weighed(caller: Caller, header: str, value: str, status: int) -> None:
    assert caller.get("Items", **{header: value}).status == status


@pytest.mark.parametrize(
    "query",
    [
        "$filter=" + "(" * 3_000 + "true" + ")" * 3_000,
        "$filter=" + "not%20" * 900 + "true",
        "$filter=" + "tolower(" * 700 + "No" + ")" * 700 + "%20eq%20'x'",
        "$filter=" + "%20or%20".join(["No%20eq%20'C1'"] * 300),
        "$filter=No%20in%20(" + ",".join(["'x'"] * 800) + ")",
        "$filter=No%20eq%20'" + "x" * 7_000 + "'",
        "$filter=No%20eq%20'%00'",
        "$filter=No%20eq%20'%ff'",
        "$filter=\xff",
        "$filter=No%20eq%20'a';DROP%20TABLE%20financials_customer",
        "$orderby=" + ",".join(["No"] * 900) + ",Name,City,Blocked,Address,County,Email,FaxNo,Contact,Id",
        "$orderby=No;DELETE",
        "$select=No)%20FROM%20financials_user",
        "$top=1'--",
        "$skiptoken=" + "A" * 9_000,
    ],
    ids=range(15),
)
def test_a_hostile_query_is_refused_quickly(caller: Caller, query: str) -> None:
    answer = Client(headers={"Authorization": f"Bearer {caller.key}"}).generic("GET", f"/odata/alpha/Customers?{query}")
    assert answer.status_code == 400, answer.content[:300]
    assert json.loads(answer.content)["error"]["message"]


def test_the_longest_filter_there_may_be_is_answered(caller: Caller) -> None:
    items = ",".join(f"'{number}'" for number in range(499))
    assert caller.keys(f"Customers?$filter=No in ({items},'C1')") == ["C1"]
    chain = " or ".join(["No eq 'C1'"] * 200)
    assert caller.keys(f"Customers?$filter={chain}") == ["C1"]
    assert caller.keys("Customers?$filter=" + "(" * 39 + "No eq 'C2'" + ")" * 39) == ["C2"]
    assert caller.get("Customers?" + "x=" + "y" * 16_100).status == 414


def test_a_body_is_not_read(caller: Caller) -> None:
    client = Client(headers={"Authorization": f"Bearer {caller.key}"})
    answer = client.generic("GET", "/odata/alpha/Customers", "x" * 2_000)
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "path", ["Customers('a%00b')", "Customers('a%0Ab')", "%00", "Customers('a/b')", "Cust%0Aomers"]
)
def test_hostile_addresses_are_not_found_or_not_understood(caller: Caller, path: str) -> None:
    answer = Client(headers={"Authorization": f"Bearer {caller.key}"}).get(f"/odata/alpha/{path}")
    assert answer.status_code in (400, 404)
    assert json.loads(answer.content)["error"]["message"]


def test_a_text_that_looks_like_sql_is_a_text(caller: Caller) -> None:
    assert caller.keys("Customers?$filter=Name eq 'x'' OR 1=1 --'") == []
    assert caller.keys("Customers?$filter=contains(Name,'%'' OR ''1''=''1')") == []
    assert caller.get("Customers('x'' OR ''1''=''1')").status == 404


def test_a_fault_of_ours_is_told_as_one(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(views, "answer", break_down)
    answer = caller.get("Customers")
    assert answer.status == 500
    assert "secret detail" not in answer.message


def test_the_metadata_describes_every_property(caller: Caller) -> None:
    answer = caller.get("$metadata")
    assert answer.headers["Content-Type"] == "application/xml"
    root = ElementTree.fromstring(answer.content)
    types = {one.get("Name"): one for one in root.iter(f"{EDM}EntityType")}
    sets = {one.get("Name"): one.get("EntityType") for one in root.iter(f"{EDM}EntitySet")}
    assert list(sets) == list(ENTITY_SETS)
    for name, described in ENTITY_SETS.items():
        type_ = types[str(sets[name]).rpartition(".")[2]]
        properties = {one.get("Name"): one for one in type_.findall(f"{EDM}Property")}
        assert list(properties) == list(described.by_name)
        keys = [one.get("Name") for one in type_.findall(f"{EDM}Key/{EDM}PropertyRef")]
        assert keys == list(described.key)
        assert all(properties[key].get("Nullable") == "false" for key in keys)
    decimal = types["Customer"].find(f"{EDM}Property[@Name='CreditLimit']")
    assert decimal is not None
    assert (decimal.get("Precision"), decimal.get("Scale")) == ("15", "2")


def test_no_value_contradicts_the_metadata(caller: Caller) -> None:
    """A null where none may be, or a longer text, would make strict programs stop."""
    for name, described in ENTITY_SETS.items():
        for row in caller.rows(name):
            for one in described.properties:
                value = row[one.name]
                assert value is not None or one.nullable, (name, one.name)
                assert one.max_length is None or value is None or len(value) <= one.max_length
