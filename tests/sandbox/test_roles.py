"""Users, licences, roles and their copies; what the functions about rights answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox.staff import ACTION, Staff, id_in
from tests.sandbox_process import Sandbox, code_of, running_sandbox

ADMINISTRATOR = ("aaaaaaaa-2222-4222-8222-222222222222", "admin-secret")
TEMPLATES = {
    "System Administrator": "627090ff-40a3-4053-8790-584edc5be201",
    "System Customizer": "119f245c-3cc8-4b62-b31c-d1a046ced15d",
    "Salesperson": "a4be89ff-7c35-4d69-9900-999c3f603e6f",
}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The integration user starts without a role; an administrator is another application."""
    administrator = ":".join(ADMINISTRATOR)
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), administrator=administrator, role="none") as running:
        yield running


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with sandbox.client(*ADMINISTRATOR) as client:
        yield client


def person(staff: Staff, **more: object) -> str:
    bind = f"/businessunits({staff.root_unit()})"
    body = {"lastname": "P", "domainname": f"{uuid4().hex}@x.y", "businessunitid@odata.bind": bind, **more}
    return id_in(staff.api.post("systemusers", json=body))


def test_a_sandbox_has_an_administrator_and_an_integration_user_without_roles(
    sandbox: Sandbox, api: httpx2.Client
) -> None:
    assert api.get("accounts").status_code == 200
    with sandbox.client() as integration:
        assert code_of(integration.get("WhoAmI")) == (403, "0x80042f09")
    row = api.get(f"systemusers?$filter=applicationid eq {sandbox.client_id}").json()["value"][0]
    assert (row["accessmode"], row["isintegrationuser"], row["isdisabled"]) == (4, True, False)


def test_a_role_that_is_not_there_stops_the_start(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError), running_sandbox(tmp_path / "x", role="Nobody"):
        pass
    assert "there is no security role 'Nobody' in the environment; choose another --role" in capfd.readouterr().err


def test_the_shipped_roles_have_the_template_ids_of_the_service(api: httpx2.Client) -> None:
    rows = api.get("roles?$select=name,roletemplateid&$filter=_parentroleid_value eq null").json()["value"]
    assert {row["name"]: row["roletemplateid"] for row in rows if row["roletemplateid"]} == TEMPLATES


def test_a_role_exists_once_in_every_business_unit(staff: Staff, api: httpx2.Client) -> None:
    unit = staff.unit()
    name = staff.role({"prvReadAccount": "Local"})
    below = staff.unit(unit)  # made after the role
    root, copy, lower = (staff.role_in(name, one) for one in (staff.root_unit(), unit, below))
    assert len({root, copy, lower}) == 3
    row = api.get(f"roles({lower})?$select=_parentroleid_value,_parentrootroleid_value").json()
    assert (row["_parentroleid_value"], row["_parentrootroleid_value"]) == (copy, root)
    granted = api.get(f"RetrieveRolePrivilegesRole(RoleId={lower})").json()["RolePrivileges"]
    assert [(one["PrivilegeName"], one["Depth"]) for one in granted] == [("prvReadAccount", "Local")]
    api.patch(f"roles({root})", json={"name": f"{name} renamed"})
    assert api.get(f"roles({lower})?$select=name").json()["name"] == f"{name} renamed"
    assert api.delete(f"roles({root})").status_code == 204
    assert api.get(f"roles({lower})").status_code == 404


def test_a_user_gets_the_copy_of_the_own_business_unit_once(staff: Staff) -> None:
    unit, name = staff.unit(), staff.role({"prvReadAccount": "Local"})
    user, client = staff.application(unit=unit)
    assert code_of(staff.assign(user, staff.role_in(name))) == (400, "0x80040203")
    assert staff.assign(user, staff.role_in(name, unit)).status_code == 204
    assert code_of(staff.assign(user, staff.role_in(name, unit))) == (412, "0x80040237")
    assert client.get("accounts").status_code == 200
    other = f"/businessunits({staff.unit()})"
    assert staff.api.patch(f"systemusers({user})", json={"businessunitid@odata.bind": other}).status_code == 204
    assert code_of(client.get("accounts")) == (403, "0x80042f09")  # the move dropped the role


