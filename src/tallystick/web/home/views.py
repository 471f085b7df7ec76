"""Home of a company, and the way there after signing in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tallystick.financials.models import Membership
from tallystick.web import extensions
from tallystick.web.home.overview import cues, recent_changes
from tallystick.web.shell.desk import ANYONE, Desk, at_desk, signed_in
from tallystick.web.shell.show import show

LAST_COMPANY = "last_company"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Lead to the company the person worked in last, or to their first one."""
    slugs = list(
        Membership.objects.filter(user=signed_in(request))
        .order_by("company__name")
        .values_list("company__slug", flat=True)
    )
    if not slugs:
        return render(request, "home/no_company.html", {"title": "No company yet"})
    last = request.session.get(LAST_COMPANY)
    return redirect("company-home", last if last in slugs else slugs[0])


@require_safe
@at_desk(ANYONE)
def company_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The role centre of one company."""
    if request.session.get(LAST_COMPANY) != desk.company.slug:
        request.session[LAST_COMPANY] = desk.company.slug
    return show(
        request,
        desk,
        "home/home.html",
        title=str(desk.company),
        breadcrumbs=None,
        cues=cues(desk),
        recent=recent_changes(desk),
        cards=[card for extension in extensions.EXTENSIONS for card in extension.home_cards(desk)],
    )
