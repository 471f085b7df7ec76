"""The chart of accounts. Its balances are sums over the whole ledger, so they come after the page."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from tallystick.financials.models import Company, GLAccount, GLEntry
from tallystick.financials.pricing.rule import rounded
from tallystick.financials.tables import TABLES
from tallystick.web.records.reading import card_url, new_url
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.show import show

AMOUNT = TABLES["g-l-entry"].field("amount")
SHOWN = 1_000
PLACES = 3


@dataclass(frozen=True, slots=True)
class ChartRow:
    """An account: where its card and its entries are, and its balance (None while it is not known)."""

    no: str
    name: str
    category: str
    income_balance: str
    is_heading: bool
    is_blocked: bool
    url: str
    entries_url: str
    balance: str | None


@require_safe
@never_cache
@at_desk(Permission.READ_LEDGER)
def chart(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The accounts in their order, without a look into the ledger."""
    return _show(request, desk, "receivables/chart.html", None)


@require_safe
@never_cache
@at_desk(Permission.READ_LEDGER)
def balances(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The same rows with the balance of each account on a day, and what all of them come to."""
    return _show(request, desk, "receivables/_chart.html", balances_on(desk.company, _day(request)))


def _show(request: HttpRequest, desk: Desk, template: str, found: dict[object, Decimal] | None) -> HttpResponse:
    accounts = GLAccount.objects.filter(company=desk.company).order_by("no")[:SHOWN]
    total = sum(found.values(), Decimal(0)) if found is not None else None
    return show(
        request,
        desk,
        template,
        title="Chart of Accounts",
        rows=[_row(desk, account, found) for account in accounts],
        day=_day(request),
        currency=desk.company.local_currency,
        total=None if total is None else AMOUNT.number_text(rounded(total, PLACES), grouped=True),
        new_url=new_url(desk, "g-l-account") if desk.may_enter(TABLES["g-l-account"]) else "",
    )


def _day(request: HttpRequest) -> date:
    try:
        return parse_date(text_asked(request.GET, "on")) or timezone.localdate()
    except ValueError:  # such as the 30th of February
        return timezone.localdate()


def balances_on(company: Company, day: date) -> dict[object, Decimal]:
    """What each account comes to at the end of a day, by id. One query over the entries of the company."""
    sums = GLEntry.objects.filter(company=company, posting_date__lte=day).order_by().values_list("g_l_account_id")
    return {account: rounded(total, PLACES) for account, total in sums.annotate(total=Sum("amount"))}


def _row(desk: Desk, account: GLAccount, found: dict[object, Decimal] | None) -> ChartRow:
    entries = reverse("record-list", args=(desk.company.slug, "g-l-entry"))
    balance = None if found is None else AMOUNT.number_text(found.get(account.pk, Decimal(0)), grouped=True)
    is_heading = account.account_type != "Posting"
    return ChartRow(
        account.no,
        account.name,
        account.account_category,
        account.income_balance,
        is_heading,
        account.blocked,
        card_url(desk, "g-l-account", account.pk),
        f"{entries}?{urlencode({'g_l_account_no': account.no})}",
        "" if is_heading and balance is not None else balance,
    )
