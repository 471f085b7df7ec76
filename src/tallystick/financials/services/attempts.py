"""One transaction, tried again when somebody else was in the way."""

from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected

ATTEMPTS = 3

Result = TypeVar("Result")


def in_transaction(work: Callable[[], Result]) -> Result:
    """Return what `work` returns, done in one transaction.

    Between its look and its write somebody may have taken a number, deleted or referred to a record, or waited for the
    rows it holds while holding what it needs; then it is undone and looks again."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, OperationalError) as error:
            if attempt == ATTEMPTS or not _worth_another_try(error):
                raise
    raise AssertionError("unreachable")


def _worth_another_try(error: DatabaseError) -> bool:
    return isinstance(error, IntegrityError) or isinstance(error.__cause__, DeadlockDetected)
