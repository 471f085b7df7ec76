"""What every posting needs to know: the chart and its groups, rates, and the things that lines are about."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from tallystick.financials.models import (
    Company,
    Currency,
    CustomerPostingGroup,
    ExchangeRate,
    GLAccount,
    Item,
    ProductPostingGroup,
    Resource,
    SalesSetup,
    VATBusinessPostingGroup,
    VATPostingSetup,
    VATProductPostingGroup,
)
from tallystick.financials.models.people import NegativeInventory
from tallystick.financials.posting.books import PRODUCT_ACCOUNTS, SETUP_ACCOUNTS, Account, Chart, Group, VATSetup
from tallystick.financials.posting.goods import Thing
from tallystick.financials.posting.money import Money, places_of

STOCKED = "Inventory"


def filled(id: UUID | None) -> UUID:
    """Return a reference that postings, or the rules of its table, never leave blank."""
    if id is None:
        raise AssertionError("a reference that is always filled is blank")
    return id


def read_chart(company: Company) -> Chart:
    """Return the accounts, groups and setup of a company; seven queries of small tables."""
    setup = SalesSetup.objects.get(company=company)
    places = Currency.objects.filter(company=company, code=company.local_currency)
    accounts = GLAccount.objects.filter(company=company).values_list(
        "pk", "no", "name", "account_type", "blocked", "direct_posting"
    )
    products = ProductPostingGroup.objects.filter(company=company)
    customers = CustomerPostingGroup.objects.filter(company=company)
    vat = VATPostingSetup.objects.filter(company=company).values_list(
        "vat_business_posting_group_id", "vat_product_posting_group_id", "sales_vat_account_id"
    )
    codes = (
        VATBusinessPostingGroup.objects.filter(company=company)
        .values_list("pk", "code")
        .union(VATProductPostingGroup.objects.filter(company=company).values_list("pk", "code"))
    )
    return Chart(
        {id: Account(no, name, kind == "Posting", blocked, direct) for id, no, name, kind, blocked, direct in accounts},
        {one.pk: Group(one.code, {name: getattr(one, f"{name}_id") for name in PRODUCT_ACCOUNTS}) for one in products},
        {one.pk: Group(one.code, {"receivables_account": one.receivables_account_id}) for one in customers},
        {(business, product): VATSetup(account) for business, product, account in vat},
        dict(codes),
        {name: getattr(setup, f"{name}_id") for name in SETUP_ACCOUNTS},
        places_of(places.values_list("amount_decimal_places", flat=True).get()),
        setup.product_posting_group_id,
        setup.customer_posting_group_id,
        setup.vat_business_posting_group_id,
        setup.vat_product_posting_group_id,
        setup.allow_posting_from,
        setup.allow_posting_to,
    )


def read_money(company: Company, currency: UUID | None, on: date | None, chart: Chart) -> Money | None:
    """Return the currency with the newest rate until that day, None without one; none or the local one needs no rate."""
    found = Currency.objects.filter(company=company, pk=currency).first() if currency else None
    if found is None or found.code == company.local_currency:
        return Money(None, chart.local_places, chart.local_places)
    rates = ExchangeRate.objects.filter(company=company, currency=found)
    newest = rates.filter(starting_date__lte=on).order_by("-starting_date").first() if on else None
    if newest is None or not newest.exchange_rate_amount or not newest.relational_exch_rate_amount:
        return None
    places = places_of(found.amount_decimal_places)
    return Money(found.pk, places, chart.local_places, newest.exchange_rate_amount, newest.relational_exch_rate_amount)


def may_be_negative(company: Company) -> bool:
    """Whether stock may go below zero."""
    return company.negative_inventory == NegativeInventory.ALLOW


def read_things(
    company: Company, chart: Chart, *, items: Iterable[UUID], resources: Iterable[UUID] = (), lock: bool
) -> Mapping[UUID, Thing]:
    """Return items and resources by id; with `lock` nobody takes an item's unit away, blocks or deletes it meanwhile."""
    wanted = sorted(set(items))
    rows = Item.objects.filter(company=company, pk__in=wanted).order_by("pk")
    found = {
        item.pk: Thing(
            "item",
            item.pk,
            item.no,
            item.description,
            item.product_posting_group_id,
            item.blocked,
            item.type == STOCKED,
            item.unit_cost,
            item.inventory,
        )
        for item in (rows.select_for_update(no_key=True) if lock else rows)
        if wanted
    }
    if hired := set(resources):
        for one in Resource.objects.filter(company=company, pk__in=hired):
            found[one.pk] = Thing("resource", one.pk, one.no, one.name, one.product_posting_group_id, one.blocked)
    return found


def account_of(chart: Chart, id: UUID) -> Thing:
    """Return a G/L account as something a line can be about."""
    account = chart.accounts.get(id)
    return Thing("g-l-account", id, account.no if account else str(id), account.name if account else "")