def test_a_business_unit_has_its_default_team_with_everyone_in_it(staff: Staff, api: httpx2.Client) -> None:
    unit = staff.unit()
    user, _ = staff.application(unit=unit)
    query = f"teams?$filter=isdefault eq true and _businessunitid_value eq {unit}&$expand=teammembership_association"
    team = api.get(query).json()["value"][0]
    assert [one["systemuserid"] for one in team["teammembership_association"]] == [user]
    members = {"Members": [{"systemuserid": user}]}
    answer = api.post(f"teams({team['teamid']})/{ACTION}.RemoveMembersTeam", json=members)
    assert code_of(answer) == (400, "0x80040203")


def test_a_person_needs_a_licence_and_an_application_does_not(sandbox: Sandbox, staff: Staff) -> None:
    user = person(staff)
    staff.assign(user, staff.role_in("Salesperson"))

    def works() -> httpx2.Response:
        return staff.api.get("accounts", headers={"MSCRMCallerID": user})

    assert works().status_code == 200
    sandbox.license_user(user, licensed=False)
    assert code_of(works()) == (403, "0x8004d24b")
    assert staff.api.get(f"systemusers({user})?$select=islicensed").json()["islicensed"] is False
    staff.api.patch(f"systemusers({user})", json={"accessmode": 4})
    assert works().status_code == 200  # a non-interactive user needs none
    sandbox.disable_user(user)
    assert code_of(works()) == (403, "0x80040225")


def test_a_user_in_access_mode_read_only_reads(staff: Staff) -> None:
    user = person(staff, accessmode=2)
    staff.assign(user, staff.role_in("System Customizer"))
    as_user = {"MSCRMCallerID": user}
    assert staff.api.get("accounts", headers=as_user).status_code == 200
    assert code_of(staff.api.post("accounts", json={"name": "x"}, headers=as_user)) == (403, "0x80040220")


def test_acting_for_another_takes_the_privilege_and_gives_no_more_than_both_have(staff: Staff) -> None:
    seller = person(staff)
    staff.assign(seller, staff.role_in("Salesperson"))
    as_seller = {"MSCRMCallerID": seller}
    _, plain = staff.application(staff.role({"prvReadAccount": "Global"}))
    assert code_of(plain.get("accounts", headers=as_seller)) == (403, "0x8004a110")
    may = {"prvActOnBehalfOfAnotherUser": "Global", "prvReadAccount": "Global"}
    _, acting = staff.application(staff.role(may))
    assert acting.get("accounts", headers=as_seller).status_code == 200
    assert code_of(acting.get("contacts", headers=as_seller)) == (403, "0x80040220")  # the seller may, it may not
    own = id_in(staff.api.post("accounts", json={"name": "own", "ownerid@odata.bind": f"/systemusers({seller})"}))
    assert code_of(acting.delete(f"accounts({own})", headers=as_seller)) == (403, "0x80040220")
    object_id = staff.api.get(f"systemusers({seller})").json()["azureactivedirectoryobjectid"]
    assert acting.get("WhoAmI", headers={"CallerObjectId": object_id}).json()["UserId"] == seller


def test_roles_are_filled_replaced_and_emptied(staff: Staff, api: httpx2.Client) -> None:
    role = staff.role_in(staff.role({"prvReadAccount": "Basic", "prvWriteAccount": "Deep"}))

    def granted() -> dict[str, str]:
        rows = api.get(f"RetrieveRolePrivilegesRole(RoleId={role})").json()["RolePrivileges"]
        return {row["PrivilegeName"]: row["Depth"] for row in rows}

    staff.grant(role, {"prvReadAccount": "Global"})
    assert granted() == {"prvReadAccount": "Global", "prvWriteAccount": "Deep"}
    privilege = api.get("privileges?$filter=name eq 'prvWriteAccount'").json()["value"][0]
    assert (privilege["accessright"], privilege["canbebasic"], privilege["canbeglobal"]) == (2, True, True)
    api.post(f"roles({role})/{ACTION}.RemovePrivilegeRole", json={"PrivilegeId": privilege["privilegeid"]})
    assert granted() == {"prvReadAccount": "Global"}
    body = {"Privileges": [{"PrivilegeId": privilege["privilegeid"], "Depth": "Local"}]}
    assert api.post(f"roles({role})/{ACTION}.ReplacePrivilegesRole", json=body).status_code == 204
    assert granted() == {"prvWriteAccount": "Local"}


