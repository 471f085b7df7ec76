"""Number series: numbers that are given once each, also when two ask at the same moment."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

import re
from collections.abc import Iterable, Mapping

from django.db import connection, transaction

from tallystick.financials import audit, database
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, NumberSeries
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.tables import table_named

LAST_DIGITS = re.compile(r"([0-9]+)(?=[^0-9]*$)")

DEFAULT_SERIES = (
    # code, description, used for, starting no., increment
    ("CUST", "Customers", "customer", "C00010", 10),
    ("CONT", "Contacts", "contact", "CT000001", 1),
    ("SALES", "Salespeople", "salesperson", "SP NO. 00001", 1),
    ("ITEM", "Items", "item", "I00010", 10),
    ("RES", "Resources", "resource", "R00010", 10),
    ("PRICE", "Price lists", "price-list", "PL00001", 1),
    ("OPP", "Opportunities", "opportunity", "OP000001", 1),
    ("S-QUO", "Sales quotes", "sales-quote", "SQ000001", 1),
    ("S-ORD", "Sales orders", "sales-order", "SO000001", 1),
    ("S-CR", "Sales credit memos", "sales-credit-memo", "SC000001", 1),
    ("S-SHPT", "Posted sales shipments", "sales-shipment", "PSS000001", 1),
    ("S-INV", "Posted sales invoices", "sales-invoice", "PSI000001", 1),
    ("S-CR+", "Posted sales credit memos", "posted-credit-memo", "PSC000001", 1),
    ("PAY", "Customer payments", "customer-payment", "PAY000001", 1),
    ("P-ORD", "Purchase orders", "purchase-order", "PO000001", 1),
)


def increment(number: str, by: int = 1) -> str:
    """Return the number after this one: the last digits count up, and grow when they run over (`A99` → `A100`).

    Raises `ValueError` when there are no digits."""
    found = LAST_DIGITS.search(number)
    if found is None:
        raise ValueError(f"{number!r} has no digits to count up.")
    width = len(found[1])
    return f"{number[: found.start()]}{int(found[1]) + by:0{width}d}{number[found.end() :]}"


def allocate(company: Company, table: str, count: int = 1) -> list[str]:
    """Return `count` numbers for new records of the table that nobody else was or will be given.

    For services, which have asked whether their caller may do what the numbers are for.

    Runs in the caller's transaction: rolled back, the numbers are free again; until it ends, others wait for theirs.
    Numbers that somebody typed by hand are passed over. Raises `InvalidRecord` without a series, or at its end."""
    with transaction.atomic():
        series = NumberSeries.objects.select_for_update().filter(company=company, used_for=table).first()
        if series is None:
            raise _refusal(table, "There is no number series for this table.", "Enter the number yourself.")
        free: list[str] = []
        last = series.last_no_used
        while len(free) < count:
            block = _block(series, last, count - len(free))
            taken = _taken(company, table, block)
            free += [number for number in block if number not in taken]
            last = block[-1]
        series.last_no_used = last
        series.save(update_fields=["last_no_used", "modified_at"])
    return free


def _block(series: NumberSeries, last: str, count: int) -> list[str]:
    table, longest = series.used_for, _longest(series.used_for)
    block = []
    for _ in range(count):
        last = increment(last, series.increment_by) if last else series.starting_no
        if series.ending_no and (len(last), last) > (len(series.ending_no), series.ending_no):
            raise _refusal(
                table,
                f"Number series {series.code} ended at {series.ending_no}.",
                "Give the series a new ending number.",
            )
        if len(last) > longest:
            raise _refusal(table, f"Number series {series.code} reached {last}, which is too long.", "Start a new one.")
        block.append(last)
    return block


def _longest(table: str) -> int:
    described = table_named(table)
    return described.field(described.key[0]).max_length or 0


def _taken(company: Company, table: str, numbers: Iterable[str]) -> set[str]:
    described = table_named(table)
    column = described.key[0]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM {described.db_table} WHERE company_id = %s AND {database.any_of(column)}",
            [database.id_parameter(company.pk), database.list_parameter(numbers)],
        )
        return {number for (number,) in cursor.fetchall()}


def _refusal(table: str, message: str, hint: str) -> InvalidRecord:
    described = table_named(table)
    return InvalidRecord([Problem(table, "new record", described.key[0], message, hint)])


def create_default_series(company: Company) -> None:
    """Give a new company its number series."""
    NumberSeries.objects.bulk_create(
        NumberSeries(company=company, code=code, description=text, used_for=table, starting_no=first, increment_by=step)
        for code, text, table, first, step in DEFAULT_SERIES
    )


def save_series(
    company: Company,
    code: str,
    *,
    description: str = "",
    used_for: str = "",
    starting_no: str,
    ending_no: str = "",
    last_no_used: str = "",
    increment_by: int = 1,
    by: Actor = OPERATOR,
) -> NumberSeries:
    """Create the series of this code, or change it. Raises `InvalidRecord` with a problem per field."""
    by.require(Permission.SET_UP)
    code = code.strip().upper()
    patterns = {
        "starting_no": starting_no.strip().upper(),
        "ending_no": ending_no.strip().upper(),
        "last_no_used": last_no_used.strip().upper(),
    }
    problems = list(_series_problems(company, code, used_for, patterns, increment_by))
    if problems:
        raise InvalidRecord(problems)
    settings = {"description": description.strip(), "used_for": used_for, "increment_by": increment_by, **patterns}
    with transaction.atomic():
        old = NumberSeries.objects.select_for_update().filter(company=company, code=code).values(*settings).first()
        series, _ = NumberSeries.objects.update_or_create(company=company, code=code, defaults=settings)
        audit.note(company, Area.NUMBER_SERIES, code, _in_words(old or {}), _in_words(settings), by=by)
    return series


def _in_words(settings: Mapping[str, object]) -> dict[str, object]:
    return {name.replace("_", " "): value for name, value in settings.items()}


def _series_problems(
    company: Company, code: str, used_for: str, patterns: dict[str, str], increment_by: int
) -> Iterable[Problem]:
    def problem(field: str, message: str, hint: str = "") -> Problem:
        return Problem("number-series", code or "new record", field, message, hint)

    if not code or len(code) > 20:
        yield problem("code", "A number series needs a code of at most 20 characters.")
    if not patterns["starting_no"]:
        yield problem("starting_no", "Starting No. is missing.", "Write the first number, such as C00010.")
    for name, pattern in patterns.items():
        if pattern and not LAST_DIGITS.search(pattern):
            yield problem(name, f"{pattern!r} has no digits to count up.", "End it with digits, such as C00010.")
        if len(pattern) > 20:
            yield problem(name, f"{pattern!r} is longer than 20 characters.")
    if increment_by < 1:
        yield problem("increment_by", "Numbers go up by 1 at least.")
    others = NumberSeries.objects.filter(company=company, used_for=used_for).exclude(code=code)
    if used_for and (other := others.first()):
        yield problem("used_for", f"Series {other.code} numbers this table already.", "Take the table from it first.")
