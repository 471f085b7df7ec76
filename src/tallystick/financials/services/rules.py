"""The rules of each table that its columns cannot hold.

A rule completes a row (a person's name from its parts, the ISO code from the code) and says what is wrong with it. Pure:
it sees the row, what the caller gave, the row as it was, and the facts that were read beforehand.
"""

from collections.abc import Iterator, Mapping, Set
from decimal import Decimal
from typing import Any
from uuid import UUID

from tallystick.financials.services import opportunity_rules, purchase_rules
from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.documents.facts import HeaderFacts, LineFacts
from tallystick.financials.services.documents.headers import header_rule
from tallystick.financials.services.documents.lines import line_rule
from tallystick.financials.services.facts import Facts, Values
from tallystick.financials.services.rule import Rule

NAME_PARTS = ("first_name", "middle_name", "surname")
NAME_PART_LENGTH = 30


def complete(id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts) -> list[Complaint]:
    """Complete the row in place and return what is wrong with it. `given` names the fields the caller gave."""
    rule = RULES.get(facts.table.name)
    return list(rule(id, row, before, given, facts)) if rule else []


def _customer(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    chosen = row["primary_contact_id"]
    if "primary_contact_no" not in given or (before is not None and chosen == before["primary_contact_id"]):
        return
    if chosen is None:
        if "contact" not in given and before is not None:
            row["contact"] = ""
        return
    contact = facts.referred["contact"].get(chosen)
    if contact is None:
        return  # said once, with the other references
    if "contact" not in given:
        row["contact"] = contact.name
    # A person without a company joins this customer's when the row is written.
    loose = contact.type == "Person" and contact.company_contact_id is None
    ours = facts.company_contacts.get(id)
    if not loose and (ours is None or ours not in (contact.id, contact.company_contact_id)):
        yield Complaint(
            "primary_contact_no",
            f"Contact {contact.code} {contact.name} belongs to another company.",
            "Choose a contact of this customer.",
        )


def _contact(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    if before is not None and before["type"] != row["type"] and id in facts.busy_contacts:
        yield Complaint(
            "type",
            "The type stays as it is: persons work for this contact, or it is a customer.",
            "Create a new contact instead.",
        )
    if row["type"] == "Person":
        yield from _name_person(row, before, given)
        yield from _employer(id, row, facts)
        return
    for part in NAME_PARTS:
        row[part] = ""
    if row["company_contact_id"] is not None:
        if "company_no" in given:
            yield Complaint("company_no", "A company contact works for no other company.", "Leave Company No. empty.")
        row["company_contact_id"] = None


def _name_person(row: Values, before: Mapping[str, Any] | None, given: Set[str]) -> Iterator[Complaint]:
    renamed = before is not None and row["name"] != before["name"] and not given & set(NAME_PARTS)
    if renamed or not any(row[part] for part in NAME_PARTS):
        row.update(zip(NAME_PARTS, split_name(row["name"]), strict=True))
        longest = max(len(row[part]) for part in NAME_PARTS)
        if longest > NAME_PART_LENGTH:
            yield Complaint(
                "name",
                f"{row['name'][:20]}… has a part of {longest} characters; at most {NAME_PART_LENGTH} fit.",
                "Enter first name, middle name and surname instead.",
            )
    else:
        row["name"] = " ".join(row[part] for part in NAME_PARTS if row[part])


def split_name(name: str) -> tuple[str, str, str]:
    """Return first name, middle name and surname as Business Central splits a name: the last word is the surname."""
    words = name.split()
    match words:
        case []:
            return "", "", ""
        case [only]:
            return "", "", only
        case [first, *middle, last]:
            return first, " ".join(middle), last
    raise AssertionError(words)


def _employer(id: UUID, row: Values, facts: Facts) -> Iterator[Complaint]:
    employer = facts.referred["contact"].get(row["company_contact_id"]) if row["company_contact_id"] else None
    if row["company_contact_id"] == id:
        yield Complaint("company_no", "A contact cannot work for itself.", "Choose a company contact.")
    elif employer is not None and employer.type != "Company":
        yield Complaint(
            "company_no",
            f"Contact {employer.code} {employer.name} is a person, not a company.",
            "Choose a company contact.",
        )


def _currency(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    if not row["iso_code"] and len(row["code"]) == 3:
        row["iso_code"] = row["code"]
    if row["iso_code"] and not (len(row["iso_code"]) == 3 and row["iso_code"].isascii() and row["iso_code"].isalpha()):
        yield Complaint("iso_code", f"{row['iso_code']!r} is no ISO 4217 code.", "Three letters, such as USD.")


def _exchange_rate(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    for name in ("exchange_rate_amount", "relational_exch_rate_amount"):
        amount: Decimal | None = row[name]
        if amount is not None and amount <= 0:
            yield Complaint(name, f"{facts.table.field(name).label} is {amount}.", "A rate is above zero.")
    currency = facts.referred["currency"].get(row["currency_id"])
    if currency is not None and currency.code == facts.company.local_currency:
        yield Complaint(
            "currency_code",
            f"{currency.code} is the local currency and has no exchange rate.",
            "Rates are those of foreign currencies.",
        )


def _country(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    iso = row["iso_code"]
    if iso and not (len(iso) == 2 and iso.isascii() and iso.isalpha()):
        yield Complaint("iso_code", f"{iso!r} is no ISO 3166 code.", "Two letters, such as DE.")


def _base_unit(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    """Another base unit must leave the factors of the other units right, and what is posted in stock."""
    field, column = "base_unit_of_measure", "base_unit_of_measure_id"
    if before is not None and id in facts.units.posted:
        if row["type"] != before["type"]:
            yield Complaint(
                "type", f"Item {row['no']} has item ledger entries, so its type stays.", "Use another item."
            )
        if row[column] != before[column]:
            message = f"Item {row['no']} has item ledger entries, which count in its base unit."
            yield Complaint(field, message, "Use another item.")
        return
    if before is None or before[column] is None or row[column] == before[column]:
        return
    if row[column] is None:
        yield Complaint(field, f"{facts.table.label} {row['no']} keeps a base unit once it has one.", "Choose another.")
        return
    factor = facts.units.factors.get((id, row[column]))
    others = {unit for owner, unit in facts.units.factors if owner == id} - {before[column]}
    if factor is None and (others or (id, before[column]) in facts.units.priced):
        yield Complaint(
            field,
            f"{facts.table.label} {row['no']} has other units or prices, which count in the present base unit.",
            "Delete them first, or make the new unit one of its units, of quantity 1.",
        )
    elif factor not in (None, 1):
        yield Complaint(
            field,
            f"The new base unit holds {_plain(factor)} of the present one, and a base unit counts 1.",
            "Choose another unit, or change its quantity first.",
        )


def _unit(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    owner, unit = facts.table.field(facts.table.part_of), facts.table.field("unit_of_measure_code")
    factor: Decimal | None = row["qty_per_unit_of_measure"]
    if factor is not None and factor <= 0:
        yield Complaint(
            "qty_per_unit_of_measure", f"A quantity per unit of {factor:f} is not above zero.", "Enter one."
        )
    if row[owner.column] in facts.units.base and facts.units.base[row[owner.column]] is None:
        yield Complaint(owner.name, f"{owner.label}: it has no base unit of measure.", "Choose its base unit first.")
    elif row[unit.column] is not None and facts.units.base.get(row[owner.column]) == row[unit.column] and factor != 1:
        yield Complaint("qty_per_unit_of_measure", "The base unit counts 1.", "Change the base unit on the card.")
    if before is None or (before[owner.column], before[unit.column]) == (row[owner.column], row[unit.column]):
        return
    if facts.units.base.get(before[owner.column]) == before[unit.column]:
        yield Complaint(unit.name, "The base unit stays a unit.", "Change the base unit on the card first.")
    elif (before[owner.column], before[unit.column]) in facts.units.priced:
        yield Complaint(unit.name, "Price lists state prices for the unit.", "Add a unit instead of changing this one.")


def _price_list(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    named = {"Customer": "customer_no", "Customer Price Group": "customer_price_group"}
    for source_type, name in named.items():
        field = facts.table.field(name)
        if row["source_type"] == source_type:
            if row[field.column] is None:
                yield Complaint(
                    name, f"{field.label} is empty.", f"Say whose prices these are: enter the {field.label}."
                )
        elif row[field.column] is not None:
            if name in given and (before is None or before["source_type"] == row["source_type"]):
                message = f"The prices are for {row['source_type']}, so {field.label} stays empty."
                yield Complaint(name, message, f"Empty it, or choose the source type {source_type}.")
            row[field.column] = None
    start, end = row["starting_date"], row["ending_date"]
    if start and end and end < start:
        yield Complaint("ending_date", f"The list ends on {end}, before it starts on {start}.", "Enter a later date.")
    currency = facts.referred["currency"].get(row["currency_id"])
    if currency is not None and currency.code == facts.company.local_currency:
        row["currency_id"] = None


def _price_list_line(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    if row["item_id"] is not None and row["resource_id"] is not None:
        yield Complaint("resource_no", "The line names an item and a resource.", "Empty one of them.")
        return
    asset = row["item_id"] or row["resource_id"]
    if asset not in facts.units.base:
        return
    if row["unit_of_measure_id"] is None:
        row["unit_of_measure_id"] = facts.units.base[asset]
    elif (asset, row["unit_of_measure_id"]) not in facts.units.factors:
        table = "item" if row["item_id"] else "resource"
        unit = facts.referred["unit-of-measure"].get(row["unit_of_measure_id"])
        if unit is not None:
            message = f"{unit.code} is no unit of {table} {facts.referred[table][asset].code}."
            yield Complaint("unit_of_measure_code", message, f"Add it to the {table}'s units of measure first.")


def _document(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    if isinstance(facts.documents, HeaderFacts):
        yield from header_rule(id, row, before, given, facts.documents)


def _document_line(
    id: UUID, row: Values, before: Mapping[str, Any] | None, given: Set[str], facts: Facts
) -> Iterator[Complaint]:
    if isinstance(facts.documents, LineFacts):
        yield from line_rule(id, row, before, given, facts.documents)


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


RULES: Mapping[str, Rule] = {
    "customer": _customer,
    "contact": _contact,
    "currency": _currency,
    "exchange-rate": _exchange_rate,
    "country": _country,
    "item": _base_unit,
    "resource": _base_unit,
    "item-unit-of-measure": _unit,
    "resource-unit-of-measure": _unit,
    "price-list": _price_list,
    "price-list-line": _price_list_line,
    **purchase_rules.RULES,
    **opportunity_rules.RULES,
    "sales-quote": _document,
    "sales-quote-line": _document_line,
    "sales-order": _document,
    "sales-order-line": _document_line,
    "sales-credit-memo": _document,
    "sales-credit-memo-line": _document_line,
}