@pytest.mark.parametrize(
    ("privilege", "depth", "code"),
    [
        ("prvReadNothing", "Global", (404, "0x80040217")),
        ("prvReadTransactionCurrency", "Basic", (400, "0x80040203")),
        ("prvReadAccount", "Everywhere", (400, "0x80048d19")),
        ("prvReadAccount", None, (400, "0x80048d19")),
    ],
)
def test_a_privilege_that_cannot_be_given_changes_nothing(
    staff: Staff, privilege: str, depth: str | None, code: tuple[int, str]
) -> None:
    role = staff.role_in(staff.role({"prvReadAccount": "Basic"}))
    given = [{"PrivilegeName": "prvWriteAccount", "Depth": "Basic"}, {"PrivilegeName": privilege, "Depth": depth}]
    answer = staff.api.post(f"roles({role})/{ACTION}.AddPrivilegesRole", json={"Privileges": given})
    assert code_of(answer) == code
    rows = staff.api.get(f"RetrieveRolePrivilegesRole(RoleId={role})").json()["RolePrivileges"]
    assert [row["PrivilegeName"] for row in rows] == ["prvReadAccount"]


def test_the_administrators_role_stays_as_it_is(staff: Staff, api: httpx2.Client) -> None:
    role = staff.role_in("System Administrator")
    body = {"Privileges": [{"PrivilegeName": "prvReadAccount", "Depth": "Basic"}]}
    assert code_of(api.post(f"roles({role})/{ACTION}.AddPrivilegesRole", json=body)) == (400, "0x80040203")
    assert code_of(api.delete(f"roles({role})")) == (405, "0x80040227")
    pair = {"@odata.id": f"privileges({api.get('privileges?$top=1').json()['value'][0]['privilegeid']})"}
    assert api.post(f"roles({role})/roleprivileges_association/$ref", json=pair).status_code == 405


def test_effective_rights_are_told(staff: Staff, api: httpx2.Client) -> None:
    user, _ = staff.application(staff.role({"prvReadAccount": "Global", "prvWriteAccount": "Basic"}))
    url = f"systemusers({user})/{ACTION}"
    granted = api.get(f"{url}.RetrieveUserPrivileges()").json()["RolePrivileges"]
    assert {(one["PrivilegeName"], one["Depth"]) for one in granted} == {
        ("prvReadAccount", "Global"), ("prvWriteAccount", "Basic")
    }  # fmt: skip
    by_name = api.get(f"{url}.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='prvWriteAccount')").json()
    assert [one["Depth"] for one in by_name["RolePrivileges"]] == ["Basic"]
    names = {"@p": '["prvReadAccount","prvDeleteAccount"]'}
    found = api.get(f"{url}.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p)", params=names).json()
    assert [one["PrivilegeName"] for one in found["RolePrivileges"]] == ["prvReadAccount"]
    account = id_in(api.post("accounts", json={"name": "A"}))
    target = {"@t": f"{{'@odata.id':'accounts({account})'}}"}
    access = api.get(f"{url}.RetrievePrincipalAccess(Target=@t)", params=target).json()["AccessRights"]
    assert access == "ReadAccess"
    api.patch(f"accounts({account})", json={"ownerid@odata.bind": f"/systemusers({user})"})
    access = api.get(f"{url}.RetrievePrincipalAccess(Target=@t)", params=target).json()["AccessRights"]
    assert access == "ReadAccess, WriteAccess"


def test_giving_roles_takes_a_privilege(staff: Staff) -> None:
    user, client = staff.application(staff.role({"prvReadUser": "Global", "prvReadRole": "Global"}))
    body = {"@odata.id": f"roles({staff.role_in('System Administrator')})"}
    answer = client.post(f"systemusers({user})/systemuserroles_association/$ref", json=body)
    assert code_of(answer) == (403, "0x80040220")
    assert "prvAssignRole" in answer.json()["error"]["message"]


def test_a_business_unit_goes_with_its_team_and_roles_but_not_with_its_people(staff: Staff, api: httpx2.Client) -> None:
    full, empty = staff.unit(), staff.unit()
    staff.application(unit=full)
    assert code_of(api.delete(f"businessunits({full})")) == (405, "0x80040227")
    assert api.get(f"roles?$filter=_businessunitid_value eq {full}").json()["value"]
    assert api.delete(f"businessunits({empty})").status_code == 204
    for entity_set in ("roles", "teams"):
        assert api.get(f"{entity_set}?$filter=_businessunitid_value eq {empty}").json()["value"] == []
    administrators = api.get("roles?$filter=name eq 'System Administrator' and _parentroleid_value eq null").json()
    assert code_of(api.delete(f"roles({administrators['value'][0]['roleid']})")) == (405, "0x80040227")
