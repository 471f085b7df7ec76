"""The accounts a posting goes to, by the groups of what is sold and of whom it is sold to, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from tallystick.financials.posting.entries import Entries
from tallystick.financials.problems import Problem

LARGEST_AMOUNT = Decimal(10) ** 12
NOWHERE = UUID(int=0)  # stands where an account is missing; nothing is posted then

SALES = "sales_account"
SALES_CREDIT_MEMO = "sales_credit_memo_account"
SALES_DISCOUNT = "sales_discount_account"
COST_OF_GOODS_SOLD = "cost_of_goods_sold_account"
INVENTORY = "inventory_account"
INVENTORY_ADJUSTMENT = "inventory_adjustment_account"
PURCHASE_ACCRUAL = "purchase_accrual_account"
PRODUCT_ACCOUNTS = (
    SALES,
    SALES_CREDIT_MEMO,
    SALES_DISCOUNT,
    COST_OF_GOODS_SOLD,
    INVENTORY,
    INVENTORY_ADJUSTMENT,
    PURCHASE_ACCRUAL,
)
BANK = "bank_account"
ROUNDING = "rounding_account"
REALIZED_GAINS = "realized_gains_account"
REALIZED_LOSSES = "realized_losses_account"
PAYMENT_DISCOUNT = "payment_discount_account"
SETUP_ACCOUNTS = (BANK, ROUNDING, REALIZED_GAINS, REALIZED_LOSSES, PAYMENT_DISCOUNT)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the general ledger."""

    no: str
    name: str
    posting: bool
    blocked: bool
    direct: bool


@dataclass(frozen=True, slots=True)
class Group:
    """A posting group and its accounts, by what they are for."""

    code: str
    accounts: Mapping[str, UUID | None]


@dataclass(frozen=True, slots=True)
class VATSetup:
    """The account that VAT of one business and product group is owed on."""

    account: UUID | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The accounts and groups of a company, and what stands in where a card names no group."""

    accounts: Mapping[UUID, Account]
    product_groups: Mapping[UUID, Group]
    customer_groups: Mapping[UUID, Group]
    vat: Mapping[tuple[UUID, UUID], VATSetup]
    vat_codes: Mapping[UUID, str]
    setup: Mapping[str, UUID | None]  # accounts, by what they are for
    local_places: int = 2  # decimal places of amounts in the local currency
    product_group: UUID | None = None
    customer_group: UUID | None = None
    vat_business_group: UUID | None = None
    vat_product_group: UUID | None = None
    allow_from: date | None = None
    allow_to: date | None = None


@dataclass(frozen=True, slots=True)
class Books:
    """The chart, and every problem that is met while a posting is planned for `record` of `table`."""

    chart: Chart
    table: str
    record: str
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, message: str, hint: str, *, field: str = "") -> None:
        """Note a problem, once."""
        problem = Problem(self.table, self.record, field, message, hint)
        if problem not in self.problems:
            self.problems.append(problem)

    def check_date(self, posting_date: date) -> None:
        """Note when the day is outside of what the sales setup allows."""
        begins, ends = self.chart.allow_from, self.chart.allow_to
        if (begins and posting_date < begins) or (ends and posting_date > ends):
            allowed = " ".join(
                part for part in (f"from {begins}" if begins else "", f"to {ends}" if ends else "") if part
            )
            self.refuse(
                f"{self.record}: {posting_date} is not a day on which postings are allowed ({allowed}).",
                "Choose another posting date, or change the days in the sales setup.",
                field="posting_date",
            )

    def check_size(self, entries: Entries) -> None:
        """Note when an amount has more digits than the ledgers can hold."""
        if entries.largest >= LARGEST_AMOUNT:
            what = f"{self.record} comes to {entries.largest:f}, which is more than the ledgers can hold."
            self.refuse(what, "Correct quantities, prices and costs.")

    def account(self, id: UUID | None, purpose: str, owner: str) -> UUID:
        """Return the account that stands for a purpose; notes when there is none, or when it takes no entries."""
        if id is None:
            self.refuse(f"{owner} has no {_words(purpose)}.", "Enter the account there, then post again.")
            return NOWHERE
        found = self.chart.accounts.get(id)
        if found is None or not found.posting or found.blocked:
            no = found.no if found else str(id)
            why = "is a heading" if found and not found.posting else "is blocked"
            self.refuse(f"G/L Account {no} {why}; {owner} names it as {_words(purpose)}.", "Choose another account.")
        return id

    def direct(self, id: UUID | None, what: str) -> UUID:
        """Return an account that somebody named; notes when it takes no entries, or only those of posting groups."""
        account = self.account(id, "account", what)
        if account != NOWHERE and not self.chart.accounts[account].direct:
            no = self.chart.accounts[account].no
            self.refuse(f"{what}: G/L Account {no} is not for direct posting.", "Choose an account that is.")
        return account

    def setup(self, purpose: str) -> UUID:
        """Return an account of the sales setup."""
        return self.account(self.chart.setup.get(purpose), purpose, "The sales setup")

    def product_group(self, group: UUID | None, what: str) -> Group | None:
        """Return the group of an item or resource; notes when there is none."""
        found = self.chart.product_groups.get(group or self.chart.product_group or NOWHERE)
        if found is None:
            self.refuse(f"{what} has no product posting group.", "Enter one there, or in the sales setup.")
        return found

    def product(self, group: UUID | None, purpose: str, what: str) -> UUID:
        """Return an account of the product posting group of `what`."""
        found = self.product_group(group, what)
        if found is None:
            return NOWHERE
        return self.account(found.accounts.get(purpose), purpose, f"Product Posting Group {found.code}")

    def customer_group(self, group: UUID | None, what: str) -> UUID:
        """Return the customer posting group that counts; notes when there is none."""
        chosen = group or self.chart.customer_group
        if chosen is None or chosen not in self.chart.customer_groups:
            self.refuse(f"{what} has no customer posting group.", "Enter one there, or in the sales setup.")
            return NOWHERE
        return chosen

    def receivables(self, group: UUID) -> UUID:
        """Return the account of what customers of a group owe."""
        if group == NOWHERE:
            return NOWHERE
        found = self.chart.customer_groups[group]
        owner = f"Customer Posting Group {found.code}"
        return self.account(found.accounts.get("receivables_account"), "receivables_account", owner)

    def vat_account(self, business: UUID, product: UUID, amount_owed: bool) -> UUID:
        """Return the account VAT is owed on; notes when the two groups have no VAT posting setup."""
        names = " and ".join(self.chart.vat_codes.get(group, "?") for group in (business, product))
        found = self.chart.vat.get((business, product))
        if found is None:
            self.refuse(f"There is no VAT posting setup for {names}.", "Add one, then post again.")
            return NOWHERE
        return (
            self.account(found.account, "sales_vat_account", f"VAT Posting Setup {names}") if amount_owed else NOWHERE
        )


def _words(purpose: str) -> str:
    return purpose.replace("_", " ").replace("vat", "VAT")
