"""A small company per story: set up once, copied for each."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.cli.command import Tally, new_home
from tests.sandbox_process import running_sandbox
from tests.scenarios.company import Business, connect, hire, sales_of

CUSTOMERS = (
    "K1,Adler Apotheke,Berlin,+49 30 1,kontakt@adler.example",
    "K2,Bäckerei Schäfer,Köln,+49 221 2,info@schaefer.example",
    "K3,Nyström & Söner AB,Malmö,+46 40 3,hej@nystrom.example",
    "K4,Доставка Плюс,Тверь,+7 4822 4,mail@dostavka.example",
)
HEADER = "no,name,city,phone_no,email"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A company of four customers, connected and synchronised; nothing is left to do."""
    folder = tmp_path_factory.mktemp("business")
    tally = new_home(folder / "home")
    tally.done("company", "add", "Contoso")
    with running_sandbox(folder / "crm") as sandbox, sales_of(sandbox) as sales:
        hire(sandbox)
        connect(tally, sandbox, "--seconds", "1")
        business = Business(tally, sales, folder)
        business.import_("customer", HEADER, *CUSTOMERS)
        first = business.full_sync()
        assert first["ok"], first
        second = business.full_sync()
        assert second["ok"], second
        assert second["writes"] == 0, second
        port = int(sandbox.url.rpartition(":")[2])
        sandbox.stop()
    return folder, port


@pytest.fixture
def business(template: tuple[Path, int], tmp_path: Path) -> Iterator[Business]:
    """The company, with its CRM running and no worker."""
    with copied(template, tmp_path) as found:
        yield found


@contextmanager
def copied(template: tuple[Path, int], folder: Path, **options: str) -> Iterator[Business]:
    """A copy of the company, with its CRM running."""
    source, port = template
    for part in ("home", "crm"):
        shutil.copytree(source / part, folder / part)
    with running_sandbox(folder / "crm", port=port, **options) as sandbox, sales_of(sandbox) as sales:
        yield Business(Tally(folder / "home"), sales, folder)
