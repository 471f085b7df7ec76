"""CRM Connection Setup."""

import pytest
from django.test import Client
from tests.integration.crm import Crm
from tests.sandbox_process import Sandbox
from tests.web_crm.conftest import page, post

from tallystick.financials.models import Company
from tallystick.integration.models import Connection

pytestmark = pytest.mark.django_db

SECRET_CANARY = "canary-client-secret-4711"


def entered(sandbox: Sandbox, **other: str) -> dict[str, str]:
    return {
        "address": sandbox.url,
        "authority": sandbox.url,
        "tenant": sandbox.tenant,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "schedule_seconds": "45",
        **other,
    }


def test_a_company_is_connected_tested_and_switched_on(
    administrator: Client, company: Company, sandbox: Sandbox, url: str
) -> None:
    assert "connection is switched off" not in page(administrator, url + "connection/")
    text = post(administrator, url + "connection/", **entered(sandbox))
    assert "Saved. The connection works" in text
    connection = Connection.objects.get(company=company)
    assert (connection.enabled, connection.schedule_seconds) == (False, 45)
    assert "The connection is switched off" in text
    text = post(administrator, url + "connection/enable")
    assert "is switched on" in text
    for told in (
        connection.organization,
        connection.version,
        connection.base_currency,
        "every 45 seconds",
        "not running",
    ):
        assert told in text, told
    assert "tally worker" in text, "how to start a worker"
    text = post(administrator, url + "connection/disable")
    assert "Switched off by administrator@example.com." in text
    assert not Connection.objects.get().enabled


def test_the_secret_goes_in_and_never_comes_out(administrator: Client, sandbox: Sandbox, url: str) -> None:
    text = post(administrator, url + "connection/", **entered(sandbox, client_secret=SECRET_CANARY))
    assert SECRET_CANARY not in text
    assert "stored since" in text
    assert SECRET_CANARY not in page(administrator, url + "connection/")
    refused = administrator.post(url + "connection/", entered(sandbox, client_secret=SECRET_CANARY, address="nonsense"))
    assert refused.status_code == 422
    assert SECRET_CANARY not in refused.content.decode()


def test_a_blank_secret_keeps_the_stored_one_and_what_was_on_stays_on(
    administrator: Client, crm: Crm, sandbox: Sandbox, url: str
) -> None:
    sealed = Connection.objects.get().sealed_secret
    text = post(administrator, url + "connection/", **entered(sandbox, client_secret=""))
    assert "It stays switched on." in text
    assert Connection.objects.get().sealed_secret == sealed


def test_a_wrong_secret_is_told_in_words(administrator: Client, sandbox: Sandbox, url: str) -> None:
    text = post(administrator, url + "connection/", **entered(sandbox, client_secret="wrong"))
    assert "The last test found 1 problem" in text
    text = post(administrator, url + "connection/enable")
    assert "The connection was not switched on" in text
    assert not Connection.objects.get().enabled


def test_the_test_says_what_the_doctor_says_to_whoever_may_integrate(
    administrator: Client, viewer: Client, crm: Crm, url: str
) -> None:
    text = post(administrator, url + "connection/test")
    assert "problems found</h2>" in text
    assert "The integration solution is not imported" in text
    assert "<code>tally solution import</code>" in text, "what to do about it"
    assert "The environment is Contoso" in text, "what is well is told too"
    assert viewer.post(url + "connection/test").status_code == 403
    assert administrator.get(url + "connection/test")["Location"] == url + "connection/"
    assert "The integration solution is not imported" in page(administrator, url + "connection/")
    shown = page(viewer, url + "connection/")
    assert "The last test found 2 problems" in shown
    assert "The integration solution is not imported" not in shown


def test_what_cannot_be_taken_back_from_dynamics_when_switching_off_is_told(
    administrator: Client, crm: Crm, url: str
) -> None:
    crm.sandbox.fault("503", path="/solutions")
    text = post(administrator, url + "connection/disable")
    crm.sandbox.clear_faults()
    assert "The connection is switched off." in text
    assert "Dynamics CRM was not told, and still says where Financials is" in text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("address", "", "required"),
        ("address", "ftp://crm.example", "address"),
        ("tenant", "", "required"),
        ("client_secret", "", "required"),
        ("schedule_seconds", "0", "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_refused_and_stores_nothing(
    administrator: Client, sandbox: Sandbox, url: str, field: str, value: str, said: str
) -> None:
    answer = administrator.post(url + "connection/", entered(sandbox, **{field: value}))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Connection.objects.exists()


def test_nobody_is_told_why_a_connection_is_off_but_its_reason(administrator: Client, crm: Crm, url: str) -> None:
    Connection.objects.update(enabled=False, disabled_reason="The user may not create <b>accounts</b>.")
    text = page(administrator, url + "connection/")
    assert "The user may not create &lt;b&gt;accounts&lt;/b&gt;." in text
    assert "The user may not create" in page(administrator, f"/c/{crm.company.slug}/"), "Home says it too"
