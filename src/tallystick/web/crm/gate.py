"""The way into every page here: who may, whether the company is offered the integration, and what refused to work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from tallystick.engine import TallyError
from tallystick.financials.models import Company, Experience
from tallystick.integration import connections
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import show

P = ParamSpec("P")

CONFLICT = 409


def crm_page(
    needs: Permission = Permission.READ,
) -> Callable[[Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Decorates a view of the integration: it is given the desk, as with `at_desk`.

    A company below Suite gets a page that says how to switch, whatever was asked; so does one without a connection where
    the view needs it. Any other TallyError is shown with its remedy. Nothing is done in these cases."""

    def decorate(view: Callable[Concatenate[HttpRequest, Desk, P], HttpResponse]) -> Callable[..., HttpResponse]:
        def guarded(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not is_offered(desk.company):
                return _not_offered(request, desk)
            try:
                return view(request, desk, *args, **kwargs)
            except TallyError as error:
                return _refused(request, desk, error)

        return at_desk(needs)(wraps(view)(guarded))

    return decorate


def is_offered(company: Company) -> bool:
    """Whether the company's experience offers the integration. No query."""
    return company.experience == Experience.SUITE


@dataclass(frozen=True, slots=True)
class told:  # noqa: N801 - it reads as a statement: with told(request)
    """Does something for a person; where it cannot be done, tells why and what to do on the next page."""

    request: HttpRequest

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, TallyError):
            return False
        messages.error(self.request, str(error))
        return True


def _not_offered(request: HttpRequest, desk: Desk) -> HttpResponse:
    return _answer(
        request,
        desk,
        title="Dynamics CRM",
        heading="The integration with Dynamics CRM is part of the Suite experience",
        text=f"{desk.company} has the {desk.company.experience} experience. Nothing is lost by switching: the experience "
        "only shows or hides pages.",
        hint="" if desk.may_administer else "An administrator of this company can switch it on the page Company.",
        action="Switch to Suite" if desk.may_administer else "",
        action_url=reverse("company-settings", args=(desk.company.slug,)) + "#experience",
    )


def _refused(request: HttpRequest, desk: Desk, error: TallyError) -> HttpResponse:
    setup_url = reverse("crm-connection", args=(desk.company.slug,))
    if connections.find_connection(desk.company) is None:
        return _answer(
            request,
            desk,
            title="Dynamics CRM",
            heading=f"{desk.company} is not connected to Dynamics CRM yet",
            text="Address, application and client secret are entered once; then records can be coupled and synchronized.",
            hint=""
            if desk.may_integrate
            else "An administrator or integration administrator of this company can connect it.",
            action="Open CRM Connection Setup" if desk.may_integrate else "",
            action_url=setup_url,
        )
    subject = f"{error.record}: " if error.record else ""
    return _answer(
        request,
        desk,
        title="Dynamics CRM",
        heading="This could not be done",
        text=f"{subject}{error.what}",
        hint=error.hint,
        action="Open CRM Connection Setup",
        action_url=setup_url,
        is_mistake=True,
    )


def _answer(request: HttpRequest, desk: Desk, *, title: str, is_mistake: bool = False, **said: str) -> HttpResponse:
    """A page that says why, or its middle alone for htmx, which swaps in successful answers only."""
    if request.headers.get("HX-Request"):
        return show(request, desk, "crm/_refused.html", title=title, said=said)
    status = CONFLICT if is_mistake or request.method == "POST" else 200
    return show(request, desk, "crm/refused.html", title=title, said=said, status=status)
