"""Assisted Setup and the guide, as requests: who is let in, what is told, and that no secret comes back."""

from typing import Any

import pytest
from django.test import Client
from tests.integration.certificates import certificate_and_key
from tests.integration.crm import BY, Crm
from tests.sandbox_process import Sandbox
from tests.web.conftest import person, signed_in
from tests.web_crm.conftest import page, post

from tallystick.financials.models import Company, User, WebServiceKey
from tallystick.financials.permissions import PermissionSet
from tallystick.integration import operations
from tallystick.integration.models import Connection, MappingSettings, SetupGuide
from tallystick.integration.setup import Step, orders

pytestmark = pytest.mark.django_db

CANARY = "canary-secret-of-the-guide-0815"


@pytest.fixture
def guide(url: str) -> str:
    return url + "assisted-setup/connection/"


def entered(sandbox: Sandbox, **other: str) -> dict[str, str]:
    return {
        "address": sandbox.url,
        "authority": sandbox.url,
        "tenant": sandbox.tenant,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "sign_in": "secret",
        **other,
    }


def test_the_list_tells_everybody_how_the_guide_stands_and_lets_some_begin(
    administrator: Client, viewer: Client, company: Company, url: str, guide: str
) -> None:
    for client, may in ((administrator, True), (viewer, False)):
        text = page(client, url + "assisted-setup/")
        assert "Not started" in text
        assert (f'href="{guide}"' in text) is may
    assert viewer.get(guide).status_code == 403
    for step in Step:
        assert viewer.get(f"{guide}{step}/").status_code == 403
        assert viewer.post(f"{guide}{step}/").status_code == 403
    assert not SetupGuide.objects.exists()


def test_the_guide_begins_at_the_first_step_that_is_not_done(
    administrator: Client, company: Company, sandbox: Sandbox, guide: str
) -> None:
    assert administrator.get(guide)["Location"] == f"{guide}experience/"
    post(administrator, f"{guide}experience/", deed="next")
    assert administrator.get(guide)["Location"] == f"{guide}address/"
    post(administrator, f"{guide}address/", **entered(sandbox))
    assert administrator.get(guide)["Location"] == f"{guide}solution/"


@pytest.mark.parametrize("step", [step for step in Step if step not in (Step.EXPERIENCE, Step.ADDRESS)])
def test_a_step_leads_back_to_what_it_needs_first(
    administrator: Client, company: Company, guide: str, step: Step
) -> None:
    assert administrator.get(f"{guide}{step}/")["Location"] == f"{guide}address/"
    assert administrator.post(f"{guide}{step}/")["Location"] == f"{guide}address/"
    Company.objects.update(experience="Essential")
    assert administrator.get(f"{guide}{step}/")["Location"] == f"{guide}experience/"


@pytest.mark.parametrize("address", ["nothing/", "address/x", "Address/"])
def test_a_step_that_there_is_not_is_not_found(
    administrator: Client, company: Company, guide: str, address: str
) -> None:
    assert administrator.get(guide + address).status_code == 404
    assert administrator.post(f"{guide}address/", {"deed": "delete everything"}).status_code == 404


def test_who_may_integrate_but_not_set_up_is_told_who_can_switch(company: Company, guide: str) -> None:
    Company.objects.update(experience="Basic")
    client = signed_in(person(company, PermissionSet.INTEGRATION_ADMINISTRATOR))
    assert "An administrator of this company can switch it to Suite." in page(client, f"{guide}experience/")
    assert client.post(f"{guide}experience/", {"deed": "switch"}).status_code == 403
    assert Company.objects.get().experience == "Basic"
    refused = client.post(f"{guide}experience/", {"deed": "next"})
    assert refused.status_code == 422
    assert "needs the Suite experience" in refused.content.decode()


