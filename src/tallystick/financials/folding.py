"""Text compared without regard to capitals, in every script, on both databases.

SQLite folds A to Z only, so it gets a function of ours; PostgreSQL's `lower` knows all letters.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import CharField, Func

FUNCTION = "tally_fold"
RAISING = "tally_raise"


class Folded(Func):
    """An expression folded for comparing; compare it with `fold(text)`."""

    function = "LOWER"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use our function."""
        return self.as_sql(compiler, connection, function=FUNCTION, **context)


class Raised(Func):
    """An expression in capitals, of every script."""

    function = "UPPER"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use our function."""
        return self.as_sql(compiler, connection, function=RAISING, **context)


class Joined(Func):
    """Text columns that are never null, one under the other: a word is in one of them where it is in this.

    Folding it once takes half the time of folding each."""

    output_field = CharField()
    template = "(%(expressions)s)"
    arg_joiner = " || chr(10) || "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use its name of the function."""
        return self.as_sql(compiler, connection, arg_joiner=" || char(10) || ", **context)


def fold(text: str) -> str:
    """Return the text as `Folded` has it."""
    return text.lower()


def install() -> None:
    """Give every SQLite connection the function from now on."""
    connection_created.connect(_register, dispatch_uid="tallystick.financials.folding")


def _register(sender: object, connection: BaseDatabaseWrapper, **_: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 1, _fold, deterministic=True)
        connection.connection.create_function(RAISING, 1, _raise, deterministic=True)


def _fold(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def _raise(text: Any) -> Any:
    return text.upper() if isinstance(text, str) else text
