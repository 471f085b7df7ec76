"""The guide's steps without pages: against a sandbox whose synchronization user has no role yet."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from tests.integration.certificates import certificate_and_key
from tests.integration.crm import BY
from tests.sandbox.staff import Staff, id_in
from tests.sandbox_process import Sandbox

from tallystick.dataverse import SolutionState
from tallystick.dataverse.finance_rows import row_id
from tallystick.dataverse.solution import NAME, VERSION
from tallystick.engine import SetupError
from tallystick.financials.models import Company
from tallystick.financials.permissions import Actor, NotPermitted, Permission, operator
from tallystick.financials.services import companies
from tallystick.financials.services import users as user_services
from tallystick.integration import connections, operations, setup
from tallystick.integration.models import Connection, GuideStatus, MappingSettings, SetupGuide
from tallystick.integration.setup import Step, address, availability, data, experience, finish, orders, solution, user
from tallystick.integration.setup.address import Entered
from tallystick.integration.setup.availability import Addresses

pytestmark = pytest.mark.django_db

SECRET, CANARY = "the-secret-of-the-user", "canary-of-the-administrator"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADDRESSES = Addresses("http://127.0.0.1:9/odata/alder/", "http://127.0.0.1:9/c/alder/")
CLERK = Actor("clerk@alder.example", frozenset({Permission.READ, Permission.SYNCHRONIZE}))


@dataclass(frozen=True, slots=True)
class Environment:
    """A synchronization user without role, and an administrator, of a sandbox."""

    sandbox: Sandbox
    staff: Staff
    client_id: str
    user: str
    administrator: str

    def entered(self, **other: str) -> Entered:
        given = {
            "address": self.sandbox.url,
            "tenant": self.sandbox.tenant,
            "client_id": self.client_id,
            "secret": SECRET,
            "authority": self.sandbox.url,
        }
        return Entered(**{**given, **other})


@pytest.fixture
def environment(sandbox: Sandbox) -> Iterator[Environment]:
    with sandbox.client() as api, closing(Staff(sandbox, api)) as staff:
        client_id, user_id = application(staff, SECRET)
        administrator, admin_id = application(staff, CANARY)
        for role in ("System Administrator", "System Customizer"):
            assert staff.assign(admin_id, staff.role_in(role)).status_code == 204
        yield Environment(sandbox, staff, client_id, user_id, administrator)


def application(staff: Staff, secret: str) -> tuple[str, str]:
    """The client id and the user of a new application that has no role."""
    client_id = str(uuid4())
    staff.sandbox.register(client_id, secret)
    body = {"applicationid": client_id, "businessunitid@odata.bind": f"/businessunits({staff.root_unit()})"}
    return client_id, id_in(staff.api.post("systemusers", json=body))


@pytest.fixture
def connected(company: Company, environment: Environment) -> Company:
    """The company after the second step."""
    experience.confirm(company, BY)
    assert address.connect(company, environment.entered(), BY).signs_in
    return company


@pytest.fixture
def ready(connected: Company, environment: Environment) -> Company:
    """The company after the fourth step."""
    solution.import_now(connected, environment.administrator, CANARY, BY)
    user.confirm(connected, BY)
    return connected


def overview(company: Company) -> tuple[str, str]:
    [guide] = setup.guides(company)
    return guide.status.value, guide.why


def test_all_steps_in_order_lead_to_a_connection_that_is_on(connected: Company, environment: Environment) -> None:
    company = connected
    assert overview(company) == ("in progress", "Next: Import solution.")
    before = solution.look(company)
    assert (before.status, before.is_there) == (None, False)
    assert "no role yet" in before.unknown
    imported = solution.import_now(company, environment.administrator, CANARY, BY)
    assert imported.status.version == VERSION
    after = solution.look(company)
    assert after.status is not None
    assert after.status.state is SolutionState.CURRENT
    found = user.look(company)
    assert found.is_ready, found
    assert found.user is not None
    assert [role.name for role in found.user.roles] == ["Tallystick Integration User"]
    user.confirm(company, BY)
    assert Connection.objects.get().test_problems == "", "the test before the role was given no longer counts"
    availability.go_without(company, BY)
    orders.choose(company, "legacy", "", BY)
    data.choose(company, {"CUSTOMER": ""}, BY)
    assert not Connection.objects.get().enabled
    finish.finish(company, "http://127.0.0.1/c/alder/", by=BY, now=NOW)
    assert Connection.objects.get().enabled
    assert overview(company) == ("completed", "")
    [row] = environment.staff.api.get("tstick_connections").json()["value"]
    assert row["tstick_connectionid"] == row_id(str(company.pk), "tstick_connection")
    assert (row["tstick_name"], row["tstick_webaddress"]) == (company.name, "http://127.0.0.1/c/alder/")
    assert finish.tell_nowhere(company, BY), "switched off, it is not there any more"
    [row] = environment.staff.api.get("tstick_connections").json()["value"]
    assert (row["tstick_webaddress"], row["tstick_productversion"]) == (None, None)
    full = finish.run_full_synchronization(company, BY)
    assert full.lines.count() == 6
    connections.close_clients()


def test_what_is_chosen_is_kept_and_no_administrator_is(ready: Company, environment: Environment) -> None:
    row = SetupGuide.objects.get()
    assert row.done == ["experience", "address", "solution", "user"]
    kept = repr(SetupGuide.objects.values().get())
    assert VERSION in kept
    assert [secret for secret in (CANARY, SECRET, environment.administrator) if secret in kept] == []


def test_a_guide_that_was_left_goes_on_where_it_was(ready: Company) -> None:
    again = Company.objects.get(pk=ready.pk)
    assert setup.progress_of(again).next_step is Step.AVAILABILITY
    availability.go_without(again, BY)
    assert setup.progress_of(again).next_step is Step.ORDERS


DIAGNOSES = [
    ({"address": "http://127.0.0.1:9"}, "Nothing answers at 127.0.0.1:9."),
    ({"authority": "http://127.0.0.1:9"}, "Nothing answers at 127.0.0.1:9."),
    (
        {"address": "https://no-such-name.invalid", "authority": "https://no-such-name.invalid"},
        "The name no-such-name.invalid is not known.",
    ),
    ({"address": "https://contoso.crm4.dynamics.com"}, "does not know this Dynamics 365 address"),
    ({"tenant": "elsewhere.example"}, "There is no tenant elsewhere.example."),
    ({"client_id": str(uuid4())}, "has no application"),
    ({"secret": "wrong"}, "The client secret is wrong."),
]


@pytest.mark.parametrize(("other", "told"), DIAGNOSES)
def test_what_keeps_the_application_from_signing_in_is_told(
    company: Company, environment: Environment, other: dict[str, str], told: str
) -> None:
    tested = address.connect(company, environment.entered(**other), BY)
    assert not tested.signs_in
    assert told in str(tested.problem)
    assert overview(company)[0] == "needs attention"
    assert told in overview(company)[1]
    assert Step.ADDRESS not in setup.progress_of(company).done
    assert address.connect(company, environment.entered(), BY).signs_in
    assert overview(company) == ("in progress", "Next: What you need.")


def test_an_application_that_is_no_user_or_a_disabled_one_is_told(company: Company, environment: Environment) -> None:
    nobody = str(uuid4())
    environment.sandbox.register(nobody, SECRET)
    tested = address.connect(company, environment.entered(client_id=nobody), BY)
    assert "is not a user of this Dynamics 365 environment" in str(tested.problem)
    environment.sandbox.disable_user(environment.user)
    tested = address.connect(company, environment.entered(), BY)
    assert "is disabled" in str(tested.problem)


def test_a_user_without_role_may_go_on_because_a_later_step_gives_it_one(
    company: Company, environment: Environment
) -> None:
    tested = address.connect(company, environment.entered(), BY)
    assert tested.signs_in
    assert [str(problem) for problem in tested.lacking] == [
        "The connection's user has no security role. Give the application user a security role."
    ]


def test_an_application_signs_in_with_its_certificate(company: Company, environment: Environment) -> None:
    pem, other = certificate_and_key(), certificate_and_key()
    by_certificate = environment.entered(secret=pem, sign_in="certificate")
    tested = address.connect(company, by_certificate, BY)
    assert "does not know the certificate" in str(tested.problem)
    environment.sandbox.register_certificate(environment.client_id, pem)
    assert address.connect(company, by_certificate, BY).signs_in
    stored = Connection.objects.get()
    assert (stored.sign_in, stored.client_secret()) == ("certificate", pem)
    assert address.connect(company, environment.entered(secret="", sign_in="certificate"), BY).signs_in, "it is kept"
    assert not address.connect(company, environment.entered(secret=other, sign_in="certificate"), BY).signs_in
    with pytest.raises(SetupError, match="client secret is missing"):
        address.connect(company, environment.entered(secret=""), BY)


@pytest.mark.parametrize("entered", [{"address": "contoso"}, {"tenant": " "}, {"secret": ""}])
def test_what_cannot_be_stored_changes_nothing(
    company: Company, environment: Environment, entered: dict[str, str]
) -> None:
    with pytest.raises(SetupError):
        address.connect(company, environment.entered(**entered), BY)
    assert not Connection.objects.exists()
    assert overview(company)[0] == "needs attention"


def test_another_environment_has_its_steps_to_be_done_again(ready: Company, environment: Environment) -> None:
    other, _ = application(environment.staff, SECRET)
    assert address.connect(ready, environment.entered(client_id=other), BY).signs_in
    assert setup.progress_of(ready).done == (Step.EXPERIENCE, Step.ADDRESS)
    assert address.connect(ready, environment.entered(client_id=other, secret=""), BY).signs_in, "the secret is kept"


def test_another_application_entered_by_hand_has_the_steps_of_its_user_to_be_done_again(
    ready: Company, environment: Environment
) -> None:
    assert address.store(ready, environment.entered(secret=""), BY).reopened == (), "the same one"
    availability.go_without(ready, BY)
    orders.choose(ready, "none", "", BY)
    data.choose(ready, {"CUSTOMER": ""}, BY)
    finish.finish(ready, ADDRESSES.web, by=BY, now=NOW)
    other, user_id = application(environment.staff, SECRET)
    environment.staff.assign(user_id, environment.staff.role_in("System Administrator")).raise_for_status()
    stored = address.store(ready, environment.entered(client_id=other), BY)
    assert stored.reopened == (Step.ADDRESS, Step.SOLUTION, Step.USER, Step.AVAILABILITY, Step.FINISH)
    assert overview(ready) == ("in progress", "Next: Address and sign-in.")
    assert "Roles of the synchronization user: not checked yet." in finish.look(ready).found
    connections.close_clients()


def test_who_never_began_the_guide_has_none_begun_by_entering_a_connection(
    company: Company, environment: Environment
) -> None:
    address.store(company, environment.entered(), BY)
    assert address.store(company, environment.entered(client_id=str(uuid4())), BY).reopened == ()
    assert not SetupGuide.objects.exists()


def test_an_account_that_is_no_administrator_imports_nothing_and_gives_no_role(
    connected: Company, environment: Environment
) -> None:
    seller = environment.staff.application("Salesperson")
    client_id = environment.staff.last_client_id
    assert seller
    for deed in (
        lambda: solution.import_now(connected, client_id, "secret", BY),
        lambda: user.give_role(connected, client_id, "secret", BY),
    ):
        with pytest.raises(SetupError, match="is not a System Administrator; it has Salesperson"):
            deed()
    with pytest.raises(SetupError, match="not complete"):
        user.give_role(connected, environment.administrator, " ", BY)
    assert Step.USER not in setup.progress_of(connected).done


def test_the_role_is_given_by_itself_where_the_solution_was_imported_by_hand(
    connected: Company, environment: Environment
) -> None:
    admin = connections.client(connections.connection_of(connected))
    assert admin
    from tallystick.integration.solution import Administrator, import_solution

    account = Administrator(
        environment.sandbox.url,
        environment.sandbox.tenant,
        environment.administrator,
        CANARY,
        environment.sandbox.url,
    )
    import_solution(account, lambda _progress: None)
    with pytest.raises(SetupError, match="has no security role"):
        user.confirm(connected, BY)
    found = user.give_role(connected, environment.administrator, CANARY, BY)
    assert found.is_ready
    assert solution.confirm(connected, BY) == VERSION
    connections.close_clients()


def test_an_administrator_signs_in_with_a_certificate(connected: Company, environment: Environment) -> None:
    pem = certificate_and_key()
    environment.sandbox.register_certificate(environment.administrator, pem)
    solution.import_now(connected, environment.administrator, pem, BY)
    assert Step.SOLUTION in setup.progress_of(connected).done
    with pytest.raises(SetupError, match="The certificate expired on"):
        user.give_role(connected, environment.administrator, certificate_and_key(days=-1), BY)


def test_a_user_is_not_judged_by_a_role_that_has_not_come_yet(connected: Company, environment: Environment) -> None:
    api = environment.staff.api
    for row in api.get(f"solutions?$select=solutionid&$filter=uniquename eq '{NAME}'").json()["value"]:
        api.delete(f"solutions({row['solutionid']})").raise_for_status()  # another test may have imported it
    assert environment.staff.assign(environment.user, environment.staff.role_in("System Administrator")).is_success
    found = user.look(connected)
    assert found.problem is not None
    assert "The integration solution is not in Dynamics CRM yet" in found.problem.what
    assert found.problem.hint == "Import it in the step before this one."


def test_a_user_that_lacks_a_privilege_is_told_which(ready: Company, environment: Environment) -> None:
    api = environment.staff.api
    role = environment.staff.role_in("Tallystick Integration User")
    api.delete(f"systemusers({environment.user})/systemuserroles_association({role})/$ref").raise_for_status()
    little = environment.staff.role(
        dict.fromkeys(("prvReadUser", "prvReadRole", "prvReadAccount", "prvReadOrganization"), "Global")
    )
    assert environment.staff.assign(environment.user, environment.staff.role_in(little)).status_code == 204
    with pytest.raises(SetupError, match=r"lacks \d+ privileges: Create on account \(prvCreateAccount\)"):
        user.confirm(ready, BY)


def test_a_disabled_user_is_not_given_a_role(connected: Company, environment: Environment) -> None:
    environment.sandbox.disable_user(environment.user)
    with pytest.raises(SetupError, match="is disabled"):
        user.give_role(connected, environment.administrator, CANARY, BY)


def test_item_availability_that_does_not_answer_is_told_and_handed_to_nobody(
    ready: Company, environment: Environment
) -> None:
    reader = user_services.create_user("stock@alder.example")
    user_services.grant(reader, ready, "item-availability-reader")
    made = availability.switch_on(ready, reader.email, ADDRESSES, by=BY, now=NOW)
    assert made.key.startswith("tsk_")
    assert made.key not in repr(made)
    assert "did not answer at http://127.0.0.1:9/odata/alder/ProductItemAvailability" in made.problem
    assert Step.AVAILABILITY not in setup.progress_of(ready).done
    assert environment.staff.api.get("tstick_connections?$filter=tstick_odataaccesskey ne null").json()["value"] == []
    assert overview(ready)[0] == "needs attention"


@pytest.mark.parametrize("email", ["", "nobody@alder.example"])
def test_who_may_not_see_availability_gets_no_key(ready: Company, email: str) -> None:
    with pytest.raises(SetupError, match=r"No user was chosen|may not look at the availability"):
        availability.switch_on(ready, email, ADDRESSES, by=BY, now=NOW)
    assert not availability.look(ready, ADDRESSES).published


def test_without_the_solution_nothing_is_offered_that_needs_it(connected: Company, environment: Environment) -> None:
    solution.go_without(connected, BY)
    with pytest.raises(SetupError, match="needs the solution"):
        availability.switch_on(connected, "a@b.example", ADDRESSES, by=BY, now=NOW)
    with pytest.raises(SetupError, match="needs the columns of the solution"):
        orders.choose(connected, "two-way", "", BY)
    orders.choose(connected, "none", "", BY)
    assert orders.choice_of(connected).integration is orders.OrderIntegration.NONE


def test_sales_orders_are_handled_by_somebody_who_can(ready: Company) -> None:
    clerk = user_services.create_user("clerk@alder.example")
    viewer = user_services.create_user("viewer@alder.example")
    user_services.grant(clerk, ready, "finance-clerk")
    user_services.grant(viewer, ready, "sales-viewer")
    assert orders.handlers(ready) == [clerk]
    orders.choose(ready, "two-way", clerk.email, BY)
    assert orders.choice_of(ready) == orders.OrderChoice(orders.OrderIntegration.TWO_WAY, clerk.email, chosen=True)
    for wrong in ({"integration": "legacy", "handled_by": viewer.email}, {"integration": "perhaps", "handled_by": ""}):
        with pytest.raises(SetupError):
            orders.choose(ready, **wrong, by=BY)
    assert orders.choice_of(ready).handled_by == clerk.email


PREREQUISITES = [
    (["CUSTOMER"], {"SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"}),
    (["CONTACT"], {"CUSTOMER", "SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"}),
    (["SALESPEOPLE"], set()),
    (["CURRENCY", "SHIPPING AGENT"], set()),
]


@pytest.mark.parametrize(("chosen", "added"), PREREQUISITES)
def test_what_a_mapping_needs_first_is_added(chosen: list[str], added: set[str]) -> None:
    assert {one.name for one in data.missing_prerequisites(chosen)} >= added
    assert not {one.name for one in data.missing_prerequisites(chosen)} & set(chosen)
    complete = {*chosen, *(one.name for one in data.missing_prerequisites(chosen))}
    assert data.missing_prerequisites(complete) == []


def test_the_choice_of_data_is_stored_whole_or_not_at_all(ready: Company) -> None:
    added = data.choose(ready, {"CUSTOMER": "to sales"}, BY)
    assert "SALESPEOPLE was added, because CUSTOMER" in "".join(map(str, added))
    enabled = set(MappingSettings.objects.filter(enabled=True).values_list("name", flat=True))
    assert enabled == {"CUSTOMER", "SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"}
    assert next(one for one in data.look(ready) if one.name == "CUSTOMER").direction == "to sales"
    before = list(MappingSettings.objects.order_by("name").values())
    for wrong in ({}, {"CURRENCY": "to finance"}, {"NOTHING": ""}):
        with pytest.raises(SetupError):
            data.choose(ready, wrong, BY)
    assert list(MappingSettings.objects.order_by("name").values()) == before


def test_the_default_setup_says_what_it_changes_and_changes_it(ready: Company) -> None:
    data.choose(ready, {"CUSTOMER": "to sales"}, BY)
    operations.change_mapping(ready, "CUSTOMER", conflicts="finance wins", max_share=3)
    changes = operations.changes_to_default_setup(ready)
    told = [(one.mapping, one.setting, one.now, one.default) for one in changes]
    assert told == [
        ("CUSTOMER", "Direction", "to sales", "both"),
        ("CUSTOMER", "Conflicts", "finance wins", "ask"),
        ("CUSTOMER", "Stop and ask above this share (%)", "3", "20"),
        ("CONTACT", "Enabled", "no", "yes"),
    ]
    assert operations.use_default_setup(ready, by=BY) == changes
    assert operations.changes_to_default_setup(ready) == []


def test_the_end_is_not_reached_with_a_step_undone(ready: Company) -> None:
    with pytest.raises(SetupError, match="Item availability, Sales order integration, Data to synchronize is not done"):
        finish.finish(ready, "", by=BY, now=NOW)
    assert "Not done yet: Item availability" in finish.look(ready).problem
    assert not Connection.objects.get().enabled


def test_a_completed_guide_needs_attention_when_the_connection_goes_off(ready: Company) -> None:
    availability.go_without(ready, BY)
    orders.choose(ready, "none", "", BY)
    data.choose(ready, {"CURRENCY": ""}, BY)
    finish.finish(ready, "http://127.0.0.1/", by=BY, now=NOW)
    connections.disable(connections.connection_of(ready), "The client secret has expired.")
    assert overview(ready) == (
        "needs attention",
        "The connection is switched off. The client secret has expired.",
    )


def test_a_company_below_suite_is_switched_in_the_first_step() -> None:
    company = companies.create_company("Basic", local_currency="EUR", experience="Basic")
    assert experience.look(company).problem
    with pytest.raises(SetupError, match="needs the Suite experience"):
        experience.confirm(company, BY)
    with pytest.raises(SetupError, match="needs the Suite experience"):
        orders.choose(company, "none", "", BY)
    integrator = Actor("i@basic.example", frozenset({Permission.READ, Permission.INTEGRATE}))
    with pytest.raises(NotPermitted):
        experience.switch_to_suite(company, integrator)
    company = experience.switch_to_suite(company, BY)
    assert experience.look(company).problem == ""
    assert overview(company) == ("in progress", "Next: Address and sign-in.")


def deeds(company: Company) -> dict[str, Any]:
    entered = Entered("https://contoso.crm4.dynamics.com", "t", "c", "s")
    return {
        "switch": lambda: experience.switch_to_suite(company, CLERK),
        "experience": lambda: experience.confirm(company, CLERK),
        "address": lambda: address.connect(company, entered, CLERK),
        "import": lambda: solution.import_now(company, "a", "b", CLERK),
        "begin": lambda: solution.begin_import(company, "a", "b", CLERK),
        "solution": lambda: solution.confirm(company, CLERK),
        "without": lambda: solution.go_without(company, CLERK),
        "role": lambda: user.give_role(company, "a", "b", CLERK),
        "user": lambda: user.confirm(company, CLERK),
        "availability": lambda: availability.switch_on(company, CLERK.name, ADDRESSES, by=CLERK, now=NOW),
        "no availability": lambda: availability.go_without(company, CLERK),
        "orders": lambda: orders.choose(company, "none", "", CLERK),
        "data": lambda: data.choose(company, {"CURRENCY": ""}, CLERK),
        "finish": lambda: finish.finish(company, "", by=CLERK, now=NOW),
        "defaults": lambda: operations.use_default_setup(company, by=CLERK),
    }


def test_nobody_sets_up_who_may_not(company: Company) -> None:
    for name, deed in deeds(company).items():
        with pytest.raises(NotPermitted):
            deed()
        assert not SetupGuide.objects.exists(), name
    assert overview(company) == (GuideStatus.NOT_STARTED.value, "")


def test_what_was_set_up_by_hand_counts(company: Company, environment: Environment) -> None:
    staff = environment.staff
    assert staff.assign(environment.user, staff.role_in("System Administrator")).status_code == 204
    made = connections.connect(
        company,
        environment.sandbox.url,
        environment.sandbox.url,
        environment.sandbox.tenant,
        environment.client_id,
        SECRET,
        by=operator("ada"),
    )
    assert overview(company)[0] == "in progress"
    connections.enable(made)
    assert overview(company) == ("completed", "Set up by hand in CRM Connection Setup.")
    assert user.TOO_MUCH in user.look(company).remarks
