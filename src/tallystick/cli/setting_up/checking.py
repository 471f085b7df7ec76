"""What of a plan cannot be in this installation, found out before anything is changed."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from tallystick.cli.installation import NO_COMPANY
from tallystick.cli.refusal import Refusal
from tallystick.cli.setting_up.plan import Plan
from tallystick.dataverse import parse_address
from tallystick.engine import TallyError
from tallystick.financials.models import Company, Experience
from tallystick.financials.people import users_who_may
from tallystick.financials.permissions import Permission
from tallystick.integration import connections, mappings, operations
from tallystick.integration.models import SignIn
from tallystick.integration.setup import data


def check(plan: Plan) -> Company | None:
    """Return the company of a plan, None where it is to be made. Raises Refusal saying everything that cannot be."""
    company = _company(plan)
    wrong = [*_addresses(plan), *_data(plan), *(_in(company, plan) if company else _in_none(plan))]
    if wrong:
        raise Refusal("\n".join(["Nothing was changed:", *wrong]))
    return company


def chosen_data(plan: Plan) -> dict[str, str]:
    """Return the mappings that take part, each with its direction ("" as shipped)."""
    names = plan.mappings if plan.mappings is not None else tuple(mapping.name for mapping in mappings.ALL)
    return {name: plan.directions.get(name, "") for name in names}


def _company(plan: Plan) -> Company | None:
    known = list(Company.objects.order_by("name"))
    wanted = plan.company.strip().casefold()
    for company in known:
        if wanted in {company.slug.casefold(), company.name.casefold(), company.display_name.casefold()}:
            return company
    if plan.company and plan.create_company:
        return None
    listed = ", ".join(company.slug for company in known)
    if plan.company:
        hint = "With company.create = true it is made."
        raise Refusal(f"There is no company {plan.company}.", f"There are: {listed}. {hint}" if known else hint)
    if not known:
        raise Refusal("There is no company yet.", f"{NO_COMPANY} Or name one in the file, with create = true.")
    if len(known) > 1:
        raise Refusal("There are several companies.", f"Say which one as company.name: {listed}.")
    return known[0]


def _addresses(plan: Plan) -> Iterator[str]:
    yield from _refused("environment.address", lambda: parse_address(plan.address))
    if plan.authority:
        yield from _refused("environment.authority", lambda: parse_address(plan.authority))
    parts = urlsplit(plan.financials)
    if plan.financials and (parts.scheme not in ("http", "https") or not parts.hostname):
        yield f"financials.address: {plan.financials!r} is no address; write it like https://tally.example."
    if plan.seconds is not None and not 1 <= plan.seconds <= connections.LONGEST_REST:
        yield f"environment.seconds has to be from 1 to {connections.LONGEST_REST}."
    if plan.sign_in == SignIn.CERTIFICATE:
        yield from _refused("environment.secret", lambda: connections.require_good_certificate(plan.secret))


def _refused(setting: str, deed: Callable[[], object]) -> Iterator[str]:
    try:
        deed()
    except TallyError as problem:
        yield f"{setting}: {problem}"


def _data(plan: Plan) -> Iterator[str]:
    if plan.mappings == ():
        yield "data.mappings names no mapping; leave it out for all of them."
    shipped = {mapping.name: mapping for mapping in mappings.ALL}
    for name in dict.fromkeys((*(plan.mappings or ()), *plan.directions)):
        if name not in shipped:
            yield f"data: there is no integration table mapping {name}. There are {', '.join(shipped)}."
        elif (way := plan.directions.get(name)) is not None:
            possible = [direction.value for direction in operations.directions_of(shipped[name])]
            if way not in possible:
                yield f"data.directions: {name} cannot go {way!r}; it can go {', '.join(possible)}."
            if plan.mappings is not None and name not in plan.mappings:
                yield f"data.directions: {name} is not among data.mappings."


def _in(company: Company, plan: Plan) -> Iterator[str]:
    """What cannot be in a company that is there."""
    if company.experience != Experience.SUITE and not plan.switch_to_suite:
        yield (
            f"{company} has the {company.experience} experience, and the integration needs Suite. With "
            "company.switch_to_suite = true it is switched."
        )
    for setting, email, permission in (
        ("item_availability.user", plan.availability, Permission.READ_AVAILABILITY),
        ("sales_orders.handled_by", plan.orders_by, Permission.WRITE),
    ):
        if email and email.strip().lower() not in {user.email for user in users_who_may(company, permission)}:
            yield f"{setting}: {email} is no user of {company} who may do that; see `tally user list`."


def _in_none(plan: Plan) -> Iterator[str]:
    """What cannot be in a company that is only made now: it has no users yet."""
    for setting, email in (("item_availability.user", plan.availability), ("sales_orders.handled_by", plan.orders_by)):
        if email:
            yield f"{setting}: {email} is no user of {plan.company}, which is only made now. Add the user afterwards."


def prerequisites(plan: Plan) -> list[str]:
    """Return, in sentences, which mappings are added to those that the plan names, and why."""
    return [str(added) for added in data.missing_prerequisites(chosen_data(plan))]
