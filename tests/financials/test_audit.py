"""The log of settings: who changed what, when, from what to what; and that nobody changes it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tallystick.financials.audit import Entry, setting_changes
from tallystick.financials.models import Company, SettingChange
from tallystick.financials.permissions import operator
from tallystick.financials.problems import InvalidRecord
from tallystick.financials.services import companies, create, numbers, users

pytestmark = pytest.mark.django_db
ADA = operator("ada@example.com")


def told(company: Company) -> list[tuple[str, str, str, dict[str, tuple[str, str]]]]:
    """The entries since the company was made, oldest first."""
    entries = [entry for entry in reversed(setting_changes(company).entries) if entry.area != "Company" or _both(entry)]
    return [
        (entry.by, entry.area, entry.subject, {one.name: (one.before, one.after) for one in entry.changes})
        for entry in entries
    ]


def _both(entry: Entry) -> bool:
    return any(one.before for one in entry.changes)


def test_a_new_company_is_noted_with_what_was_entered() -> None:
    made = companies.create_company("Beta", local_currency="SEK", by=ADA)
    [entry] = setting_changes(made).entries
    assert (entry.by, entry.area, entry.subject) == ("ada@example.com", "Company", "Beta")
    assert {one.name: one.after for one in entry.changes}["local currency"] == "SEK"
    assert datetime.now(UTC) - entry.at < timedelta(minutes=1)


def test_settings_of_the_company_are_noted_as_they_differ(company: Company) -> None:
    companies.update_company(company, city=" Bergen ", experience="Suite", name=company.name, by=ADA)
    companies.update_company(company, city="Bergen", by=ADA)
    assert told(company) == [
        (ADA.name, "Company", "Alder & Sons", {"city": ("", "Bergen"), "experience": ("Essential", "Suite")})
    ]


def test_permission_sets_are_noted_as_they_were_and_are(company: Company) -> None:
    ann = users.create_user("ann@example.com", by=ADA)
    users.grant(ann, company, "sales-viewer", by=ADA)
    users.grant(ann, company, "finance-clerk", by=ADA)
    users.grant(ann, company, "finance-clerk", by=ADA)
    users.revoke(ann, company, by=ADA)
    sets = [entry[3]["permission sets"] for entry in told(company)]
    assert sets == [
        ("", "Sales viewer"),
        ("Sales viewer", "Finance clerk, Sales viewer"),
        ("Finance clerk, Sales viewer", ""),
    ]
    assert {entry[:3] for entry in told(company)} == {(ADA.name, "Permission sets", "ann@example.com")}


def test_switching_a_user_off_and_letting_them_in_is_noted_in_each_company(company: Company) -> None:
    other = companies.create_company("Other")
    ann = users.create_user("ann@example.com")
    for one in (company, other):
        users.grant(ann, one, "sales-viewer")
    token = users.create_sign_in_link(ann, by=ADA)
    users.set_active(ann, False, by=ADA)
    users.set_active(ann, False, by=ADA)
    for one in (company, other):
        link, switched = told(one)[1:]
        assert link[:3] == switched[:3] == (ADA.name, "User", "ann@example.com")
        assert link[3]["sign-in link"][1].startswith("made, good until ")
        assert switched[3] == {"may sign in": ("yes", "no")}
    assert token not in str(list(SettingChange.objects.values()))


def test_number_series_are_noted(company: Company) -> None:
    settings = {"description": "Kunden", "used_for": "customer", "starting_no": "K1", "increment_by": 10}
    numbers.save_series(company, "CUST", by=ADA, **settings)  # type: ignore[arg-type]  # of several types
    assert told(company) == [
        (
            ADA.name,
            "Number series",
            "CUST",
            {"description": ("Customers", "Kunden"), "starting no": ("C00010", "K1")},
        )
    ]


@pytest.mark.parametrize(
    "change",
    [
        lambda company: companies.update_company(company, experience="Premium"),
        lambda company: numbers.save_series(company, "CUST", starting_no="none"),
        lambda company: users.grant(users.create_user("ann@example.com"), company, "owner"),
    ],
)
def test_what_was_refused_is_not_noted(company: Company, change: Callable[[Company], object]) -> None:
    with pytest.raises(InvalidRecord):
        change(company)
    assert told(company) == []


def test_records_are_not_settings(company: Company) -> None:
    create(company, "customer", {"name": "Any"})
    assert told(company) == []


def test_the_log_is_paged_and_filtered_newest_first(company: Company) -> None:
    for city in ("A", "B", "C"):
        companies.update_company(company, city=city)
    users.grant(users.create_user("ann@example.com"), company, "sales-viewer")
    first = setting_changes(company, page_size=2)
    assert [entry.area for entry in first.entries] == ["Permission sets", "Company"]
    assert first.more
    last = setting_changes(company, page_size=2, page=3)
    assert (len(last.entries), last.more) == (1, False)
    assert [entry.area for entry in setting_changes(company, area="Permission sets").entries] == ["Permission sets"]
    assert setting_changes(companies.create_company("Other"), area="Permission sets").entries == ()


@pytest.mark.parametrize(
    "statement", ["UPDATE financials_settingchange SET by = 'x'", "DELETE FROM financials_settingchange"]
)
def test_the_database_keeps_the_log_as_it_was_written(company: Company, statement: str) -> None:
    """With the trigger of `audit_triggers` taken away the row is changed."""
    companies.update_company(company, city="Bergen", by=ADA)
    before = list(SettingChange.objects.order_by("pk").values())
    if connection.vendor == "sqlite" and statement.startswith("DELETE"):
        return  # who may write the file may do anything to it
    with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
        connection.cursor().execute(statement)
    assert list(SettingChange.objects.order_by("pk").values()) == before
