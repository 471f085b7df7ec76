"""The pages of the administrator: company, experience, users, number series."""

import re

from django.test import Client
from tests.web.conftest import Books, person, signed_in

from tallystick.financials.models import Company, Membership, NumberSeries, User
from tallystick.financials.people import administrators_of, sets_of
from tallystick.financials.permissions import PermissionSet
from tallystick.financials.services import create, users

SETTINGS = {"name": "Alpha AG", "display_name": "Alpha", "city": "Zürich", "local_currency": "EUR"}


def test_settings_are_saved(administrator: Client, books: Books) -> None:
    assert administrator.post(books.url + "company/", SETTINGS).status_code == 302
    books.company.refresh_from_db()
    assert (books.company.name, books.company.city) == ("Alpha AG", "Zürich")


def test_the_local_currency_is_settled_once_customers_count_in_it(administrator: Client, books: Books) -> None:
    answer = administrator.post(books.url + "company/", SETTINGS | {"local_currency": "USD"})
    assert answer.status_code == 422
    assert "The local currency stays EUR" in answer.content.decode()
    books.company.refresh_from_db()
    assert books.company.local_currency == "EUR"


def test_a_company_without_a_name_is_refused_at_the_field(administrator: Client, books: Books) -> None:
    answer = administrator.post(books.url + "company/", SETTINGS | {"name": " "})
    assert answer.status_code == 422
    assert "has no name" in answer.content.decode()


def test_the_experience_is_switched_and_home_says_so(administrator: Client, books: Books) -> None:
    assert "Switch the experience" in administrator.get(books.url).content.decode()
    administrator.post(books.url + "company/experience", {"experience": "Suite"})
    books.company.refresh_from_db()
    assert books.company.experience == "Suite"
    assert "Experience: Suite" in administrator.get(books.url).content.decode()


def test_an_experience_that_does_not_exist_changes_nothing(administrator: Client, books: Books) -> None:
    answer = administrator.post(books.url + "company/experience", {"experience": "Premium"}, follow=True)
    assert "There is no experience" in answer.content.decode()
    books.company.refresh_from_db()
    assert books.company.experience == "Essential"


def test_whoever_opens_a_company_administers_it(administrator: Client, books: Books) -> None:
    new = {"name": "Gamma", "local_currency": "SEK", "experience": "Suite"}
    assert administrator.post(books.url + "company/new", new)["Location"] == "/c/gamma/"
    assert administrator.get("/c/gamma/users/").status_code == 200
    assert NumberSeries.objects.filter(company__slug="gamma").exists()


def test_a_company_with_a_mistake_is_not_opened(administrator: Client, books: Books) -> None:
    answer = administrator.post(books.url + "company/new", {"name": "", "local_currency": "", "experience": "Suite"})
    assert answer.status_code == 422
    assert Company.objects.count() == 1


def test_a_new_person_is_let_in_by_a_link_that_is_shown_once(administrator: Client, books: Books) -> None:
    new = {"email": "Ines@Example.com", "first_name": "Ines", "last_name": "Brandt", "sets": "finance-clerk"}
    page = administrator.post(books.url + "users/new", new)["Location"]
    member = User.objects.get(email="ines@example.com")
    assert sets_of(member, books.company) == (PermissionSet.FINANCE_CLERK,)
    shown = administrator.post(page + "link").content.decode()
    link = re.search(r"http://testserver(/sign-in/link/[\w-]+)", shown)
    assert link
    assert link[1] not in administrator.get(page).content.decode()
    newcomer = Client()
    newcomer.post(link[1])
    assert newcomer.get(books.url).status_code == 200


def test_somebody_known_is_given_permission_sets_here(administrator: Client, books: Books, other_books: Books) -> None:
    member = users.create_user("known@example.com")
    users.grant(member, other_books.company, PermissionSet.SALES_VIEWER)
    assert (
        administrator.post(books.url + "users/new", {"email": member.email, "sets": "sales-viewer"}).status_code == 302
    )
    assert Membership.objects.filter(user=member).count() == 2


