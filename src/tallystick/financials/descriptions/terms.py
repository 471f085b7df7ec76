"""What deals are made in and on: currencies, payment, delivery, countries."""

from tallystick.financials.fields import Field, Kind
from tallystick.financials.table import Table, code, of, text

CURRENCY = Table(
    "currency",
    "Currency",
    "Currencies",
    model="Currency",
    key=("code",),
    title="description",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        code(
            "iso_code",
            "ISO Code",
            3,
            listed=True,
            searched=True,
            help="Three letters of ISO 4217; left empty, the code when that has three letters.",
        ),
        text("description", "Description", 60, listed=True, searched=True),
        text("symbol", "Symbol", 10, listed=True),
        Field(
            "amount_decimal_places",
            "Amount Decimal Places",
            Kind.INTEGER,
            minimum=0,
            maximum=6,
            default=2,
            listed=True,
            help="Decimal places of amounts: 2 for the euro, 0 for the yen.",
        ),
        Field(
            "unit_amount_decimal_places",
            "Unit-Amount Decimal Places",
            Kind.INTEGER,
            minimum=0,
            maximum=6,
            default=5,
            help="Decimal places of prices for one unit.",
        ),
    ),
)

EXCHANGE_RATE = Table(
    "exchange-rate",
    "Exchange Rate",
    "Exchange Rates",
    model="ExchangeRate",
    key=("currency_code", "starting_date"),
    title="starting_date",
    part_of="currency_code",
    fields=(
        of("currency", "currency_code", "Currency Code", required=True, listed=True),
        Field("starting_date", "Starting Date", Kind.DATE, required=True, listed=True),
        Field(
            "exchange_rate_amount",
            "Exchange Rate Amount",
            Kind.DECIMAL,
            digits=15,
            decimals=6,
            required=True,
            listed=True,
            help="So much of this currency …",
        ),
        Field(
            "relational_exch_rate_amount",
            "Relational Exch. Rate Amount",
            Kind.DECIMAL,
            digits=15,
            decimals=6,
            required=True,
            listed=True,
            help="… is worth so much of the local currency.",
        ),
    ),
)

PAYMENT_TERMS = Table(
    "payment-terms",
    "Payment Terms",
    "Payment Terms",
    model="PaymentTerms",
    key=("code",),
    title="description",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("description", "Description", 100, listed=True, searched=True),
        Field(
            "due_date_calculation",
            "Due Date Calculation",
            Kind.DATE_FORMULA,
            max_length=32,
            listed=True,
            help="Added to the document date: 30D, 1M+8D, CM (end of the month).",
        ),
        Field(
            "discount_date_calculation",
            "Discount Date Calculation",
            Kind.DATE_FORMULA,
            max_length=32,
            listed=True,
            help="How long the discount is granted: 8D.",
        ),
        Field(
            "discount_percent",
            "Discount %",
            Kind.DECIMAL,
            digits=8,
            decimals=5,
            minimum=0,
            maximum=100,
            listed=True,
            help="Of the invoice with VAT, for who pays in time. Its VAT is not corrected: a credit memo does that.",
        ),
    ),
)

SHIPMENT_METHOD = Table(
    "shipment-method",
    "Shipment Method",
    "Shipment Methods",
    model="ShipmentMethod",
    key=("code",),
    title="description",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("description", "Description", 100, listed=True, searched=True),
    ),
)

SHIPPING_AGENT = Table(
    "shipping-agent",
    "Shipping Agent",
    "Shipping Agents",
    model="ShippingAgent",
    key=("code",),
    title="name",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("name", "Name", 50, listed=True, searched=True),
        Field("internet_address", "Internet Address", Kind.URL, max_length=250, listed=True),
        text("account_no", "Account No.", 30),
    ),
)

COUNTRY = Table(
    "country",
    "Country/Region",
    "Countries/Regions",
    model="Country",
    key=("code",),
    title="name",
    fields=(
        code("code", "Code", 10, required=True, listed=True, searched=True),
        text("name", "Name", 50, listed=True, searched=True),
        code("iso_code", "ISO Code", 2, listed=True, help="Two letters of ISO 3166."),
    ),
)