def test_a_secret_goes_in_and_never_comes_out(
    administrator: Client, company: Company, sandbox: Sandbox, guide: str
) -> None:
    wrong = administrator.post(f"{guide}address/", entered(sandbox, client_secret=CANARY))
    assert wrong.status_code == 422
    assert "The client secret is wrong." in wrong.content.decode()
    assert CANARY not in wrong.content.decode()
    assert CANARY not in page(administrator, f"{guide}address/")
    for step in ("solution", "user"):
        account = {"client_id": "", "client_secret": CANARY, "deed": "import" if step == "solution" else "role"}
        answer = administrator.post(f"{guide}{step}/", account)
        assert answer.status_code == 422
        assert "The administrative account is not complete." in answer.content.decode()
        assert CANARY not in answer.content.decode()
        with_both = {**account, "client_id": "x", "certificate": f"-----BEGIN CERTIFICATE-----{CANARY}"}
        for given, told in ((with_both, "Enter either"), ({**with_both, "client_secret": ""}, "cannot be read")):
            answer = administrator.post(f"{guide}{step}/", given)
            assert answer.status_code == 422
            assert told in answer.content.decode()
            assert CANARY not in answer.content.decode()


def test_who_enters_a_certificate_means_it_whatever_kind_is_chosen(
    administrator: Client, company: Company, sandbox: Sandbox, guide: str, url: str
) -> None:
    pem = certificate_and_key()
    for address, kept in ((f"{guide}address/", "next"), (f"{url}connection/", "")):
        given = entered(sandbox, certificate=pem, deed=kept, schedule_seconds="10")
        both = administrator.post(address, given)
        assert (both.status_code, "Enter either" in both.content.decode()) == (422, True)
        administrator.post(address, {**given, "client_secret": ""})
        stored = Connection.objects.get()
        assert (stored.sign_in, stored.client_secret()) == ("certificate", pem.strip())
        stored.delete()


def test_what_is_no_certificate_is_refused_and_no_key_comes_back(
    administrator: Client, company: Company, sandbox: Sandbox, guide: str, url: str
) -> None:
    good, other = certificate_and_key(), certificate_and_key()
    mixed = good.partition("-----BEGIN PRIVATE")[0] + "-----BEGIN PRIVATE" + other.partition("-----BEGIN PRIVATE")[2]
    bad = {
        "": "This field is required.",
        "no certificate": "cannot be read",
        certificate_and_key(days=-1): "The certificate expired on",
        mixed: "does not belong to the certificate",
    }
    for address in (f"{guide}address/", f"{url}connection/"):
        for text, told in bad.items():
            given = entered(sandbox, sign_in="certificate", certificate=text, client_secret="", schedule_seconds="10")
            answer = administrator.post(address, given)
            assert answer.status_code == 422, (address, told)
            assert told in answer.content.decode()
            assert "PRIVATE KEY" not in answer.content.decode()
    assert not Connection.objects.exists()


def test_an_integration_administrator_goes_on_without_item_availability(crm: Crm, guide: str) -> None:
    client = signed_in(person(crm.company, PermissionSet.INTEGRATION_ADMINISTRATOR))
    text = page(client, f"{guide}availability/")
    assert "Switching it on takes an administrator of this company" in text
    assert client.post(f"{guide}availability/", {"deed": "on", "user": ""}).status_code in (403, 422)
    assert "Sales order integration" in post(client, f"{guide}availability/", deed="without")


