"""One environment in which all is well, for all tests of this folder; a company that is connected to it, for each."""

from collections.abc import Iterator
from contextlib import closing

import pytest
from tests.doctor.world import World
from tests.sandbox.staff import Staff
from tests.sandbox_process import running_sandbox

from tallystick.financials.models import Company
from tallystick.financials.services import companies


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with (
        running_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox,
        sandbox.client() as api,
        closing(Staff(sandbox, api)) as staff,
    ):
        made = World(sandbox, api, staff)
        made.make_well()
        yield made


@pytest.fixture
def company(db: None) -> Company:
    return companies.create_company("Alder & Sons", local_currency="EUR", experience="Suite")
