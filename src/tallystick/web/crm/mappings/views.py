"""Integration Table Mappings: what is paired with what, by which rules, and how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tallystick.engine import FINANCE, SALES, Direction, TableMapping, TallyError
from tallystick.integration import operations
from tallystick.integration.operations import FieldOverview, MappingCounts, MappingOverview
from tallystick.web.crm.gate import crm_page, told
from tallystick.web.crm.mappings.forms import CONFLICTS, DELETIONS, MappingForm
from tallystick.web.crm.places import ARROWS, DIRECTIONS, mapping_of_slug, run_url, slug_of
from tallystick.web.crm.runs import ShownRun, follow, shown_run
from tallystick.web.shell.desk import Desk, Permission
from tallystick.web.shell.show import crumb, show


@dataclass(frozen=True, slots=True)
class ShownMapping:
    """A table mapping as the list and its page show it. `adds_up` holds unless the counts contradict each other."""

    overview: MappingOverview
    slug: str
    arrow: str
    direction: str
    depends_on: Sequence[tuple[str, str]]
    conflicts: str
    deletions: str
    last_run: ShownRun | None

    @property
    def counts(self) -> MappingCounts:
        return self.overview.counts


@dataclass(frozen=True, slots=True)
class ShownField:
    field: FieldOverview
    arrow: str
    direction: str


def _shown(desk: Desk, overview: MappingOverview) -> ShownMapping:
    return ShownMapping(
        overview=overview,
        slug=slug_of(overview.name),
        arrow=ARROWS[overview.direction],
        direction=DIRECTIONS[overview.direction],
        depends_on=[(name, slug_of(name)) for name in overview.depends_on],
        conflicts=next(text for policy, text in CONFLICTS.items() if policy.value == overview.conflicts),
        deletions=next(text for policy, text in DELETIONS.items() if policy.value == overview.deletions),
        last_run=shown_run(desk, overview.last_run) if overview.last_run else None,
    )


def open_rows(counts: MappingCounts) -> int:
    """How many rows need a person or time."""
    return counts.waiting + counts.conflicts + counts.failed


@require_safe
@crm_page()
def mappings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Every table mapping in the order in which they run."""
    shown = [_shown(desk, overview) for overview in operations.mapping_overview(desk.company)]
    return show(request, desk, "crm/mappings.html", title="Integration Table Mappings", mappings=shown)


@require_http_methods(["GET", "HEAD", "POST"])
@crm_page()
def mapping(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """One mapping with its fields; who may integrate changes its policies."""
    described = mapping_of_slug(mapping)
    if request.method == "POST":
        desk.actor.require(Permission.INTEGRATE)
    overview = _overview(desk, described)
    if request.method != "POST":
        return _show(request, desk, overview, MappingForm(overview, may_edit=desk.may_integrate))
    form = MappingForm(overview, request.POST, may_edit=True)
    if form.is_valid():
        try:
            operations.change_mapping(desk.company, described.name, by=desk.actor, **form.cleaned_data)
        except TallyError as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"The settings of {described.name} are saved. They count from the next run on.")
            return redirect("crm-mapping", desk.company.slug, mapping)
    return _show(request, desk, overview, form, status=422)


def _overview(desk: Desk, described: TableMapping) -> MappingOverview:
    return next(one for one in operations.mapping_overview(desk.company) if one.name == described.name)


def _show(
    request: HttpRequest, desk: Desk, overview: MappingOverview, form: MappingForm, status: int = 200
) -> HttpResponse:
    described = mapping_of_slug(slug_of(overview.name))
    return show(
        request,
        desk,
        "crm/mapping.html",
        title=overview.name,
        breadcrumbs=[crumb("Integration Table Mappings", "crm-mappings", desk)],
        mapping=_shown(desk, overview),
        fields=[ShownField(row, ARROWS[row.direction], DIRECTIONS[row.direction]) for row in overview.fields],
        constants=_constants(described),
        rules=_rules(described),
        can_match=any(row.match and row.enabled for row in overview.fields),
        can_create=Direction(overview.direction).reaches(SALES),
        open_rows=open_rows(overview.counts),
        form=form,
        status=status,
    )


def _constants(described: TableMapping) -> Sequence[str]:
    return [f"{constant.side.title}: {constant.field} is always {constant.value}" for constant in described.constants]


def _rules(described: TableMapping) -> Sequence[tuple[str, Sequence[str]]]:
    """The filters, side by side, in the words in which they are given as reasons."""
    sides = (
        (side.title, [condition.text for condition in described.conditions if condition.side is side])
        for side in (FINANCE, SALES)
    )
    return [(title, texts) for title, texts in sides if texts]


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def synchronize(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """Have a worker synchronize what changed on either side."""
    described = mapping_of_slug(mapping)
    run = operations.request_sync(desk.company, described.name, by=desk.actor)
    return redirect(run_url(desk, run.pk))


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def match(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """Couple all uncoupled records whose match fields agree."""
    described = mapping_of_slug(mapping)
    run = operations.match_and_couple(
        desk.company,
        described.name,
        None,
        create_unmatched=request.POST.get("create") == "on",
        synchronize=request.POST.get("synchronize") == "on",
        by=desk.actor,
    )
    return follow(request, desk, run)


@require_POST
@crm_page(Permission.SYNCHRONIZE)
def uncouple(request: HttpRequest, desk: Desk, mapping: str) -> HttpResponse:
    """Delete every coupling of the mapping; both records of each stay."""
    described = mapping_of_slug(mapping)
    with told(request):
        count = operations.uncouple(desk.company, described.name, None, by=desk.actor)
        messages.success(request, f"{count:,} couplings of {described.name} are deleted. All records stay as they are.")
    return redirect("crm-mapping", desk.company.slug, mapping)
