"""Checks that the ledgers agree, with SQL of its own: nothing that posts takes part.

Amounts are added as whole thousandths, quantities as whole hundred-thousandths, so that both databases add exactly."""

# ruff: noqa: S608 - only names of our own tables and columns are put into SQL; values are parameters

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from tallystick.financials import database
from tallystick.financials.ledger_triggers import posted_tables
from tallystick.financials.models import Company
from tallystick.financials.posting.kinds import SubLedger

GL, VAT = "financials_glentry", "financials_vatentry"
OWED, DETAILS, ITEMS = (
    "financials_customerledgerentry",
    "financials_detailedcustomerledgerentry",
    "financials_itemledgerentry",
)
TRANSACTIONS = "financials_ledgertransaction"
DOCUMENTS = (
    # label, table, lines, the column of the lines
    ("Posted Sales Invoice", "financials_salesinvoice", "financials_salesinvoiceline", "invoice_id"),
    (
        "Posted Sales Credit Memo",
        "financials_postedcreditmemo",
        "financials_postedcreditmemoline",
        "posted_credit_memo_id",
    ),
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two numbers that should be one: of which company and ledger, and of which record."""

    company: str
    ledger: str
    record: str
    message: str
    expected: Decimal
    found: Decimal


@dataclass(frozen=True, slots=True)
class LedgerCheck:
    """How many transactions were looked through, and what does not agree."""

    postings: int
    differences: Sequence[Difference]

    @property
    def balanced(self) -> bool:
        """Whether everything agrees."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class _Rule:
    """A query that finds what does not agree: rows of record, expected and found, in whole parts of `scale`."""

    ledger: str
    message: str
    sql: str
    scale: int = 1_000


def check_ledgers(company: Company | None = None) -> LedgerCheck:
    """Return what does not agree in the ledgers of a company, or of all; some twenty queries per company."""
    companies = [company] if company else list(Company.objects.order_by("name"))
    differences = [found for one in companies for rule in _rules() for found in _differences(one, rule)]
    return LedgerCheck(sum(_postings(one) for one in companies), tuple(differences))


def _postings(company: Company) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {TRANSACTIONS} WHERE company_id = %s", [database.id_parameter(company.pk)]
        )
        return int(cursor.fetchone()[0])


def _differences(company: Company, rule: _Rule) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(rule.sql, [database.id_parameter(company.pk)] * rule.sql.count("%s"))
        for record, expected, found in cursor.fetchall():
            amounts = (Decimal(int(value or 0)) / rule.scale for value in (expected, found))
            yield Difference(company.slug, rule.ledger, str(record), rule.message, *amounts)


def _total(column: str, scale: int = 1_000) -> str:
    kind = "numeric" if database.on_postgresql() else "integer"
    return f"coalesce(sum(CAST(round({column} * {scale}) AS {kind})), 0)"


def _rules() -> Iterator[_Rule]:
    yield from _general_ledger()
    yield from _customer_ledger()
    yield from _item_ledger()
    yield from _documents()
    for table in posted_tables():
        if (key := table.key[0]) in ("entry_no", "transaction_no"):
            yield _Rule(
                table.name,
                "its numbers have gaps",
                f"""SELECT 'numbers', max({key}), count(*) FROM {table.db_table}
                WHERE company_id = %s HAVING count(*) > 0 AND (min({key}) <> 1 OR max({key}) <> count(*))""",
                scale=1,
            )


def _general_ledger() -> Iterator[_Rule]:
    yield _Rule(
        "g-l-entry",
        "the entries of the transaction do not sum to zero",
        f"""SELECT t.transaction_no, 0, {_total("e.amount")} FROM {GL} e JOIN {TRANSACTIONS} t ON t.id = e.transaction_id
        WHERE e.company_id = %s GROUP BY t.id, t.transaction_no HAVING {_total("e.amount")} <> 0""",
    )
    yield _Rule(
        "g-l-entry",
        "the general ledger does not sum to zero",
        f"SELECT 'all', 0, {_total('amount')} FROM {GL} WHERE company_id = %s HAVING {_total('amount')} <> 0",
    )
    yield _Rule(
        "vat-entry",
        "the VAT entries differ from the VAT accounts",
        _compared(f"SELECT {_total('amount')} FROM {VAT} WHERE company_id = %s", _mirrored(SubLedger.VAT)),
    )


