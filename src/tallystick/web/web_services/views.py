"""Web Services: what is published, at which addresses, for whom; an administrator publishes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tallystick.financials.people import labels_of
from tallystick.financials.permissions import sets_that_allow
from tallystick.financials.services.web_service_keys import key_of
from tallystick.financials.web_services import recent_uses
from tallystick.odata.publishing import WebService, publish, unpublish, web_services
from tallystick.odata.sets import ENTITY_SETS
from tallystick.odata.views import service_root
from tallystick.web.shell.desk import ANYONE, Desk, Permission, at_desk
from tallystick.web.shell.show import show


@dataclass(frozen=True, slots=True)
class ShownService:
    """A set as the page shows it."""

    service: WebService
    address: str
    readers: str


@require_safe
@at_desk(ANYONE)
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
    return [ShownService(one, f"{root}{one.entity_set.name}", _readers(one)) for one in services]


def _readers(service: WebService) -> str:
    return labels_of(sets_that_allow(service.entity_set.needs))


@require_POST
@at_desk(Permission.SET_UP)
def publish_set(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Publish a set."""
    _must_exist(name)
    done = publish(desk.company, name, by=desk.actor, now=timezone.now())
    messages.success(request, f"{name} is published. Who may read it with a key: {_readers(done)}.")
    return redirect("web-services", desk.company.slug)


@require_POST
@at_desk(Permission.SET_UP)
def unpublish_set(request: HttpRequest, desk: Desk, name: str) -> HttpResponse:
    """Stop publishing a set."""
    _must_exist(name)
    unpublish(desk.company, name, by=desk.actor)
    messages.success(request, f"{name} is not published any more: programs that ask for it find nothing there.")
    return redirect("web-services", desk.company.slug)


def _must_exist(name: str) -> None:
    if name not in ENTITY_SETS:
        raise Http404(f"no web service {name}")
