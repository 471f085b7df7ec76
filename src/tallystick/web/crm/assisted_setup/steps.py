"""What each step of the guide shows and does. A step has one form; its buttons are the deeds that it can be sent for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, QueryDict
from django.utils import timezone

from tallystick.integration import connections
from tallystick.integration.setup import (
    Outlook,
    Step,
    address,
    availability,
    data,
    experience,
    finish,
    orders,
    solution,
    user,
)
from tallystick.integration.setup.availability import Addresses
from tallystick.web.crm.addresses import addresses
from tallystick.web.crm.assisted_setup.forms import (
    AvailabilityForm,
    DataForm,
    NothingForm,
    OrdersForm,
)
from tallystick.web.crm.connection.forms import AccountForm, SignInForm
from tallystick.web.shell.desk import Desk

STAY, GO_ON = "stay", "go on"
Deed = Callable[[HttpRequest, Desk, Any], "Done"]


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a deed: where to go (on to the next step, or this one again), or what to show at once.

    `shown` is told once and never again, such as a key; `leads_to` is the name of another page's address."""

    where: str = GO_ON
    shown: Mapping[str, object] = field(default_factory=dict)
    leads_to: str = ""


@dataclass(frozen=True, slots=True)
class StepPage:
    """A step: its template, what it shows, its form and what that can be sent for."""

    template: str
    show: Callable[[HttpRequest, Desk], dict[str, object]]
    form: Callable[[Desk, QueryDict | None], forms.Form]
    deeds: Mapping[str, Deed]


def _nothing(_desk: Desk, given: QueryDict | None) -> forms.Form:
    return NothingForm(given)


def _account(_desk: Desk, given: QueryDict | None) -> forms.Form:
    return AccountForm(given)


# 1: what you need


def _show_experience(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"outlook": experience.look(desk.company), "needed": experience.NEEDED}


