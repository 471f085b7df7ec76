"""Payments of customers: registered, applied to what is open, and applications undone."""

from collections.abc import Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tallystick.financials import queries
from tallystick.financials.models import CustomerLedgerEntry
from tallystick.financials.problems import InvalidRecord, Problem, RecordMissing
from tallystick.financials.queries import Record
from tallystick.financials.services import postings
from tallystick.financials.services.postings import PaymentEntry, Posted
from tallystick.financials.tables import TABLES
from tallystick.web.receivables.forms import CustomerForm, PaymentForm
from tallystick.web.receivables.open_entries import amounts_of, counterparts_of, owed_by, ticked_in
from tallystick.web.records.card import list_crumb
from tallystick.web.records.reading import card_url, heading_of
from tallystick.web.shell.asked import text_asked
from tallystick.web.shell.desk import Desk, Permission, at_desk
from tallystick.web.shell.problems import add_problems
from tallystick.web.shell.show import Crumb, show


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def payment(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Register money of a customer, and tick what it pays. Without a customer, ask for one."""
    number = text_asked(request.GET, "customer_no")
    customer = queries.find_record(desk.company, "customer", number) if number else None
    if customer is None:
        return _ask_for_customer(request, desk, number)
    ticked = ticked_in(request.POST)
    form = PaymentForm(desk, request.POST if request.method == "POST" else None, initial=_initial(customer))
    if form.is_valid():
        try:
            posted = postings.post_payment(desk.company, _entry(desk, customer, form, request), by=desk.actor)
        except InvalidRecord as refused:
            add_problems(form, refused.problems)
        else:
            return _done(request, desk, customer, posted)
    return show(
        request,
        desk,
        "receivables/payment.html",
        title=f"Payment of {customer.title or customer.key}",
        breadcrumbs=[list_crumb(desk, customer.table), Crumb(customer.key, card_url(desk, "customer", customer.id))],
        form=form,
        customer=customer,
        entries=owed_by(desk.company, customer.id, ticked),
        customer_url=card_url(desk, "customer", customer.id),
        status=422 if form.errors else 200,
    )


def _ask_for_customer(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    form = CustomerForm(desk, request.GET if "customer_no" in request.GET else None)
    if number:
        form.is_valid()
        form.add_error("customer_no", f"There is no customer {number}. Choose one of the list.")
    return show(
        request, desk, "receivables/customer.html", title="Register payment", form=form, status=422 if number else 200
    )


def _initial(customer: Record) -> dict[str, str]:
    return {"currency_code": customer.codes["currency_code"]}


def _entry(desk: Desk, customer: Record, form: PaymentForm, request: HttpRequest) -> PaymentEntry:
    """What the service posts. Raises `InvalidRecord` for codes that are unknown and amounts that are none."""
    entered = form.cleaned_data
    return PaymentEntry(
        customer.id,
        entered["amount"],
        entered["posting_date"],
        _id(desk, "currency", "currency_code", entered["currency_code"]),
        _id(desk, "g-l-account", "bank_account_no", entered["bank_account_no"]),
        entered["description"],
        entered["external_document_no"],
        entered["order_no"],
        amounts_of(ticked_in(request.POST)),
    )


def _id(desk: Desk, table: str, field: str, code: str) -> UUID | None:
    if not code.strip():
        return None
    found = next(iter(queries.ids_by_code(desk.company, table, [code]).values()), None)
    if found is None:
        label = TABLES[table].label
        raise InvalidRecord([Problem(table, code, field, f"There is no {label} {code}.", "Choose one of the list.")])
    return found


def _done(request: HttpRequest, desk: Desk, customer: Record, posted: Posted) -> HttpResponse:
    messages.success(request, f"Payment {posted.payment_no} of {customer.title or customer.key} is posted.")
    found = queries.find_record(desk.company, "customer-payment", posted.payment_no)
    return redirect(card_url(desk, "customer-payment", found.id) if found else _ledger_url(desk, customer.key))


def _ledger_url(desk: Desk, customer_no: str) -> str:
    """The ledger entries of a customer."""
    url = reverse("record-list", args=(desk.company.slug, "customer-ledger-entry"))
    return f"{url}?{urlencode({'customer_no': customer_no})}"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@at_desk(Permission.POST)
def apply(request: HttpRequest, desk: Desk, entry_id: UUID) -> HttpResponse:
    """Tick what an open entry settles: of a payment or credit memo, what is owed; and the other way round."""
    entry = _entry_or_404(desk, entry_id)
    problems: Sequence[str] = ()
    ticked = ticked_in(request.POST)
    if request.method == "POST":
        try:
            _apply(desk, entry, ticked)
        except InvalidRecord as refused:
            problems = [str(problem) for problem in refused.problems]
        else:
            messages.success(request, f"{entry.document_type} {entry.document_no} is applied.")
            return redirect(card_url(desk, "customer-ledger-entry", entry.pk))
    record = queries.get_record(desk.company, "customer-ledger-entry", entry.pk, by=desk.actor)
    return show(
        request,
        desk,
        "receivables/apply.html",
        title=f"Apply {entry.document_type.lower()} {entry.document_no}",
        breadcrumbs=[
            list_crumb(desk, record.table),
            Crumb(heading_of(record), card_url(desk, record.table.name, entry.pk)),
        ],
        entry=entry,
        record=record,
        remaining=record.table.field("amount").number_text(entry.remaining_amount, grouped=True),
        currency=record.codes["currency_code"] or desk.company.local_currency,
        entries=counterparts_of(entry, ticked),
        entry_url=card_url(desk, record.table.name, entry.pk),
        problems=problems,
        status=422 if problems else 200,
    )


def _apply(desk: Desk, entry: CustomerLedgerEntry, ticked: dict[int, str]) -> None:
    if not ticked:
        message = "Nothing is ticked."
        raise InvalidRecord(
            [Problem("customer-ledger-entry", str(entry.entry_no), "", message, "Tick what it settles.")]
        )
    postings.apply(desk.company, entry.entry_no, amounts_of(ticked), by=desk.actor)


@require_POST
@at_desk(Permission.POST)
def unapply(request: HttpRequest, desk: Desk, entry_id: UUID) -> HttpResponse:
    """Undo one application of an entry."""
    entry = _entry_or_404(desk, entry_id)
    number = text_asked(request.POST, "application_no")
    try:
        postings.unapply(desk.company, int(number) if number.isdecimal() else 0, by=desk.actor)
    except (InvalidRecord, RecordMissing) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request, f"The application is undone; {entry.document_type} {entry.document_no} is open again."
        )
    return redirect(card_url(desk, "customer-ledger-entry", entry.pk))


def _entry_or_404(desk: Desk, entry_id: UUID) -> CustomerLedgerEntry:
    found = CustomerLedgerEntry.objects.select_related("company").filter(company=desk.company, pk=entry_id).first()
    if found is None:
        raise Http404(f"no customer ledger entry {entry_id}")
    return found
