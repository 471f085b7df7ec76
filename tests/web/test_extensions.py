"""The places where other pages put something: navigation, Home, lists, cards, the company's settings."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import pytest
from django.test import Client
from tests.web.conftest import Books

from tallystick.financials.permissions import Permission
from tallystick.financials.tables import Table
from tallystick.web.shell.desk import Desk
from tallystick.web.shell.extensions import CardAction, Extension, Fragment, ListAction, RowMark
from tallystick.web.shell.navigation import NavGroup, NavItem


def box(title: str) -> Fragment:
    return Fragment("records/_facts_box.html", {"title": title, "facts": []})


def list_actions(desk: Desk, table: Table) -> Sequence[ListAction]:
    if table.name != "customer":
        return ()
    return (
        ListAction("Couple the chosen", "/couple", icon="link"),
        ListAction("Couple all", "/couple-all", needs_selection=False),
        ListAction("Show the list", "/show", needs_selection=False, method="get"),
    )


def row_column(table: Table) -> str:
    return "Coupled" if table.name == "customer" else ""


def row_marks(desk: Desk, table: Table, ids: Sequence[UUID]) -> Mapping[UUID, RowMark]:
    return {ids[0]: RowMark("link", "Coupled to Fabrikam", url="/fabrikam", tone="success")}


def card_actions(desk: Desk, table: Table, record_id: UUID) -> Sequence[CardAction]:
    return (CardAction("Synchronize now", f"/sync/{record_id}", icon="refresh"),)


def fact_boxes(desk: Desk, table: Table, record_id: UUID) -> Sequence[Fragment]:
    return (box("Dynamics CRM fact"),)


EXTENSION = Extension(
    navigation=(
        NavGroup("Dynamics CRM", (NavItem("For administrators", "plug", "companies", needs=Permission.SET_UP),)),
    ),
    home_cards=lambda desk: (box("Dynamics CRM card"),),
    list_actions=list_actions,
    row_column=row_column,
    row_marks=row_marks,
    card_actions=card_actions,
    fact_boxes=fact_boxes,
    company_settings=lambda desk: (box("Dynamics CRM setting"),),
)


@pytest.fixture(autouse=True)
def _in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallystick.web.extensions.EXTENSIONS", (EXTENSION,))


def test_home_and_settings_show_its_cards(clerk: Client, books: Books) -> None:
    assert "Dynamics CRM card" in clerk.get(books.url).content.decode()
    assert "Dynamics CRM setting" in clerk.get(books.url + "company/").content.decode()


def test_the_navigation_shows_what_the_role_may_open(clerk: Client, administrator: Client, books: Books) -> None:
    assert "For administrators" in administrator.get(books.url).content.decode()
    page = clerk.get(books.url).content.decode()
    assert "For administrators" not in page
    assert "Dynamics CRM</li>" not in page, "a group with nothing to open is not shown"


def test_a_list_shows_its_column_and_its_actions(clerk: Client, books: Books) -> None:
    page = clerk.get(books.url + "records/customer/").content.decode()
    assert '<th scope="col">Coupled</th>' in page
    assert "Coupled to Fabrikam" in page
    assert 'formaction="/couple" formmethod="post"' in page
    assert 'action="/couple-all"' in page
    assert 'href="/show"' in page
    other = clerk.get(books.url + "records/contact/").content.decode()
    assert "Coupled" not in other
    assert "/couple" not in other


def test_a_card_shows_its_actions_and_facts(clerk: Client, books: Books) -> None:
    page = clerk.get(f"{books.url}records/customer/{books.customer}/").content.decode()
    assert f'action="/sync/{books.customer}"' in page
    assert "Dynamics CRM fact" in page
