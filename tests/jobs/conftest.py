"""A stage per module: set up once, copied for each test."""

import pytest
from tests.jobs.stage import Template, make_template


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    """A demo company with a sandbox that knows 200 of its customers; nothing is synchronised yet."""
    return make_template(tmp_path_factory.mktemp("template"))
