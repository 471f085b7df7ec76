"""What the documentation shows is so: its commands exist, its links lead somewhere, its references are fresh."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from tests.docs.pages import PAGES, ROOT, Page, commands_in

from docs import generate
from tallystick.cli.app import app, shared_options_first
from tallystick.cli.setting_up.plan import SETTINGS, wrong_with
from tallystick.config import Environment
from tallystick.engine import Outcome, Retry, RowState
from tallystick.integration.doctor import company, ground, store
from tallystick.sandbox.faults import KINDS, parse_fault
from tallystick.sandbox.options import parse_options

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
# Read by one command or one program only, so not part of the settings every process has.
OTHER_VARIABLES = {"TALLY_COMPANY", "TALLY_CLIENT_SECRET", "TALLY_SANDBOX_CLIENT_SECRET", "TALLY_SOAK", "TALLY_SEED"}
NOT_FOR_READERS = {
    "a path of somebody's machine": r"(?<![\w.])/(home|root|Users|work|tmp)/\w",
    "an address of a package index": r"pypi|pythonhosted|index-url|npmjs",
    "unfinished work": r"\bTODO\b|\bFIXME\b|\bTBD\b",
}


@each_page
def test_every_command_it_shows_is_a_command_with_these_options(page: Page) -> None:
    for words in page.commands():
        complaint = complaint_about(words)
        assert not complaint, f"{' '.join(words)}: {complaint}"
    for words in page.mentions():
        complaint = complaint_about(words)
        assert not complaint or complaint.startswith("Missing"), f"{' '.join(words)}: {complaint}"


@pytest.mark.parametrize(
    "wrong",
    [
        "tally syncc CUSTOMER",
        "tally sync CUSTOMER --wiat",
        "tally sync",
        "tally issues --settle c12 --winner finance extra",
        "tally runs approve twelve",
        "printf 's3cret' | tally connect https://contoso.crm4.dynamics.com --tenant t",
        "TALLY_HOME=there tally user add",
        "tally sandbox --fault meteor",
        "make tea",
    ],
)
def test_a_command_that_does_not_exist_is_noticed(wrong: str) -> None:
    assert any(complaint_about(words) for words in commands_in(wrong))


def complaint_about(words: list[str]) -> str:
    """Return what is wrong with a command of ours; "" where it is right, or another program's."""
    match words:
        case ["make", *targets]:
            unknown = {word for word in targets if "=" not in word} - TARGETS
            return f"the Makefile has no {', '.join(sorted(unknown))}" if unknown else ""
        case ["tally" | ".venv/bin/tally", *arguments]:
            return _complaint_of_tally(arguments)
        case _:
            return ""


def _complaint_of_tally(arguments: list[str]) -> str:
    if arguments[:1] == ["sandbox"]:
        return _complaint_of_the_sandbox(arguments[1:])
    try:
        _parse(typer.main.get_command(app), "tally", shared_options_first(arguments))
    except Exception as error:  # the parser's own kind, which lives inside typer
        return getattr(error, "message", "") or str(error) or type(error).__name__
    return ""


def _parse(command: Any, name: str, arguments: list[str], parent: Any = None) -> None:
    if "--help" in arguments or (parent is None and not arguments):
        return
    context = command.make_context(name, list(arguments), parent=parent)
    if hasattr(command, "commands"):
        inner_name, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        _parse(inner, inner_name, rest, context)


def _complaint_of_the_sandbox(arguments: list[str]) -> str:
    if "--help" in arguments or not arguments:
        return ""
    try:
        parse_options(["--data", "sandbox", "--client-secret", "from the environment", *arguments])
    except SystemExit:
        return "the sandbox does not take these options"
    return ""


