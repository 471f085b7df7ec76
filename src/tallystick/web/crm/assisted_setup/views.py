"""Assisted Setup, and the guide: each step one address and one form, which can be come back to."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from tallystick.engine import TallyError
from tallystick.financials.permissions import NotPermitted
from tallystick.financials.problems import FinancialsError
from tallystick.integration import connections, setup
from tallystick.integration.models import GuideStatus
from tallystick.integration.setup import Progress, Step
from tallystick.web.crm.assisted_setup.steps import PAGES, STAY, Done, StepPage
from tallystick.web.crm.gate import is_offered
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import crumb, show

TONES = {
    GuideStatus.NOT_STARTED: "secondary",
    GuideStatus.IN_PROGRESS: "blue",
    GuideStatus.COMPLETED: "green",
    GuideStatus.NEEDS_ATTENTION: "yellow",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step in the list of steps. `state` is "done", "problem" or "open"."""

    step: Step
    number: int
    url: str
    state: str
    is_current: bool


@require_safe
@never_cache
@at_desk()
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The guides there are, how they stand and what each gives."""
    guides = [(guide, TONES[guide.status]) for guide in setup.guides(desk.company)]
    return show(request, desk, "crm/assisted_setup.html", title="Assisted Setup", guides=guides)


@require_safe
@at_desk(Permission.INTEGRATE)
def resume(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Lead to the first step that is not done."""
    return redirect("crm-guide-step", desk.company.slug, setup.progress_of(desk.company).next_step)


@sensitive_variables("form")
@sensitive_post_parameters("client_secret", "certificate")
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.INTEGRATE)
def step(request: HttpRequest, desk: Desk, step: str) -> HttpResponse:
    """One step: what is there, what will change, and doing it."""
    if step not in PAGES:
        raise Http404(f"the guide has no step {step}")
    current = Step(step)
    if (earlier := _needed_first(desk, current)) is not None:
        return redirect("crm-guide-step", desk.company.slug, earlier)
    page = PAGES[current]
    if request.method == "POST":
        return _do(request, desk, current, page)
    if request.headers.get("HX-Request"):
        return _import_alone(request, desk, page)
    return _show(request, desk, current, page, page.form(desk, None))


def _needed_first(desk: Desk, step: Step) -> Step | None:
    """The step without which this one cannot even be shown: the experience, then an environment."""
    if step is not Step.EXPERIENCE and not is_offered(desk.company):
        return Step.EXPERIENCE
    if step not in (Step.EXPERIENCE, Step.ADDRESS) and connections.find_connection(desk.company) is None:
        return Step.ADDRESS
    return None


@sensitive_variables("form")
def _do(request: HttpRequest, desk: Desk, step: Step, page: StepPage) -> HttpResponse:
    deed = page.deeds.get(request.POST.get("deed", "next"))
    if deed is None:
        raise Http404("the step has no such button")
    form = page.form(desk, request.POST)
    if not form.is_valid():
        return _show(request, desk, step, page, form, status=422)
    try:
        done = deed(request, desk, form)
    except NotPermitted:
        raise
    except (TallyError, FinancialsError) as refused:
        form.add_error(None, str(refused))
        return _show(request, desk, step, page, form, status=422)
    return _after(request, desk, step, page, form, done)


def _after(request: HttpRequest, desk: Desk, step: Step, page: StepPage, form: forms.Form, done: Done) -> HttpResponse:
    if form.errors or done.shown:
        given = {"form": form, **done.shown}
        return _show(request, desk, step, page, status=422 if form.errors else 200, **given)
    if done.where == STAY:
        return redirect("crm-guide-step", desk.company.slug, step)
    if done.leads_to or step.next is None:
        return redirect(done.leads_to or "crm-assisted-setup", desk.company.slug)
    return redirect("crm-guide-step", desk.company.slug, step.next)


def _show(
    request: HttpRequest, desk: Desk, step: Step, page: StepPage, form: Any, status: int = 200, **more: object
) -> HttpResponse:
    progress = setup.progress_of(desk.company)
    steps = _steps(desk, progress, step)
    number = list(Step).index(step)
    return show(
        request,
        desk,
        page.template,
        title=setup.GUIDE,
        breadcrumbs=[crumb("Assisted Setup", "crm-assisted-setup", desk)],
        step=step,
        steps=steps,
        number=number + 1,
        back_url=steps[number - 1].url if number else reverse("crm-assisted-setup", args=(desk.company.slug,)),
        next_url=steps[number + 1].url if number + 1 < len(steps) else "",
        is_done=step in progress.done,
        form=form,
        status=status,
        **{**page.show(request, desk), **more},
    )


def _steps(desk: Desk, progress: Progress, current: Step) -> list[ShownStep]:
    return [
        ShownStep(
            step,
            number,
            reverse("crm-guide-step", args=(desk.company.slug, step.value)),
            "problem" if step is progress.problem_step else "done" if step in progress.done else "open",
            step is current,
        )
        for number, step in enumerate(Step, start=1)
    ]


def _import_alone(request: HttpRequest, desk: Desk, page: StepPage) -> HttpResponse:
    """How an import goes on, for the page that follows it; the whole page anew once it has ended."""
    standing = page.show(request, desk).get("solution")
    if not getattr(standing, "is_running", False):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return show(request, desk, "crm/guide/_import.html", title="", solution=standing)
