"""A field that nobody enters is shown on a card, and saving the card neither changes nor loses it."""

import json
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client
from tests.web.conftest import Books

from tallystick.financials import queries
from tallystick.financials.models import EntryType
from tallystick.financials.services import create
from tallystick.financials.services.item_journal import JournalLine, post_item_journal


@pytest.fixture
def chair(books: Books) -> UUID:
    piece = create(books.company, "unit-of-measure", {"code": "PCS"}).id
    values = {"no": "CHAIR", "description": "Chair", "base_unit_of_measure": piece, "unit_price": "10.5"}
    chair = create(books.company, "item", values).id
    line = JournalLine(chair, EntryType.POSITIVE_ADJUSTMENT, Decimal("12.5"))
    post_item_journal(books.company, [line], posting_date=date(2025, 3, 1))
    return chair


def posted(client: Client, url: str, **typed: str) -> dict[str, str]:
    """What a browser sends: the card as it was opened, without what is disabled, and with what was typed."""
    form = client.get(url).context["form"]
    opened = json.loads(form["opened"].value())
    return {**opened, "version": form["version"].value(), "opened": json.dumps(opened), "inventory": "99", **typed}


def test_the_inventory_is_shown_in_list_and_card_and_cannot_be_typed(clerk: Client, books: Books, chair: UUID) -> None:
    assert ">12.5<" in "".join(clerk.get(f"{books.url}records/item/").content.decode().split())
    field = clerk.get(f"{books.url}records/item/{chair}/").context["form"]["inventory"]
    assert (field.value(), field.field.disabled) == ("12.5", True)


def test_saving_a_card_leaves_the_inventory_alone(clerk: Client, books: Books, chair: UUID) -> None:
    url = f"{books.url}records/item/{chair}/"
    assert clerk.post(url, posted(clerk, url, description="Armchair")).status_code == 302
    values = queries.get_record(books.company, "item", chair).values
    assert (values["description"], values["inventory"]) == ("Armchair", Decimal("12.5"))


def test_a_card_that_is_refused_goes_on_showing_the_inventory(clerk: Client, books: Books, chair: UUID) -> None:
    url = f"{books.url}records/item/{chair}/"
    answer = clerk.post(url, posted(clerk, url, description=""))
    assert answer.status_code == 422
    assert answer.context["form"]["inventory"].value() == "12.5"


def test_after_somebody_elses_edit_the_inventory_is_the_newest(clerk: Client, books: Books, chair: UUID) -> None:
    url = f"{books.url}records/item/{chair}/"
    mine = posted(clerk, url, description="Armchair")
    line = JournalLine(chair, EntryType.NEGATIVE_ADJUSTMENT, Decimal(2))
    post_item_journal(books.company, [line], posting_date=date(2025, 3, 1))
    answer = clerk.post(url, mine)
    assert answer.status_code == 409
    assert answer.context["form"]["inventory"].value() == "10.5"
    assert answer.context["form"]["description"].value() == "Armchair"


def test_a_new_item_starts_without_stock(clerk: Client, books: Books) -> None:
    answer = clerk.post(f"{books.url}records/item/new", {"description": "Table", "type": "Inventory", "inventory": "5"})
    assert answer.status_code == 302
    record = queries.list_records(books.company, "item").records[0]
    assert (record.title, record.values["inventory"]) == ("Table", 0)
