"""What a new company posts with: a chart of accounts, posting groups, and its sales setup.

The VAT rates are 0 until the company enters its own: they depend on its country, and on the day."""

from typing import TypeVar

from tallystick.financials.models import (
    Company,
    CustomerPostingGroup,
    GLAccount,
    ProductPostingGroup,
    SalesSetup,
    VATBusinessPostingGroup,
    VATPostingSetup,
    VATProductPostingGroup,
)

VATGroup = TypeVar("VATGroup", VATBusinessPostingGroup, VATProductPostingGroup)

ASSETS, LIABILITIES, EQUITY = "Assets", "Liabilities", "Equity"
INCOME, COST, EXPENSE = "Income", "Cost of Goods Sold", "Expense"
HEADING = "Heading"

ACCOUNTS = (
    # no., name, category, direct posting (None: a heading)
    ("1000", "Assets", ASSETS, None),
    ("1200", "Inventory", ASSETS, False),
    ("1300", "Receivables", ASSETS, False),
    ("1310", "Receivables, foreign", ASSETS, False),
    ("1800", "Bank", ASSETS, True),
    ("1810", "Cash", ASSETS, True),
    ("2000", "Liabilities", LIABILITIES, None),
    ("2300", "Sales VAT", LIABILITIES, False),
    ("2400", "Goods received, not invoiced", LIABILITIES, False),
    ("3000", "Equity", EQUITY, None),
    ("3100", "Opening balance", EQUITY, True),
    ("4000", "Income", INCOME, None),
    ("4100", "Sales of goods", INCOME, False),
    ("4110", "Sales of services", INCOME, False),
    ("4200", "Freight charged", INCOME, True),
    ("4300", "Discounts granted", INCOME, False),
    ("4310", "Payment discounts granted", INCOME, False),
    ("4400", "Credits granted", INCOME, False),
    ("4900", "Realized exchange gains", INCOME, False),
    ("5000", "Cost of goods sold", COST, None),
    ("5100", "Cost of goods sold", COST, False),
    ("5200", "Inventory adjustments", COST, False),
    ("6000", "Expenses", EXPENSE, None),
    ("6100", "Other expenses", EXPENSE, True),
    ("6900", "Realized exchange losses", EXPENSE, False),
    ("6910", "Rounding differences", EXPENSE, False),
)
BALANCE_SHEET = (ASSETS, LIABILITIES, EQUITY)

VAT_BUSINESS_GROUPS = (
    ("DOMESTIC", "Customers at home"),
    ("EU", "Businesses in the European Union"),
    ("EXPORT", "Customers elsewhere"),
)
VAT_PRODUCT_GROUPS = (
    ("STANDARD", "At the standard rate"),
    ("REDUCED", "At the reduced rate"),
    ("ZERO", "Without VAT"),
)
CUSTOMER_GROUPS = (("DOMESTIC", "Customers at home", "1300"), ("FOREIGN", "Customers abroad", "1310"))
PRODUCT_GROUPS = (("GOODS", "Goods", "4100"), ("SERVICES", "Services", "4110"))
OTHER_ACCOUNTS = {
    "sales_credit_memo_account": "4400",
    "sales_discount_account": "4300",
    "cost_of_goods_sold_account": "5100",
    "inventory_account": "1200",
    "inventory_adjustment_account": "5200",
    "purchase_accrual_account": "2400",
}
SETUP_ACCOUNTS = {
    "bank_account": "1800",
    "freight_account": "4200",
    "rounding_account": "6910",
    "realized_gains_account": "4900",
    "realized_losses_account": "6900",
    "payment_discount_account": "4310",
}


def create_default_chart(company: Company) -> None:
    """Give a new company what it needs to post."""
    accounts = {row[0]: _account(company, *row) for row in ACCOUNTS}
    GLAccount.objects.bulk_create(accounts.values())
    business = _vat_groups(company, VATBusinessPostingGroup, VAT_BUSINESS_GROUPS)
    product = _vat_groups(company, VATProductPostingGroup, VAT_PRODUCT_GROUPS)
    VATPostingSetup.objects.bulk_create(
        VATPostingSetup(
            company=company,
            vat_business_posting_group=one,
            vat_product_posting_group=other,
            sales_vat_account=accounts["2300"],
        )
        for one in business
        for other in product
    )
    customers = CustomerPostingGroup.objects.bulk_create(
        CustomerPostingGroup(company=company, code=code, description=text, receivables_account=accounts[no])
        for code, text, no in CUSTOMER_GROUPS
    )
    others = {name: accounts[no] for name, no in OTHER_ACCOUNTS.items()}
    products = ProductPostingGroup.objects.bulk_create(
        ProductPostingGroup(company=company, code=code, description=text, sales_account=accounts[no], **others)
        for code, text, no in PRODUCT_GROUPS
    )
    SalesSetup.objects.create(
        company=company,
        customer_posting_group=customers[0],
        product_posting_group=products[0],
        vat_business_posting_group=business[0],
        vat_product_posting_group=product[0],
        **{name: accounts[no] for name, no in SETUP_ACCOUNTS.items()},
    )


def _account(company: Company, no: str, name: str, category: str, direct: bool | None) -> GLAccount:
    return GLAccount(
        company=company,
        no=no,
        name=name,
        account_type=HEADING if direct is None else "Posting",
        income_balance="Balance Sheet" if category in BALANCE_SHEET else "Income Statement",
        account_category=category,
        direct_posting=bool(direct),
    )


def _vat_groups(company: Company, model: type[VATGroup], groups: tuple[tuple[str, str], ...]) -> list[VATGroup]:
    return model._default_manager.bulk_create(
        model(company=company, code=code, description=text) for code, text in groups
    )
