"""A stage per module: set up once, copied for each test."""

import pytest
from tests.jobs.stage import Template, the_template


@pytest.fixture(scope="session")
def template() -> Template:
    """A demo company with a sandbox that knows 200 of its customers; nothing is synchronised yet."""
    return the_template()
