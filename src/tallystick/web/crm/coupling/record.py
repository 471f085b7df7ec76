"""The Dynamics CRM side of one record: set up its coupling, synchronize it, compare both halves, delete the coupling."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from tallystick.engine import FINANCE, SALES, SideName, TableMapping, TallyError
from tallystick.financials.queries import Record
from tallystick.integration import operations
from tallystick.integration.operations import Candidate, CouplingView, FieldComparison
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.history.listing import shown_items
from tallystick.web.crm.places import ARROWS, STATE_WORDS, TONES, mapping_of_table
from tallystick.web.crm.runs import follow
from tallystick.web.records.reading import card_url, heading_of, record_or_404, table_or_404
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import Crumb, crumb, show

HISTORY_SHOWN = 20
COUPLE_ONLY = "none"


@dataclass(frozen=True, slots=True)
class Half:
    """The record a page here is about, and the mapping it takes part in."""

    record: Record
    mapping: TableMapping

    @property
    def id(self) -> str:
        return str(self.record.id)

    @property
    def name(self) -> str:
        return self.mapping.name


def half_or_404(desk: Desk, table: str, record_id: UUID) -> Half:
    """A record of this company whose table is synchronized."""
    mapping = mapping_of_table(table)
    return Half(record_or_404(desk, table_or_404(desk, table), record_id), mapping)


@dataclass(frozen=True, slots=True)
class First:
    """Whose values are taken where both halves differ."""

    value: str
    label: str
    description: str
    chosen: bool


def firsts(mapping: TableMapping) -> Sequence[First]:
    """The choices that the direction of the mapping allows, the usual one chosen."""
    choices = [
        First(
            side.value,
            f"{side.title} first",
            f"Where both hold something else, the value of {side.title} is taken.",
            chosen=_usual_first(mapping) is side,
        )
        for side in (FINANCE, SALES)
        if mapping.direction.reaches(side.other)
    ]
    return [
        *choices,
        First(COUPLE_ONLY, "Couple only", "Both stay as they are until somebody edits one of them.", chosen=False),
    ]


def _usual_first(mapping: TableMapping) -> SideName:
    return mapping.first if mapping.direction.reaches(mapping.first.other) else mapping.first.other


@require_safe
@never_cache
@crm_page()
def record(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """How a record is coupled; while it is not, the dialog that sets its coupling up."""
    half = half_or_404(desk, table, record_id)
    coupling = operations.coupling_of(desk.company, half.name, half.id)
    title = "Dynamics CRM" if coupling else "Set Up Coupling"
    past = operations.history(desk.company, half.name, finance_id=half.id, page_size=HISTORY_SHOWN)
    return show(
        request,
        desk,
        "crm/record.html" if coupling else "crm/couple.html",
        title=title,
        breadcrumbs=_crumbs(desk, half),
        half=half,
        heading=heading_of(half.record),
        card_url=card_url(desk, table, record_id),
        coupling=coupling,
        state=STATE_WORDS[coupling.state] if coupling else "",
        tone=TONES[coupling.state] if coupling else "",
        choices=firsts(half.mapping) if not coupling else sides_to_send(half.mapping),
        can_create=half.mapping.direction.reaches(SALES),
        sales_name=half.mapping.label(SALES),
        search=half.record.title or half.record.key,
        chosen=text_asked(request.GET, "sales_id"),
        items=shown_items(desk, past.items),
        more_url=f"{reverse('crm-history', args=(desk.company.slug,))}?mapping={half.name}&finance_id={half.id}"
        if past.more
        else "",
    )


def _crumbs(desk: Desk, half: Half) -> Sequence[Crumb]:
    table = half.record.table
    return [
        crumb(table.label_plural, "record-list", desk, table.name),
        Crumb(half.record.key, card_url(desk, table.name, half.record.id)),
    ]


def sides_to_send(mapping: TableMapping) -> Sequence[First]:
    """The ways to synchronize a coupled record now."""
    merge = First(
        "",
        "Merge",
        "Each side's edits go to the other; where both changed one field, the mapping's policy decides.",
        chosen=True,
    )
    sends = [
        First(
            side.value,
            "Send Financials' data" if side is FINANCE else "Get Dynamics CRM's data",
            f"Every mapped field of {side.other.title} becomes what {side.title} holds.",
            chosen=False,
        )
        for side in (FINANCE, SALES)
        if mapping.direction.reaches(side.other)
    ]
    return [merge, *sends]


@require_safe
@never_cache
@crm_page()
def candidates(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Rows of Dynamics CRM to couple with, as somebody types. One request there."""
    half = half_or_404(desk, table, record_id)
    text = text_asked(request.GET, "q")
    found = operations.search_sales(desk.company, half.name, text)
    rest: Sequence[Candidate] = []
    if not found and text and request.GET.get("first") == "yes":
        # The record's own name found nothing: its first word may, before the person has to type.
        rest = operations.search_sales(desk.company, half.name, text.split()[0])
    return show(
        request,
        desk,
        "crm/_candidates.html",
        title="",
        half=half,
        text=text,
        candidates=found or rest,
        is_guess=not found,
        chosen=text_asked(request.GET, "sales_id"),
    )


