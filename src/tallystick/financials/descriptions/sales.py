"""Sales documents and their lines: quotes, orders, credit memos; and what was posted from them."""

from tallystick.financials.descriptions.finance import (
    CUSTOMER_POSTING_GROUP_CODE,
    VAT_BUSINESS_POSTING_GROUP_CODE,
    VAT_PRODUCT_POSTING_GROUP_CODE,
)
from tallystick.financials.fields import ADDRESS, INVOICING, POSTING, SHIPPING, Choice, Field, Kind
from tallystick.financials.table import LINE_NO, LINE_STEP, Table, code, day, money, of, percent, quantity, text

FROM_LINES = "the lines"
FROM_CUSTOMER = "Left empty, that of the customer."
FROM_POSTING = "the postings of the order"


def _line_number(of_what: str) -> Field:
    return Field(
        LINE_NO,
        "Line No.",
        Kind.INTEGER,
        minimum=1,
        maximum=2_000_000_000,
        listed=True,
        help=f"Left empty, {LINE_STEP:,} more than the last line of the {of_what}.",
    )


def _number() -> Field:
    return code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken.")


def _address(prefix: str, label: str, group: str) -> tuple[Field, ...]:
    return (
        text(f"{prefix}_name", f"{label} Name", 100, group=group),
        text(f"{prefix}_address", f"{label} Address", 100, group=group),
        text(f"{prefix}_address_2", f"{label} Address 2", 50, group=group),
        text(f"{prefix}_post_code", f"{label} Post Code", 20, group=group),
        text(f"{prefix}_city", f"{label} City", 30, group=group),
        of("country", f"{prefix}_country_code", f"{label} Country/Region Code", group=group),
        text(f"{prefix}_county", f"{label} County", 30, group=group),
    )


CUSTOMER_NO = of("customer", "customer_no", "Sell-to Customer No.", required=True, listed=True)
CUSTOMER_NAME = text(
    "customer_name",
    "Sell-to Customer Name",
    100,
    listed=True,
    searched=True,
    help="Left empty, the name of the customer.",
)
CONTACT = text("contact", "Sell-to Contact", 100)
EXTERNAL_DOCUMENT_NO = text(
    "external_document_no",
    "External Document No.",
    35,
    searched=True,
    help="The number of the customer's own document.",
)
YOUR_REFERENCE = text("your_reference", "Your Reference", 35)
SALESPERSON_CODE = of("salesperson", "salesperson_code", "Salesperson Code", listed=True)
CURRENCY_CODE = of("currency", "currency_code", "Currency Code", group=INVOICING, listed=True)
PAYMENT_TERMS_CODE = of("payment-terms", "payment_terms_code", "Payment Terms Code", group=INVOICING)
SHIPMENT_METHOD_CODE = of("shipment-method", "shipment_method_code", "Shipment Method Code", group=SHIPPING)
SHIPPING_AGENT_CODE = of("shipping-agent", "shipping_agent_code", "Shipping Agent Code", group=SHIPPING)
PRICES_INCLUDING_VAT = Field("prices_including_vat", "Prices Including VAT", Kind.BOOLEAN, group=INVOICING)
WORK_DESCRIPTION = Field("work_description", "Work Description", Kind.LONG_TEXT, max_length=10_000)
STATUS = Field(
    "status",
    "Status",
    Kind.CHOICE,
    max_length=20,
    default="Open",
    listed=True,
    choices=(
        Choice("Open", "Open"),
        Choice("Released", "Released"),
        Choice("Pending Prepayment", "Pending Prepayment"),
    ),
    computed="releasing and reopening",
    help="An open document can be changed; a released one is shipped and invoiced.",
)
TOTALS = (
    money("invoice_discount_amount", "Invoice Discount Amount", group=INVOICING, computed=FROM_LINES),
    money("amount", "Amount", listed=True, group=INVOICING, computed=FROM_LINES, help="Without VAT."),
    money("amount_including_vat", "Amount Including VAT", listed=True, group=INVOICING, computed=FROM_LINES),
)