def test_an_address_that_is_none_is_refused(administrator: Client, books: Books) -> None:
    answer = administrator.post(books.url + "users/new", {"email": "nobody", "sets": "sales-viewer"})
    assert answer.status_code == 422
    assert "is no e-mail address" in answer.content.decode()


def test_permission_sets_change_and_the_last_administrator_stays(administrator: Client, books: Books) -> None:
    clerk = person(books.company, PermissionSet.FINANCE_CLERK)
    administrator.post(f"{books.url}users/{clerk.pk}/", {"sets": "sales-viewer"})
    assert sets_of(clerk, books.company) == (PermissionSet.SALES_VIEWER,)
    [me] = administrators_of(books.company)
    answer = administrator.post(f"{books.url}users/{me.pk}/", {"sets": "finance-clerk"})
    assert answer.status_code == 422
    assert "only administrator" in answer.content.decode()
    assert sets_of(me, books.company) == (PermissionSet.ADMINISTRATOR,)


def test_switching_off_ends_the_visit(administrator: Client, books: Books) -> None:
    member = person(books.company, PermissionSet.FINANCE_CLERK)
    visitor = signed_in(member)
    administrator.post(f"{books.url}users/{member.pk}/active")
    assert visitor.get(books.url).status_code == 302
    administrator.post(f"{books.url}users/{member.pk}/active")
    assert signed_in(member).get(books.url).status_code == 200


def test_nobody_switches_themselves_off(administrator: Client, books: Books) -> None:
    [me] = administrators_of(books.company)
    assert administrator.post(f"{books.url}users/{me.pk}/active").status_code == 403


def test_an_account_that_opens_other_companies_is_not_opened_from_here(
    administrator: Client, books: Books, other_books: Books
) -> None:
    member = person(books.company, PermissionSet.FINANCE_CLERK)
    users.grant(member, other_books.company, PermissionSet.ADMINISTRATOR)
    page = f"{books.url}users/{member.pk}/"
    assert "Make sign-in link" not in administrator.get(page).content.decode()
    assert administrator.post(page + "link").status_code == 403
    assert administrator.post(page + "active").status_code == 403
    assert administrator.post(page + "remove").status_code == 302
    assert Membership.objects.get(user=member).company == other_books.company


def test_a_user_of_another_company_is_not_there(administrator: Client, books: Books, other_books: Books) -> None:
    stranger = person(other_books.company, PermissionSet.FINANCE_CLERK)
    for verb in ("", "link", "active", "remove"):
        assert administrator.post(f"{books.url}users/{stranger.pk}/{verb}").status_code == 404


def test_a_number_series_goes_on_where_it_is_told(administrator: Client, books: Books) -> None:
    series = NumberSeries.objects.get(company=books.company, used_for="customer")
    form = {
        "description": "Kunden",
        "used_for": "customer",
        "starting_no": "K0001",
        "last_no_used": "K0099",
        "increment_by": 1,
    }
    assert administrator.post(f"{books.url}number-series/{series.pk}/", form).status_code == 302
    create(books.company, "customer", {"name": "Next"})
    assert "K0100" in administrator.get(books.url + "records/customer/").content.decode()


def test_a_pattern_without_digits_is_refused_at_the_field(administrator: Client, books: Books) -> None:
    series = NumberSeries.objects.get(company=books.company, used_for="customer")
    form = {"used_for": "customer", "starting_no": "KUNDE", "increment_by": 1}
    answer = administrator.post(f"{books.url}number-series/{series.pk}/", form)
    assert answer.status_code == 422
    assert "has no digits" in answer.content.decode()


def test_a_series_of_another_company_is_not_there(administrator: Client, books: Books, other_books: Books) -> None:
    series = NumberSeries.objects.filter(company=other_books.company).first()
    assert series
    assert administrator.get(f"{books.url}number-series/{series.pk}/").status_code == 404
