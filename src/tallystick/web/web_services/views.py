"""Web Services: what is published, at which addresses, for whom; an administrator publishes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials.models import Role
from tallystick.financials.services.web_service_keys import key_of
from tallystick.financials.web_services import recent_uses
from tallystick.odata.publishing import WebService, publish, unpublish, web_services
from tallystick.odata.sets import ENTITY_SETS
from tallystick.odata.views import service_root
from tallystick.web.shell.desk import Desk, at_desk
from tallystick.web.shell.show import show
from tallystick.web.web_services.forms import WHO_MAY_READ, PublishForm


@dataclass(frozen=True, slots=True)
class ShownService:
    """A set as the page shows it."""

    service: WebService
    address: str
    readers: str
    form: PublishForm


@require_safe
@at_desk()
def overview(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What can be published, and how it stands."""
    root = service_root(desk.company, request)
    return show(
        request,
        desk,
        "web_services/web_services.html",
        title="Web Services",
        services=_shown(web_services(desk.company), root),
        root=root,
        key=key_of(desk.user),
        now=timezone.now(),
        uses=recent_uses(desk.company) if desk.may_administer else None,
    )


def _shown(services: Sequence[WebService], root: str) -> list[ShownService]:
    return [
        ShownService(
            one,
            f"{root}{one.entity_set.name}",
            WHO_MAY_READ[one.least_role or Role.VIEWER],
            PublishForm(initial={"least_role": one.least_role or Role.VIEWER}, auto_id=f"{one.entity_set.name}-%s"),
        )
        for one in services
    ]


@require_POST
@at_desk(Role.ADMINISTRATOR)
def publish_set(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Publish a set, or change who may read it."""
    _must_exist(name)
    form = PublishForm(request.POST)
    if form.is_valid():
        least_role = form.cleaned_data["least_role"]
        publish(desk.company, name, by=desk.user.email, now=timezone.now(), least_role=least_role)
        messages.success(request, f"{name} is published. {WHO_MAY_READ[Role(least_role)]} may read it with a key.")
    else:
        messages.error(request, "Choose who may read it. Nothing was changed.")
    return redirect("web-services", desk.company.slug)


@require_POST
@at_desk(Role.ADMINISTRATOR)
def unpublish_set(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Stop publishing a set."""
    _must_exist(name)
    unpublish(desk.company, name)
    messages.success(request, f"{name} is not published any more: programs that ask for it find nothing there.")
    return redirect("web-services", desk.company.slug)


def _must_exist(name: str) -> None:
    if name not in ENTITY_SETS:
        raise Http404(f"no web service {name}")
