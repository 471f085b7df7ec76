"""Numbers are given once."""

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from tallystick.financials.models import Company, Customer, NumberSeries
from tallystick.financials.services import InvalidRecord, SignInRefused, create, numbers, users
from tallystick.financials.services.numbers import allocate, increment, save_series

INCREMENTS = [
    ("C00010", 1, "C00011"),
    ("C00010", 10, "C00020"),
    ("SP NO. 00009", 1, "SP NO. 00010"),
    ("A99", 1, "A100"),
    ("7", 1, "8"),
    ("2025-099-B", 1, "2025-100-B"),
]


@pytest.mark.parametrize(("number", "by", "after"), INCREMENTS)
def test_the_last_digits_count_up(number: str, by: int, after: str) -> None:
    assert increment(number, by) == after


def test_text_without_digits_cannot_count() -> None:
    with pytest.raises(ValueError, match="no digits"):
        increment("CUSTOMER")


@pytest.mark.django_db
def test_numbers_typed_by_hand_are_passed_over(company: Company) -> None:
    create(company, "customer", {"no": "c00020", "name": "By hand"})
    assert allocate(company, "customer", 3) == ["C00010", "C00030", "C00040"]
    assert allocate(company, "customer") == ["C00050"]


@pytest.mark.django_db
def test_a_series_ends_where_it_should_and_nothing_is_written(company: Company) -> None:
    save_series(company, "cust", used_for="customer", starting_no="C1", ending_no="C10", last_no_used="C8")
    assert allocate(company, "customer", 2) == ["C9", "C10"]
    with pytest.raises(InvalidRecord, match="ended at C10"):
        create(company, "customer", {"name": "One too many"})
    assert not Customer.objects.exists()
    NumberSeries.objects.filter(used_for="customer").delete()
    with pytest.raises(InvalidRecord, match="no number series"):
        create(company, "customer", {"name": "Without series"})
    assert create(company, "customer", {"name": "With a number of its own", "no": "X1"})


@pytest.mark.django_db
def test_a_series_is_checked_field_by_field(company: Company) -> None:
    with pytest.raises(InvalidRecord) as refusal:
        save_series(company, "", used_for="customer", starting_no="ABC", increment_by=0)
    assert {problem.field for problem in refusal.value.problems} == {"code", "starting_no", "increment_by", "used_for"}


@pytest.mark.django_db(transaction=True)
def test_a_number_of_a_transaction_that_failed_is_free_again(company: Company) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert allocate(company, "customer") == ["C00010"]
        raise ZeroDivisionError
    assert allocate(company, "customer") == ["C00010"]


def in_threads(count: int, work: Callable[[], object]) -> list[BaseException]:
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=guarded) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_at_the_same_moment_get_different_numbers(company: Company) -> None:
    given: list[str] = []
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait(30)
        for _ in range(5):
            with transaction.atomic():
                given.extend(allocate(company, "customer", 3))

    assert in_threads(4, ask) == []
    assert len(given) == len(set(given)) == 60


@pytest.mark.django_db(transaction=True)
def test_the_second_transaction_waits_for_the_numbers_of_the_first(company: Company) -> None:
    second: list[str] = []
    with transaction.atomic():
        first = allocate(company, "customer", 2)
        thread = threading.Thread(target=lambda: (second.extend(allocate(company, "customer", 2)), connection.close()))
        thread.start()
        thread.join(0.3)
        assert second == [], "it must wait: this transaction could still fail"
    thread.join(30)
    assert (first, second) == (["C00010", "C00020"], ["C00030", "C00040"])


@pytest.mark.django_db(transaction=True)
def test_customers_created_side_by_side_lose_nothing(company: Company) -> None:
    def work() -> None:
        for _ in range(5):
            create(company, "customer", {"name": "Made in a thread"})

    assert in_threads(3, work) == []
    assert Customer.objects.filter(company=company).values("no").distinct().count() == 15


# Users and sign-in links


NOW = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.django_db
def test_a_sign_in_link_works_once_and_within_its_time() -> None:
    user = users.create_user("Ann@Example.com")
    assert user.email == "ann@example.com"
    token = users.create_sign_in_link(user, now=NOW)
    assert users.redeem_sign_in_link(token, now=NOW + timedelta(minutes=29)) == user
    late = users.create_sign_in_link(user, now=NOW)
    for refused, moment in ((token, NOW), (late, NOW + timedelta(minutes=31)), ("guessed", NOW)):
        with pytest.raises(SignInRefused):
            users.redeem_sign_in_link(refused, now=moment)


@pytest.mark.django_db
def test_the_token_itself_is_not_stored() -> None:
    user = users.create_user("ann@example.com")
    token = users.create_sign_in_link(user)
    link = user.sign_in_links.get()
    assert token not in (link.token_hash, str(link))
    assert len(link.token_hash) == 64


@pytest.mark.django_db(transaction=True)
def test_of_two_who_redeem_a_link_at_once_one_gets_in() -> None:
    token = users.create_sign_in_link(users.create_user("ann@example.com"))
    failures = in_threads(4, lambda: users.redeem_sign_in_link(token))
    assert [type(failure) for failure in failures] == [SignInRefused] * 3


@pytest.mark.django_db
def test_a_deactivated_user_stays_out(company: Company) -> None:
    ann, eve = users.create_user("ann@example.com"), users.create_user("eve@example.com")
    users.grant(ann, company, "administrator")
    with pytest.raises(InvalidRecord, match="only administrator"):
        users.set_active(ann, False)
    for remove in (lambda: users.revoke(ann, company), lambda: users.give_sets(ann, company, ["sales-viewer"])):
        with pytest.raises(InvalidRecord, match="only administrator"):
            remove()
    users.grant(eve, company, "administrator")
    token = users.create_sign_in_link(ann)
    users.set_active(ann, False)
    with pytest.raises(SignInRefused):
        users.redeem_sign_in_link(token)


@pytest.mark.django_db
def test_an_e_mail_address_is_one_user() -> None:
    users.create_user("ann@example.com")
    for email, message in (("ANN@example.com ", "already"), ("ann", "no e-mail address")):
        with pytest.raises(InvalidRecord, match=message):
            users.create_user(email)


def test_the_description_of_the_tables_loads_without_django() -> None:
    script = (
        "import sys, tallystick.financials.tables, tallystick.financials.values; assert 'django' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert numbers.DEFAULT_SERIES
