"""`tally post`: what stands in documents and journals is entered in the ledgers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import Json, counted, print_json, print_table, remark, say
from tallystick.cli.records import ids_of
from tallystick.cli.refusal import Refusal

if TYPE_CHECKING:
    from tallystick.financials.models import Company
    from tallystick.financials.services.postings import Posted, PostingPreview

app = typer.Typer(help="Post documents and journals: enter them in the ledgers.", no_args_is_help=True)

OWN = "own"
Date = Annotated[str, typer.Option("--date", metavar="DATE", help="The posting date, or `own`: that of each document.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what would be entered and write nothing.")]
All = Annotated[
    bool, typer.Option("--all", help="All there is to post, each by itself: what is refused stops no other.")
]
Numbers = Annotated[list[str] | None, typer.Argument(metavar="NO", help="Numbers of documents.")]


@dataclass(frozen=True, slots=True)
class _Job:
    """How one document is shown, and how it is posted."""

    preview: "Callable[[UUID], PostingPreview]"
    post: "Callable[[UUID], Posted]"
    how: Mapping[str, Any] = field(default_factory=dict)  # whether orders are shipped, and invoiced


@app.command("sales-order")
def sales_order(
    numbers: Numbers = None,
    all_: All = False,
    ship: Annotated[bool, typer.Option("--ship", help="Ship only, unless --invoice stands too.")] = False,
    invoice: Annotated[bool, typer.Option("--invoice", help="Invoice only, unless --ship stands too.")] = False,
    date: Date = OWN,
    preview: Preview = False,
    json: Json = False,
) -> None:
    """Ship and invoice what the lines of orders offer; both, unless one of them is asked for."""
    day = posting_day(date)
    company = _company(numbers, all_)
    from tallystick.financials.services import postings

    how: dict[str, Any] = {"ship": ship or not invoice, "invoice": invoice or not ship, "posting_date": day}
    job = _Job(
        lambda id: postings.preview_order(company, id, **how), lambda id: postings.post_order(company, id, **how), how
    )
    _run(company, "sales-order", numbers, job, preview=preview, json=json)


@app.command("sales-credit-memo")
def sales_credit_memo(
    numbers: Numbers = None, all_: All = False, date: Date = OWN, preview: Preview = False, json: Json = False
) -> None:
    """Credit what stands in credit memos, and apply it to the invoice they take back."""
    day = posting_day(date)
    company = _company(numbers, all_)
    from tallystick.financials.services import postings

    job = _Job(
        lambda id: postings.preview_credit_memo(company, id, posting_date=day),
        lambda id: postings.post_credit_memo(company, id, posting_date=day),
    )
    _run(company, "sales-credit-memo", numbers, job, preview=preview, json=json)


@app.command("purchase-order")
def purchase_order(
    numbers: Numbers = None,
    all_: All = False,
    date: Annotated[str, typer.Option("--date", metavar="DATE", help="The posting date (default: today).")] = "",
    preview: Preview = False,
    json: Json = False,
) -> None:
    """Receive what the lines of purchase orders offer."""
    given = posting_day(date)
    company = _company(numbers, all_)
    from django.utils import timezone

    from tallystick.financials.services import postings

    day = given or timezone.localdate()
    job = _Job(
        lambda id: postings.preview_purchase_order(company, id, posting_date=day),
        lambda id: postings.receive_purchase_order(company, id, posting_date=day),
    )
    _run(company, "purchase-order", numbers, job, preview=preview, json=json)


@app.command("item-journal")
def item_journal(preview: Preview = False, json: Json = False) -> None:
    """Post all lines of the item journal, or none; each on its own posting date, or today."""
    open_installation()
    company = the_company()
    from tallystick.financials.services import postings

    if preview:
        show_preview(postings.preview_item_journal_lines(company), json=json)
        return
    transactions = postings.post_item_journal_lines(company)
    if json:
        print_json({"ok": True, "transactions": transactions})
        return
    say(f"The item journal is posted: {counted(len(transactions), 'transaction')}.")


def posting_day(text: str) -> date | None:
    """Return the posting date that was asked for; None is that of the document."""
    if text in ("", OWN):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(f"{text} is not a date.", "Write it as 2025-03-31, or `own`.") from None


def show_preview(preview: "PostingPreview", *, json: bool, of: str = "") -> None:
    """Print what would be entered; ends with 2 when something stands in the way."""
    if json:
        print_json({"ok": preview.ok, **_as_json(preview)})
    else:
        _print_preview(preview, of)
    if not preview.ok:
        raise typer.Exit(2)


def _as_json(preview: "PostingPreview") -> dict[str, Any]:
    return {"problems": preview.problems, "entries": preview.entries}


def _print_preview(preview: "PostingPreview", of: str) -> None:
    if of:
        say(of)
    for problem in preview.problems:
        say(str(problem))
    if preview.ok:
        headings = ("Ledger", "Document", "Of", "Quantity", "Amount", "Amount (LCY)")
        print_table(
            headings,
            (
                (
                    one.ledger,
                    f"{one.document_type} {one.document_no}",
                    one.of,
                    *("" if value is None else f"{value:f}" for value in (one.quantity, one.amount, one.amount_lcy)),
                )
                for one in preview.entries
            ),
            numbers=headings[3:],
        )


def _company(numbers: Sequence[str] | None, all_: bool) -> "Company":
    if bool(numbers) == all_:
        raise Refusal("Which documents?", "Name their numbers, or say --all.")
    open_installation()
    return the_company()


def _run(
    company: "Company", table: str, numbers: Sequence[str] | None, job: _Job, *, preview: bool, json: bool
) -> None:
    chosen = ids_of(company, table, numbers) if numbers else _to_post(company, table, job.how)
    if preview:
        _previewed([(no, job.preview(id)) for no, id in chosen.items()], json=json)
        return
    from tallystick.financials.problems import FinancialsError

    posted: list[dict[str, Any]] = []
    refused: list[dict[str, Any]] = []
    for no, id in chosen.items():
        try:
            posted.append({"no": no, **_numbers(job.post(id))})
        except FinancialsError as refusal:
            refused.append({"no": no, "message": str(refusal)})
    _report(posted, refused, json=json)


def _previewed(previews: "Sequence[tuple[str, PostingPreview]]", *, json: bool) -> None:
    ok = all(preview.ok for _, preview in previews)
    if json:
        documents = [{"no": no, "ok": preview.ok, **_as_json(preview)} for no, preview in previews]
        print_json({"ok": ok, "documents": documents})
    for no, preview in previews if not json else ():
        _print_preview(preview, no)
    if not ok:
        raise typer.Exit(2)


def _numbers(posted: "Posted") -> dict[str, Any]:
    from dataclasses import asdict

    return {name: value for name, value in asdict(posted).items() if value not in ("", None)}


def _report(posted: list[dict[str, Any]], refused: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        print_json({"ok": not refused, "posted": posted, "refused": refused})
    else:
        for one in posted:
            if "warning" in one:
                remark(f"{one['no']}: {one['warning']}")
        for one in posted[:20]:
            documents = [str(value) for name, value in one.items() if name.endswith("_no") and name != "entry_no"]
            say(f"{one['no']} is posted: transaction {', '.join(documents)}.")
        say(f"{counted(len(posted), 'document')} posted, {len(refused)} refused.")
        for one in refused:
            remark(f"{one['no']}: {one['message']}")
    if refused:
        raise typer.Exit(1 if posted else 2)


def _to_post(company: "Company", table: str, how: Mapping[str, Any]) -> dict[str, UUID]:
    """What --all means: documents that have something left, by posting date, then by number."""
    from django.db.models import F
    from django.db.models.functions import Coalesce

    from tallystick.financials.models import PurchaseOrder, SalesCreditMemo, SalesOrder

    rows: Any
    if table == "sales-order":
        rows = SalesOrder.objects.exclude(invoicing_status="Invoiced")
        if not how["invoice"]:
            rows = rows.exclude(shipping_status="Shipped")
        elif not how["ship"]:
            rows = rows.filter(shipped_not_invoiced_amount__gt=0)
        rows = rows.order_by(Coalesce("posting_date", "document_date"), "no")
    elif table == "sales-credit-memo":
        rows = SalesCreditMemo.objects.order_by(Coalesce("posting_date", "document_date"), "no")
    else:
        rows = PurchaseOrder.objects.exclude(status="Received").order_by(F("order_date").asc(nulls_last=True), "no")
    return dict(rows.filter(company=company).values_list("no", "pk"))
