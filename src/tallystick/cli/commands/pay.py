"""`tally pay`: money that a customer paid, or got back."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from tallystick.cli.commands.post import Preview, posting_day, show_preview
from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, plain, print_json, say
from tallystick.cli.records import ids_of
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import Company


def pay(
    customer: Annotated[str, typer.Argument(metavar="CUSTOMER", help="The number of the customer.")],
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="What was paid; with --refund, what was paid back.")],
    invoice: Annotated[
        list[str] | None,
        typer.Option("--invoice", metavar="NO", help="A posted document it pays; may be given several times."),
    ] = None,
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="The posting date (default: today).")] = "",
    currency: Annotated[str, typer.Option(metavar="CODE", help="Of the amount (default: the local currency).")] = "",
    bank: Annotated[
        str, typer.Option(metavar="ACCOUNT", help="The G/L account (default: the bank account of the sales setup).")
    ] = "",
    order: Annotated[str, typer.Option(metavar="NO", help="The sales order it is paid on account of.")] = "",
    reference: Annotated[str, typer.Option(metavar="TEXT", help="The number on the bank statement.")] = "",
    refund: Annotated[bool, typer.Option("--refund", help="The customer got it back.")] = False,
    preview: Preview = False,
    json: Json = False,
) -> None:
    """Post a payment, and apply it to the documents it pays, in their order."""
    paid, given = _amount(amount), posting_day(date)
    open_installation()
    company = the_company()
    from django.utils import timezone

    from tallystick.financials.services import postings

    entry = postings.PaymentEntry(
        ids_of(company, "customer", [customer])[customer.strip().upper()],
        -paid if refund else paid,
        given or timezone.localdate(),
        _optional(company, "currency", currency),
        _optional(company, "g-l-account", bank),
        external_document_no=reference,
        order_no=order,
        apply_to=tuple((number, None) for number in _entries(company, invoice or ())),
    )
    if preview:
        show_preview(postings.preview_payment(company, entry), json=json)
        return
    posted = postings.post_payment(company, entry)
    if json:
        print_json({"ok": True, **plain(posted)})
        return
    applied = f", applied as {posted.application_no}" if posted.application_no else ""
    say(f"{posted.payment_no} is posted: customer ledger entry {posted.entry_no}{applied}.")


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Refusal(f"{text} is not an amount.", "Write it as 1234.56.") from None


def _optional(company: "Company", table: str, code: str) -> UUID | None:
    return next(iter(ids_of(company, table, [code]).values())) if code else None


def _entries(company: "Company", documents: list[str] | tuple[()]) -> list[int]:
    """The numbers of the customer ledger entries of posted documents; of each, the first that is open."""
    from tallystick.financials.models import CustomerLedgerEntry

    wanted = list(dict.fromkeys(no.strip().upper() for no in documents))
    rows = CustomerLedgerEntry.objects.filter(company=company, document_no__in=wanted).order_by("-open", "entry_no")
    found: dict[str, int] = {}
    for no, entry_no in rows.values_list("document_no", "entry_no"):
        found.setdefault(no, entry_no)
    if missing := [no for no in wanted if no not in found]:
        raise Refusal(
            f"{', '.join(missing)} is not in the customer ledger of {company.name}.",
            "`tally export customer-ledger-entry` lists what there is.",
        )
    return [found[no] for no in wanted]
