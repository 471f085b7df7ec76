"""`tally doctor`: everything looked at, and of everything that is wrong the remedy."""

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import typer

from tallystick.cli.installation import company_named, load, settings_in_use
from tallystick.cli.output import Json, print_json, say
from tallystick.cli.refusal import sentence_about

if TYPE_CHECKING:
    from tallystick.dataverse import Finding

MARKS = {"ok": "ok     ", "problem": "PROBLEM", "not checked": "-      "}
Section = tuple[str, Sequence["Finding"]]


def doctor(json: Json = False) -> None:
    """Look at everything between this installation and Dynamics CRM, and say what is wrong and what to do about it.

    Nothing is changed. Looks at every company, or at the one that --company names. Ends with 0 when everything is well,
    with 1 when something is wrong."""
    found = []
    for section in _sections():
        found.append(section)
        if not json:
            _print(section)
    problems = sum(one.is_problem for _, findings in found for one in findings)
    if json:
        checks = [_plain(company, one) for company, findings in found for one in findings]
        print_json({"ok": problems == 0, "checks": checks})
    else:
        say(f"{problems} problem{'s' if problems > 1 else ''} found." if problems else "Everything is well.")
    if problems:
        raise typer.Exit(1)


def _sections() -> Iterator[Section]:
    """The installation first, then each company, as far as there is something to look at."""
    from tallystick.dataverse.diagnosis import problem

    try:
        settings = settings_in_use()
    except Exception as error:
        if (told := sentence_about(error)) is None:
            raise
        yield "", [problem("settings", told, "Correct or remove that environment variable.")]
        return
    from tallystick.integration.doctor import ground

    found = list(ground.examine(settings))
    if any(one.is_problem and one.check in (ground.Check.HOME, ground.Check.DISK) for one in found):
        yield "", found
        return
    try:
        load()
    except OSError as error:
        yield (
            "",
            [*found, problem("settings", f"{error.filename}: {error.strerror}.", "Let Tallystick read and write it.")],
        )
        return
    from tallystick.integration.doctor import store

    found += store.examine(settings.home)
    yield "", found
    if any(one.is_problem and one.check in (store.Check.DATABASE, store.Check.MIGRATIONS) for one in found):
        return
    yield from _companies()


def _companies() -> Iterator[Section]:
    from tallystick.financials.models import Company
    from tallystick.integration import connections
    from tallystick.integration.doctor import company

    wanted = os.environ.get("TALLY_COMPANY", "")
    try:
        for one in [company_named(wanted)] if wanted else Company.objects.order_by("name"):
            yield one.slug, company.examine(one)
    finally:
        connections.close_clients()


def _plain(company: str, finding: "Finding") -> dict[str, str]:
    told = {"check": finding.check, "outcome": finding.outcome.value, "what": finding.what, "remedy": finding.remedy}
    return {**({"company": company} if company else {}), **told}


def _print(section: Section) -> None:
    company, findings = section
    say(f"{company or 'Installation'}:")
    for one in findings:
        say(f"  {MARKS[one.outcome.value]} {one.check}: {one.what}")
        if one.remedy:
            say(f"          {one.remedy}")
