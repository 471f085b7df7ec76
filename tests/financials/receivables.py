"""A ledger of customers written entry by entry, as postings leave it: the queries that read it do not post."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.models import (
    Company,
    Currency,
    CustomerLedgerEntry,
    CustomerPayment,
    DetailedCustomerLedgerEntry,
    LedgerTransaction,
    PostedCreditMemo,
    SalesInvoice,
    SalesOrder,
)
from tallystick.financials.services import create


@dataclass
class Ledger:
    """Entries get the next numbers. Amounts of `invoice` and `credit` are without VAT; there is none."""

    company: Company
    count: int = 0
    currencies: dict[str, UUID] = field(default_factory=dict)

    def customer(self, name: str, **more: object) -> UUID:
        return create(self.company, "customer", {"name": name, **more}).id

    def transaction(self, on: date) -> LedgerTransaction:
        self.count += 1
        return LedgerTransaction.objects.create(
            company=self.company, transaction_no=self.count, posting_date=on, source="Test"
        )

    def owe(self, customer: UUID, amount: Decimal, on: date, due: date | None = None) -> CustomerLedgerEntry:
        transaction = self.transaction(on)
        entry = CustomerLedgerEntry.objects.create(
            company=self.company,
            transaction=transaction,
            entry_no=self.count,
            posting_date=on,
            document_date=on,
            due_date=due or on,
            customer_id=customer,
            amount=amount,
            amount_lcy=amount,
        )
        self.change(entry, amount, on, transaction)
        return entry

    def change(
        self, entry: CustomerLedgerEntry, amount: Decimal, on: date, transaction: LedgerTransaction | None = None
    ) -> None:
        """What is left of an entry follows by trigger."""
        written = transaction or self.transaction(on)
        DetailedCustomerLedgerEntry.objects.create(
            company=self.company,
            transaction=written,
            entry_no=self.count,
            posting_date=on,
            entry_type="Initial Entry" if transaction else "Application",
            customer_ledger_entry=entry,
            customer_id=entry.customer_id,
            amount=amount,
            amount_lcy=amount,
        )

    def invoice(self, customer: UUID, amount: Decimal, on: date, factor: Decimal = Decimal(1)) -> SalesInvoice:
        return SalesInvoice.objects.create(**self._document(customer, amount, on, factor))

    def credit(self, customer: UUID, amount: Decimal, on: date, factor: Decimal = Decimal(1)) -> PostedCreditMemo:
        return PostedCreditMemo.objects.create(**self._document(customer, amount, on, factor))

    def _document(self, customer: UUID, amount: Decimal, on: date, factor: Decimal) -> dict[str, object]:
        transaction = self.transaction(on)
        return {
            "company": self.company,
            "no": f"D{self.count}",
            "customer_id": customer,
            "document_date": on,
            "posting_date": on,
            "amount": amount,
            "amount_including_vat": amount,
            "currency_factor": factor,
            "transaction": transaction,
        }

    def pay(self, customer: UUID, amount: Decimal, on: date, factor: Decimal = Decimal(1)) -> None:
        CustomerPayment.objects.create(
            company=self.company,
            transaction=self.transaction(on),
            no=f"P{self.count}",
            customer_id=customer,
            posting_date=on,
            amount=amount,
            currency_factor=factor,
        )

    def order(self, customer: UUID, outstanding: Decimal, shipped: Decimal = Decimal(0), **more: object) -> None:
        self.count += 1
        SalesOrder.objects.create(
            company=self.company,
            no=f"O{self.count}",
            customer_id=customer,
            outstanding_amount=outstanding,
            shipped_not_invoiced_amount=shipped,
            **more,
        )

    def currency(self, code: str, worth: str | None = None) -> UUID:
        """A currency; with `worth`, one unit of it is so much local currency from 2020 on."""
        id = create(self.company, "currency", {"code": code}).id
        if worth:
            rate = {"currency_code": id, "starting_date": date(2020, 1, 1), "exchange_rate_amount": 1}
            create(self.company, "exchange-rate", rate | {"relational_exch_rate_amount": worth})
        return id

    def places(self, places: int) -> None:
        Currency.objects.filter(company=self.company, code=self.company.local_currency).update(
            amount_decimal_places=places
        )
