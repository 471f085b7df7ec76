"""The sales setup: what documents and postings of a company take where nothing else is said."""

from collections.abc import Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from django.db import transaction

from tallystick.financials import queries
from tallystick.financials.descriptions.setup import SALES_SETUP_FIELDS
from tallystick.financials.models import Company, GLAccount, SalesSetup, VATPostingSetup
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import InvalidRecord, Problem
from tallystick.financials.services.records import create, update
from tallystick.financials.tables import Field, table_named
from tallystick.financials.values import Unacceptable, clean

TYPED_ACCOUNTS = ("bank_account_no", "freight_account_no")  # they stand in payments and document lines


def sales_setup(company: Company) -> dict[str, Any]:
    """Return the settings by name (those of `SALES_SETUP_FIELDS`), references as codes; '' and None are blank."""
    fields = SALES_SETUP_FIELDS.values()
    paths = [_path(field) for field in fields]
    row = SalesSetup.objects.filter(company=company).values_list(*paths).first()
    if row is None:
        return {field.name: field.blank if not field.references else "" for field in fields}
    return {field.name: (value or "") if field.references else value for field, value in zip(fields, row, strict=True)}


def update_sales_setup(company: Company, settings: Mapping[str, object], *, by: Actor = OPERATOR) -> None:
    """Change settings of `SALES_SETUP_FIELDS`, references given as codes or ids; those left out stay.

    Raises `InvalidRecord` with a problem per setting; then nothing was changed."""
    by.require(Permission.SET_UP)
    with transaction.atomic():
        setup, _ = SalesSetup.objects.select_for_update().get_or_create(company=company)
        problems: list[Problem] = []
        for name, entered in settings.items():
            _assign(company, setup, name, entered, problems)
        problems += _contradictions(company, setup)
        if problems:
            raise InvalidRecord(problems)
        setup.save()


def set_vat_rate(company: Company, business: str, product: str, percent: str, *, by: Actor = OPERATOR) -> None:
    """Set the VAT rate of a business group on a product group, by their codes. What is written already stays as it is.

    A pair that had no rate yet owes its VAT on the account of the others. Raises `InvalidRecord`."""
    by.require(Permission.SET_UP)
    given = {"vat_business_posting_group": business, "vat_product_posting_group": product}
    ids = {name: _group(company, name, code) for name, code in given.items()}
    pairs = VATPostingSetup.objects.filter(company=company)
    found = pairs.filter(**{f"{name}_id": id for name, id in ids.items()}).values_list("pk", flat=True).first()
    if found is not None:
        update(company, "vat-posting-setup", found, {"vat_percent": percent})
        return
    account = pairs.filter(sales_vat_account__isnull=False).values_list("sales_vat_account_id", flat=True).first()
    create(company, "vat-posting-setup", {**ids, "vat_percent": percent, "sales_vat_account_no": account})


def _group(company: Company, name: str, code: str) -> UUID:
    try:
        found = _value(company, SALES_SETUP_FIELDS[name], code or "?")
    except Unacceptable as problem:
        raise InvalidRecord([_problem(company, name, problem.message, problem.hint)]) from None
    return cast(UUID, found)


def _path(field: Field) -> str:
    return f"{field.relation}__{table_named(field.references).key[0]}" if field.references else field.name


def _assign(company: Company, setup: SalesSetup, name: str, entered: object, problems: list[Problem]) -> None:
    field = SALES_SETUP_FIELDS.get(name)
    if field is None:
        known = ", ".join(SALES_SETUP_FIELDS)
        problems.append(_problem(company, name, f"The sales setup has no {name!r}.", f"There are: {known}."))
        return
    try:
        setattr(setup, field.column, _value(company, field, entered))
    except Unacceptable as problem:
        problems.append(_problem(company, name, problem.message, problem.hint))


def _value(company: Company, field: Field, entered: object) -> object:
    if not field.references or isinstance(entered, UUID) or entered in (None, ""):
        return clean(field, entered)
    code = str(entered).strip().upper()
    found = queries.ids_by_code(company, field.references, [code]).get(code)
    if found is None:
        label = table_named(field.references).label
        raise Unacceptable(f"{field.label}: there is no {label} {code}.", f"Create the {label} first.")
    return found


def _contradictions(company: Company, setup: SalesSetup) -> Iterator[Problem]:
    start, end = setup.allow_posting_from, setup.allow_posting_to
    if start and end and end < start:
        message = f"Posting would be allowed until {end}, and only from {start} on."
        yield _problem(company, "allow_posting_to", message, "Enter a later day.")
    fields = [field for field in SALES_SETUP_FIELDS.values() if field.references == "g-l-account"]
    chosen = {getattr(setup, field.column) for field in fields} - {None}
    accounts = {account.pk: account for account in GLAccount.objects.filter(company=company, pk__in=chosen)}
    for field in fields:
        id = getattr(setup, field.column)
        if id is not None and (message := _unfit(field, accounts.get(id))):
            yield _problem(company, field.name, f"{field.label}: {message}", "Choose another account.")


def _unfit(field: Field, account: GLAccount | None) -> str:
    if account is None:
        return "this company has no such account."
    if account.account_type != "Posting":
        return f"{account.no} {account.name} is a heading and takes no entries."
    if account.blocked:
        return f"{account.no} {account.name} is blocked."
    if field.name in TYPED_ACCOUNTS and not account.direct_posting:
        return f"{account.no} {account.name} is booked by posting groups alone."
    return ""


def _problem(company: Company, field: str, message: str, hint: str = "") -> Problem:
    return Problem("sales-setup", company.name, field, message, hint)
