"""The chart of accounts, and the groups that say on which account what is sold to whom is booked."""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, reference, text
from tallystick.financials.models.people import Company


class GLAccount(MasterRecord):
    """An account of the general ledger. Only posting accounts that are not blocked take entries."""

    no = models.CharField(max_length=20)
    name = text(100)
    account_type = models.CharField(max_length=10, default="Posting", db_default="Posting")
    income_balance = models.CharField(max_length=20, default="Balance Sheet", db_default="Balance Sheet")
    account_category = text(20)
    direct_posting = models.BooleanField(default=True, db_default=True)
    blocked = models.BooleanField(default=False, db_default=False)
    vat_product_posting_group = reference("financials.VATProductPostingGroup")

    class Meta:
        verbose_name = "G/L account"
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_glaccount_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.name}"


class VATBusinessPostingGroup(MasterRecord):
    """Customers alike for VAT: domestic, in the European Union, elsewhere."""

    code = models.CharField(max_length=20)
    description = text(100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_vatbusiness_code")]

    def __str__(self) -> str:
        return self.code


class VATProductPostingGroup(MasterRecord):
    """Goods and services alike for VAT: at the standard rate, at a reduced one, exempt."""

    code = models.CharField(max_length=20)
    description = text(100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_vatproduct_code")]

    def __str__(self) -> str:
        return self.code


class VATPostingSetup(MasterRecord):
    """The VAT of one business group on one product group, and the account it is owed on."""

    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    vat_percent = models.DecimalField(max_digits=8, decimal_places=5, default=0, db_default=0)
    sales_vat_account = reference("financials.GLAccount")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "vat_business_posting_group", "vat_product_posting_group"],
                name="financials_vatsetup_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.vat_percent} %"


class CustomerPostingGroup(MasterRecord):
    """On which account what customers owe is booked."""

    code = models.CharField(max_length=20)
    description = text(100)
    receivables_account = reference("financials.GLAccount")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_customergroup_code")]

    def __str__(self) -> str:
        return self.code


class ProductPostingGroup(MasterRecord):
    """On which accounts the sale, the cost and the stock of goods and services are booked."""

    code = models.CharField(max_length=20)
    description = text(100)
    sales_account = reference("financials.GLAccount")
    sales_credit_memo_account = reference("financials.GLAccount")
    sales_discount_account = reference("financials.GLAccount")
    cost_of_goods_sold_account = reference("financials.GLAccount")
    inventory_account = reference("financials.GLAccount")
    inventory_adjustment_account = reference("financials.GLAccount")
    purchase_accrual_account = reference("financials.GLAccount")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_productgroup_code")]

    def __str__(self) -> str:
        return self.code


class CreditWarning(models.TextChoices):
    """What becomes of an order that takes a customer over the credit limit."""

    WARN = "Warn"
    REFUSE = "Refuse"
    IGNORE = "Ignore"


class SalesSetup(models.Model):
    """One row for each company: what documents and postings take where nothing else is said."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, primary_key=True, related_name="sales_setup")
    customer_posting_group = reference("financials.CustomerPostingGroup")
    product_posting_group = reference("financials.ProductPostingGroup")
    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    vat_product_posting_group = reference("financials.VATProductPostingGroup")
    bank_account = reference("financials.GLAccount")  # where payments arrive
    freight_account = reference("financials.GLAccount")  # what freight is charged on
    rounding_account = reference("financials.GLAccount")  # what is left over when amounts are converted
    realized_gains_account = reference("financials.GLAccount")
    realized_losses_account = reference("financials.GLAccount")
    payment_discount_account = reference("financials.GLAccount")
    credit_warning = models.CharField(
        max_length=10, choices=CreditWarning.choices, default=CreditWarning.WARN, db_default="Warn"
    )
    archive_orders = models.BooleanField(default=True, db_default=True)
    allow_posting_from = models.DateField(null=True, blank=True)
    allow_posting_to = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"sales setup of {self.company_id}"
