"""$filter, $select, $expand, $orderby, $top, $count, $apply, paging and annotations."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox_process import Sandbox, code_of

Make = Callable[..., str]
PARENT = "aaaaaaaa-0000-4000-8000-000000000001"
CHILD = "aaaaaaaa-0000-4000-8000-000000000002"
OTHER = "aaaaaaaa-0000-4000-8000-000000000003"
PERSON = "bbbbbbbb-0000-4000-8000-000000000001"
ONLY = f'Microsoft.Dynamics.CRM.In(PropertyName=\'accountid\',PropertyValues=["{PARENT}","{CHILD}","{OTHER}"])'


@pytest.fixture(scope="module", autouse=True)
def _rows(api: httpx2.Client) -> None:
    """Three accounts: Parent has everything, Child belongs to it, Other is nearly empty and inactive."""
    bind = "@odata.bind"
    rows = [
        ("contacts", {"contactid": PERSON, "firstname": "Ada", "lastname": "O'Neil", "birthdate": "1990-05-17"}),
        ("accounts", {"accountid": PARENT, "name": "Parent 100%", "creditlimit": 1000.5, "numberofemployees": 10,
                      "paymenttermscode": 1, "creditonhold": True, f"primarycontactid{bind}": f"/contacts({PERSON})",
                      "address1_latitude": 48.5, "lastusedincampaign": "2026-03-04T12:00:00Z"}),
        ("accounts", {"accountid": CHILD, "name": "child ÄÖÜ", "creditlimit": 5, "numberofemployees": 10,
                      f"parentaccountid{bind}": f"/accounts({PARENT})"}),
        ("accounts", {"accountid": OTHER, "name": "Other_[x]  "}),
    ]  # fmt: skip
    for entity_set, row in rows:
        assert api.post(entity_set, json=row).status_code == 204
    for person, last in ((uuid4(), "Zed"), (uuid4(), "Abel")):
        row = {"contactid": str(person), "lastname": last, f"parentcustomerid_account{bind}": f"/accounts({PARENT})"}
        assert api.post("contacts", json=row).status_code == 204
    assert api.patch(f"accounts({OTHER})", json={"statecode": 1}).status_code == 204


def names(api: httpx2.Client, condition: str, **more: str) -> str:
    """First letters of the names of the accounts that fit, in order of their ids."""
    parameters = {"$filter": f"{ONLY} and ({condition})", "$select": "name", "$orderby": "accountid", **more}
    response = api.get("accounts", params=parameters)
    assert response.status_code == 200, response.text
    return "".join(row["name"][0].upper() for row in response.json()["value"])


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("name eq 'PARENT 100%'", "P"),
        ("name eq 'child äöü'", "C"),
        ("name eq 'child aou'", ""),
        ("name eq 'Other_[x]'", "O"),
        ("'Other_[x]' eq name", "O"),
        ("name ne 'Parent 100%'", "CO"),
        ("numberofemployees ne 10", "O"),
        ("numberofemployees eq null", "O"),
        ("numberofemployees ne null", "PC"),
        ("creditlimit gt 5", "P"),
        ("creditlimit ge 5.0", "PC"),
        ("creditlimit lt 1000.51 and creditlimit gt 1000.49", "P"),
        ("1000 lt creditlimit", "P"),
        ("creditlimit eq 1e3", ""),
        ("creditonhold eq true", "P"),
        ("creditonhold", "P"),
        ("not creditonhold", "CO"),
        ("not (creditonhold or statecode eq 1)", "C"),
        ("not (creditlimit gt 5)", "CO"),
        ("statecode eq 0 and (name eq 'x' or numberofemployees eq 10)", "PC"),
        ("statecode eq 1 or statecode eq 0 and name eq 'x'", "O"),
        ("contains(name,'ent')", "P"),
        ("contains(name,'100[%]')", "P"),
        ("contains(name,'ÄÖ')", "C"),
        ("contains(name,'r[_]')", "O"),
        ("contains(name,'_h_l')", "C"),
        ("startswith(name,'[a-c]')", "C"),
        ("startswith(name,'[^a-c]')", "PO"),
        ("startswith(name,'p%t')", "P"),
        ("endswith(name,'%')", "PCO"),
        ("endswith(name,'100[%]')", "P"),
        ("not contains(name,'e')", "C"),
        ("_primarycontactid_value eq bbbbbbbb-0000-4000-8000-000000000001", "P"),
        ("_primarycontactid_value eq 'BBBBBBBB-0000-4000-8000-000000000001'", "P"),
        ("_parentaccountid_value ne null", "C"),
        ("primarycontactid/lastname eq 'O''Neil'", "P"),
        ("primarycontactid/birthdate eq 1990-05-17", "P"),
        ("parentaccountid/primarycontactid/firstname eq 'ada'", "C"),
        ("parentaccountid/creditlimit gt creditlimit", "C"),
        ("address1_latitude gt 48", "P"),
        ("lastusedincampaign gt 2026-03-04T11:59:59.5Z", "P"),
        ("lastusedincampaign ge 2026-03-04T12:00:00.5Z", ""),
        ("lastusedincampaign eq 2026-03-04T14:00:00+02:00", "P"),
        ("lastusedincampaign eq 2026-03-04T12:00:00.25Z", ""),
        ("createdon le modifiedon", "PCO"),
        ("contact_customer_accounts/any(c:c/lastname eq 'zed')", "P"),
        ("contact_customer_accounts/any()", "P"),
        ("contact_customer_accounts/all(c:c/lastname eq 'zed')", "CO"),
        ("contact_customer_accounts/any(c:c/lastname eq 'zed' and c/parentcustomerid_account/name eq 'x')", ""),
        ("not contact_customer_accounts/any(c:contains(c/lastname,'b'))", "CO"),
        ("account_parent_account/any(c:c/account_parent_account/any())", ""),
        ("Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['PARENT 100%','child ÄÖÜ'])", "PC"),
        ("Microsoft.Dynamics.CRM.NotIn(PropertyName='numberofemployees',PropertyValues=['10'])", "O"),
        ("Microsoft.Dynamics.CRM.Between(PropertyName='creditlimit',PropertyValues=['1','10'])", "C"),
        ("Microsoft.Dynamics.CRM.NotBetween(PropertyName='creditlimit',PropertyValues=['1','10'])", "P"),
        ("Microsoft.Dynamics.CRM.On(PropertyName='lastusedincampaign',PropertyValue='2026-03-04')", "P"),
        ("Microsoft.Dynamics.CRM.OnOrAfter(PropertyName='lastusedincampaign',PropertyValue='2026-03-05')", ""),
        ("Microsoft.Dynamics.CRM.OnOrBefore(PropertyName='lastusedincampaign',PropertyValue='2026-03-04')", "P"),
        ("Microsoft.Dynamics.CRM.Today(PropertyName='createdon')", "PCO"),
        ("Microsoft.Dynamics.CRM.LastXHours(PropertyName='createdon',PropertyValue=1)", "PCO"),
        ("Microsoft.Dynamics.CRM.OlderThanXMinutes(PropertyName='createdon',PropertyValue=60)", ""),
        ("Microsoft.Dynamics.CRM.ThisYear(PropertyName='createdon')", "PCO"),
        ("Microsoft.Dynamics.CRM.NextMonth(PropertyName='createdon')", ""),
        ("Microsoft.Dynamics.CRM.EqualUserId(PropertyName='ownerid')", "PCO"),
        ("Microsoft.Dynamics.CRM.NotEqualUserId(PropertyName='ownerid')", ""),
        ("Microsoft.Dynamics.CRM.EqualBusinessId(PropertyName='owningbusinessunit')", "PCO"),
        (f"Microsoft.Dynamics.CRM.Under(PropertyName='accountid',PropertyValue='{PARENT}')", "C"),
        (f"Microsoft.Dynamics.CRM.UnderOrEqual(PropertyName='accountid',PropertyValue='{PARENT}')", "PC"),
        (f"Microsoft.Dynamics.CRM.Above(PropertyName='accountid',PropertyValue='{CHILD}')", "P"),
        (f"Microsoft.Dynamics.CRM.NotUnder(PropertyName='accountid',PropertyValue='{PARENT}')", "PO"),
    ],
)
def test_filters(api: httpx2.Client, condition: str, found: str) -> None:
    assert names(api, condition) == found


@pytest.mark.parametrize(
    "parameters",
    [
        {"$filter": "nosuch eq 1"},
        {"$filter": "name eq 5"},
        {"$filter": "name eq"},
        {"$filter": "name eq 'x' name"},
        {"$filter": "(name eq 'x'"},
        {"$filter": "name eq 'x"},
        {"$filter": "name has 'x'"},
        {"$filter": "length(name) eq 5"},
        {"$filter": "contains('x',name)"},
        {"$filter": "contains(creditlimit,'x')"},
        {"$filter": "primarycontactid eq null"},
        {"$filter": "contact_customer_accounts/lastname eq 'x'"},
        {"$filter": "primarycontactid/contact_customer_contacts/any(c:c/lastname eq 'x')"},
        {"$filter": "Microsoft.Dynamics.CRM.Nothing(PropertyName='name')"},
        {"$filter": "Microsoft.Dynamics.CRM.In(PropertyName='name')"},
        {"$filter": "Microsoft.Dynamics.CRM.Today(PropertyName='name')"},
        {"$filter": "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=99999999)"},
        {"$filter": "accountid eq 'x'"},
        {"$filter": "creditonhold eq 1"},
        {"$filter": "statecode eq 'Active'"},
        {"$filter": "createdon eq '2026-01-01'"},
        {"$filter": "name gt creditlimit"},
        {"$filter": "name eq @p"},
        {"$filter": "not" * 3},
        {"$filter": "(" * 100 + "statecode eq 0" + ")" * 100},
        {"$filter": " or ".join(["statecode eq 0"] * 501)},
        {"$select": "primarycontactid"},
        {"$select": "name,nosuch"},
        {"$select": "Name"},
        {"$orderby": "nosuch"},
        {"$orderby": "name sideways"},
        {"$orderby": "name;drop"},
        {"$top": "-1"},
        {"$top": "many"},
        {"$count": "yes"},
        {"$skip": "5"},
        {"$search": "x"},
        {"$format": "json"},
        {"$compute": "x"},
        {"$levels": "2"},
        {"$expand": "nosuch"},
        {"$expand": "name"},
        {"$expand": "primarycontactid($skip=1)"},
        {"$expand": "primarycontactid($select=nosuch)"},
        {"$expand": "primarycontactid("},
        {"$expand": "contact_customer_accounts/$ref"},
        {"$expand": "contact_customer_accounts($top=1;$expand=owninguser)"},
        {"$skiptoken": "nonsense"},
        {"$skiptoken": '<cookie pagenumber="2" pagingcookie="" istracking="False" />'},
        {"$deltatoken": "nonsense"},
        {"$apply": "nonsense"},
        {"$apply": "groupby((nosuch))"},
        {"$apply": "aggregate(name with sum as x)"},
        {"fetchXml": "<fetch/>"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused_with_the_query_code(
    api: httpx2.Client, parameters: dict[str, str]
) -> None:
    response = api.get("accounts", params=parameters)
    assert code_of(response) == (400, "0x80060888"), response.text


def test_parameter_aliases_stand_for_values(api: httpx2.Client) -> None:
    assert names(api, "name eq @p1 and statecode eq @p2", **{"@p1": "'PARENT 100%'", "@p2": "0"}) == "P"


def test_500_conditions_and_a_list_of_thousands_pass(api: httpx2.Client) -> None:
    assert names(api, " or ".join(["statecode eq 9"] * 498)) == ""
    values = ",".join(f"'{number}'" for number in range(2500))
    condition = f"Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['Parent 100%25',{values}])"
    response = api.get(f"accounts?$select=name&$filter={condition}")
    assert [row["name"] for row in response.json()["value"]] == ["Parent 100%"]


def test_the_key_always_comes_and_money_and_addresses_bring_their_companions(api: httpx2.Client) -> None:
    row = api.get(f"accounts({PARENT})?$select=creditlimit").json()
    assert set(row) == {"@odata.context", "@odata.etag", "accountid", "creditlimit", "_transactioncurrencyid_value"}
    row = api.get(f"accounts({PARENT})?$select=address1_city").json()
    assert set(row) == {"@odata.context", "@odata.etag", "accountid", "address1_city", "address1_composite"}


def test_expanding_lookups_and_collections(api: httpx2.Client) -> None:
    url = (
        f"accounts?$filter={ONLY}&$select=name&$orderby=accountid&$expand=primarycontactid($select=fullname),"
        "contact_customer_accounts($select=lastname;$orderby=lastname;$filter=lastname ne 'x'),"
        "parentaccountid($select=name;$expand=primarycontactid($select=lastname))"
    )
    response = api.get(url)
    assert response.status_code == 200, response.text
    parent, child, other = response.json()["value"]
    assert parent["primarycontactid"]["fullname"] == "Ada O'Neil"
    assert [one["lastname"] for one in parent["contact_customer_accounts"]] == ["Abel", "Zed"]
    assert parent["parentaccountid"] is None
    assert child["parentaccountid"]["primarycontactid"]["lastname"] == "O'Neil"
    assert child["contact_customer_accounts"] == []
    assert other["primarycontactid"] is None


def test_an_expanded_collection_is_cut_at_top_for_each_row(api: httpx2.Client) -> None:
    row = api.get(f"accounts({PARENT})?$expand=contact_customer_accounts($top=1;$orderby=lastname desc)").json()
    assert [one["lastname"] for one in row["contact_customer_accounts"]] == ["Zed"]


def test_a_reference_can_be_expanded_alone(api: httpx2.Client, sandbox: Sandbox) -> None:
    row = api.get(f"accounts({PARENT})?$select=name&$expand=primarycontactid/$ref").json()
    assert row["primarycontactid"] == {"@odata.id": f"{sandbox.api}/contacts({PERSON})"}


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("name", "COP"),
        ("name desc", "POC"),
        ("creditlimit", "OCP"),
        ("creditlimit desc", "PCO"),
        ("numberofemployees desc,name", "CPO"),
        ("_parentaccountid_value desc,name", "COP"),
        ("primarycontactid/lastname desc,name desc", "POC"),
    ],
)
def test_ordering_puts_nulls_first_and_is_total(api: httpx2.Client, order: str, found: str) -> None:
    url = f"accounts?$select=name&$filter={ONLY}&$orderby={order}"
    assert "".join(row["name"][0].upper() for row in api.get(url).json()["value"]) == found
    paged, link = "", url
    while link:  # a page a row must give the same order
        page = api.get(link, headers={"Prefer": "odata.maxpagesize=1"})
        assert page.headers["Preference-Applied"] == "odata.maxpagesize=1"
        paged += "".join(row["name"][0].upper() for row in page.json()["value"])
        link = page.json().get("@odata.nextLink", "")
    assert paged == found


def test_next_links_are_absolute_and_look_like_those_of_the_service(api: httpx2.Client, sandbox: Sandbox) -> None:
    link = api.get("accounts?$select=name", headers={"Prefer": "odata.maxpagesize=2"}).json()["@odata.nextLink"]
    assert link.startswith(
        f"{sandbox.api}/accounts?$select=name&$skiptoken=%3Ccookie%20pagenumber=%222%22%20pagingcookie=%22"
    )
    assert 'istracking="False" />' in unquote(link)


def test_top_and_counts(api: httpx2.Client) -> None:
    prefer = {"Prefer": 'odata.include-annotations="Microsoft.Dynamics.CRM.*"'}
    body = api.get(f"accounts?$select=name&$filter={ONLY}&$top=2&$count=true", headers=prefer).json()
    assert body["@odata.count"] == body["@Microsoft.Dynamics.CRM.totalrecordcount"] == 3
    assert body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is False
    assert len(body["value"]) == 2
    assert "@odata.nextLink" not in body
    count = api.get(f"accounts/$count?$filter={ONLY}")
    assert count.content == b"\xef\xbb\xbf3"
    assert count.headers["Content-Type"].startswith("text/plain")
    assert api.get(f"accounts({PARENT})/contact_customer_accounts/$count").text.lstrip("\ufeff") == "2"


def test_counting_stops_at_5000_and_says_so(api: httpx2.Client) -> None:
    row = {"@odata.type": "Microsoft.Dynamics.CRM.contact", "lastname": "Crowd", "department": "crowd"}
    for _ in range(6):
        assert (
            api.post("contacts/Microsoft.Dynamics.CRM.CreateMultiple", json={"Targets": [row] * 1000}).status_code
            == 200
        )
    prefer = {"Prefer": 'odata.include-annotations="*"'}
    url = "contacts?$select=lastname&$filter=department eq 'crowd'&$count=true"
    body = api.get(url, headers=prefer).json()
    assert (body["@odata.count"], len(body["value"])) == (5000, 5000)
    assert body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is True
    rest = api.get(body["@odata.nextLink"]).json()
    assert len(rest["value"]) == 1000
    assert "@odata.nextLink" not in rest
    seen = {one["contactid"] for one in body["value"] + rest["value"]}
    assert len(seen) == 6000


def test_annotations_come_when_asked_for(api: httpx2.Client) -> None:
    select = "paymenttermscode,creditonhold,creditlimit,_primarycontactid_value,lastusedincampaign"
    url = f"accounts({PARENT})?$select={select},statecode,numberofemployees"
    assert not any("@OData" in name or "@Microsoft" in name for name in api.get(url).json())
    row = api.get(url, headers={"Prefer": 'odata.include-annotations="*"'}).json()
    shown = {name.partition("@")[0]: value for name, value in row.items() if name.endswith("FormattedValue")}
    assert shown == {
        "paymenttermscode": "Net 30",
        "creditonhold": "Yes",
        "creditlimit": "€1,000.50",
        "_transactioncurrencyid_value": "Euro",
        "_primarycontactid_value": "Ada O'Neil",
        "lastusedincampaign": "3/4/2026 12:00 PM",
        "statecode": "Active",
        "numberofemployees": "10",
    }
    assert row["_primarycontactid_value@Microsoft.Dynamics.CRM.lookuplogicalname"] == "contact"
    assert row["_primarycontactid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"] == "primarycontactid"


def test_grouping_and_aggregating(api: httpx2.Client) -> None:
    apply = (
        f"filter({ONLY})/groupby((numberofemployees),aggregate(creditlimit with sum as total,$count as rows,"
        "creditlimit with average as mean,name with countdistinct as names))"
    )
    body = api.get("accounts", params={"$apply": apply})
    assert body.status_code == 200, body.text
    groups = {row["numberofemployees"]: row for row in body.json()["value"]}
    assert groups[10] == {"numberofemployees": 10, "total": 1005.5, "rows": 2, "mean": 502.75, "names": 2}
    assert groups[None]["rows"] == 1
    by_name = api.get("accounts", params={"$apply": f"filter({ONLY})/groupby((primarycontactid/fullname))"}).json()[
        "value"
    ]
    assert {row["primarycontactid_fullname"] for row in by_name} == {None, "Ada O'Neil"}
    most = api.get("accounts", params={"$apply": f"filter({ONLY})/aggregate(creditlimit with max as most)"}).json()[
        "value"
    ]
    assert most == [{"most": 1000.5}]


def test_whole_table_counts(api: httpx2.Client) -> None:
    body = api.get("RetrieveTotalRecordCount(EntityNames=['account','contact'])").json()["EntityRecordCountCollection"]
    assert body["Keys"] == ["account", "contact"]
    assert body["Values"][0] == 3
    aliased = api.get("RetrieveTotalRecordCount(EntityNames=@p1)?@p1=['account']").json()
    assert aliased["EntityRecordCountCollection"]["Values"] == [3]
