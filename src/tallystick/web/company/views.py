"""Company settings, its experience, the list of companies."""

from dataclasses import dataclass
from typing import cast

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.financials.models import Company, Experience
from tallystick.financials.people import labels_of, places_of
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services.companies import create_company, update_company
from tallystick.financials.services.users import grant
from tallystick.web import extensions
from tallystick.web.company.forms import EXPLANATIONS, CompanyForm, NewCompanyForm
from tallystick.web.shell.desk import ANYONE, Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show


@dataclass(frozen=True, slots=True)
class ExperienceChoice:
    value: str
    explanation: str


EXPERIENCES = tuple(ExperienceChoice(experience.value, EXPLANATIONS[experience]) for experience in Experience)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk()
def settings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look at the company's settings; who may set up changes them."""
    if request.method != "POST":
        return _show_settings(request, desk, CompanyForm(desk, initial=CompanyForm.settings_of(desk.company)))
    desk.actor.require(Permission.SET_UP)
    form = CompanyForm(desk, request.POST)
    if form.is_valid():
        try:
            update_company(desk.company, by=desk.actor, **form.cleaned_data)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, "The company's settings are saved.")
            return redirect("company-settings", desk.company.slug)
    return _show_settings(request, desk, form, status=422)


def _show_settings(request: HttpRequest, desk: Desk, form: CompanyForm, status: int = 200) -> HttpResponse:
    cards = [card for extension in extensions.EXTENSIONS for card in extension.company_settings(desk)]
    return show(
        request,
        desk,
        "company/settings.html",
        title="Company",
        form=form,
        experiences=EXPERIENCES,
        cards=cards,
        status=status,
    )


@require_POST
@at_desk(Permission.SET_UP)
def switch_experience(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Switch between Basic, Essential and Suite."""
    try:
        company = update_company(desk.company, experience=request.POST.get("experience", ""), by=desk.actor)
    except InvalidRecord as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{company} has the {company.experience} experience now.")
    return redirect(reverse("company-settings", args=(desk.company.slug,)) + "#experience")


@require_safe
@at_desk(ANYONE)
def companies(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The companies the person works in."""
    return show(
        request,
        desk,
        "company/companies.html",
        title="Companies",
        places=[(place.company, labels_of(place.sets)) for place in places_of(desk.user)],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.SET_UP)
def new_company(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Open another company; whoever does becomes its administrator. Who administers one may."""
    form = NewCompanyForm(request.POST or None)
    if form.is_valid():
        try:
            company = _create(form, desk)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"{company} is ready. You are its administrator.")
            return redirect("company-home", company.slug)
    return show(
        request,
        desk,
        "shell/form_page.html",
        title="New company",
        breadcrumbs=[crumb("Companies", "companies", desk)],
        form=form,
        submit_label="Create",
        cancel_url=reverse("companies", args=(desk.company.slug,)),
        explanation="A company is a set of books of its own: its records, numbers and users are apart from all others.",
        status=422 if form.errors else 200,
    )


def _create(form: NewCompanyForm, desk: Desk) -> Company:
    with transaction.atomic():
        company = create_company(by=desk.actor, **cast("dict[str, str]", form.cleaned_data))
        grant(desk.user, company, PermissionSet.ADMINISTRATOR, by=desk.actor)
    return company