@each_page
def test_every_link_leads_to_a_page_and_a_heading_that_exist(page: Page) -> None:
    for link in page.links():
        if link.startswith(("https://", "http://", "mailto:")):
            continue
        path, _, heading = link.partition("#")
        target = Page((page.path.parent / path).resolve() if path else page.path)
        assert target.path.exists(), link
        assert not heading or heading in target.anchors(), link


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        path = ahead.pop()
        if path not in reached and path.suffix == ".md":
            reached.add(path)
            ahead += [
                (path.parent / link.partition("#")[0]).resolve() for link in Page(path).links() if "://" not in link
            ]
    unreached = [page.name for page in PAGES if page.name.startswith("docs/") and page.path not in reached]
    assert unreached == []


@pytest.mark.parametrize("name", generate.pages())
def test_a_generated_reference_is_as_the_program_is(name: str) -> None:
    written = (generate.REFERENCE / name).read_text(encoding="utf-8")
    assert written == generate.pages()[name], "Run `python docs/generate.py`."


@each_page
@pytest.mark.parametrize("what", NOT_FOR_READERS)
def test_it_holds_nothing_that_is_not_for_readers(page: Page, what: str) -> None:
    found = re.search(NOT_FOR_READERS[what], page.text)
    assert found is None, f"{what}: {found[0] if found else ''}"


def test_every_setting_is_described_with_its_default_and_no_other_is() -> None:
    text = (generate.REFERENCE / "settings.md").read_text(encoding="utf-8")
    rows = {row[0]: row[1] for row in re.findall(r"^\| `([A-Z_]+)` \| ([^|]*) \|", text, re.MULTILINE)}
    assert set(rows) == {*_settings(), "TALLY_COMPANY", "TALLY_CLIENT_SECRET", "TALLY_SANDBOX_CLIENT_SECRET"}
    for variable, default in _settings().items():
        shown = rows[variable].strip().strip("`")
        assert default in ("", None) or shown == default, variable


def _settings() -> dict[str, str]:
    found = {}
    for name, field in Environment.model_fields.items():
        variable = str(field.validation_alias or f"TALLY_{name.upper()}")
        default = field.default
        found[variable] = ",".join(default) if isinstance(default, tuple) else "" if default is None else str(default)
    return found


@each_page
def test_it_names_no_setting_that_does_not_exist(page: Page) -> None:
    named = set(re.findall(r"\bTALLY_[A-Z_]+[A-Z]\b", page.text))
    assert not named - set(_settings()) - OTHER_VARIABLES


def test_every_state_and_outcome_is_described() -> None:
    text = (generate.REFERENCE / "states.md").read_text(encoding="utf-8")
    for one in (*RowState, *Outcome):
        assert f"**{one.value}**" in text, one
    assert all(retry.value in generate.error_family() for retry in Retry)


def test_every_fault_of_the_sandbox_is_described_and_every_one_shown_is_understood() -> None:
    text = (generate.REFERENCE / "sandbox.md").read_text(encoding="utf-8")
    assert all(f"`{kind}`" in text for kind in KINDS)
    for shown in _faults_shown():
        parse_fault(shown)


def _faults_shown() -> Iterator[str]:
    for page in PAGES:
        yield from re.findall(r"--fault ([\w-]+[:,][\w:,=$./-]+)", page.text)


def test_every_check_of_the_doctor_is_described() -> None:
    page = (ROOT / "docs" / "how-to" / "doctor.md").read_text(encoding="utf-8")
    checks = {*company.ALL, *ground.Check, *store.Check}
    assert [check for check in checks if f"`{check}`" not in page] == []


def test_every_setting_of_a_setup_file_is_described_and_no_other_is() -> None:
    page = (ROOT / "docs" / "how-to" / "setup-file.md").read_text(encoding="utf-8")
    known = {f"{table}.{setting}" for table, settings in SETTINGS.items() for setting in settings}
    assert set(re.findall(r"`([a-z_]+\.[a-z_]+)`", page)) == known
    [example] = re.findall(r"(?s)```toml\n(.*?)```", page)
    assert list(wrong_with(tomllib.loads(example))) == []
