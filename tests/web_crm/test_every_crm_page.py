"""What holds for every page of the integration: the policy, one heading, ids that are unique, help, hostile names."""

import pytest
from django.test import Client
from django.urls import get_resolver
from tests.integration.crm import Crm
from tests.web.test_every_page import POLICY, Page, routes
from tests.web_crm.conftest import HOSTILE, page

from tallystick.engine import FINANCE
from tallystick.financials.permissions import operator
from tallystick.integration import operations
from tallystick.integration.models import Run
from tallystick.integration.setup import Step

pytestmark = pytest.mark.django_db

ONLY_POST = {
    "crm-connection-enable", "crm-connection-disable", "crm-solution-import",
    "crm-mapping-synchronize", "crm-mapping-match", "crm-mapping-uncouple", "crm-preview-run",
    "crm-full-synch-start", "crm-full-synch-stop", "crm-full-synch-line", "crm-job-approve", "crm-job-stop",
    "crm-issues-retry", "crm-issues-retry-all", "crm-issue-settle", "crm-issue-settle-deletion",
    "crm-couple", "crm-create", "crm-synchronize", "crm-uncouple",
    "crm-salespeople-match", "crm-salespeople-couple", "crm-salespeople-create", "crm-undo",
}  # fmt: skip
FOR_SOME = {"crm-selection", "crm-guide-step", "crm-default-setup"}
LEAD_ON = {"crm-guide", "crm-connection-test"}
FRAGMENTS = {"crm-candidates", "crm-compare", "crm-issues-badge", "crm-solution-status"}


@pytest.fixture
def addresses(crm: Crm, url: str) -> dict[str, list[str]]:
    """An address or two of every page, with hostile names, a conflict and a failure on them."""
    coupled, free = crm.customer(HOSTILE, city="A"), crm.customer(f"{HOSTILE} free")
    account = crm.account(HOSTILE)
    operations.couple(crm.company, "CUSTOMER", coupled, account, first=FINANCE, by=operator(HOSTILE))
    crm.synchronise("CUSTOMER")
    crm.edit(coupled, city=HOSTILE[:30])
    crm.patch(account, address1_city="B")
    crm.synchronise("CUSTOMER")
    operations.change_mapping(crm.company, "CONTACT", conflicts="finance wins")
    run = Run.objects.filter(mapping__name="CUSTOMER").latest("id")
    record = f"{url}records/customer/"
    return {
        "crm-connection": [url + "connection/"],
        "crm-solution": [url + "connection/solution/"],
        "crm-solution-status": [url + "connection/solution/status"],
        "crm-assisted-setup": [url + "assisted-setup/"],
        "crm-guide-step": [f"{url}assisted-setup/connection/{step}/" for step in Step],
        "crm-default-setup": [url + "connection/default-setup"],
        "crm-mappings": [url + "mappings/"],
        "crm-mapping": [url + "mappings/customer/", url + "mappings/salespeople/", url + "mappings/payment-terms/"],
        "crm-preview": [url + "mappings/customer/preview", url + "mappings/customer/preview?full=yes"],
        "crm-full-synch": [url + "full-synch/"],
        "crm-jobs": [url + "jobs/", url + "jobs/?status=asks"],
        "crm-job": [f"{url}jobs/{run.pk}/"],
        "crm-issues": [url + "issues/", url + "issues/?q=none"],
        "crm-issues-badge": [url + "issues/badge"],
        "crm-salespeople": [url + "salespeople/"],
        "crm-history": [url + "history/", url + "history/?q=none", f"{url}history/?run={run.pk}"],
        "crm-record": [f"{record}{coupled}/", f"{record}{free}/"],
        "crm-candidates": [f"{record}{free}/candidates?q=script", f"{record}{free}/candidates?q={HOSTILE}x"],
        "crm-compare": [f"{record}{free}/compare?sales_id={account}"],
        "crm-selection": [
            f"{url}selection/customer/{deed}?ids={coupled}" for deed in ("match", "synchronize", "create", "uncouple")
        ],
        "on other pages": [
            f"/c/{crm.company.slug}/",
            f"/c/{crm.company.slug}/records/customer/",
            f"/c/{crm.company.slug}/records/customer/{coupled}/",
            f"/c/{crm.company.slug}/records/customer/{free}/",
        ],
    }


def test_every_route_is_looked_at(addresses: dict[str, list[str]]) -> None:
    ours = {name for name in routes(get_resolver().url_patterns) if name.startswith("crm-")}
    assert ours - set(addresses) - ONLY_POST - LEAD_ON == set()


def test_pages_keep_to_the_policy_and_escape_what_people_type(
    administrator: Client, viewer: Client, crm: Crm, addresses: dict[str, list[str]]
) -> None:
    sprite = b"".join(administrator.get("/static/vendor/tabler-icons/sprite.svg").streaming_content).decode()  # type: ignore[attr-defined]  # a file
    for route, group in addresses.items():
        for address in group:
            for client in (administrator, viewer):
                if route in FOR_SOME and client is viewer:
                    continue
                answer = client.get(address)
                text = answer.content.decode()
                assert answer.status_code == 200, address
                assert all(directive in answer["Content-Security-Policy"] for directive in POLICY), address
                found = Page(text)
                elsewhere = f"href={crm.sandbox.url}/main.aspx"  # opens the other half
                assert [tag for tag in found.forbidden if elsewhere not in tag] == [], address
                assert "<script>alert" not in text, address
                assert len(found.ids) == len(set(found.ids)), (
                    address,
                    [i for i in found.ids if found.ids.count(i) > 1],
                )
                missing = {part.split('"')[0] for part in text.split("sprite.svg#")[1:]} - set(_ids(sprite))
                assert missing == set(), address
                if route not in FRAGMENTS:
                    assert found.headings == 1, address
                if route in FRAGMENTS or route == "on other pages":
                    continue
                assert 'data-dialog="page-help"' in text, address
                assert len(text.split('class="page-help">')[1].split("</div>")[0].strip()) > 60, f"help of {address}"


def _ids(sprite: str) -> list[str]:
    return [part.split('"')[0] for part in sprite.split('id="')[1:]]


def test_what_only_changes_things_cannot_be_fetched(administrator: Client, crm: Crm, url: str) -> None:
    customer = crm.customer("Any")
    addresses = [
        "connection/enable", "connection/disable", "connection/solution/import",
        "mappings/customer/synchronize",
        "mappings/customer/match", "mappings/customer/uncouple", "mappings/customer/preview/run",
        "full-synch/start", "full-synch/stop", "full-synch/lines/1/stop", "jobs/1/approve", "jobs/1/stop",
        "issues/retry", "issues/retry-all", "issues/c1/settle", "issues/c1/settle-deletion",
        "salespeople/match", "salespeople/couple", "salespeople/create", "history/undo",
        *(f"records/customer/{customer}/{deed}" for deed in ("couple", "create", "synchronize", "uncouple")),
    ]  # fmt: skip
    for address in addresses:
        assert administrator.get(url + address).status_code == 405, address
    assert len(addresses) == len(ONLY_POST)


def test_a_page_that_cannot_be_made_says_what_to_do(administrator: Client, crm: Crm, url: str) -> None:
    crm.sandbox.fault("503", path="/api/", times=None)
    try:
        text = page(administrator, url + "mappings/customer/preview", status=409)
    finally:
        crm.sandbox.clear_faults()
    assert "This could not be done" in text
    assert "Open CRM Connection Setup" in text
