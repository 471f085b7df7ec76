"""The sales setup is read and changed without its page. Leave `_contradictions` out to see the refusals fail."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from tests.financials.shop import Shop

from tallystick.financials.descriptions.setup import SALES_SETUP_FIELDS
from tallystick.financials.models import VATPostingSetup
from tallystick.financials.services import InvalidRecord
from tallystick.financials.services.sales_setup import sales_setup, set_vat_rate, update_sales_setup

pytestmark = pytest.mark.django_db


def test_every_column_of_the_setup_can_be_set() -> None:
    columns = {field.column for field in apps.get_model("financials", "SalesSetup")._meta.local_concrete_fields}
    assert columns - {field.column for field in SALES_SETUP_FIELDS.values()} == {"company_id"}


def test_settings_are_changed_by_code_or_id(shop: Shop) -> None:
    changes = {
        "freight_account_no": "4100x",
        "vat_product_posting_group": shop["REDUCED"],
        "credit_warning": "refuse",
        "archive_orders": "no",
        "allow_posting_from": "2025-01-01",
        "payment_discount_account_no": "",
    }
    with pytest.raises(InvalidRecord, match="there is no G/L Account 4100X"):
        update_sales_setup(shop.company, changes)
    assert sales_setup(shop.company)["credit_warning"] == "Warn", "all or nothing"
    update_sales_setup(shop.company, changes | {"freight_account_no": "6100"})
    after = sales_setup(shop.company)
    assert {name: after[name] for name in changes} == {
        "freight_account_no": "6100",
        "vat_product_posting_group": "REDUCED",
        "credit_warning": "Refuse",
        "archive_orders": False,
        "allow_posting_from": date(2025, 1, 1),
        "payment_discount_account_no": "",
    }


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "unknown": ({"freight": "4200"}, "has no 'freight'"),
    "a heading": ({"rounding_account_no": "1000"}, "1000 Assets is a heading"),
    "an account of groups": ({"freight_account_no": "1200"}, "booked by posting groups alone"),
    "no choice": ({"credit_warning": "Maybe"}, "cannot be 'Maybe'"),
    "the end before the start": (
        {"allow_posting_from": "2025-02-01", "allow_posting_to": "2025-01-01"},
        "until 2025-01-01, and only from 2025-02-01",
    ),
}


@pytest.mark.parametrize(("settings", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_is_refused(shop: Shop, settings: dict[str, Any], message: str) -> None:
    before = sales_setup(shop.company)
    with pytest.raises(InvalidRecord, match=message):
        update_sales_setup(shop.company, settings)
    assert sales_setup(shop.company) == before


def test_a_vat_rate_is_for_what_is_written_from_now_on(shop: Shop) -> None:
    order = shop.order()
    line = shop.line(order, "BOOK", 1)
    set_vat_rate(shop.company, "domestic", "reduced", "5")
    assert shop.read("sales-order-line", line)["vat_percent"] == 7
    assert shop.read("sales-order-line", shop.line(order, "BOOK", 1))["vat_percent"] == 5
    with pytest.raises(InvalidRecord, match="there is no VAT Business Posting Group NOWHERE"):
        set_vat_rate(shop.company, "nowhere", "reduced", "5")


def test_a_pair_without_a_rate_gets_one_with_its_account(shop: Shop) -> None:
    shop.add("vat-product-posting-group", "BOOKS", code="BOOKS")
    with pytest.raises(InvalidRecord, match="has no rate for this document's customers"):
        shop.line(shop.order(), "BOOK", 1, vat_product_posting_group=shop["BOOKS"])
    set_vat_rate(shop.company, "DOMESTIC", "BOOKS", "2.5")
    pair = VATPostingSetup.objects.get(vat_product_posting_group=shop["BOOKS"])
    assert (pair.vat_percent, pair.sales_vat_account.no) == (Decimal("2.5"), "2300")
