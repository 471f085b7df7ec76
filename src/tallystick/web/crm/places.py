"""Where things of the integration are: the mapping of a table, the addresses of both halves of a coupling."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404
from django.urls import reverse

from tallystick.engine import TableMapping, TallyError
from tallystick.integration import connections, mappings
from tallystick.integration.models import Connection
from tallystick.web.records.reading import card_url
from tallystick.web.shell.desk import Desk

BY_TABLE: Mapping[str, TableMapping] = {mapping.finance: mapping for mapping in mappings.ALL}
BY_SLUG: Mapping[str, TableMapping] = {mapping.name.lower().replace(" ", "-"): mapping for mapping in mappings.ALL}
BY_NAME: Mapping[str, TableMapping] = {mapping.name: mapping for mapping in mappings.ALL}
ARROWS = {"to sales": "→", "to finance": "←", "both": "↔"}
DIRECTIONS = {
    "to sales": "to Dynamics CRM",
    "to finance": "from Dynamics CRM",
    "both": "both ways",
}
TONES = {"in sync": "success", "waiting": "info", "conflict": "warning", "failed": "danger", "excluded": "secondary"}
STATE_WORDS = {
    "in sync": "In sync",
    "waiting": "Waiting",
    "conflict": "Conflict",
    "failed": "Failed",
    "excluded": "Left out",
}


def mapping_of_slug(slug: str) -> TableMapping:
    """The mapping of an address; `Http404` when there is none."""
    try:
        return BY_SLUG[slug]
    except KeyError:
        raise Http404(f"no integration table mapping {slug}") from None


def mapping_of_table(table: str) -> TableMapping:
    """The mapping of a finance table; `Http404` for a table that is not synchronized."""
    try:
        return BY_TABLE[table]
    except KeyError:
        raise Http404(f"{table} is not synchronized") from None


def slug_of(mapping: str) -> str:
    """What a mapping is called in addresses."""
    return mapping.lower().replace(" ", "-")


def mapping_url(desk: Desk, mapping: str) -> str:
    return reverse("crm-mapping", args=(desk.company.slug, slug_of(mapping)))


def run_url(desk: Desk, run_id: int) -> str:
    return reverse("crm-job", args=(desk.company.slug, run_id))


def record_url(desk: Desk, mapping: str, finance_id: str) -> str:
    """The page about the coupling of a finance record; "" for what is no id."""
    uuid = as_uuid(finance_id)
    return reverse("crm-record", args=(desk.company.slug, BY_NAME[mapping].finance, uuid)) if uuid else ""


@dataclass(frozen=True, slots=True)
class Halves:
    """The addresses of both halves of couplings. No requests; one query, when it is made."""

    desk: Desk
    connection: Connection | None

    @classmethod
    def of(cls, desk: Desk) -> "Halves":
        return cls(desk, connections.find_connection(desk.company))

    def finance(self, mapping: str, finance_id: str) -> str:
        """The card of a record in Financials; "" for none."""
        uuid = as_uuid(finance_id)
        return card_url(self.desk, BY_NAME[mapping].finance, uuid) if uuid else ""

    def sales(self, mapping: str, sales_id: str) -> str:
        """The form of a row in Dynamics CRM; "" for none, and while the connection cannot be used."""
        if not sales_id or self.connection is None:
            return ""
        try:
            return connections.client(self.connection).row_url(BY_NAME[mapping].sales, sales_id)
        except (
            TallyError
        ):  # the key to the client secret is lost: the setup page says so, this link is not needed for it
            return ""


def as_uuid(text: str) -> UUID | None:
    """The id of a record of Financials, or None for any other text."""
    try:
        return UUID(text)
    except ValueError:
        return None
