"""The check finds every kind of difference: each is made by hand, with the triggers of the database off, and then found."""

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection
from tests.financials.ledger_shop import DAY, Line, Shop, open_shop

from tallystick.financials import ledger_triggers
from tallystick.financials.models import Company, CustomerPostingGroup, GLAccount, ProductPostingGroup, VATPostingSetup
from tallystick.financials.services import companies, postings
from tallystick.financials.services.postings import PaymentEntry, check_ledgers

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(company: Company) -> Shop:
    shop = open_shop(company)
    customer = shop.customer()
    sold = shop.sell(customer, Line(shop.item()))
    postings.post_payment(
        company, PaymentEntry(customer.pk, Decimal(50), DAY, apply_to=((shop.owed(sold.invoice_no).entry_no, None),))
    )
    postings.post_credit_memo(company, shop.memo(customer, Line(shop.account("4200"))))
    return shop


def without_triggers() -> None:
    """Take the triggers off the ledgers; the test's transaction, undone at its end, brings them back."""
    ledger_triggers.uninstall(apps, Editor())


class Editor:
    """As much of a schema editor as `uninstall` needs: Django's own does not run inside a test's transaction on SQLite."""

    connection = connection

    def execute(self, statement: str, params: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)


BROKEN = {
    # what was changed by hand → the ledger and what is said of it
    "UPDATE financials_glentry SET amount = amount + 1 WHERE entry_no = 3": (
        "g-l-entry",
        "the entries of the transaction do not sum to zero",
    ),
    "DELETE FROM financials_glentry WHERE entry_no = 1": ("g-l-entry", "its numbers have gaps"),
    "UPDATE financials_vatentry SET amount = 0 WHERE entry_no = 1": (
        "vat-entry",
        "the VAT entries differ from the VAT accounts",
    ),
    "UPDATE financials_customerledgerentry SET remaining_amount_lcy = 7 WHERE entry_no = 1": (
        "customer-ledger-entry",
        "what customers owe differs from the receivables accounts",
    ),
    "UPDATE financials_detailedcustomerledgerentry SET amount = 7 WHERE entry_no = 1": (
        "detailed-customer-ledger-entry",
        "remaining_amount is not the sum of the detailed entries",
    ),
    "UPDATE financials_detailedcustomerledgerentry SET amount_lcy = 7 WHERE entry_no = 1": (
        "detailed-customer-ledger-entry",
        "remaining_amount_lcy is not the sum of the detailed entries",
    ),
    "UPDATE financials_customerledgerentry SET open = NOT open WHERE entry_no = 1": (
        "customer-ledger-entry",
        "is closed with an amount in the local currency, or open without an amount",
    ),
    "UPDATE financials_item SET inventory = 3": (
        "item-ledger-entry",
        "the inventory of the item is not the sum of its entries",
    ),
    "UPDATE financials_itemledgerentry SET cost_amount = 3 WHERE entry_no = 1": (
        "item-ledger-entry",
        "what the stock cost differs from the inventory accounts",
    ),
    "UPDATE financials_salesinvoiceline SET amount = 3": (
        "posted documents",
        "the Posted Sales Invoice is not the sum of its lines (amount)",
    ),
    "DELETE FROM financials_postedcreditmemoline": (
        "posted documents",
        "the Posted Sales Credit Memo is not the sum of its lines (amount_including_vat)",
    ),
    "UPDATE financials_salesinvoice SET amount_including_vat = 3": (
        "posted documents",
        "the Posted Sales Invoice is not what the customer ledger has",
    ),
    "DELETE FROM financials_salesshipmentline": ("posted documents", "the Posted Sales Shipment has no lines"),
    "UPDATE financials_ledgertransaction SET transaction_no = 77 WHERE transaction_no = 2": (
        "ledger-transaction",
        "its numbers have gaps",
    ),
    "UPDATE financials_itemledgerentry SET entry_no = 9 WHERE entry_no = 1": (
        "item-ledger-entry",
        "its numbers have gaps",
    ),
}


def test_ledgers_that_agree_are_balanced(shop: Shop) -> None:
    found = check_ledgers()
    assert (found.balanced, found.differences) == (True, ())
    assert found.postings == 5
    empty = companies.create_company("Empty")
    assert check_ledgers(empty) == postings.LedgerCheck(0, ())


@pytest.mark.parametrize("statement", BROKEN)
def test_every_difference_is_found(shop: Shop, statement: str) -> None:
    without_triggers()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    found = check_ledgers()
    assert not found.balanced
    assert BROKEN[statement] in {(one.ledger, one.message) for one in found.differences}
    assert {one.company for one in found.differences} == {shop.company.slug}
    assert all(one.expected != one.found for one in found.differences if "open without" not in one.message)


def test_accounts_that_groups_name_anew_leave_what_was_posted_in_balance(shop: Shop) -> None:
    """Broken once by asking the groups for their accounts of today."""
    receivables, inventory, vat = (
        GLAccount.objects.create(company=shop.company, no=no, name=no) for no in ("1999", "1998", "2999")
    )
    CustomerPostingGroup.objects.filter(company=shop.company).update(receivables_account=receivables)
    ProductPostingGroup.objects.filter(company=shop.company).update(inventory_account=inventory)
    VATPostingSetup.objects.filter(company=shop.company).update(sales_vat_account=vat)
    assert check_ledgers(shop.company).differences == ()
    sold = shop.sell(shop.customer("C2"), Line(shop.item("TABLE")))
    entry = shop.owed(sold.invoice_no)
    assert (shop.balance("1999"), shop.balance("2999") < 0) == (entry.amount, True)
    paid = PaymentEntry(entry.customer_id, Decimal(50), DAY, apply_to=((entry.entry_no, None),))  # type: ignore[arg-type]
    postings.post_payment(shop.company, paid)
    assert check_ledgers(shop.company).differences == ()


def test_an_entry_beside_the_books_is_found_on_an_account_that_mirrors_a_ledger(shop: Shop) -> None:
    without_triggers()
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE financials_glentry SET g_l_account_id = (SELECT g_l_account_id FROM financials_glentry
            WHERE sub_ledger = '' LIMIT 1) WHERE sub_ledger = 'Customer'"""
        )
    assert "customer-ledger-entry" in {one.ledger for one in check_ledgers(shop.company).differences}


def test_another_companys_differences_are_its_own(shop: Shop) -> None:
    other = companies.create_company("Other")
    without_triggers()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE financials_item SET inventory = 3")
    assert check_ledgers(other).balanced
    assert [one.found for one in check_ledgers(shop.company).differences] == [3]
