"""What a rule is: it completes a row and says what is wrong with it."""

from collections.abc import Callable, Iterator, Mapping, Set
from typing import Any
from uuid import UUID

from tallystick.financials.services.complaints import Complaint
from tallystick.financials.services.facts import Facts, Values

Rule = Callable[[UUID, Values, Mapping[str, Any] | None, Set[str], Facts], Iterator[Complaint]]
