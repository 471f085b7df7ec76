"""Bases as text: their values alone, and the number of the list of names they are under.

Two thirds of a base were the same names again in every row; writing those cost as much as everything else of a coupling."""

from collections.abc import Iterator
from contextlib import contextmanager

import orjson

from tallystick.engine import Fields
from tallystick.integration.models import BaseLayout
from tallystick.integration.stores.rows import digest_of
from tallystick.integration.stores.sql import Insertion, fetch, one_of, values

_NEW = Insertion(BaseLayout, ("digest", "names"), ignore=True)
_COLUMNS = f"SELECT id, names FROM {BaseLayout._meta.db_table}"  # noqa: S608


class Layouts:
    """The lists of names there are. A handful: a base holds what a mapping names, less what was never agreed on.

    An instance lives no longer than its store."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, ...], int] = {}
        self._names: dict[int, tuple[str, ...]] = {}

    def pack(self, base: Fields) -> str:
        """Return a base as text. One or two statements for names not met before, none otherwise."""
        names = tuple(base)
        number = self._numbers.get(names)
        if number is None:
            number = self._number_of(names)
        return orjson.dumps([number, *base.values()]).decode()

    def unpack(self, text: str) -> Fields:
        """Return the base that `pack` was given. One query for a number not met before, none otherwise."""
        number, *held = orjson.loads(text)
        names = self._names.get(number)
        if names is None:
            names = self._names_of(number)
        return dict(zip(names, held, strict=True))

    @contextmanager
    def kept_if_committed(self) -> Iterator[None]:
        """Around a transaction: where it is undone, so is what it added, and the database is asked again."""
        try:
            yield
        except BaseException:
            self._numbers.clear()
            self._names.clear()
            raise

    def _number_of(self, names: tuple[str, ...]) -> int:
        text = orjson.dumps(names).decode()
        digest = digest_of(text)
        _NEW.run([(digest, text)])
        [(number, _)] = self._found(f"{_COLUMNS} WHERE {one_of('digest')}", values([digest]))
        return number

    def _names_of(self, number: int) -> tuple[str, ...]:
        [(_, names)] = self._found(f"{_COLUMNS} WHERE id = %s", number)
        return names

    def _found(self, statement: str, parameter: object) -> list[tuple[int, tuple[str, ...]]]:
        """Return what a query finds, and keep it. What is kept may be dropped meanwhile by another thread's transaction."""
        found = [(number, tuple(orjson.loads(text))) for number, text in fetch(statement, (parameter,))]
        for number, names in found:
            self._numbers[names], self._names[number] = number, names
        return found
