"""Companies: creating one with what it needs, and changing its settings."""

import re
import unicodedata

from django.db import transaction

from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, Currency, Customer, ExchangeRate, Experience
from tallystick.financials.models.people import NegativeInventory
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services import numbers
from tallystick.financials.services.chart import create_default_chart

SETTINGS = (
    "name",
    "display_name",
    "address",
    "address_2",
    "post_code",
    "city",
    "country_code",
    "phone_no",
    "email",
    "local_currency",
    "experience",
    "negative_inventory",
)
CODES = ("country_code", "local_currency")


def create_company(
    name: str,
    *,
    local_currency: str = "EUR",
    experience: str = Experience.ESSENTIAL,
    slug: str = "",
    by: Actor = OPERATOR,
    **settings: str,
) -> Company:
    """Return a stored company with its number series and the row of its local currency."""
    by.require(Permission.SET_UP)
    company = Company(slug=slug or _free_slug(name))
    _assign(company, {"name": name, "local_currency": local_currency, "experience": experience, **settings})
    with transaction.atomic():
        company.save(force_insert=True)
        numbers.create_default_series(company)
        create_default_chart(company)
        _ensure_local_currency(company)
        audit.note(company, Area.COMPANY, company.name, {}, _filled(company), by=by)
    return company


def update_company(company: Company, *, by: Actor = OPERATOR, **settings: str) -> Company:
    """Change settings of a company (the names in `SETTINGS`). Raises `InvalidRecord` with a problem per field.

    The local currency cannot change once customers or exchange rates count in it."""
    by.require(Permission.SET_UP)
    with transaction.atomic():
        company = Company.objects.select_for_update().get(pk=company.pk)
        before, old = company.local_currency, _settings(company)
        _assign(company, settings)
        if company.local_currency != before and _counts_in_local_currency(company):
            raise InvalidRecord(
                [
                    _problem(
                        company,
                        "local_currency",
                        f"The local currency stays {before}: customers or exchange rates count in it.",
                        "Create another company for another currency.",
                    )
                ]
            )
        company.save()
        _ensure_local_currency(company)
        audit.note(company, Area.COMPANY, company.name, old, _settings(company), by=by)
    return company


def _settings(company: Company) -> dict[str, str]:
    return {name.replace("_", " "): getattr(company, name) for name in SETTINGS}


def _filled(company: Company) -> dict[str, str]:
    return {name: value for name, value in _settings(company).items() if value}


def _assign(company: Company, settings: dict[str, str]) -> None:
    problems = []
    for name, entered in settings.items():
        if name not in SETTINGS:
            raise TypeError(f"A company has no setting {name!r}; it has {', '.join(SETTINGS)}.")
        longest = getattr(Company._meta.get_field(name), "max_length", None) or 0
        value = entered.strip().upper() if name in CODES else entered.strip()
        if len(value) > longest:
            problems.append(_problem(company, name, f"{value[:20]}… is longer than {longest} characters."))
        setattr(company, name, value)
    if not company.name:
        problems.append(_problem(company, "name", "The company has no name.", "Enter one."))
    if not company.local_currency:
        problems.append(_problem(company, "local_currency", "The local currency is missing.", "Enter a code like EUR."))
    if company.experience not in Experience.values:
        known = ", ".join(Experience.values)
        problems.append(
            _problem(
                company, "experience", f"There is no experience {company.experience!r}.", f"Choose one of: {known}."
            )
        )
    if company.negative_inventory not in NegativeInventory.values:
        message = f"Negative inventory cannot be {company.negative_inventory!r}."
        known = " or ".join(NegativeInventory.values)
        problems.append(_problem(company, "negative_inventory", message, f"Choose {known}."))
    if problems:
        raise InvalidRecord(problems)


def _problem(company: Company, field: str, message: str, hint: str = "") -> Problem:
    return Problem("company", company.name or "new record", field, message, hint)


def _counts_in_local_currency(company: Company) -> bool:
    return ExchangeRate.objects.filter(company=company).exists() or Customer.objects.filter(company=company).exists()


def _ensure_local_currency(company: Company) -> None:
    code = company.local_currency
    if not Currency.objects.filter(company=company, code=code).exists():
        Currency.objects.create(company=company, code=code, iso_code=code if len(code) == 3 else "", description=code)


def _free_slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:24].strip("-") or "company"
    taken = set(Company.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 10_000) if f"{base}-{n}" not in taken)
