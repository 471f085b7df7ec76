"""The sales setup: what documents and postings take where nothing else is said."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.financials.descriptions.setup import SALES_SETUP_FIELDS
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services.sales_setup import sales_setup, update_sales_setup
from tallystick.financials.tables import Kind
from tallystick.web.records.forms import form_field
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import show


class SalesSetupForm(forms.Form):
    """Every setting; the service checks them."""

    def __init__(self, desk: Desk, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in SALES_SETUP_FIELDS.values():
            self.fields[field.name] = form_field(field, desk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.SET_UP)
def setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look at the settings and change them."""
    form = SalesSetupForm(desk, request.POST if request.method == "POST" else None, initial=_shown(desk))
    if form.is_valid():
        try:
            update_sales_setup(desk.company, form.cleaned_data, by=desk.actor)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, "The sales setup is saved.")
            return redirect("ledger-setup", desk.company.slug)
    groups: dict[str, list[forms.BoundField]] = {}
    for field in SALES_SETUP_FIELDS.values():
        groups.setdefault(field.group, []).append(form[field.name])
    return show(
        request,
        desk,
        "receivables/setup.html",
        title="Sales Setup",
        form=form,
        groups=sorted(groups.items(), key=lambda pair: pair[0] != "General"),
        status=422 if form.errors else 200,
    )


def _shown(desk: Desk) -> dict[str, object]:
    found = sales_setup(desk.company)
    dates = {name for name, field in SALES_SETUP_FIELDS.items() if field.kind is Kind.DATE}
    return {name: value.isoformat() if name in dates and value else value for name, value in found.items()}
