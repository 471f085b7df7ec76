"""What was posted: shipments, invoices, credit memos and payments. The database refuses to change them.

They hold what the paper said: names, addresses and texts as they were, codes as references."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, long_text, money, percentage, reference, text
from tallystick.financials.models.items import measure
from tallystick.financials.models.ledgers import LedgerTransaction


class PostedDocument(MasterRecord):
    """What posted documents share."""

    no = models.CharField(max_length=20)
    customer = reference("financials.Customer")
    customer_name = text(100)
    contact = text(100)
    document_date = models.DateField()
    posting_date = models.DateField()
    external_document_no = text(35)
    your_reference = text(35)
    salesperson = reference("financials.Salesperson")
    ship_to_name = text(100)
    ship_to_address = text(100)
    ship_to_address_2 = text(50)
    ship_to_post_code = text(20)
    ship_to_city = text(30)
    ship_to_country = reference("financials.Country")
    ship_to_county = text(30)
    shipment_method = reference("financials.ShipmentMethod")
    shipping_agent = reference("financials.ShippingAgent")
    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.no} {self.customer_name}"


class PostedAmounts(models.Model):
    """What posted invoices and credit memos add: to whom, and how much, in the currency of the document."""

    bill_to_name = text(100)
    bill_to_address = text(100)
    bill_to_address_2 = text(50)
    bill_to_post_code = text(20)
    bill_to_city = text(30)
    bill_to_country = reference("financials.Country")
    bill_to_county = text(30)
    work_description = long_text(10_000)
    currency = reference("financials.Currency")
    # How much of the currency one unit of the local currency was, at the posting date; 1 for the local currency.
    currency_factor = models.DecimalField(max_digits=15, decimal_places=6, default=1, db_default=1)
    customer_posting_group = reference("financials.CustomerPostingGroup")
    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    prices_including_vat = models.BooleanField(default=False, db_default=False)
    payment_terms = reference("financials.PaymentTerms")
    due_date = models.DateField(null=True, blank=True)
    invoice_discount_amount = money()
    amount = money()
    amount_including_vat = money()
    # What numbers and codes were called when it was posted: paper says the same forever. Empty before there was this.
    printed = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True


class PostedLine(MasterRecord):
    """What lines of posted documents share."""

    line_no = models.PositiveIntegerField()
    item = reference("financials.Item", index=True)
    resource = reference("financials.Resource", index=True)
    g_l_account = reference("financials.GLAccount")
    description = text(100)
    description_2 = text(50)
    unit_of_measure = reference("financials.UnitOfMeasure")
    qty_per_unit_of_measure = measure(1)
    quantity = measure()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"line {self.line_no} {self.description}"


class PostedLineAmounts(models.Model):
    """What lines of posted invoices and credit memos add."""

    unit_price = measure()
    line_discount_percent = percentage()
    line_discount_amount = money()
    invoice_discount_amount = money()
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    vat_percent = percentage()
    amount = money()
    amount_including_vat = money()
    printed_no = text(20)
    printed_unit = text(10)

    class Meta:
        abstract = True


class SalesShipment(PostedDocument):
    """Goods that left the house."""

    order_no = text(20)

    class Meta:
        indexes = [
            models.Index(fields=["company", "order_no"], name="financials_shipment_order"),
            models.Index(fields=["company", "customer"], name="financials_shipment_customer"),
            models.Index(fields=["company", "external_document_no"], name="financials_shipment_external"),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_shipment_no")]


class SalesShipmentLine(PostedLine):
    """What was shipped."""

    shipment = models.ForeignKey(SalesShipment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line_no = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shipment", "line_no"], name="financials_shipmentline_no")]


class SalesInvoice(PostedAmounts, PostedDocument):
    """An invoice. Whether it is paid, the customer ledger knows."""

    order_no = text(20)
    shipment_date = models.DateField(null=True, blank=True)
    opportunity = reference("financials.Opportunity")

    class Meta:
        indexes = [
            models.Index(fields=["company", "order_no"], name="financials_invoice_order"),
            models.Index(fields=["company", "external_document_no"], name="financials_invoice_external"),
            # These hold all that sales figures sum; SQLite knows no INCLUDE.
            models.Index(
                fields=["company", "customer", "posting_date", "amount", "currency_factor"],
                name="financials_invoice_customer",
            ),
            models.Index(
                fields=["company", "posting_date", "customer", "amount", "currency_factor"],
                name="financials_invoice_date",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_invoice_no")]


class SalesInvoiceLine(PostedLineAmounts, PostedLine):
    """What was invoiced."""

    invoice = models.ForeignKey(SalesInvoice, on_delete=models.PROTECT, related_name="lines", db_index=False)
    order_line_no = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "line_no"], name="financials_invoiceline_no")]


class PostedCreditMemo(PostedAmounts, PostedDocument):
    """What a customer got back."""

    credit_memo_no = text(20)  # of the document it was posted from
    applies_to_invoice = reference("financials.SalesInvoice", "credit_memos", index=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["company", "customer", "posting_date", "amount", "currency_factor"],
                name="financials_postedmemo_customer",
            ),
            models.Index(
                fields=["company", "posting_date", "customer", "amount", "currency_factor"],
                name="financials_postedmemo_date",
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_postedmemo_no")]


class PostedCreditMemoLine(PostedLineAmounts, PostedLine):
    """What was credited."""

    posted_credit_memo = models.ForeignKey(
        PostedCreditMemo, on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    return_to_stock = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["posted_credit_memo", "line_no"], name="financials_postedmemoline_no")
        ]


class CustomerPayment(MasterRecord):
    """Money that a customer paid (above zero) or got back, in the currency of the payment."""

    no = models.CharField(max_length=20)
    customer = reference("financials.Customer")
    customer_name = text(100)
    posting_date = models.DateField()
    external_document_no = text(35)
    description = text(100)
    order_no = text(20)
    currency = reference("financials.Currency")
    currency_factor = models.DecimalField(max_digits=15, decimal_places=6, default=1, db_default=1)
    amount = money()
    bank_account = reference("financials.GLAccount")
    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["company", "customer"], name="financials_payment_customer"),
            models.Index(fields=["company", "external_document_no"], name="financials_payment_external"),
            models.Index(fields=["company", "order_no"], name="financials_payment_order"),
            models.Index(fields=["company", "posting_date"], name="financials_payment_date"),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_payment_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.customer_name}"
