"""Rendering a page inside the shell."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from tallystick.web.shell.desk import Desk


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    url: str


def crumb(label: str, route: str, desk: Desk, *args: object) -> Crumb:
    """A breadcrumb that leads to a route of this company."""
    return Crumb(label, reverse(route, args=(desk.company.slug, *args)))


def show(
    request: HttpRequest,
    desk: Desk,
    template: str,
    *,
    title: str,
    breadcrumbs: Sequence[Crumb] | None = (),
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Render a page or fragment of a company. `breadcrumbs` are the pages between Home and this; None shows none."""
    # An empty path still shows "Home / this page"; a template cannot tell () from None.
    shown = None if breadcrumbs is None else Breadcrumbs(tuple(breadcrumbs))
    return render(request, template, {"desk": desk, "title": title, "breadcrumbs": shown, **context}, status=status)


@dataclass(frozen=True, slots=True)
class Breadcrumbs:
    """True even when no page lies between Home and the one shown."""

    between: tuple[Crumb, ...]
