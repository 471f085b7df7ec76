"""The list of issues as data: what the address asks for, each issue with its links and choices."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from tallystick.engine import DeletionPolicy, Direction, SideName
from tallystick.financials import queries
from tallystick.integration import operations
from tallystick.integration.operations import Issue
from tallystick.web.crm.paging import chosen_mapping, page_asked
from tallystick.web.crm.places import BY_NAME, STATE_WORDS, TONES, Halves, as_uuid, record_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk

STATES = ("conflict", "failed", "waiting")
CHIPS = {"conflict": "Conflicts", "failed": "Failed", "waiting": "Waiting"}


@dataclass(frozen=True, slots=True)
class IssueQuery:
    """What the address asks for."""

    state: str = ""
    mapping: str = ""
    search: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: QueryDict) -> "IssueQuery":
        state = text_asked(asked, "state")
        return cls(state if state in STATES else "", chosen_mapping(asked), text_asked(asked, "q"), page_asked(asked))

    @property
    def suffix(self) -> str:
        """The query as the end of an address, so that an action leads back to the same list."""
        pairs = (
            ("state", self.state),
            ("mapping", self.mapping),
            ("q", self.search),
            ("page", str(self.page) if self.page > 1 else ""),
        )
        asked = [(name, value) for name, value in pairs if value]
        return f"?{urlencode(asked)}" if asked else ""

    def url(self, desk: Desk) -> str:
        return reverse("crm-issues", args=(desk.company.slug,)) + self.suffix


@dataclass(frozen=True, slots=True)
class Chip:
    """A state to look at, with how many issues are in it."""

    label: str
    count: int
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Deletion:
    """What may become of a record whose counterpart was deleted. `confirm`: asked for twice, since it deletes."""

    value: str
    label: str
    confirm: bool


@dataclass(frozen=True, slots=True)
class ShownIssue:
    """An issue with the addresses of its records and what may be done about it."""

    issue: Issue
    state: str
    tone: str
    side: str
    finance_url: str
    sales_url: str
    record_url: str
    waits_label: str
    waits_url: str
    deleted_on: str
    kept_on: str
    deletions: Sequence[Deletion]
    may_take_finance: bool
    may_take_sales: bool


def chips(desk: Desk, query: IssueQuery) -> Sequence[Chip]:
    """The states with their counts, over all mappings."""
    counts = operations.counts_by_state(desk.company)
    whole = replace(query, state="", page=1)
    return [
        Chip("All", sum(counts.values()), whole.url(desk), not query.state),
        *(
            Chip(
                CHIPS[state], counts.get(state, 0), replace(query, state=state, page=1).url(desk), state == query.state
            )
            for state in STATES
        ),
    ]


def shown(desk: Desk, issues: Sequence[Issue]) -> Sequence[ShownIssue]:
    """The issues of one page. One query for the addresses, one per table that something waits for."""
    halves = Halves.of(desk)
    codes = _awaited_codes(desk, issues)
    return [_shown(desk, halves, codes, issue) for issue in issues]


def _awaited(issue: Issue) -> tuple[str, str]:
    """The mapping and the id of what an issue waits for; mapping names have blanks, ids have none."""
    mapping, _, record_id = issue.waits_for.rpartition(" ")
    return (mapping, record_id) if mapping in BY_NAME else ("", "")


def _awaited_codes(desk: Desk, issues: Sequence[Issue]) -> Mapping[str, str]:
    """What the awaited records of Financials are called, by id."""
    wanted = defaultdict(set)
    for mapping, record_id in map(_awaited, issues):
        if mapping and (uuid := as_uuid(record_id)):
            wanted[BY_NAME[mapping].finance].add(uuid)
    return {
        str(id_): code
        for table, ids in wanted.items()
        for id_, code in queries.codes_by_id(desk.company, table, ids).items()
    }


def _shown(desk: Desk, halves: Halves, codes: Mapping[str, str], issue: Issue) -> ShownIssue:
    mapping, awaited = _awaited(issue)
    direction = BY_NAME[issue.mapping].direction
    gone = SideName(issue.deleted_on) if issue.deleted_on else None
    return ShownIssue(
        issue=issue,
        state=STATE_WORDS[issue.state],
        tone=TONES[issue.state],
        side=SideName(issue.side).title if issue.side else "",
        finance_url=halves.finance(issue.mapping, issue.finance_id) if gone is not SideName.FINANCE else "",
        sales_url=halves.sales(issue.mapping, issue.sales_id) if gone is not SideName.SALES else "",
        record_url=record_url(desk, issue.mapping, issue.finance_id) if gone is not SideName.FINANCE else "",
        waits_label=f"{mapping} {codes.get(awaited, '(in Dynamics CRM)')}" if mapping else "",
        waits_url=_awaited_url(halves, codes, mapping, awaited),
        deleted_on=gone.title if gone else "",
        kept_on=gone.other.title if gone else "",
        deletions=_deletions(gone, direction) if gone else (),
        may_take_finance=direction.reaches(SideName.SALES),
        may_take_sales=direction.reaches(SideName.FINANCE),
    )


def _awaited_url(halves: Halves, codes: Mapping[str, str], mapping: str, record_id: str) -> str:
    if not mapping:
        return ""
    return halves.finance(mapping, record_id) if record_id in codes else halves.sales(mapping, record_id)


def _deletions(gone: SideName, direction: Direction) -> Sequence[Deletion]:
    """What the direction of the mapping allows: nothing is written on a side that it does not reach."""
    choices = [Deletion(DeletionPolicy.UNCOUPLE.value, f"Keep it in {gone.other.title}, uncoupled", confirm=False)]
    if direction.reaches(gone):
        choices.append(Deletion(DeletionPolicy.RESTORE.value, f"Restore it in {gone.title}", confirm=False))
    if direction.reaches(gone.other):
        choices.append(Deletion(DeletionPolicy.DELETE.value, f"Delete it in {gone.other.title} too", confirm=True))
    return choices
