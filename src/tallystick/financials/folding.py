"""Text compared without regard to capitals, in every script, on both databases.

SQLite folds A to Z only, so it gets a function of ours; PostgreSQL's `lower` knows all letters.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models import BooleanField, CharField, F, Func, Q, Value

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
    """Text columns that are never null, one under the other: a word is in one of them where it is in this."""

    output_field = CharField()
    template = "(%(expressions)s)"
    arg_joiner = " || chr(10) || "

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Use its name of the function."""
        return self.as_sql(compiler, connection, arg_joiner=" || char(10) || ", **context)


class Fits(Func):
    """Whether text is like a pattern of `_like`. Letters from A to Z are alike in capitals; on SQLite alone."""

    output_field = BooleanField()
    arg_joiner = " LIKE "
    template = r"(%(expressions)s ESCAPE '\')"


def has_word(columns: Sequence[str], word: str) -> Q:
    """The condition that one of some text columns, which are never null, has a word in it, however it is capitalised.

    PostgreSQL is asked for what `search_indexes` hold. SQLite looks at every row, and there at each column by itself, which
    takes half the time of joining and folding them; it folds where a word of other letters than A to Z may be."""
    texts = [F(column) for column in columns]
    if connection.vendor != "sqlite":
        # Without a trigram PostgreSQL would take all there are out of the index; another expression keeps it from that.
        expression = Joined(*texts) if _TRIGRAM.search(word) else Joined(*texts, Value(""))
        return Q(_CONTAINS(Folded(expression), fold(word)))
    likely = Q()
    for text in texts:
        likely |= Q(Fits(text, Value(_like(word))))
    return likely if word.isascii() else likely & Q(_CONTAINS(Folded(Joined(*texts)), fold(word)))


_TRIGRAM = re.compile(r"[^\W_]{3}")
_CONTAINS: Any = CharField().get_lookup("contains")
# What other letters become as well: the sign of Kelvin a k, İ an i and a dot.
_LOOSELY = {"k": "_", "i": "_", "\N{COMBINING DOT ABOVE}": "%"}


def _like(word: str) -> str:
    """Return the pattern of what has the word in it; with other letters than A to Z, of that and of more."""
    if word.isascii():
        return f"%{''.join(_exactly(letter) for letter in word)}%"
    fitting = (_LOOSELY.get(letter) or (_exactly(letter) if letter.isascii() else "_") for letter in fold(word))
    return f"%{''.join(fitting)}%"


def _exactly(letter: str) -> str:
    return f"\\{letter}" if letter in "%_\\" else letter


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
