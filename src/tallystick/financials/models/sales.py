"""Sales documents that can still change: quotes, orders and credit memos, with their lines.

The three share their columns, each in tables of its own: a list, a file or a mapping deals with one kind. What is posted
from them stands in `posted`."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, long_text, money, percentage, reference, text
from tallystick.financials.models.items import measure


class SalesDocument(MasterRecord):
    """What quotes, orders and credit memos share. Amounts are in the currency of the document, worked out of the lines."""

    no = models.CharField(max_length=20)
    customer = reference("financials.Customer")
    customer_name = text(100)
    contact = text(100)
    document_date = models.DateField(null=True, blank=True)
    external_document_no = text(35)
    your_reference = text(35)
    salesperson = reference("financials.Salesperson")
    status = models.CharField(max_length=20, default="Open", db_default="Open")
    work_description = long_text(10_000)
    bill_to_name = text(100)
    bill_to_address = text(100)
    bill_to_address_2 = text(50)
    bill_to_post_code = text(20)
    bill_to_city = text(30)
    bill_to_country = reference("financials.Country")
    bill_to_county = text(30)
    ship_to_name = text(100)
    ship_to_address = text(100)
    ship_to_address_2 = text(50)
    ship_to_post_code = text(20)
    ship_to_city = text(30)
    ship_to_country = reference("financials.Country")
    ship_to_county = text(30)
    currency = reference("financials.Currency")
    customer_price_group = reference("financials.CustomerPriceGroup")
    customer_posting_group = reference("financials.CustomerPostingGroup")
    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    prices_including_vat = models.BooleanField(default=False, db_default=False)
    payment_terms = reference("financials.PaymentTerms")
    invoice_discount_percent = percentage()
    shipment_method = reference("financials.ShipmentMethod")
    shipping_agent = reference("financials.ShippingAgent")
    invoice_discount_amount = money()
    amount = money()
    amount_including_vat = money()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.no} {self.customer_name}"


class SalesDocumentLine(MasterRecord):
    """What their lines share. A line with neither item, resource nor G/L account is a comment."""

    line_no = models.PositiveIntegerField()
    item = reference("financials.Item", index=True)
    resource = reference("financials.Resource", index=True)
    g_l_account = reference("financials.GLAccount")
    description = text(100)
    description_2 = text(50)
    unit_of_measure = reference("financials.UnitOfMeasure")
    qty_per_unit_of_measure = measure(1)
    quantity = measure()
    unit_price = measure()
    line_discount_percent = percentage()
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    vat_percent = percentage()
    line_discount_amount = money()
    invoice_discount_amount = money()
    amount = money()
    amount_including_vat = money()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"line {self.line_no} {self.description}"


class SalesQuote(SalesDocument):
    """An offer. Made into an order, it goes into the archive."""

    quote_valid_until = models.DateField(null=True, blank=True)
    requested_delivery_date = models.DateField(null=True, blank=True)
    opportunity = reference("financials.Opportunity", index=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "customer"], name="financials_salesquote_customer"),
            models.Index(fields=["company", "external_document_no"], name="financials_salesquote_external"),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_salesquote_no")]


class SalesQuoteLine(SalesDocumentLine):
    """A line of a quote."""

    quote = models.ForeignKey(SalesQuote, on_delete=models.CASCADE, related_name="lines", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["quote", "line_no"], name="financials_salesquoteline_no")]


class SalesOrder(SalesDocument):
    """What a customer ordered. It stays until it is shipped and invoiced in full."""

    posting_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    shipment_date = models.DateField(null=True, blank=True)
    requested_delivery_date = models.DateField(null=True, blank=True)
    promised_delivery_date = models.DateField(null=True, blank=True)
    prepayment_percent = percentage()
    quote_no = text(20)
    opportunity = reference("financials.Opportunity", index=True)
    shipping_status = models.CharField(max_length=20, default="Not Shipped", db_default="Not Shipped")
    invoicing_status = models.CharField(max_length=20, default="Not Invoiced", db_default="Not Invoiced")
    last_shipment_date = models.DateField(null=True, blank=True)
    outstanding_amount = money()  # including VAT, of what is not shipped yet
    shipped_not_invoiced_amount = money()  # including VAT

    class Meta:
        indexes = [
            models.Index(fields=["company", "customer"], name="financials_salesorder_customer"),
            models.Index(fields=["company", "external_document_no"], name="financials_salesorder_external"),
            models.Index(fields=["company", "document_date"], name="financials_salesorder_date"),
            # What is still to do is counted on Home; most orders of a company are done.
            models.Index(
                fields=["company", "status", "shipping_status", "invoicing_status"], name="financials_salesorder_todo"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_salesorder_no")]


class SalesOrderLine(SalesDocumentLine):
    """A line of an order, and how much of it was shipped and invoiced; quantities count its unit."""

    order = models.ForeignKey(SalesOrder, on_delete=models.CASCADE, related_name="lines", db_index=False)
    requested_delivery_date = models.DateField(null=True, blank=True)
    promised_delivery_date = models.DateField(null=True, blank=True)
    shipment_date = models.DateField(null=True, blank=True)
    qty_to_ship = measure()
    qty_to_invoice = measure()
    quantity_shipped = measure()
    quantity_invoiced = measure()
    outstanding_qty_base = measure()  # base units that are still to be shipped

    class Meta:
        indexes = [
            models.Index(
                fields=["item", "shipment_date"],
                condition=models.Q(outstanding_qty_base__gt=0),
                include=["outstanding_qty_base"],
                name="financials_soline_outstanding",
            )
        ]
        constraints = [models.UniqueConstraint(fields=["order", "line_no"], name="financials_salesorderline_no")]


class SalesCreditMemo(SalesDocument):
    """What a customer gets back. Posted, it takes back an invoice, in whole or in part."""

    posting_date = models.DateField(null=True, blank=True)
    applies_to_invoice = reference("financials.SalesInvoice")

    class Meta:
        indexes = [models.Index(fields=["company", "customer"], name="financials_creditmemo_customer")]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_salescreditmemo_no")]


class SalesCreditMemoLine(SalesDocumentLine):
    """A line of a credit memo. With `return_to_stock` its goods come back."""

    credit_memo = models.ForeignKey(SalesCreditMemo, on_delete=models.CASCADE, related_name="lines", db_index=False)
    return_to_stock = models.BooleanField(default=True, db_default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["credit_memo", "line_no"], name="financials_salescreditmemoline_no")
        ]


class ArchivedDocument(models.Model):
    """A document as it was: each time an order is changed after release, posted, or a quote becomes an order."""

    id = models.UUIDField(primary_key=True, editable=False)
    company = models.ForeignKey("financials.Company", on_delete=models.CASCADE, related_name="+", db_index=False)
    table_name = models.CharField(max_length=30)  # sales-quote, sales-order
    no = models.CharField(max_length=20)
    version_no = models.PositiveIntegerField()
    customer_name = text(100)
    amount_including_vat = money()
    currency_code = text(10)
    reason = text(100)
    document = models.JSONField()  # {"header": {field: text}, "lines": [{field: text}]}, references as codes
    archived_by = text(150)
    archived_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "table_name", "no", "version_no"], name="financials_archive_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.no} version {self.version_no}"