def _document_fields(*, dates: tuple[Field, ...], more: tuple[Field, ...] = ()) -> tuple[Field, ...]:
    return (
        _number(),
        CUSTOMER_NO,
        CUSTOMER_NAME,
        CONTACT,
        day("document_date", "Document Date", listed=True, help="Left empty, today."),
        *dates,
        EXTERNAL_DOCUMENT_NO,
        YOUR_REFERENCE,
        SALESPERSON_CODE,
        STATUS,
        *more,
        WORK_DESCRIPTION,
        *_address("bill_to", "Bill-to", ADDRESS),
        *_address("ship_to", "Ship-to", SHIPPING),
        SHIPMENT_METHOD_CODE,
        SHIPPING_AGENT_CODE,
        CURRENCY_CODE,
        of("customer-price-group", "customer_price_group", "Customer Price Group", group=INVOICING),
        PRICES_INCLUDING_VAT,
        PAYMENT_TERMS_CODE,
        percent("invoice_discount_percent", "Invoice Discount %", group=INVOICING, help="Off all lines but freight."),
        CUSTOMER_POSTING_GROUP_CODE,
        VAT_BUSINESS_POSTING_GROUP_CODE,
        *TOTALS,
    )


def _what() -> tuple[Field, ...]:
    return (
        of("item", "item_no", "Item No.", listed=True),
        of("resource", "resource_no", "Resource No.", listed=True),
        of(
            "g-l-account",
            "g_l_account_no",
            "G/L Account No.",
            listed=True,
            help="One of item, resource and G/L account; a line with none is a comment.",
        ),
        text("description", "Description", 100, listed=True, searched=True),
        text("description_2", "Description 2", 50),
        of(
            "unit-of-measure",
            "unit_of_measure_code",
            "Unit of Measure Code",
            listed=True,
            help="Left empty, the base unit.",
        ),
        quantity("qty_per_unit_of_measure", "Qty. per Unit of Measure", computed="the unit"),
        quantity("quantity", "Quantity", minimum=0, listed=True),
    )


def _line_amounts() -> tuple[Field, ...]:
    return (
        quantity(
            "unit_price",
            "Unit Price",
            least_decimals=2,
            minimum=0,
            optional=True,
            listed=True,
            help="Left empty, the best price there is.",
        ),
        percent(
            "line_discount_percent",
            "Line Discount %",
            optional=True,
            listed=True,
            help="Left empty, that of the best price; none where the price is given.",
        ),
        VAT_PRODUCT_POSTING_GROUP_CODE,
        percent("vat_percent", "VAT %", computed="the VAT posting groups"),
        money("line_discount_amount", "Line Discount Amount", computed="price and discount"),
        money("invoice_discount_amount", "Invoice Discount Amount", computed="the invoice discount of the document"),
        money("amount", "Amount", listed=True, computed="price, quantity and discounts", help="Without VAT."),
        money("amount_including_vat", "Amount Including VAT", listed=True, computed="amount and VAT %"),
    )


REQUESTED_DELIVERY_DATE = day("requested_delivery_date", "Requested Delivery Date", group=SHIPPING)
PROMISED_DELIVERY_DATE = day("promised_delivery_date", "Promised Delivery Date", group=SHIPPING)
SHIPMENT_DATE = day(
    "shipment_date", "Shipment Date", group=SHIPPING, help="When the goods leave; availability counts them until then."
)
OPPORTUNITY_NO = of("opportunity", "opportunity_no", "Opportunity No.")

SALES_QUOTE = Table(
    "sales-quote",
    "Sales Quote",
    "Sales Quotes",
    model="SalesQuote",
    key=("no",),
    title="customer_name",
    numbered=True,
    fields=_document_fields(
        dates=(day("quote_valid_until", "Quote Valid Until", listed=True), REQUESTED_DELIVERY_DATE),
        more=(OPPORTUNITY_NO,),
    ),
)

