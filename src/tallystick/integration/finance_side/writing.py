"""Writes of the engine carried out by Financials' own services, with its rules and its words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from tallystick.engine import (
    Change,
    Delete,
    Fields,
    Insert,
    RecordExists,
    RecordGone,
    RecordRefused,
    StaleRecord,
    TallyError,
    Value,
    Write,
)
from tallystick.financials import services
from tallystick.financials.models import BusinessRelation, Company, Country
from tallystick.financials.permissions import operator
from tallystick.financials.services import Deleted, Missing, Refused, Saved, Stale
from tallystick.financials.tables import Kind, Table
from tallystick.integration.finance_side.fields import Facts

# It works for everybody, so no one's permissions count: who may start it is asked where it is started.
SYNCHRONIZATION = operator("synchronization")


@dataclass(frozen=True, slots=True)
class Translation:
    """What turns canonical values back into those of the services: read once per page of writes."""

    table: Table
    facts: Facts
    countries: Mapping[str, UUID]
    employers: Mapping[str, UUID]

    def values(self, fields: Fields) -> dict[str, object]:
        """Return field values as the services take them. Raises RecordRefused for what cannot be said in Financials."""
        return dict(self._value(name, value) for name, value in fields.items() if name != "exchange_rate")

    def _value(self, name: str, value: Value) -> tuple[str, object]:
        match name:
            case "company":
                return "company_no", self._employer(value)
            case "country_code":
                return name, self._country(value)
            case "currency_code" if value == self.facts.local_currency:
                return name, None
            case _ if value is not None and self.table.field(name).kind is Kind.REFERENCE:
                return name, UUID(str(value))
            case _:
                return name, value

    def _country(self, value: Value) -> UUID | None:
        if value is None:
            return None
        if (found := self.countries.get(str(value).casefold())) is not None:
            return found
        raise RecordRefused(
            f"The country {value!r} is not known in Financials.",
            hint="Add it under Countries/Regions, or write the code or name of one that is there.",
        )

    def _employer(self, value: Value) -> UUID | None:
        if value is None:
            return None
        if (found := self.employers.get(str(value))) is not None:
            return found
        raise RecordRefused(
            "The customer this person works for has no company contact in Financials.",
            hint="Create a company contact for the customer first; contacts need a number series.",
        )


def translation(company: Company, table: Table, writes: Iterable[Write], facts: Facts) -> Translation:
    """Read what these writes refer to by another name than its id. At most one query for each kind."""
    given = [write.fields for write in writes if not isinstance(write, Delete)]
    customers = {UUID(str(fields["company"])) for fields in given if fields.get("company") is not None}
    countries = _countries(company) if any(fields.get("country_code") for fields in given) else {}
    return Translation(table, facts, countries, _employers(company, customers) if customers else {})


def _countries(company: Company) -> dict[str, UUID]:
    """Return the countries by name, ISO code and code; the code counts most."""
    rows = list(Country.objects.filter(company=company))
    known = {country.name.casefold(): country.pk for country in rows}
    known |= {country.iso_code.casefold(): country.pk for country in rows}
    known |= {country.code.casefold(): country.pk for country in rows}
    known.pop("", None)
    return known


def _employers(company: Company, customers: set[UUID]) -> dict[str, UUID]:
    relations = BusinessRelation.objects.filter(company=company, customer__in=customers)
    return {str(customer): contact for customer, contact in relations.values_list("customer_id", "contact_id")}


def carry_out(
    company: Company, table: Table, writes: Sequence[Write], words: Translation
) -> list[services.Saved | services.Deleted | TallyError]:
    """Write and delete; return what became of each, in order. The caller holds the transaction."""
    answers: dict[int, Saved | Deleted | TallyError] = {}
    saves: dict[int, services.Write] = {}
    deletions: dict[int, services.Delete] = {}
    for number, write in enumerate(writes):
        try:
            match write:
                case Insert():
                    saves[number] = services.Insert(words.values(write.fields), UUID(write.id))
                case Change():
                    saves[number] = services.Update(UUID(write.id), words.values(write.fields), int(write.version))
                case Delete():
                    deletions[number] = services.Delete(UUID(write.id), int(write.version))
                case _:
                    assert_never(write)
        except RecordRefused as refusal:
            refusal.record = refusal.record or _name(table, write)
            answers[number] = refusal
    saved = services.save_many(company, table.name, list(saves.values()), by=SYNCHRONIZATION)
    for number, outcome in zip(saves, saved, strict=True):
        answers[number] = _answer(table, writes[number], outcome)
    deleted = services.delete_many(company, table.name, list(deletions.values()), by=SYNCHRONIZATION)
    for number, deletion in zip(deletions, deleted, strict=True):
        answers[number] = _answer(table, writes[number], deletion)
    return [answers[number] for number in range(len(writes))]


def _answer(table: Table, write: Write, outcome: services.Outcome | Deleted) -> Saved | Deleted | TallyError:
    """Return an outcome of the services in the words of the engine."""
    name = _name(table, write)
    match outcome:
        case Saved() | Deleted():
            return outcome
        case Stale() if isinstance(write, Insert):
            return RecordExists(f"Financials has a {table.label} with this id already.", record=name)
        case Stale():
            return StaleRecord("Somebody changed the record in Financials meanwhile.", record=name)
        case Missing():
            return RecordGone("The record no longer exists in Financials.", record=name)
        case Refused(problems=problems):
            return RecordRefused(
                " ".join(dict.fromkeys(problem.message for problem in problems)),
                record=name,
                hint=" ".join(dict.fromkeys(problem.hint for problem in problems if problem.hint)),
            )
        case _:
            assert_never(outcome)


def _name(table: Table, write: Write) -> str:
    return f"{table.label} {write.label or write.id}"