@require_safe
@never_cache
@crm_page()
def compare(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Both halves field by field. Two requests to Dynamics CRM at most."""
    half = half_or_404(desk, table, record_id)
    sales_id = text_asked(request.GET, "sales_id")
    fields = operations.compare(desk.company, half.name, half.id, sales_id) if sales_id else []
    return show(
        request,
        desk,
        "crm/_compare.html",
        title="",
        fields=[(field, ARROWS[field.direction], _differs(field)) for field in fields],
        differ=sum(map(_differs, fields)),
        sales_id=sales_id,
        # What is shown is what gets coupled: the choice travels with the comparison, so that a search that is answered
        # late may replace the list of candidates without anyone noticing, but not the choice.
        choose=request.GET.get("choose") == "yes",
    )


def _differs(field: FieldComparison) -> bool:
    """Whether the halves differ. Two blanks agree, however each side spells blank."""
    return not field.equal and bool(field.finance or field.sales)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def couple(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Couple the record with the chosen row and synchronize both."""
    half = half_or_404(desk, table, record_id)
    sales_id = request.POST.get("sales_id", "").strip()
    first = first_of(request.POST.get("first", ""), half.mapping)
    if not sales_id:
        messages.warning(request, f"Choose the {half.mapping.label(SALES)} to couple with, or create a new one.")
        return redirect("crm-record", desk.company.slug, table, record_id)
    with told(request):
        coupling = operations.couple(desk.company, half.name, half.id, sales_id, first=first, by=desk.actor)
        _tell_coupled(request, half, coupling)
        return redirect("record-card", desk.company.slug, table, record_id)
    return redirect("crm-record", desk.company.slug, table, record_id)


def first_of(text: str, mapping: TableMapping) -> SideName | None:
    """Whose values are taken; `Http404` for a side that may not be."""
    if text not in {choice.value for choice in firsts(mapping)}:
        raise Http404(f"no such choice {text}")
    return None if text == COUPLE_ONLY else SideName(text)


def _tell_coupled(request: HttpRequest, half: Half, coupling: CouplingView) -> None:
    text = f"{half.mapping.label(FINANCE)} {heading_of(half.record)} is coupled with {coupling.sales_label}."
    if coupling.state == "in sync":
        messages.success(request, text)
    else:
        messages.warning(request, f"{text} {STATE_WORDS[coupling.state]}: {coupling.why}")


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def create(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Create the counterpart in Dynamics CRM; where exactly one matches already, that one is coupled."""
    half = half_or_404(desk, table, record_id)
    with told(request):
        run = operations.create_in_sales(desk.company, half.name, [half.id], by=desk.actor)
        if run.ended and not run.failed and not run.conflicts and not run.coupled and not run.to_inserted:
            messages.warning(request, _why_not(desk, half))
            return redirect("crm-record", desk.company.slug, table, record_id)
        return follow(request, desk, run, done_url=card_url(desk, table, record_id))
    return redirect("crm-record", desk.company.slug, table, record_id)


def _why_not(desk: Desk, half: Half) -> str:
    """What the list of errors says about a record that was not created, or where to look."""
    label = half.record.title or half.record.key
    found = operations.issues(desk.company, half.name, search=half.record.key).issues
    why = next((issue.why for issue in found if issue.finance_id == half.id), "")
    return f"{label} was not created in Dynamics CRM: {why or 'a rule of the mapping leaves it out, or it is waiting.'}"


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def synchronize(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Synchronize the record now: merge, or one side's data over the other's."""
    half = half_or_404(desk, table, record_id)
    winner = winner_of(request.POST.get("first", ""), half.mapping)
    with told(request):
        run = operations.request_sync(desk.company, half.name, finance_ids=[half.id], winner=winner, by=desk.actor)
        return follow(request, desk, run, done_url=card_url(desk, table, record_id))
    return redirect("crm-record", desk.company.slug, table, record_id)


def winner_of(text: str, mapping: TableMapping) -> SideName | None:
    """Whose data is sent; `Http404` for a side whose data the mapping does not send."""
    if text not in {choice.value for choice in sides_to_send(mapping)}:
        raise Http404(f"no such choice {text}")
    return SideName(text) if text else None


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def uncouple(request: HttpRequest, desk: Desk, table: str, record_id: UUID) -> HttpResponse:
    """Delete the coupling; both records stay."""
    half = half_or_404(desk, table, record_id)
    try:
        count = operations.uncouple(desk.company, half.name, [half.id], by=desk.actor)
    except TallyError as refused:
        messages.error(request, str(refused))
        return redirect("crm-record", desk.company.slug, table, record_id)
    if count:
        messages.success(
            request, f"The coupling of {heading_of(half.record)} is deleted. Both records stay as they are."
        )
    else:
        messages.info(request, f"{heading_of(half.record)} was not coupled.")
    return redirect("record-card", desk.company.slug, table, record_id)
