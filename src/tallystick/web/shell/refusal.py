"""What somebody reads who may not do what they asked for: which permission is missing, and who can give it."""

from django.http import HttpRequest, HttpResponseBase
from django.views.defaults import permission_denied

from tallystick.financials.people import administrators_of
from tallystick.financials.permissions import sets_that_allow
from tallystick.web.shell.desk import DeskRefused
from tallystick.web.shell.show import show


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """The page 403. In a company it keeps the navigation, so that what one may open is a click away. Few queries."""
    if not isinstance(exception, DeskRefused):
        return permission_denied(request, exception)
    return show(
        request,
        exception.desk,
        "shell/not_permitted.html",
        title="Not yours to open",
        permission=exception.permission,
        sets=sets_that_allow(exception.permission),
        administrators=administrators_of(exception.desk.company),
        status=403,
    )
