"""The sales setup of a company, described like a table of one row. Standard library only."""

from collections.abc import Mapping

from tallystick.financials.fields import GENERAL, POSTING, Choice, Field, Kind
from tallystick.financials.table import day, of


def _account(name: str, label: str, help: str) -> Field:
    return of("g-l-account", name, label, group=POSTING, help=help)


SALES_SETUP_FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        of("customer-posting-group", "customer_posting_group", "Customer Posting Group", group=POSTING),
        of("product-posting-group", "product_posting_group", "Product Posting Group", group=POSTING),
        of("vat-business-posting-group", "vat_business_posting_group", "VAT Bus. Posting Group", group=POSTING),
        of("vat-product-posting-group", "vat_product_posting_group", "VAT Prod. Posting Group", group=POSTING),
        _account("bank_account_no", "Bank Account", "Where payments arrive."),
        _account("freight_account_no", "Freight Account", "What freight is charged on."),
        _account("rounding_account_no", "Rounding Account", "What is left over when amounts are converted."),
        _account("realized_gains_account_no", "Realized Gains Account", "What exchange rates bring."),
        _account("realized_losses_account_no", "Realized Losses Account", "What exchange rates cost."),
        _account(
            "payment_discount_account_no",
            "Payment Discount Account",
            "What early payments save customers, VAT included: the VAT of the invoice stays as it was posted.",
        ),
        Field(
            "credit_warning",
            "Credit Warning",
            Kind.CHOICE,
            max_length=10,
            required=True,
            default="Warn",
            choices=(Choice("Warn", "Warn"), Choice("Refuse", "Refuse"), Choice("Ignore", "Ignore")),
            help="What becomes of an order that takes a customer over the credit limit: a warning, a refusal, or nothing.",
        ),
        Field(
            "archive_orders",
            "Archive Orders",
            Kind.BOOLEAN,
            default=True,
            group=GENERAL,
            help="Keep an order as it was when it is reopened or posted.",
        ),
        day("allow_posting_from", "Allow Posting From", help="Nothing is posted before this day."),
        day("allow_posting_to", "Allow Posting To", help="Nothing is posted after this day."),
    )
}