SALES_ORDER = Table(
    "sales-order",
    "Sales Order",
    "Sales Orders",
    model="SalesOrder",
    key=("no",),
    title="customer_name",
    numbered=True,
    fields=_document_fields(
        dates=(
            day("posting_date", "Posting Date", help="Of what is posted next. Left empty, the document date."),
            day("due_date", "Due Date", group=INVOICING, help="Left empty, worked out of the payment terms."),
            SHIPMENT_DATE,
            REQUESTED_DELIVERY_DATE,
            PROMISED_DELIVERY_DATE,
        ),
        more=(
            Field(
                "shipping_status",
                "Shipping Status",
                Kind.CHOICE,
                max_length=20,
                default="Not Shipped",
                listed=True,
                choices=tuple(Choice(word, word) for word in ("Not Shipped", "Partially Shipped", "Shipped")),
                computed=FROM_POSTING,
            ),
            Field(
                "invoicing_status",
                "Invoicing Status",
                Kind.CHOICE,
                max_length=20,
                default="Not Invoiced",
                listed=True,
                choices=tuple(Choice(word, word) for word in ("Not Invoiced", "Partially Invoiced", "Invoiced")),
                computed=FROM_POSTING,
            ),
            day("last_shipment_date", "Last Shipment Date", group=SHIPPING, computed=FROM_POSTING),
            text("quote_no", "Quote No.", 20, computed="the quote the order was made from"),
            OPPORTUNITY_NO,
            percent(
                "prepayment_percent",
                "Prepayment %",
                group=INVOICING,
                help="What is to be paid, on account of the order, before it can be shipped.",
            ),
            money("outstanding_amount", "Outstanding Amount", group=INVOICING, computed=FROM_POSTING),
            money("shipped_not_invoiced_amount", "Shipped Not Invoiced Amount", group=INVOICING, computed=FROM_POSTING),
        ),
    ),
)

SALES_CREDIT_MEMO = Table(
    "sales-credit-memo",
    "Sales Credit Memo",
    "Sales Credit Memos",
    model="SalesCreditMemo",
    key=("no",),
    title="customer_name",
    numbered=True,
    fields=_document_fields(
        dates=(day("posting_date", "Posting Date", help="Left empty, the document date."),),
        more=(
            of(
                "sales-invoice",
                "applies_to_invoice_no",
                "Applies-to Invoice No.",
                listed=True,
                help="The posted invoice that is taken back, in whole or in part.",
            ),
        ),
    ),
)


def _lines(
    name: str, label: str, model: str, parent: Field, *more: Field, amounts: bool = True, posted: bool = False
) -> Table:
    return Table(
        name,
        label,
        f"{label}s",
        model=model,
        key=(parent.name, LINE_NO),
        title="description",
        part_of=parent.name,
        posted=posted,
        fields=(
            parent,
            _line_number(parent.label.removesuffix(" No.").lower()),
            *_what(),
            *(_line_amounts() if amounts else ()),
            *more,
        ),
    )


SALES_QUOTE_LINE = _lines(
    "sales-quote-line",
    "Sales Quote Line",
    "SalesQuoteLine",
    of("sales-quote", "quote_no", "Quote No.", required=True, listed=True),
)
SALES_ORDER_LINE = _lines(
    "sales-order-line",
    "Sales Order Line",
    "SalesOrderLine",
    of("sales-order", "order_no", "Order No.", required=True, listed=True),
    REQUESTED_DELIVERY_DATE,
    PROMISED_DELIVERY_DATE,
    SHIPMENT_DATE,
    quantity(
        "qty_to_ship",
        "Qty. to Ship",
        minimum=0,
        optional=True,
        help="What the next shipment takes. Left empty, all that is outstanding.",
    ),
    quantity(
        "qty_to_invoice",
        "Qty. to Invoice",
        minimum=0,
        optional=True,
        help="What the next invoice takes. Left empty, what is shipped or to be shipped.",
    ),
    quantity("quantity_shipped", "Quantity Shipped", listed=True, computed=FROM_POSTING),
    quantity("quantity_invoiced", "Quantity Invoiced", listed=True, computed=FROM_POSTING),
    quantity("outstanding_qty_base", "Outstanding Qty. (Base)", computed=FROM_POSTING),
)
SALES_CREDIT_MEMO_LINE = _lines(
    "sales-credit-memo-line",
    "Sales Credit Memo Line",
    "SalesCreditMemoLine",
    of("sales-credit-memo", "credit_memo_no", "Credit Memo No.", required=True, listed=True),
    Field("return_to_stock", "Return to Stock", Kind.BOOLEAN, default=True, help="Whether the goods came back."),
)


