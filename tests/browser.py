"""A real Chromium, and what is asked of each page: nothing stops a screen reader, in either theme, nor a telephone."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=LocalNetworkAccessChecks",
    "--disable-sync",
)
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 800}
_THEME = "theme => document.documentElement.setAttribute('data-bs-theme', theme)"
_CONTRAST = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """Chromium for the length of a `with` block."""
    # Playwright keeps an event loop running in this thread, and Django would then refuse to touch its database.
    before = os.environ.get(UNSAFE)
    os.environ[UNSAFE] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        yield chromium
        chromium.close()
    os.environ.pop(UNSAFE)
    if before is not None:
        os.environ[UNSAFE] = before


def whats_wrong_with(page: Page, addresses: Mapping[str, str]) -> dict[str, list[str]]:
    """Visit each page once and return, by its name, what is wrong with it; nothing for pages that are well."""
    page.emulate_media(reduced_motion="reduce")  # colours on their way to the other theme have no contrast yet
    found = {}
    for name, address in addresses.items():
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a plain dict does
        page.goto(address)
        page.wait_for_load_state("networkidle")
        wrong = [*serious_violations(page), *_in_the_dark(page)]
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]  # a plain dict does
        if (more := runs_over_by(page)) > 0:
            wrong.append(f"runs {more} pixels over the edge of a telephone")
        if wrong:
            found[name] = wrong
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]  # a plain dict does
    return found


def serious_violations(page: Page, **options: object) -> list[str]:
    """Return what axe calls serious or critical on the page as it is, each with the first elements concerned."""
    return [
        f"{violation['id']}: {[node['html'] for node in violation['nodes']][:3]}"
        for violation in Axe().run(page, **options).response["violations"]
        if violation["impact"] in ("serious", "critical")
    ]


def runs_over_by(page: Page) -> int:
    """Return how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def _in_the_dark(page: Page) -> list[str]:
    """The other theme is the same page in other colours, so that only they are looked at."""
    page.evaluate(_THEME, "dark")
    wrong = [f"in the dark, {violation}" for violation in serious_violations(page, options=_CONTRAST)]
    page.evaluate(_THEME, "light")
    return wrong
