"""Two processes that post orders for the last piece at once on PostgreSQL: one wins, the other is told.

To see it fail: leave `take_turn` out of `orders._post`, and both are posted."""

import os
import subprocess
import sys
import time

import pytest
from django.db import connection, transaction
from tests.financials.ledger_shop import Line, Shop, open_shop

from tallystick.financials.models import Company, Item, SalesInvoice
from tallystick.financials.services.ledger import take_turn

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

POST = """
import sys
import django
django.setup()
from django.db import connection
from tallystick.financials.models import Company, SalesOrder
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import postings

connection.settings_dict["NAME"] = sys.argv[1]
order = SalesOrder.objects.get(no=sys.argv[2])
print("ready", flush=True)
try:
    print("posted", postings.post_order(order.company, order.pk, ship=True, invoice=True).invoice_no)
except InvalidRecord as refusal:
    print("refused", refusal)
"""


@pytest.fixture
def shop(company: Company) -> Shop:
    return open_shop(company)


def test_one_wins_and_the_other_is_told(shop: Shop) -> None:
    chair = shop.item(stock=1)
    orders = [shop.order(shop.customer(no), Line(chair)) for no in ("C1", "C2")]
    with transaction.atomic():
        take_turn(shop.company)  # held until both are at the door
        both = [_process(order.no) for order in orders]
        for process in both:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        time.sleep(1)  # so that both wait, whichever was quicker; where one did not, the outcome would be the same
        assert all(process.poll() is None for process in both)
    said = sorted(process.communicate(timeout=60)[0] for process in both)
    assert said[0] == "posted PSI000001\n"
    assert said[1].startswith("refused Item CHAIR has 0 in stock, not the 1 to be taken.")
    assert Item.objects.get(pk=chair.pk).inventory == 0
    assert SalesInvoice.objects.count() == 1
    shop.agrees()


def _process(order: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", POST, connection.settings_dict["NAME"], order],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "tallystick.config.django_settings"},
    )
