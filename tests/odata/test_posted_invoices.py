"""Posted sales invoices as a web service: what was posted, by permission, and never to be changed."""

import pytest
from tests.financials.ledger_shop import Line, Shop, open_shop
from tests.odata.conftest import NOW, Caller, key_for, user_of

from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies
from tallystick.odata import publishing

SETS = ("PostedSalesInvoices", "PostedSalesInvoiceLines")


def sold(name: str) -> Shop:
    """A company that has sold two chairs and publishes its invoices."""
    shop = open_shop(companies.create_company(name, local_currency="EUR"))
    shop.sell(shop.customer("C1"), Line(shop.item(), quantity=2))
    for one in SETS:
        publishing.publish(shop.company, one, now=NOW)
    return shop


@pytest.fixture
def shop(db: None) -> Shop:
    return sold("Alpha")


def caller_of(shop: Shop, permission_set: PermissionSet) -> Caller:
    return Caller(shop.company.slug, key_for(user_of(shop.company, permission_set)))


def test_an_invoice_is_read_with_its_amounts_and_lines(shop: Shop) -> None:
    caller = caller_of(shop, PermissionSet.SALES_VIEWER)
    [invoice] = caller.rows("PostedSalesInvoices?$filter=Amount gt 100")
    assert (invoice["CustomerNo"], invoice["Amount"], invoice["AmountIncludingVat"]) == ("C1", 200, 238)
    [line] = caller.rows(f"PostedSalesInvoiceLines?$filter=InvoiceNo eq '{invoice['No']}'")
    assert (line["ItemNo"], line["Quantity"], line["Amount"]) == ("CHAIR", 2, 200)
    assert caller.get(f"PostedSalesInvoices('{invoice['No']}')").status == 200


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize("permission_set", PermissionSet)
def test_who_may_not_read_documents_reads_no_invoice(shop: Shop, permission_set: PermissionSet, name: str) -> None:
    reads = permission_set not in (
        PermissionSet.INTEGRATION_ADMINISTRATOR,
        PermissionSet.ITEM_AVAILABILITY_READER,
    )
    answer = caller_of(shop, permission_set).get(name)
    assert answer.status == (200 if reads else 403)
    assert reads or "may not look at its documents" in answer.message


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_an_invoice_cannot_be_written(shop: Shop, method: str) -> None:
    caller = caller_of(shop, PermissionSet.ADMINISTRATOR)
    [no] = caller.keys("PostedSalesInvoices")
    assert caller.get(f"PostedSalesInvoices('{no}')", method=method).status == 405
    assert caller.keys("PostedSalesInvoices") == [no]


def test_the_invoices_of_another_company_are_not_among_them(shop: Shop) -> None:
    other = sold("Beta")
    mine, theirs = (
        caller_of(one, role) for one, role in ((shop, PermissionSet.SALES_VIEWER), (other, PermissionSet.FINANCE_CLERK))
    )
    for name in SETS:
        ids = [{row["Id"] for row in one.rows(name)} for one in (mine, theirs)]
        assert len(ids[0]) == len(ids[1]) == 1
        assert not ids[0] & ids[1]
    assert Caller("beta", mine.key).get("PostedSalesInvoices").status == 404
