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
    text = text_asked(request.GET, "q").strip()
    found = setting_changes(
        desk.company, area=area, text=text, page=int(page) if page.isdecimal() and len(page) < 9 else 1, by=desk.actor
    )
    return show(
        request,
        desk,
        "audit/audit.html",
        title="Changes of Settings",
        entries=found.entries,
        area=area,
        text=text,
        areas=list(Area),
        previous_url=_url(desk, area, text, found.page - 1) if found.page > 1 else "",
        next_url=_url(desk, area, text, found.page + 1) if found.more else "",
    )


def _url(desk: Desk, area: str, text: str, page: int) -> str:
    asked = [(name, value) for name, value in (("area", area), ("q", text)) if value]
    return f"{reverse('audit', args=(desk.company.slug,))}?{urlencode([*asked, ('page', str(page))])}"
