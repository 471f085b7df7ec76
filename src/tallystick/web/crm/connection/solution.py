"""The integration solution: how it stands in the environment, and importing it with an account that is used once."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from tallystick.engine import SetupError, TallyError
from tallystick.integration import connections, solution, solution_imports
from tallystick.integration.models import Connection
from tallystick.integration.solution import administrator_of
from tallystick.web.crm.connection.forms import AccountForm
from tallystick.web.crm.gate import crm_page
from tallystick.web.crm.runs import STOP_POLLING
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import crumb, show


class AdministratorForm(AccountForm):
    """The account that imports, and what it is to do besides."""

    give_role = forms.BooleanField(
        label="Give the connection's user its role",
        required=False,
        initial=True,
        help_text="The role Tallystick Integration User, and nothing else.",
    )
    again = forms.BooleanField(label="Import it also where this version is there already", required=False)


@require_http_methods(["GET", "HEAD"])
@never_cache
@crm_page()
def look(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The solution and an import that is going on; htmx gets the latter alone, until it has ended."""
    connection = connections.connection_of(desk.company)
    if request.headers.get("HX-Request"):
        return _progress(request, desk, connection)
    return _show(request, desk, connection, AdministratorForm())


@sensitive_variables("form", "administrator")
@sensitive_post_parameters("client_secret", "certificate")
@require_http_methods(["POST"])
@never_cache
@crm_page(Permission.INTEGRATE)
def start(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Begin an import with the account that was entered."""
    connection = connections.connection_of(desk.company)
    form = AdministratorForm(request.POST)
    if form.is_valid():
        try:
            administrator = administrator_of(connection, form.cleaned_data["client_id"], form.secret)
            role_for = connection.client_id if form.cleaned_data["give_role"] else ""
            solution_imports.begin(connection, administrator, again=form.cleaned_data["again"], role_for=role_for)
        except SetupError as refused:
            form.add_error(None, str(refused))
        else:
            return redirect("crm-solution", desk.company.slug)
    return _show(request, desk, connection, form, status=422)


@require_safe
@never_cache
@crm_page()
def status(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A sentence on how the solution stands, for the page of the connection, which does not wait for it."""
    report, problem = _report(connections.connection_of(desk.company))
    return show(request, desk, "crm/_solution_status.html", title="", report=report, problem=problem)


def _report(connection: Connection) -> tuple[solution.SolutionReport | None, str]:
    """What the environment says, or why it says nothing: the page is there for that case too."""
    try:
        return solution.report(connection), ""
    except TallyError as problem:
        return None, str(problem)


def _progress(request: HttpRequest, desk: Desk, connection: Connection) -> HttpResponse:
    standing = solution_imports.standing(connection)
    done = standing is None or standing.finished
    return show(
        request, desk, "crm/_solution_import.html", title="", standing=standing, status=STOP_POLLING if done else 200
    )


def _show(
    request: HttpRequest, desk: Desk, connection: Connection, form: AdministratorForm, status: int = 200
) -> HttpResponse:
    standing = solution_imports.standing(connection)
    running = standing is not None and not standing.finished
    report, problem = (None, "") if running else _report(connection)
    return show(
        request,
        desk,
        "crm/solution.html",
        title="Integration Solution",
        breadcrumbs=[crumb("CRM Connection Setup", "crm-connection", desk)],
        connection=connection,
        report=report,
        problem=problem,
        standing=standing,
        running=running,
        form=form,
        status=status,
    )