def _posted_header(*more: Field, amounts: bool) -> tuple[Field, ...]:
    invoiced = (
        *_address("bill_to", "Bill-to", ADDRESS),
        WORK_DESCRIPTION,
        CURRENCY_CODE,
        Field("currency_factor", "Currency Factor", Kind.DECIMAL, digits=15, decimals=6, group=INVOICING),
        PRICES_INCLUDING_VAT,
        PAYMENT_TERMS_CODE,
        day("due_date", "Due Date", listed=True, group=INVOICING),
        CUSTOMER_POSTING_GROUP_CODE,
        VAT_BUSINESS_POSTING_GROUP_CODE,
        *TOTALS,
    )
    return (
        _number(),
        CUSTOMER_NO,
        CUSTOMER_NAME,
        CONTACT,
        day("posting_date", "Posting Date", listed=True),
        day("document_date", "Document Date"),
        EXTERNAL_DOCUMENT_NO,
        YOUR_REFERENCE,
        SALESPERSON_CODE,
        *more,
        *_address("ship_to", "Ship-to", SHIPPING),
        SHIPMENT_METHOD_CODE,
        SHIPPING_AGENT_CODE,
        *(invoiced if amounts else ()),
        TRANSACTION_NO,
    )


TRANSACTION_NO = of("ledger-transaction", "transaction_no", "Transaction No.", group=POSTING)
ORDER_NO = text("order_no", "Order No.", 20, listed=True, searched=True)
ORDER_LINE_NO = Field("order_line_no", "Order Line No.", Kind.INTEGER)

SALES_SHIPMENT = Table(
    "sales-shipment",
    "Posted Sales Shipment",
    "Posted Sales Shipments",
    model="SalesShipment",
    key=("no",),
    title="customer_name",
    numbered=True,
    posted=True,
    fields=_posted_header(ORDER_NO, amounts=False),
)
SALES_SHIPMENT_LINE = _lines(
    "sales-shipment-line",
    "Posted Sales Shipment Line",
    "SalesShipmentLine",
    of("sales-shipment", "shipment_no", "Shipment No.", listed=True),
    ORDER_LINE_NO,
    amounts=False,
    posted=True,
)
SALES_INVOICE = Table(
    "sales-invoice",
    "Posted Sales Invoice",
    "Posted Sales Invoices",
    model="SalesInvoice",
    key=("no",),
    title="customer_name",
    numbered=True,
    posted=True,
    fields=_posted_header(
        ORDER_NO, day("shipment_date", "Shipment Date", group=SHIPPING), OPPORTUNITY_NO, amounts=True
    ),
)
SALES_INVOICE_LINE = _lines(
    "sales-invoice-line",
    "Posted Sales Invoice Line",
    "SalesInvoiceLine",
    of("sales-invoice", "invoice_no", "Invoice No.", listed=True),
    ORDER_LINE_NO,
    posted=True,
)
POSTED_CREDIT_MEMO = Table(
    "posted-credit-memo",
    "Posted Sales Credit Memo",
    "Posted Sales Credit Memos",
    model="PostedCreditMemo",
    key=("no",),
    title="customer_name",
    numbered=True,
    posted=True,
    fields=_posted_header(
        text("credit_memo_no", "Credit Memo No.", 20, searched=True),
        of("sales-invoice", "applies_to_invoice_no", "Applies-to Invoice No.", listed=True),
        amounts=True,
    ),
)
POSTED_CREDIT_MEMO_LINE = _lines(
    "posted-credit-memo-line",
    "Posted Sales Credit Memo Line",
    "PostedCreditMemoLine",
    of("posted-credit-memo", "posted_credit_memo_no", "Posted Credit Memo No.", listed=True),
    Field("return_to_stock", "Return to Stock", Kind.BOOLEAN),
    posted=True,
)
CUSTOMER_PAYMENT = Table(
    "customer-payment",
    "Customer Payment",
    "Customer Payments",
    model="CustomerPayment",
    key=("no",),
    title="customer_name",
    numbered=True,
    posted=True,
    fields=(
        _number(),
        CUSTOMER_NO,
        CUSTOMER_NAME,
        day("posting_date", "Posting Date", listed=True),
        EXTERNAL_DOCUMENT_NO,
        text("description", "Description", 100, searched=True),
        ORDER_NO,
        CURRENCY_CODE,
        Field("currency_factor", "Currency Factor", Kind.DECIMAL, digits=15, decimals=6, group=INVOICING),
        money("amount", "Amount", listed=True, group=INVOICING, help="Below zero: paid back to the customer."),
        of("g-l-account", "bank_account_no", "Bank Account", group=POSTING),
        TRANSACTION_NO,
    ),
)
