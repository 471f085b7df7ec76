"""The rows that tell an environment of a company, and what the service says is left of its limits."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from tests.dataverse.sandboxed import client_of
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, running_sandbox

from tallystick.dataverse import DataverseClient, FinanceConnection
from tallystick.engine import SetupError

COMPANY = FinanceConnection("8d0c3f1e-2f4a-4b7e-9a54-6c1a1f0e9d10", "Alder", "https://tally.example/c/alder/", "1.2")
WITH_KEY = replace(
    COMPANY,
    item_availability=True,
    odata_address="https://tally.example/odata/alder/",
    odata_user="stock@alder.example",
    odata_key="tsk_canary",
)


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), limits="on") as running:
        yield running


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[DataverseClient]:
    with client_of(sandbox) as client:
        yield client


def test_without_the_solution_it_says_what_is_missing(sandbox: Sandbox, client: DataverseClient) -> None:
    assert not client.solution_status().version  # the first test of this file's own sandbox
    with pytest.raises(SetupError, match="no table tstick_"):
        client.write_finance_connection(COMPANY)


def test_the_same_company_has_one_row_of_each_and_keeps_what_it_is_not_told(
    sandbox: Sandbox, client: DataverseClient
) -> None:
    client.import_solution(sleep=lambda _: None)
    client.write_finance_connection(WITH_KEY)
    client.write_finance_connection(replace(COMPANY, company_name="Alder & Sons"))
    with sandbox.client() as api, closing(Staff(sandbox, api)):
        [company] = api.get("tstick_companies").json()["value"]
        [row] = api.get("tstick_connections").json()["value"]
        assert company["tstick_externalid"] == COMPANY.company_id
        assert (row["tstick_name"], row["_tstick_companyid_value"]) == ("Alder & Sons", company["tstick_companyid"])
        assert (row["tstick_odataaccesskey"], row["tstick_itemavailability"]) == ("tsk_canary", True)
        client.write_finance_connection(replace(COMPANY, web_address=None, item_availability=False))
        [row] = api.get("tstick_connections").json()["value"]
        assert row["tstick_webaddress"] == COMPANY.web_address
        assert (row["tstick_odataaccesskey"], row["tstick_itemavailability"]) == (None, False)
        client.write_finance_connection(WITH_KEY)
        assert client.withdraw_finance_connection(COMPANY.company_id)
        assert not client.withdraw_finance_connection("another company"), "which was never told of"
        [row] = api.get("tstick_connections").json()["value"]
        assert (row["tstick_webaddress"], row["tstick_productversion"]) == (None, None)
        assert row["tstick_odataaccesskey"] == "tsk_canary", "item availability has a switch of its own"
    assert "tsk_canary" not in repr(WITH_KEY)


def test_what_is_left_of_the_limits_is_what_the_last_answer_said(client: DataverseClient) -> None:
    assert client.limits is None, "nothing was asked yet"
    client.solution_status()
    first = client.limits
    client.solution_status()
    assert first is not None
    assert client.limits is not None
    assert client.limits.requests < first.requests <= 6000
    assert 0 < client.limits.seconds <= 1200
