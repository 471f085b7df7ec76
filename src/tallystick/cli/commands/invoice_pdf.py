"""`tally invoice-pdf`: a posted invoice or credit memo as a PDF file."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tallystick.cli.installation import open_installation, the_company
from tallystick.cli.output import remark
from tallystick.cli.refusal import Refusal


def invoice_pdf(
    number: Annotated[str, typer.Argument(help="The number of a posted invoice or credit memo.", metavar="NO")],
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Where to (default: NO.pdf here).")] = None,
    credit_memo: Annotated[bool, typer.Option("--credit-memo", help="The number is that of a credit memo.")] = False,
) -> None:
    """Write a posted invoice, or a posted credit memo, to a PDF file; `--out -` writes it to standard output."""
    open_installation()
    company = the_company()
    from tallystick.financials import paper, queries
    from tallystick.financials.paper.pdf import as_pdf

    table, read = (
        ("posted-credit-memo", paper.credit_memo_paper) if credit_memo else ("sales-invoice", paper.invoice_paper)
    )
    found = queries.ids_by_code(company, table, [number]).get(number.strip().upper())
    if found is None:
        what = "posted credit memo" if credit_memo else "posted invoice"
        other = "" if credit_memo else " For a credit memo say --credit-memo."
        raise Refusal(f"There is no {what} {number} in {company.name}.", f"`tally export {table}` lists them.{other}")
    content = as_pdf(read(company, found))
    target = out or Path(f"{number.strip().upper()}.pdf")
    if str(target) == "-":
        sys.stdout.buffer.write(content)
        return
    target.write_bytes(content)
    remark(f"It is in {target}.")
