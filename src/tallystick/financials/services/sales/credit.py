"""How much a customer owes and is about to owe, against the credit limit."""

from decimal import Decimal
from uuid import UUID

from django.db.models import F, Sum
from django.utils import timezone

from tallystick.financials.models import Company, Currency, Customer, CustomerLedgerEntry, SalesOrder, SalesSetup
from tallystick.financials.models.finance import CreditWarning
from tallystick.financials.pricing.book import read_currencies
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.problems import RecordMissing

ZERO = Decimal(0)
PLACES = 2  # of the credit limit


def credit_warning(company: Company, customer_id: UUID, extra: Decimal = ZERO) -> str:
    """Return in words that the customer is over the credit limit; '' when not, or when the sales setup ignores it.

    `extra`, in the local currency, is what is about to be added to what is owed and ordered already. Four queries.
    Raises `RecordMissing`."""
    customer = Customer.objects.filter(company=company, pk=customer_id).values("no", "name", "credit_limit").first()
    if customer is None:
        raise RecordMissing("Customer", str(customer_id))
    if not customer["credit_limit"] or credit_policy(company) == CreditWarning.IGNORE:
        return ""
    owed, ordered = balance(company, customer_id), on_order(company, customer_id)
    total = owed + ordered + extra
    if total <= customer["credit_limit"]:
        return ""
    parts = f"{owed:,.2f} owed, {ordered:,.2f} on order" + (f", {extra:,.2f} more" if extra else "")
    return (
        f"Customer {customer['no']} {customer['name']} comes to {total:,.2f} {company.local_currency} ({parts}); "
        f"the credit limit is {customer['credit_limit']:,.2f}."
    )


def credit_policy(company: Company) -> str:
    """Return what becomes of an order over the credit limit: Warn, Refuse or Ignore."""
    found = SalesSetup.objects.filter(company=company).values_list("credit_warning", flat=True).first()
    return found or CreditWarning.WARN


def balance(company: Company, customer_id: UUID) -> Decimal:
    """Return what the customer owes, in the local currency."""
    entries = CustomerLedgerEntry.objects.filter(company=company, customer=customer_id, open=True)
    total = entries.order_by().aggregate(total=Sum("remaining_amount_lcy"))["total"]
    return rounded(total or ZERO, PLACES)


def on_order(company: Company, customer_id: UUID) -> Decimal:
    """Return what the customer's orders will come to that is not invoiced, in the local currency at today's rates.

    An amount whose currency has no rate yet counts as it is: a limit that is too careful beats one that is not there."""
    orders = SalesOrder.objects.filter(company=company, customer=customer_id)
    sums = list(
        orders.order_by()
        .values_list("currency_id")
        .annotate(total=Sum(F("outstanding_amount") + F("shipped_not_invoiced_amount")))
    )
    currencies = read_currencies(company, {currency for currency, _ in sums if currency})
    today = timezone.now().date()
    total = ZERO
    for currency, amount in sums:
        foreign = currencies.get(currency)
        known = foreign is not None and any(rate.starting_date <= today for rate in foreign.rates)
        total += foreign.to_local(amount, today, PLACES) if foreign is not None and known else amount
    return rounded(total, PLACES)


def places_of(company: Company, currency: UUID | None) -> int:
    """Return the decimal places of amounts in a currency; None is the local one."""
    rows = Currency.objects.filter(company=company)
    rows = rows.filter(pk=currency) if currency else rows.filter(code=company.local_currency)
    return rows.values_list("amount_decimal_places", flat=True).first() or 0
