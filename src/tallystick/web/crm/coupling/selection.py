"""What may be done with the records chosen in a list: a page that asks, then the deed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tallystick.engine import SALES, TableMapping
from tallystick.financials import queries
from tallystick.integration import operations
from tallystick.integration.models import Run
from tallystick.web.crm.coupling.record import First, sides_to_send, winner_of
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.places import as_uuid, mapping_of_table
from tallystick.web.crm.runs import follow
from tallystick.web.records.reading import table_or_404
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import crumb, show

NAMES_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Chosen:
    """The chosen records of one table, all of this company, and how many of them are coupled."""

    mapping: TableMapping
    ids: Sequence[str]
    names: Sequence[str]
    coupled: int


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do with a selection: the words of its page, what it asks, and the function that does it."""

    title: str
    button: str
    icon: str
    explanation: str
    do: Callable[[Desk, Chosen, QueryDict], Run | str]
    is_dangerous: bool = False
    asks_match: bool = False
    asks_side: bool = False
    needs_sales: bool = False


def _match(desk: Desk, chosen: Chosen, asked: QueryDict) -> Run:
    return operations.match_and_couple(
        desk.company,
        chosen.mapping.name,
        chosen.ids,
        create_unmatched=asked.get("create") == "on",
        synchronize=asked.get("synchronize") == "on",
        by=desk.actor,
    )


def _synchronize(desk: Desk, chosen: Chosen, asked: QueryDict) -> Run:
    winner = winner_of(asked.get("first", ""), chosen.mapping)
    return operations.request_sync(
        desk.company, chosen.mapping.name, finance_ids=chosen.ids, winner=winner, by=desk.actor
    )


def _create(desk: Desk, chosen: Chosen, asked: QueryDict) -> Run:
    return operations.create_in_sales(desk.company, chosen.mapping.name, chosen.ids, by=desk.actor)


def _uncouple(desk: Desk, chosen: Chosen, asked: QueryDict) -> str:
    count = operations.uncouple(desk.company, chosen.mapping.name, chosen.ids, by=desk.actor)
    return f"{count:,} coupling{'' if count == 1 else 's'} deleted. All records stay as they are."


DEEDS: Mapping[str, Deed] = {
    "match": Deed(
        "Match-Based Coupling",
        "Couple",
        "link",
        "Each chosen record that is not coupled yet is coupled with the one row of Dynamics CRM that agrees in the match "
        "fields. Where none or several agree, nothing is coupled.",
        _match,
        asks_match=True,
    ),
    "synchronize": Deed(
        "Synchronize Now",
        "Synchronize",
        "refresh",
        "The chosen records that are coupled are brought into agreement at once. Records without coupling are passed over.",
        _synchronize,
        asks_side=True,
    ),
    "create": Deed(
        "Create in Dynamics CRM",
        "Create",
        "plus",
        "A counterpart is created for each chosen record that is not coupled. Where exactly one row matches already, that "
        "one is coupled instead of creating a second.",
        _create,
        needs_sales=True,
    ),
    "uncouple": Deed(
        "Delete Coupling",
        "Delete couplings",
        "unlink",
        "The records stay as they are on both sides, are no longer synchronized, and are not coupled or created again "
        "until somebody asks for it.",
        _uncouple,
        is_dangerous=True,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@crm_page(Permission.SYNCHRONIZE)
def selection(request: HttpRequest, desk: Desk, table: str, action: str) -> HttpResponse:
    """Ask what exactly is wanted of the chosen records, then do it."""
    mapping = mapping_of_table(table)
    asked = request.POST if request.method == "POST" else request.GET
    ids = _ids(asked)
    list_url = reverse("record-list", args=(desk.company.slug, table))
    if not ids:
        messages.info(request, "Choose records in the list first.")
        return redirect(list_url)
    if action == "couple":
        return _set_up(request, desk, table, ids)
    if action not in DEEDS or (DEEDS[action].needs_sales and not mapping.direction.reaches(SALES)):
        raise Http404(f"no action {action}")
    chosen = _chosen(desk, mapping, ids)
    if request.method == "POST":
        return _do(request, desk, DEEDS[action], chosen, list_url)
    return _ask(request, desk, table, DEEDS[action], chosen, list_url)


def _ids(asked: QueryDict) -> Sequence[UUID]:
    found = [as_uuid(text) for text in asked.getlist("ids")]
    if None in found:
        raise Http404("not the id of a record")
    return list(dict.fromkeys(id_ for id_ in found if id_ is not None))


def _set_up(request: HttpRequest, desk: Desk, table: str, ids: Sequence[UUID]) -> HttpResponse:
    if len(ids) > 1:
        messages.info(request, "Set Up Coupling takes one record at a time; for several, use Match-Based Coupling.")
        return redirect("record-list", desk.company.slug, table)
    return redirect("crm-record", desk.company.slug, table, ids[0])


def _chosen(desk: Desk, mapping: TableMapping, ids: Sequence[UUID]) -> Chosen:
    """The chosen records; `Http404` where one is not of this company."""
    codes = queries.codes_by_id(desk.company, mapping.finance, ids)
    if len(codes) < len(ids):
        raise Http404("a chosen record is not here")
    texts = [str(id_) for id_ in ids]
    coupled = operations.coupling_marks(desk.company, mapping.name, texts)
    return Chosen(mapping, texts, [codes[id_] for id_ in ids], len(coupled))


def _ask(request: HttpRequest, desk: Desk, table: str, deed: Deed, chosen: Chosen, list_url: str) -> HttpResponse:
    choices: Sequence[First] = sides_to_send(chosen.mapping) if deed.asks_side else ()
    described = table_or_404(desk, table)
    return show(
        request,
        desk,
        "crm/selection.html",
        title=deed.title,
        breadcrumbs=[crumb(described.label_plural, "record-list", desk, table)],
        table=described,
        deed=deed,
        chosen=chosen,
        names=chosen.names[:NAMES_SHOWN],
        hidden=max(0, len(chosen.names) - NAMES_SHOWN),
        uncoupled=len(chosen.ids) - chosen.coupled,
        choices=choices,
        can_create=chosen.mapping.direction.reaches(SALES),
        list_url=list_url,
    )


def _do(request: HttpRequest, desk: Desk, deed: Deed, chosen: Chosen, list_url: str) -> HttpResponse:
    with told(request):
        done = deed.do(desk, chosen, request.POST)
        if isinstance(done, Run):
            return follow(request, desk, done, done_url=list_url)
        messages.success(request, done)
    return redirect(list_url)
