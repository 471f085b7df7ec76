"""The guide at the terminal, question by question: what is found and what will change comes before each is asked.

It goes on with the first step that is not done, whoever did those before it and wherever."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from tallystick.cli.output import console, remark, say
from tallystick.cli.refusal import Refusal
from tallystick.cli.setting_up import steps
from tallystick.cli.setting_up.plan import ORDERS, SIGN_INS, Account
from tallystick.engine import TallyError
from tallystick.financials.models import Company
from tallystick.financials.problems import FinancialsError
from tallystick.integration import connections
from tallystick.integration.models import SignIn
from tallystick.integration.setup import (
    Outlook,
    Step,
    address,
    availability,
    data,
    experience,
    finish,
    orders,
    progress_of,
    solution,
    user,
)

LATER = "What is done stays; run `tally setup` again to go on here."


@dataclass(slots=True)
class Answers:
    """What a later question has to know of an earlier answer. An administrative account is forgotten with it."""

    company: Company
    financials: str = ""


def ask_through(company: Company, financials: str = "") -> Company:
    """Ask for and do what is not done yet; returns the company as it is then. A step that fails can be tried again."""
    progress = progress_of(company)
    answers = Answers(company, financials)
    if progress.completed_at is not None:
        say(f"The guide was finished on {progress.completed_at:%Y-%m-%d}. What was entered is offered again.")
    first = Step.EXPERIENCE if progress.completed_at is not None else progress.next_step
    if first is not Step.EXPERIENCE:
        say(f"{company} is set up as far as {first.label}.")
    for step in list(Step)[list(Step).index(first) :]:
        _do(step, answers)
    return answers.company


def _do(step: Step, answers: Answers) -> None:
    say("")
    say(f"Step {list(Step).index(step) + 1} of {len(Step)}: {step.label}")
    while True:
        try:
            say(_DEEDS[step](answers))
        except (TallyError, FinancialsError, Refusal) as problem:
            remark(str(problem))
            if not typer.confirm("Try again?", default=True):
                raise Refusal(f"{step.label} is not done.", LATER, status=1) from problem
        else:
            return


def _show(outlook: Outlook) -> None:
    _list("", outlook.found)
    _list("What will change:", outlook.changes)


def _list(heading: str, sentences: tuple[str, ...]) -> None:
    if sentences and heading:
        say(heading)
    for sentence in sentences:
        say(f"  {sentence}")


def _agreed(question: str = "Go on?") -> None:
    if not typer.confirm(question, default=True):
        raise Refusal("Nothing was changed in this step.", LATER, status=1)


def ask_secret(question: str) -> str:
    """Return what is typed without showing it; from standard input where that is no terminal."""
    if sys.stdin.isatty():
        return str(typer.prompt(question, default="", show_default=False, hide_input=True, err=True)).strip()
    remark(question)
    return sys.stdin.readline().strip()


def _text(question: str, default: str = "", *, shown: str = "") -> str:
    """Return a line. Something has to be entered, unless there is a default, or `shown` says what nothing stands for."""
    asked = f"{question} [{shown}]" if shown and not default else question
    return str(typer.prompt(asked, default=default if default or shown else None, show_default=bool(default))).strip()


def _choice(question: str, choices: tuple[str, ...], default: str) -> str:
    answer = _text(f"{question} ({', '.join(choices)})", default).lower()
    if answer not in choices:
        raise Refusal(f"{answer!r} is none of {', '.join(choices)}.")
    return answer


def _administrator() -> Account:
    say("An account with the roles System Administrator and System Customizer is used once and kept nowhere.")
    client_id = _text("Client ID of the administrator")
    return Account(client_id, ask_secret("Client secret of the administrator"))


# The steps


def _experience(answers: Answers) -> str:
    _list("You need:", experience.NEEDED)
    outlook = experience.look(answers.company)
    _show(outlook)
    if outlook.changes:
        _agreed("Switch to Suite?")
    answers.company, told = steps.do_experience(answers.company, switch=True)
    return told


def _address(answers: Answers) -> str:
    _show(address.look(answers.company))
    known = connections.find_connection(answers.company)
    place = _text("Address of Dynamics CRM", known.address if known else "")
    tenant = _text("Tenant (directory) ID or domain", known.tenant if known else "")
    client_id = _text("Application (client) ID", known.client_id if known else "")
    authority = _text("Where tokens come from", known.authority if known else "", shown="Microsoft Entra ID")
    sign_in = _choice("Sign in with", SIGN_INS, known.sign_in if known else SignIn.SECRET.value)
    kept = " (empty keeps the stored one)" if known else ""
    if sign_in == SignIn.SECRET:
        secret = ask_secret(f"Client secret{kept}")
    else:
        file = _text(f"File with certificate and private key, PEM{kept}", shown="stored" if known else "")
        secret = Path(file).expanduser().read_text(encoding="utf-8") if file else ""
    return steps.do_address(answers.company, address.Entered(place, tenant, client_id, secret, sign_in, authority))


def _solution(answers: Answers) -> str:
    if steps.solution_is_there(answers.company):
        return steps.do_solution(answers.company, None)
    found = solution.look(answers.company)
    _list("", (found.unknown,) if found.unknown else ("The solution is not there in the version of this program.",))
    _list("What will change:", solution.CHANGES)
    if not typer.confirm("Import it now?", default=True):
        _agreed("Go on without the solution, without item availability and sales orders?")
        return steps.do_without_solution(answers.company)
    account = _administrator()
    with console(stderr=True).status("Importing the solution") as shown:
        return steps.do_solution(answers.company, account, lambda one: shown.update(str(one.step)))


def _user(answers: Answers) -> str:
    found = user.look(answers.company)
    if found.is_ready:
        return steps.do_user(answers.company, None)
    if found.problem is not None:
        remark(str(found.problem))
    _list("It lacks:", tuple(map(str, found.missing)))
    _list("What will change:", user.CHANGES)
    return steps.do_user(answers.company, _administrator())


def _availability(answers: Answers) -> str:
    where = steps.addresses(answers.company, answers.financials)
    outlook = availability.look(answers.company, where)
    if outlook.problem or not outlook.candidates:
        nobody = "No user may look at the availability of items; give one the permission set Item-availability reader."
        say(outlook.problem or nobody)
        return steps.do_availability(answers.company, "", where)
    _list("What switching it on will change:", outlook.changes)
    if not typer.confirm("Switch item availability on?", default=outlook.on):
        return steps.do_availability(answers.company, "", where)
    answers.financials = _text("Address of Financials", steps.root_of(answers.financials))
    email = _text("Whose key", outlook.user or outlook.candidates[0].email)
    return steps.do_availability(answers.company, email, steps.addresses(answers.company, answers.financials))


def _orders(answers: Answers) -> str:
    before = orders.choice_of(answers.company)
    for one in orders.OrderIntegration:
        say(f"  {one.value}: {one.label}")
    if not orders.IN_FORCE:
        say(f" {steps.NOT_IN_FORCE}")
    integration = _choice("Sales orders", ORDERS, before.integration.value)
    handled_by = ""
    if integration != orders.OrderIntegration.NONE:
        handled_by = _text("Who handles them (e-mail)", before.handled_by, shown="the integration user")
    return steps.do_orders(answers.company, integration, handled_by)


def _data(answers: Answers) -> str:
    known = data.look(answers.company)
    for one in known:
        needs = f", needs {', '.join(one.needs)}" if one.needs else ""
        say(f"  {one.name}: {one.finance} and {one.sales}, {one.direction}{needs}")
    chosen = _text("Which, with commas in between", shown="all of them")
    names = [name.strip().upper() for name in chosen.split(",") if name.strip()] or [one.name for one in known]
    for added in data.missing_prerequisites(names):
        say(f"  {added}")
    return steps.do_data(
        answers.company, {one.name: one.direction for one in known if one.name in names} | _unknown(names, known)
    )


def _unknown(names: list[str], known: list[data.MappingChoice]) -> dict[str, str]:
    """Names that are no mapping's: the service says so in its words."""
    there = {one.name for one in known}
    return {name: "" for name in names if name not in there}


def _finish(answers: Answers) -> str:
    _show(finish.look(answers.company))
    _agreed("Switch the connection on?")
    return steps.do_finish(answers.company, steps.addresses(answers.company, answers.financials))


_DEEDS: Mapping[Step, Callable[[Answers], str]] = {
    Step.EXPERIENCE: _experience,
    Step.ADDRESS: _address,
    Step.SOLUTION: _solution,
    Step.USER: _user,
    Step.AVAILABILITY: _availability,
    Step.ORDERS: _orders,
    Step.DATA: _data,
    Step.FINISH: _finish,
}