def _customer_ledger() -> Iterator[_Rule]:
    yield _Rule(
        "customer-ledger-entry",
        "what customers owe differs from the receivables accounts",
        _compared(
            f"SELECT {_total('remaining_amount_lcy')} FROM {OWED} WHERE company_id = %s", _mirrored(SubLedger.CUSTOMER)
        ),
    )
    for what, of in (("amount", "remaining_amount"), ("amount_lcy", "remaining_amount_lcy")):
        yield _Rule(
            "detailed-customer-ledger-entry",
            f"{of} is not the sum of the detailed entries",
            f"""SELECT e.entry_no, {_total(f"d.{what}")}, {_one(f"e.{of}")}
            FROM {OWED} e LEFT JOIN {DETAILS} d ON d.customer_ledger_entry_id = e.id WHERE e.company_id = %s
            GROUP BY e.id, e.entry_no, e.{of} HAVING {_total(f"d.{what}")} <> {_one(f"e.{of}")}""",
        )
    yield _Rule(
        "customer-ledger-entry",
        "is closed with an amount in the local currency, or open without an amount",
        f"""SELECT entry_no, 0, {_one("remaining_amount_lcy")} FROM {OWED} WHERE company_id = %s
        AND (open <> (remaining_amount <> 0) OR (remaining_amount = 0 AND remaining_amount_lcy <> 0))""",
    )


def _item_ledger() -> Iterator[_Rule]:
    yield _Rule(
        "item-ledger-entry",
        "the inventory of the item is not the sum of its entries",
        f"""SELECT i.no, {_total("e.quantity", 100_000)}, {_one("i.inventory", 100_000)}
        FROM financials_item i LEFT JOIN {ITEMS} e ON e.item_id = i.id WHERE i.company_id = %s
        GROUP BY i.id, i.no, i.inventory HAVING {_total("e.quantity", 100_000)} <> {_one("i.inventory", 100_000)}""",
        scale=100_000,
    )
    yield _Rule(
        "item-ledger-entry",
        "what the stock cost differs from the inventory accounts",
        _compared(f"SELECT {_total('cost_amount')} FROM {ITEMS} WHERE company_id = %s", _mirrored(SubLedger.ITEM)),
    )


def _documents() -> Iterator[_Rule]:
    for label, documents, lines, column in DOCUMENTS:
        for what in ("amount", "amount_including_vat"):
            yield _Rule(
                "posted documents",
                f"the {label} is not the sum of its lines ({what})",
                f"""SELECT d.no, {_total(f"l.{what}")}, {_one(f"d.{what}")}
                FROM {documents} d LEFT JOIN {lines} l ON l.{column} = d.id WHERE d.company_id = %s
                GROUP BY d.id, d.no, d.{what}
                HAVING {_total(f"l.{what}")} <> {_one(f"d.{what}")} OR count(l.id) = 0""",
            )
        yield _Rule(
            "posted documents",
            f"the {label} is not what the customer ledger has",
            f"""SELECT d.no, {_one("d.amount_including_vat")}, {_one("e.amount")} FROM {documents} d
            LEFT JOIN {OWED} e ON e.transaction_id = d.transaction_id AND e.document_no = d.no
            WHERE d.company_id = %s AND (e.id IS NULL OR {_one("d.amount_including_vat")} <> abs({_one("e.amount")}))""",
        )
    yield _Rule(
        "posted documents",
        "the Posted Sales Shipment has no lines",
        """SELECT d.no, 1, 0 FROM financials_salesshipment d WHERE d.company_id = %s
        AND NOT EXISTS (SELECT 1 FROM financials_salesshipmentline l WHERE l.shipment_id = d.id)""",
        scale=1,
    )


def _one(column: str, scale: int = 1_000) -> str:
    return f"CAST(round({column} * {scale}) AS {'numeric' if database.on_postgresql() else 'integer'})"


def _mirrored(ledger: SubLedger) -> str:
    """The sum of the accounts that a ledger was ever mirrored on: those that the posting groups named at the time."""
    accounts = f"SELECT g_l_account_id FROM {GL} WHERE company_id = %s AND sub_ledger = '{ledger}'"
    return f"SELECT {_total('amount')} FROM {GL} WHERE company_id = %s AND g_l_account_id IN ({accounts})"


def _compared(expected: str, found: str) -> str:
    return f"SELECT 'all', x.a, x.b FROM (SELECT ({expected}) AS a, ({found}) AS b) x WHERE x.a <> x.b"
