"""One piece of work on a mapping at a time."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections as databases

from tallystick.integration.models import Connection
from tallystick.integration.stores import MappingBusy, held, keep, let_go, settings_of, take

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_mapping_is_held_by_one_and_says_by_whom(connection: Connection) -> None:
    settings = settings_of(connection, "CUSTOMER")
    assert take(settings, "run/1", "Full synchronization of CUSTOMER")
    assert take(settings, "run/1", "Full synchronization of CUSTOMER")  # its own lease is extended
    assert not take(settings, "run/2", "another")
    with (
        pytest.raises(MappingBusy, match="Full synchronization of CUSTOMER is working on CUSTOMER"),
        held(settings, "run/2", "another", sleep=time.sleep),
    ):
        pass
    let_go(settings, "run/2")  # not its to give back
    assert not take(settings, "run/2", "another")
    let_go(settings, "run/1")
    assert take(settings, "run/2", "another")


def test_a_lease_that_ran_out_is_free_and_cannot_be_kept_by_its_last_holder(connection: Connection) -> None:
    settings = settings_of(connection, "CUSTOMER")
    assert take(settings, "run/1", "dead", lease=timedelta(seconds=-1))
    assert take(settings, "run/2", "alive")
    assert not keep(settings, "run/1")
    assert keep(settings, "run/2")


def test_other_mappings_are_free(connection: Connection) -> None:
    assert take(settings_of(connection, "CUSTOMER"), "run/1", "x")
    assert take(settings_of(connection, "CONTACT"), "run/2", "y")


def test_an_error_gives_the_mapping_back(connection: Connection) -> None:
    settings = settings_of(connection, "CUSTOMER")
    with pytest.raises(ZeroDivisionError), held(settings, "run/1", "x", sleep=time.sleep):
        raise ZeroDivisionError
    assert take(settings, "run/2", "y")


def test_of_many_who_want_a_mapping_at_once_each_gets_it_alone(connection: Connection) -> None:
    settings = settings_of(connection, "CUSTOMER")
    inside: list[int] = []
    most: list[int] = []

    def work(number: int) -> None:
        try:
            with held(settings, f"run/{number}", "x", patience=timedelta(seconds=20), sleep=time.sleep):
                inside.append(number)
                most.append(len(inside))
                time.sleep(0.01)
                inside.remove(number)
        finally:
            databases.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6
