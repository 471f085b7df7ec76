"""The log of settings."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from tallystick.financials.audit import Area, setting_changes
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import show


@require_safe
@at_desk(Permission.SET_UP)
def audit(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What was changed, newest first."""
    asked, page = text_asked(request.GET, "area"), text_asked(request.GET, "page")
    area = asked if asked in tuple(Area) else ""
    found = setting_changes(
        desk.company, area=area, page=int(page) if page.isdecimal() and len(page) < 9 else 1, by=desk.actor
    )
    return show(
        request,
        desk,
        "audit/audit.html",
        title="Changes of Settings",
        entries=found.entries,
        area=area,
        areas=list(Area),
        previous_url=_url(desk, area, found.page - 1) if found.page > 1 else "",
        next_url=_url(desk, area, found.page + 1) if found.more else "",
    )


def _url(desk: Desk, area: str, page: int) -> str:
    asked = [("area", area)] if area else []
    return f"{reverse('audit', args=(desk.company.slug,))}?{urlencode([*asked, ('page', str(page))])}"
