"""Number series: list and edit."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from tallystick.financials.models import NumberSeries
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services.numbers import save_series
from tallystick.web.number_series.forms import NumberSeriesForm, numbered_tables
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import crumb, show


@require_safe
@at_desk(Permission.SET_UP)
def number_series(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The series of the company."""
    labels = dict(numbered_tables())
    rows = [
        (series, labels.get(series.used_for, ""))
        for series in NumberSeries.objects.filter(company=desk.company).order_by("code")
    ]
    return show(request, desk, "number_series/list.html", title="Number Series", number_series=rows)


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk(Permission.SET_UP)
def edit(request: HttpRequest, desk: Desk, series_id: object) -> HttpResponse:
    """Change a series: where it goes on, where it ends, what it numbers."""
    series = get_object_or_404(NumberSeries, company=desk.company, pk=series_id)
    form = NumberSeriesForm(
        request.POST or None, initial={name: getattr(series, name) for name in NumberSeriesForm.base_fields}
    )
    if form.is_valid():
        try:
            save_series(desk.company, series.code, by=desk.actor, **form.cleaned_data)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            messages.success(request, f"Number series {series.code} is saved.")
            return redirect("number-series", desk.company.slug)
    return show(
        request,
        desk,
        "shell/form_page.html",
        title=f"Number series {series.code}",
        breadcrumbs=[crumb("Number Series", "number-series", desk)],
        form=form,
        submit_label="Save",
        cancel_url=reverse("number-series", args=(desk.company.slug,)),
        explanation="",
        status=422 if form.errors else 200,
    )
