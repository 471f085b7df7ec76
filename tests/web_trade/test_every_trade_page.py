"""What holds for every page of trade: the policy, one heading, unique ids, icons that exist, hostile names as text."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.web.conftest import HOSTILE, person, signed_in
from tests.web.test_every_page import POLICY, Page
from tests.web_trade.conftest import Trade, make_trade

from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import companies

pytestmark = pytest.mark.django_db


def addresses(trade: Trade) -> list[str]:
    pages = [
        "",
        "availability/",
        "availability/?q=nothing",
        f"availability/?ids={trade.chair}&ids={trade.service}",
        *(f"availability/{trade.chair}/?by={step}" for step in ("day", "week", "month")),
        f"availability/{trade.chair}/?unit=BOX",
        f"availability/{trade.service}/",
        f"item-journal/adjust/{trade.chair}/",
        "item-journal/post",
        f"purchasing/{trade.order}/receive",
        f"opportunities/{trade.opportunity}/win",
        f"opportunities/{trade.opportunity}/lose",
        "statistics/",
        "statistics/charts",
        f"statistics/customer/{trade.customer}/",
        *(f"records/{table}/" for table in ("opportunity", "purchase-order", "item-journal-line", "item")),
        f"records/item/{trade.chair}/",
        f"records/item/{trade.service}/",
        f"records/opportunity/{trade.opportunity}/",
        f"records/purchase-order/{trade.order}/",
        f"records/purchase-order-line/{trade.line}/",
        f"records/customer/{trade.customer}/",
        f"records/contact/{trade.contact}/",
        f"records/contact/{trade.person}/",
    ]
    return [trade.url + page for page in pages]


def test_pages_carry_a_strict_policy_and_nothing_that_it_forbids(clerk: Client, trade: Trade) -> None:
    answer = clerk.get("/static/vendor/tabler-icons/sprite.svg")
    sprite = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a file
    for address in addresses(trade):
        answer = clerk.get(address)
        assert answer.status_code == 200, address
        for directive in POLICY:
            assert directive in answer["Content-Security-Policy"], address
        text = answer.content.decode()
        page = Page(text)
        assert page.forbidden == [], address
        assert len(page.ids) == len(set(page.ids)), address
        assert HOSTILE not in text, address
        if "<html" in text:
            assert page.headings == 1, address
        for name in {part.split('"')[0] for part in text.split("sprite.svg#")[1:]}:
            assert f'id="{name}"' in sprite, (address, name)


def test_an_onlooker_opens_what_asks_for_nothing_and_is_offered_no_deeds(viewer: Client, trade: Trade) -> None:
    for address in addresses(trade):
        deed = any(word in address for word in ("/adjust/", "/win", "/lose", "/post", "/receive"))
        answer = viewer.get(address)
        assert answer.status_code == (403 if deed else 200), address
        assert "Adjust Inventory" not in answer.content.decode()
        assert "Make Quote" not in answer.content.decode()


def test_another_companys_records_are_not_found(clerk: Client, trade: Trade) -> None:
    other = make_trade("Birch")
    for page in (
        f"availability/{other.chair}/",
        f"item-journal/adjust/{other.chair}/",
        f"opportunities/{other.opportunity}/win",
        f"statistics/customer/{other.customer}/",
    ):
        assert clerk.get(trade.url + page).status_code == 404, page
    assert str(other.chair) not in clerk.get(f"{trade.url}availability/?ids={other.chair}").content.decode()
    assert clerk.post(f"{trade.url}opportunities/{other.opportunity}/start").status_code == 404


def test_availability_is_told_by_period_and_unit(clerk: Client, trade: Trade) -> None:
    in_boxes = clerk.get(f"{trade.url}availability/{trade.chair}/?by=month&unit=BOX").content.decode()
    assert "<dd>2.5</dd>" in in_boxes, "ten pieces"
    assert "<dd>1.5</dd>" in in_boxes, "six pieces are on the way"
    assert "<dd>4</dd>" in in_boxes
    assert f"{timezone.localdate():%b %Y}" in in_boxes
    assert clerk.get(f"{trade.url}availability/{trade.chair}/?by=century").status_code == 200
    assert "It is not kept in stock" in clerk.get(f"{trade.url}records/item/{trade.service}/").content.decode()
    assert clerk.get(f"{trade.url}availability/?ids=x").status_code == 404


def test_every_chart_says_the_same_in_a_table(clerk: Client, trade: Trade) -> None:
    for address in ("statistics/", f"statistics/customer/{trade.customer}/", f"availability/{trade.chair}/"):
        text = clerk.get(trade.url + address).content.decode()
        assert text.count("data-chart=") == text.count('<details class="chart-table"') > 0, address
        assert "charts.js" in text
    assert "400.00" in clerk.get(trade.url + "statistics/").content.decode()
    assert "charts.js" not in clerk.get(trade.url + "records/customer/").content.decode(), "loaded only where used"


def test_a_customers_figures_stand_beside_the_card_and_on_a_page(clerk: Client, trade: Trade) -> None:
    card = clerk.get(f"{trade.url}records/customer/{trade.customer}/").content.decode()
    page = clerk.get(f"{trade.url}statistics/customer/{trade.customer}/").content.decode()
    for figure in ("400.00", "150.00", "-50.00", "25.00"):  # owed and sold, ordered, over the limit, paid
        assert figure in card, figure
        assert figure in page, figure


def test_a_company_that_sold_nothing_is_told_so(trade: Trade) -> None:
    empty = companies.create_company("Empty")
    said = signed_in(person(empty, PermissionSet.SALES_VIEWER)).get("/c/empty/statistics/").content.decode()
    assert "Nothing was invoiced this year." in said
    assert "Nobody owes anything." in said
    assert "data-chart=" not in said
