"""What a rule is: it completes a row and says what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any, NamedTuple
from uuid import UUID

from tallystick.financials.services.facts import Facts, Values


class Complaint(NamedTuple):
    """What a rule says about a field."""

    field: str
    message: str
    hint: str = ""


Rule = Callable[[UUID, Values, Mapping[str, Any] | None, Set[str], Facts], Iterator[Complaint]]