def test_a_key_whose_test_call_fails_is_shown_once_with_the_reason(administrator: Client, crm: Crm, guide: str) -> None:
    """No server answers at the address of the test client."""
    user = User.objects.get(email="administrator@example.com")
    answer = administrator.post(f"{guide}availability/", {"deed": "on", "user": user.email})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "The web service did not answer at http://testserver/odata/alder/ProductItemAvailability" in text
    assert f"tsk_{WebServiceKey.objects.get(revoked_at=None).lookup}_" in text
    assert answer["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    key = text.split('class="link-once">')[1].split("<")[0]
    assert key not in page(administrator, f"{guide}availability/")


def ticked(*names: str, **more: str) -> dict[str, Any]:
    return {**{f"{name.lower().replace(' ', '-')}-on": "on" for name in names}, **more, "deed": "next"}


def test_what_is_needed_first_is_added_and_shown_before_it_is_stored(
    administrator: Client, crm: Crm, guide: str
) -> None:
    before = list(MappingSettings.objects.order_by("name").values())
    values = ticked("CUSTOMER", **{"customer-direction": "to sales"})
    text = post(administrator, f"{guide}data/", **values)
    assert "SALESPEOPLE was added, because CUSTOMER needs it first." in text
    assert "CONTACT was added" not in text
    assert list(MappingSettings.objects.order_by("name").values()) == before
    names = ("CUSTOMER", "SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT")
    assert text.count(" checked") == len(names)
    assert "Summary" in post(administrator, f"{guide}data/", **ticked(*names, **{"customer-direction": "to sales"}))
    assert set(MappingSettings.objects.filter(enabled=True).values_list("name", flat=True)) == set(names)
    assert MappingSettings.objects.get(name="CUSTOMER").direction == "to sales"


def test_nothing_ticked_and_directions_there_are_not_are_refused(administrator: Client, crm: Crm, guide: str) -> None:
    assert administrator.post(f"{guide}data/", {"deed": "next"}).status_code == 422
    wrong = ticked("SALESPEOPLE", "CUSTOMER", **{"customer-direction": "sideways"})
    assert administrator.post(f"{guide}data/", wrong).status_code == 422
    assert not MappingSettings.objects.filter(enabled=False).exists()


def test_the_page_of_orders_says_that_the_choice_waits(administrator: Client, crm: Crm, guide: str) -> None:
    assert "This version does not synchronize sales orders yet." in page(administrator, f"{guide}orders/")
    post(administrator, f"{guide}orders/", integration="two-way", handled_by="")
    assert orders.choice_of(crm.company).integration is orders.OrderIntegration.TWO_WAY
    assert "this version does not synchronize orders yet" in page(administrator, f"{guide}finish/")
    assert administrator.post(f"{guide}orders/", {"integration": "other"}).status_code == 422


def test_the_end_is_offered_only_when_all_is_done(administrator: Client, crm: Crm, guide: str) -> None:
    text = page(administrator, f"{guide}finish/")
    assert "Not done yet: What you need" in text
    assert 'value="run"' not in text
    answer = administrator.post(f"{guide}finish/", {"deed": "run"})
    assert answer.status_code == 422
    assert "The guide is not at its end" in answer.content.decode()


def test_the_default_setup_is_shown_before_it_is_used(administrator: Client, clerk: Client, crm: Crm, url: str) -> None:
    address = url + "connection/default-setup"
    assert "Nothing to change" in page(administrator, address)
    operations.change_mapping(crm.company, "CUSTOMER", conflicts="latest wins", direction="to sales")
    text = page(administrator, address)
    assert text.index("latest wins") < text.index("<td>ask</td>")
    assert operations.changes_to_default_setup(crm.company), "looking changes nothing"
    assert clerk.get(address).status_code == 403
    assert clerk.post(address).status_code == 403
    assert "2 settings are back as shipped." in post(administrator, address)
    assert operations.changes_to_default_setup(crm.company) == []


def test_the_direction_is_narrowed_by_hand_too(administrator: Client, crm: Crm, url: str) -> None:
    given = {"enabled": "on", "conflicts": "ask", "deletions": "ask", "max_share": "20"}
    address = url + "mappings/customer/"
    post(administrator, address, **given, direction="to finance")
    assert MappingSettings.objects.get(name="CUSTOMER").direction == "to finance"
    post(administrator, address, **given)
    assert MappingSettings.objects.get(name="CUSTOMER").direction == "to finance", "what is not sent stays"
    assert administrator.post(url + "mappings/currency/", {**given, "direction": "both"}).status_code == 422
    post(administrator, address, **given, direction="both")
    assert MappingSettings.objects.get(name="CUSTOMER").direction == ""


def test_the_setup_page_tells_user_roles_jobs_and_limits(administrator: Client, crm: Crm, url: str) -> None:
    text = page(administrator, url + "connection/")
    assert "0 in process, 0 queued" in text
    operations.request_sync(crm.company, "CUSTOMER", by=BY)
    assert "0 in process, 1 queued" in page(administrator, url + "connection/")
    status = page(administrator, url + "connection/solution/status")
    assert "# Integration, enabled" in status
    assert "System Administrator: more than it needs" in status
    assert "Dynamics CRM tells none" in status, "this sandbox has no limits"
