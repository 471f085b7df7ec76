"""The chart of accounts and the posting groups."""

from tallystick.financials.fields import POSTING, Choice, Field, Kind
from tallystick.financials.table import Table, code, of, percent, text

VAT_BUSINESS_POSTING_GROUP_CODE = of(
    "vat-business-posting-group",
    "vat_business_posting_group",
    "VAT Bus. Posting Group",
    group=POSTING,
    help="Decides the VAT with the group of what is sold. Blank means that of the sales setup.",
)
VAT_PRODUCT_POSTING_GROUP_CODE = of(
    "vat-product-posting-group",
    "vat_product_posting_group",
    "VAT Prod. Posting Group",
    group=POSTING,
    help="Decides the VAT with the group of the customer. Blank means that of the sales setup.",
)
CUSTOMER_POSTING_GROUP_CODE = of(
    "customer-posting-group",
    "customer_posting_group",
    "Customer Posting Group",
    group=POSTING,
    help="Decides the receivables account. Blank means that of the sales setup.",
)
PRODUCT_POSTING_GROUP_CODE = of(
    "product-posting-group",
    "product_posting_group",
    "Product Posting Group",
    group=POSTING,
    help="Decides the accounts of sale, cost and stock. Blank means that of the sales setup.",
)


def _account(name: str, label: str, help: str) -> Field:
    return of("g-l-account", name, label, listed=True, group=POSTING, help=help)


def _group(name: str, label: str, label_plural: str, model: str, *accounts: Field) -> Table:
    return Table(
        name,
        label,
        label_plural,
        model=model,
        key=("code",),
        title="description",
        fields=(
            code("code", "Code", 20, required=True, listed=True, searched=True),
            text("description", "Description", 100, listed=True, searched=True),
            *accounts,
        ),
    )


G_L_ACCOUNT = Table(
    "g-l-account",
    "G/L Account",
    "G/L Accounts",
    model="GLAccount",
    key=("no",),
    title="name",
    fields=(
        code("no", "No.", 20, required=True, listed=True, searched=True),
        text("name", "Name", 100, required=True, listed=True, searched=True),
        Field(
            "account_type",
            "Account Type",
            Kind.CHOICE,
            max_length=10,
            default="Posting",
            listed=True,
            choices=(Choice("Posting", "Posting"), Choice("Heading", "Heading")),
            help="A heading structures the chart and takes no entries.",
        ),
        Field(
            "income_balance",
            "Income/Balance",
            Kind.CHOICE,
            max_length=20,
            default="Balance Sheet",
            listed=True,
            choices=(Choice("Balance Sheet", "Balance Sheet"), Choice("Income Statement", "Income Statement")),
        ),
        Field(
            "account_category",
            "Account Category",
            Kind.CHOICE,
            max_length=20,
            listed=True,
            choices=(
                Choice("", " "),
                Choice("Assets", "Assets"),
                Choice("Liabilities", "Liabilities"),
                Choice("Equity", "Equity"),
                Choice("Income", "Income"),
                Choice("Cost of Goods Sold", "Cost of Goods Sold"),
                Choice("Expense", "Expense"),
            ),
        ),
        Field(
            "direct_posting",
            "Direct Posting",
            Kind.BOOLEAN,
            default=True,
            help="May stand in document lines and payments; receivables, stock and VAT are booked by groups alone.",
        ),
        Field("blocked", "Blocked", Kind.BOOLEAN, listed=True, help="A blocked account takes no entries."),
        VAT_PRODUCT_POSTING_GROUP_CODE,
    ),
)

VAT_BUSINESS_POSTING_GROUP = _group(
    "vat-business-posting-group",
    "VAT Business Posting Group",
    "VAT Business Posting Groups",
    "VATBusinessPostingGroup",
)
VAT_PRODUCT_POSTING_GROUP = _group(
    "vat-product-posting-group",
    "VAT Product Posting Group",
    "VAT Product Posting Groups",
    "VATProductPostingGroup",
)
CUSTOMER_POSTING_GROUP = _group(
    "customer-posting-group",
    "Customer Posting Group",
    "Customer Posting Groups",
    "CustomerPostingGroup",
    _account("receivables_account_no", "Receivables Account", "What these customers owe."),
)
PRODUCT_POSTING_GROUP = _group(
    "product-posting-group",
    "Product Posting Group",
    "Product Posting Groups",
    "ProductPostingGroup",
    _account("sales_account_no", "Sales Account", "What is earned with the sale."),
    _account("sales_credit_memo_account_no", "Sales Credit Memo Account", "What is given back."),
    _account(
        "sales_discount_account_no",
        "Sales Discount Account",
        "What discounts cost; blank books the sale net of them.",
    ),
    _account("cost_of_goods_sold_account_no", "Cost of Goods Sold Account", "What the goods had cost."),
    _account("inventory_account_no", "Inventory Account", "What the stock is worth."),
    _account(
        "inventory_adjustment_account_no", "Inventory Adjustment Account", "What adjustments of stock are booked to."
    ),
    _account(
        "purchase_accrual_account_no",
        "Purchase Accrual Account",
        "What is owed for goods that were received and are not invoiced yet.",
    ),
)
VAT_POSTING_SETUP = Table(
    "vat-posting-setup",
    "VAT Posting Setup",
    "VAT Posting Setups",
    model="VATPostingSetup",
    key=("vat_business_posting_group", "vat_product_posting_group"),
    title="vat_product_posting_group",
    fields=(
        of(
            "vat-business-posting-group",
            "vat_business_posting_group",
            "VAT Bus. Posting Group",
            required=True,
            listed=True,
        ),
        of(
            "vat-product-posting-group",
            "vat_product_posting_group",
            "VAT Prod. Posting Group",
            required=True,
            listed=True,
        ),
        percent("vat_percent", "VAT %", listed=True),
        of(
            "g-l-account",
            "sales_vat_account_no",
            "Sales VAT Account",
            listed=True,
            help="Where VAT is owed. Needed unless the rate is 0.",
        ),
    ),
)