def _confirm_experience(_request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    experience.confirm(desk.company, desk.actor)
    return Done()


def _switch(request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    company = experience.switch_to_suite(desk.company, desk.actor)
    messages.success(request, f"{company} has the Suite experience now.")
    return Done()


# 2: address and sign-in


def _show_address(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"outlook": address.look(desk.company)}


def _address_form(desk: Desk, given: QueryDict | None) -> forms.Form:
    return SignInForm(connections.find_connection(desk.company), given)


def _connect(request: HttpRequest, desk: Desk, form: SignInForm) -> Done:
    entered = form.cleaned_data
    given = address.Entered(
        entered["address"],
        entered["tenant"],
        entered["client_id"],
        form.secret,
        entered["sign_in"],
        entered["authority"],
    )
    tested = address.connect(desk.company, given, desk.actor)
    if tested.problem is not None:
        form.add_error(None, f"It is stored, but does not work yet. {tested.problem}")
        return Done(STAY)
    found = f"{tested.report.organization or tested.report.address} answers"
    later = " What its user may not do yet, the guide mends in a later step." if tested.lacking else ""
    messages.success(request, f"{found}, and the application signs in.{later}")
    return Done()


# 3: the solution


def _show_solution(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"solution": solution.look(desk.company), "changes": solution.CHANGES}


def _import(_request: HttpRequest, desk: Desk, form: AccountForm) -> Done:
    solution.begin_import(desk.company, form.cleaned_data["client_id"], form.secret, desk.actor)
    return Done(STAY)


def _confirm_solution(_request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    solution.confirm(desk.company, desk.actor)
    return Done()


def _without_solution(request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    solution.go_without(desk.company, desk.actor)
    messages.info(request, "Without the solution there is no item availability, and no sales order integration.")
    return Done()


# 4: the user


def _show_user(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"found": user.look(desk.company), "changes": user.CHANGES}


def _give_role(request: HttpRequest, desk: Desk, form: AccountForm) -> Done:
    found = user.give_role(desk.company, form.cleaned_data["client_id"], form.secret, desk.actor)
    name = found.user.name if found.user else "The user"
    messages.success(request, f"{name} has its role and may do all that is needed. The administrator is forgotten.")
    return Done()


def _confirm_user(_request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    user.confirm(desk.company, desk.actor)
    return Done()


# 5: item availability


def _show_availability(request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"stock": availability.look(desk.company, addresses(request, desk)), "now": timezone.now()}


def _availability_form(desk: Desk, given: QueryDict | None) -> forms.Form:
    # Neither address matters for whom can be chosen.
    return AvailabilityForm(availability.look(desk.company, Addresses("", "")), given)


def _switch_on(request: HttpRequest, desk: Desk, form: forms.Form) -> Done:
    made = availability.switch_on(
        desk.company, form.cleaned_data["user"], addresses(request, desk), by=desk.actor, now=timezone.now()
    )
    if made.problem:
        form.add_error(None, made.problem)
    return Done(STAY, {"made": made})


def _confirm_availability(_request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    availability.confirm(desk.company, desk.actor)
    return Done()


def _without_availability(_request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    availability.go_without(desk.company, desk.actor)
    return Done()


# 6: sales orders


def _show_orders(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    return {"in_force": orders.IN_FORCE, "choice": orders.choice_of(desk.company)}


def _orders_form(desk: Desk, given: QueryDict | None) -> forms.Form:
    return OrdersForm(orders.choice_of(desk.company), orders.handlers(desk.company), given)


def _choose_orders(_request: HttpRequest, desk: Desk, form: forms.Form) -> Done:
    orders.choose(desk.company, form.cleaned_data["integration"], form.cleaned_data["handled_by"], desk.actor)
    return Done()


# 7: data


def _show_data(_request: HttpRequest, _desk: Desk) -> dict[str, object]:
    return {}


def _data_form(desk: Desk, given: QueryDict | None) -> forms.Form:
    return DataForm(data.look(desk.company), given)


def _choose_data(_request: HttpRequest, desk: Desk, form: DataForm) -> Done:
    """Store what was chosen; where something is needed that was not, add it, say why, and let the person look first."""
    added = data.missing_prerequisites(form.chosen)
    if added:
        also = DataForm(form.choices, form.data, also={one.name: str(one) for one in added})  # type: ignore[arg-type]  # a form that was sent
        return Done(STAY, {"added": added, "form": also})
    data.choose(desk.company, form.chosen, desk.actor)
    return Done()


# 8: the end


def _show_finish(_request: HttpRequest, desk: Desk) -> dict[str, object]:
    connection = connections.find_connection(desk.company)
    outlook = finish.look(desk.company) if connection else Outlook((), (), "The address was not entered yet.")
    return {"outlook": outlook, "is_on": connection is not None and connection.enabled}


def _finish(request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    finish.finish(desk.company, addresses(request, desk).web, by=desk.actor, now=timezone.now())
    messages.success(request, "Dynamics CRM is connected, and the connection is switched on.")
    return Done(leads_to="crm-assisted-setup")


def _finish_and_run(request: HttpRequest, desk: Desk, _form: forms.Form) -> Done:
    finish.finish(desk.company, addresses(request, desk).web, by=desk.actor, now=timezone.now())
    finish.run_full_synchronization(desk.company, desk.actor)
    messages.success(request, "The full synchronization is under way. You can go on working meanwhile.")
    return Done(leads_to="crm-full-synch")


_GUIDE = "crm/guide/"
PAGES: Mapping[Step, StepPage] = {
    Step.EXPERIENCE: StepPage(
        _GUIDE + "experience.html", _show_experience, _nothing, {"next": _confirm_experience, "switch": _switch}
    ),
    Step.ADDRESS: StepPage(_GUIDE + "address.html", _show_address, _address_form, {"next": _connect}),
    Step.SOLUTION: StepPage(
        _GUIDE + "solution.html",
        _show_solution,
        _account,
        {"next": _confirm_solution, "import": _import, "without": _without_solution},
    ),
    Step.USER: StepPage(_GUIDE + "user.html", _show_user, _account, {"next": _confirm_user, "role": _give_role}),
    Step.AVAILABILITY: StepPage(
        _GUIDE + "availability.html",
        _show_availability,
        _availability_form,
        {"next": _confirm_availability, "on": _switch_on, "without": _without_availability},
    ),
    Step.ORDERS: StepPage(_GUIDE + "orders.html", _show_orders, _orders_form, {"next": _choose_orders}),
    Step.DATA: StepPage(_GUIDE + "data.html", _show_data, _data_form, {"next": _choose_data}),
    Step.FINISH: StepPage(_GUIDE + "finish.html", _show_finish, _nothing, {"next": _finish, "run": _finish_and_run}),
}
