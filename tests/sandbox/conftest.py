"""One sandbox per test module; every test makes the rows it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from tests.sandbox.staff import Staff
from tests.sandbox_process import Sandbox, running_sandbox


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(data) as running:
        yield running


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with sandbox.client() as client:
        yield client


@pytest.fixture
def staff(sandbox: Sandbox, api: httpx2.Client) -> Iterator[Staff]:
    with closing(Staff(sandbox, api)) as staff:
        yield staff


@pytest.fixture
def unique() -> str:
    """A text no other test uses."""
    return uuid4().hex[:12]


@pytest.fixture(scope="module")
def make(api: httpx2.Client) -> Callable[..., str]:
    """Create a row, `make("accounts", name="A")`; returns its id."""

    def create(entity_set: str, **columns: Any) -> str:
        response = api.post(
            entity_set, json={name.replace("__bind", "@odata.bind"): value for name, value in columns.items()}
        )
        assert response.status_code == 204, response.text
        return str(response.headers["OData-EntityId"]).rpartition("(")[2].rstrip(")")

    return create
