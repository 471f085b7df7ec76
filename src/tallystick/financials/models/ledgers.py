"""The ledgers of a posting: one transaction, its entries in the general, the VAT and the customer ledger.

Entries are only ever added, and the database refuses to change them; the item ledger, in `ledger`, is alike. What is left
of a customer ledger entry is the sum of its detailed entries, kept by the triggers of `ledger_triggers`. Amounts of
general and VAT ledger are in the local currency, debit above zero."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, money, percentage, reference, text
from tallystick.financials.posting.kinds import DetailedEntryType, DocumentType, SubLedger, choices


class Entry(MasterRecord):
    """What every row of a ledger has. `entry_no` has no gaps within a company and ledger."""

    entry_no = models.PositiveBigIntegerField()
    posting_date = models.DateField()
    document_type = models.CharField(
        max_length=15, choices=choices(DocumentType), blank=True, default="", db_default=""
    )
    document_no = text(20)
    description = text(100)

    class Meta:
        abstract = True


class LedgerTransaction(MasterRecord):
    """One posting: all its entries, in whatever ledger, carry its number. A reversal names what it takes back."""

    transaction_no = models.PositiveBigIntegerField()
    posting_date = models.DateField()
    source = text(20)  # Sales, Payment, Application, Item Journal, Purchase Receipt, Reversal
    document_no = text(20)
    description = text(100)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    posted_by = text(150)  # the e-mail address of whoever posted it; '' from the command line

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "transaction_no"], name="financials_transaction_no")]

    def __str__(self) -> str:
        return f"{self.transaction_no} {self.source} {self.document_no}"


class GLEntry(Entry):
    """An amount on an account. Those of one transaction sum to zero."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="gl_entries")
    g_l_account = reference("financials.GLAccount")
    amount = money()
    customer = reference("financials.Customer")
    item = reference("financials.Item")
    # The ledger that the entry mirrors. Kept, because posting groups may name another account tomorrow.
    sub_ledger = models.CharField(max_length=10, choices=choices(SubLedger), blank=True, default="", db_default="")

    class Meta:
        verbose_name_plural = "G/L entries"
        indexes = [
            # Holds all that balances sum, so that the entries themselves are not read.
            models.Index(
                fields=["company", "g_l_account", "posting_date", "amount"], name="financials_glentry_balance"
            ),
            models.Index(fields=["company", "document_no"], name="financials_glentry_document"),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "entry_no"], name="financials_glentry_no")]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.amount}"


class VATEntry(Entry):
    """VAT that is owed (below zero) or taken back, and the base it was worked out of; both as the G/L has them."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="vat_entries")
    customer = reference("financials.Customer")
    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    vat_percent = percentage()
    base = money()
    amount = money()

    class Meta:
        verbose_name_plural = "VAT entries"
        indexes = [models.Index(fields=["company", "posting_date"], name="financials_vatentry_date")]
        constraints = [models.UniqueConstraint(fields=["company", "entry_no"], name="financials_vatentry_no")]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.amount}"


class CustomerLedgerEntry(Entry):
    """What a customer owes (above zero) or is owed, in the currency of the document and in the local currency.

    `remaining_amount`, `remaining_amount_lcy` and `open` follow from the detailed entries."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="customer_entries")
    customer = reference("financials.Customer")
    document_date = models.DateField()
    due_date = models.DateField()
    external_document_no = text(35)
    order_no = text(20)  # what a payment on account is for
    currency = reference("financials.Currency")
    customer_posting_group = reference("financials.CustomerPostingGroup")
    amount = money()
    amount_lcy = money()
    remaining_amount = money()
    remaining_amount_lcy = money()
    open = models.BooleanField(default=True, db_default=True)

    class Meta:
        verbose_name_plural = "customer ledger entries"
        indexes = [
            models.Index(fields=["company", "customer", "posting_date"], name="financials_custentry_of"),
            models.Index(
                fields=["company", "due_date"], condition=models.Q(open=True), name="financials_custentry_due"
            ),
            models.Index(fields=["company", "document_no"], name="financials_custentry_document"),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "entry_no"], name="financials_custentry_no")]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.document_type} {self.document_no} {self.amount}"


class DetailedCustomerLedgerEntry(Entry):
    """What changed of a customer ledger entry. Those of an application carry its number, and so do those that undo it."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="detailed_entries")
    customer_ledger_entry = models.ForeignKey(
        CustomerLedgerEntry, on_delete=models.PROTECT, related_name="details", db_index=False
    )
    entry_type = models.CharField(max_length=20, choices=choices(DetailedEntryType))
    customer = reference("financials.Customer")
    amount = money()
    amount_lcy = money()
    application_no = models.PositiveBigIntegerField(null=True, blank=True)
    applied_entry = models.ForeignKey(
        CustomerLedgerEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")

    class Meta:
        verbose_name_plural = "detailed customer ledger entries"
        indexes = [
            models.Index(fields=["customer_ledger_entry"], name="financials_detailed_of"),
            models.Index(
                fields=["company", "application_no"],
                condition=models.Q(application_no__isnull=False),
                name="financials_detailed_applied",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "entry_no"], name="financials_detailed_no")]

    def __str__(self) -> str:
        return f"{self.entry_no} {self.entry_type} {self.amount}"
