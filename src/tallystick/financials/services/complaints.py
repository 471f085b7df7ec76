"""What a rule says about a field."""

from typing import NamedTuple


class Complaint(NamedTuple):
    """What a rule says about a field; `field` is '' for the record as a whole."""

    field: str
    message: str
    hint: str = ""
