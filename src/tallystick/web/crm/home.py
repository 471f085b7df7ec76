"""The card on Home: whether the halves match."""

from collections.abc import Sequence
from dataclasses import dataclass

from tallystick.engine import TallyError
from tallystick.integration import connections, operations
from tallystick.integration.operations import MappingCounts
from tallystick.web.crm.gate import is_offered
from tallystick.web.crm.places import mapping_url
from tallystick.web.crm.workers import worker_is_alive
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.extensions import Fragment

TEMPLATE = "crm/_home_card.html"
GUIDE_TEMPLATE = "crm/_guide_card.html"


@dataclass(frozen=True, slots=True)
class MappingLine:
    """One mapping on Home."""

    counts: MappingCounts
    url: str


def home_cards(desk: Desk) -> Sequence[Fragment]:
    """One card; where the experience does not offer the integration, one that leads to the guide, for who may follow it.
    None for who may not look at the records it is about."""
    if not desk.may(Permission.READ):
        return ()
    if not is_offered(desk.company):
        return (Fragment(GUIDE_TEMPLATE, {}),) if desk.may_integrate else ()
    if connections.find_connection(desk.company) is None:
        return (Fragment(TEMPLATE, {"connected": False}),)
    try:
        status = operations.status(desk.company)
    except TallyError as error:
        return (Fragment(TEMPLATE, {"connected": True, "problem": str(error)}),)
    lines = [MappingLine(counts, mapping_url(desk, counts.mapping)) for counts in status.mappings]
    context = {"connected": True, "status": status, "lines": lines, "worker_alive": worker_is_alive()}
    return (Fragment(TEMPLATE, context),)
