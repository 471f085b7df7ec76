"""Where this installation is reached, as Dynamics CRM is told."""

from django.http import HttpRequest
from django.urls import reverse

from tallystick.integration.setup.availability import Addresses
from tallystick.odata.views import ROUTE, service_root
from tallystick.web.shell.desk import Desk


def addresses(request: HttpRequest, desk: Desk) -> Addresses:
    """Where this installation is reached: below `TALLY_BASE_URL`, or as the request came."""
    root = service_root(desk.company, request)
    home = reverse("company-home", args=(desk.company.slug,))
    return Addresses(root, root.removesuffix(reverse(ROUTE, args=(desk.company.slug, ""))) + home)
