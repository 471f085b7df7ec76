"""CRM Connection Setup: where Dynamics CRM is, whether it answers, on and off, and how the synchronization stands."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.engine import TallyError
from tallystick.financials.permissions import Actor
from tallystick.integration import connections, operations, setup
from tallystick.integration.doctor import Outcome
from tallystick.integration.doctor import company as doctor
from tallystick.integration.models import Connection
from tallystick.integration.operations import Status
from tallystick.web.crm.addresses import addresses
from tallystick.web.crm.connection.forms import ConnectionForm, secret_in_words
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.workers import worker_is_alive
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import crumb, show

WORKS = "The connection works: {organization}, version {version}."


@sensitive_variables("form", "entered")
@sensitive_post_parameters("client_secret", "certificate")
@require_http_methods(["GET", "HEAD", "POST"])
@crm_page()
def connection_setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look at the connection; who may integrate enters it. Saving tests it at once."""
    connection = connections.find_connection(desk.company)
    if request.method != "POST":
        return _show(request, desk, connection, ConnectionForm(connection, may_edit=desk.may_integrate))
    desk.actor.require(Permission.INTEGRATE)
    form = ConnectionForm(connection, request.POST, may_edit=True)
    if form.is_valid() and _save(request, desk, form, was_on=connection is not None and connection.enabled):
        return redirect("crm-connection", desk.company.slug)
    return _show(request, desk, connection, form, status=422)


def _save(request: HttpRequest, desk: Desk, form: ConnectionForm, *, was_on: bool) -> bool:
    """Store what was entered and try it; one that was on stays on when it still works."""
    given = form.cleaned_data
    entered = setup.address.Entered(
        given["address"], given["tenant"], given["client_id"], form.secret, given["sign_in"], given["authority"]
    )
    try:
        stored = setup.address.store(desk.company, entered, desk.actor, schedule_seconds=given["schedule_seconds"])
    except TallyError as refused:
        form.add_error(None, str(refused))
        return False
    connection = stored.connection
    if stored.reopened:
        steps = ", ".join(step.label for step in stored.reopened)
        messages.info(request, f"Of the guide {setup.GUIDE} these steps have to be done again: {steps}.")
    if was_on:
        with told(request):
            connections.enable(connection, by=desk.actor)
            messages.success(request, f"Saved. {_found(connection)} It stays switched on.")
    else:
        _try(request, connection, desk.actor)
    return True


def _try(request: HttpRequest, connection: Connection, by: Actor) -> None:
    if connections.test(connection, by=by).ok:
        messages.success(request, f"Saved. {_found(connection)} Switch it on when you are ready.")
    else:
        messages.warning(request, "Saved. The connection does not work yet; what is wrong is told on this page.")


def _found(connection: Connection) -> str:
    return WORKS.format(organization=connection.organization or connection.address, version=connection.version)


@require_http_methods(["GET", "HEAD", "POST"])
@crm_page(Permission.INTEGRATE)
def default_setup(request: HttpRequest, desk: Desk) -> HttpResponse:
    """What using the default synchronization setup would change; and doing it."""
    if request.method == "POST":
        changed = operations.use_default_setup(desk.company, by=desk.actor)
        count = len(changed)
        told = f"{count} setting{'s are' if count != 1 else ' is'} back" if count else "Every mapping was already"
        messages.success(request, f"{told} as shipped. Couplings stay as they are.")
        return redirect("crm-connection", desk.company.slug)
    return show(
        request,
        desk,
        "crm/default_setup.html",
        title="Use Default Synchronization Setup",
        breadcrumbs=[crumb("CRM Connection Setup", "crm-connection", desk)],
        changes=operations.changes_to_default_setup(desk.company),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@crm_page(Permission.INTEGRATE)
def test(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Look at everything between here and Dynamics CRM, and say of each how it is and what to do about it."""
    connection = connections.connection_of(desk.company)
    if request.method != "POST":  # the address of the answer, opened again
        return redirect("crm-connection", desk.company.slug)
    findings = doctor.test(connection, desk.actor)
    return show(
        request,
        desk,
        "crm/test.html",
        title="Test Connection",
        breadcrumbs=[crumb("CRM Connection Setup", "crm-connection", desk)],
        connection=connection,
        problems=[one for one in findings if one.is_problem],
        unchecked=[one for one in findings if one.outcome is Outcome.NOT_CHECKED],
        fine=[one for one in findings if one.outcome is Outcome.OK],
    )


@require_POST
@crm_page(Permission.INTEGRATE)
def enable(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Switch the connection on, after a test."""
    with told(request):
        connection = connections.enable(connections.connection_of(desk.company), by=desk.actor)
        messages.success(request, f"The connection to {connection.organization or connection.address} is switched on.")
        _tell_where(request, desk)
    return redirect("crm-connection", desk.company.slug)


def _tell_where(request: HttpRequest, desk: Desk) -> None:
    """Have Dynamics CRM know where Financials is; what keeps it from that keeps nothing else from working."""
    try:
        setup.finish.tell_where(desk.company, addresses(request, desk).web, desk.actor)
    except TallyError as problem:
        messages.warning(request, f"Dynamics CRM was not told where Financials is: {problem}")


@require_POST
@crm_page(Permission.INTEGRATE)
def disable(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Switch the connection off, and have Dynamics CRM know; couplings and mappings stay as they are."""
    connections.disable(
        connections.connection_of(desk.company), reason=f"Switched off by {desk.actor.name}.", by=desk.actor
    )
    messages.success(request, "The connection is switched off. Couplings and mappings stay as they are.")
    try:
        setup.finish.tell_nowhere(desk.company, desk.actor)
    except TallyError as problem:
        messages.warning(request, f"Dynamics CRM was not told, and still says where Financials is: {problem}")
    return redirect("crm-connection", desk.company.slug)


def _show(
    request: HttpRequest, desk: Desk, connection: Connection | None, form: ConnectionForm, status: int = 200
) -> HttpResponse:
    return show(
        request,
        desk,
        "crm/connection.html",
        title="CRM Connection Setup",
        connection=connection,
        secret=secret_in_words(connection),
        jobs=operations.open_runs(desk.company) if connection else None,
        problems=connection.test_problems.splitlines() if connection else [],
        standing=_standing(desk, connection),
        orders=setup.orders.choice_of(desk.company),
        stock=setup.progress_of(desk.company).choice(setup.Step.AVAILABILITY),
        worker_alive=worker_is_alive() if connection else False,
        form=form,
        status=status,
    )


def _standing(desk: Desk, connection: Connection | None) -> Status | None:
    return operations.status(desk.company) if connection else None
