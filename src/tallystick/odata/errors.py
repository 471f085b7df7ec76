"""What the service answers instead of data (OData JSON Format 4.0, section 19)."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute


@dataclass(slots=True)
class ODataError(Exception):
    """A refusal: the HTTP status, a code for programs, a sentence for people, and which part of the request is meant."""

    status: int
    code: str
    message: str
    target: str = ""
    headers: Mapping[str, str] = attribute(default_factory=dict)

    def __str__(self) -> str:
        return self.message


def bad_request(message: str, target: str = "") -> ODataError:
    """The request cannot be understood, or asks for what the set does not have."""
    return ODataError(400, "BadRequest", message, target)


def not_found(message: str, target: str = "") -> ODataError:
    """There is no such thing, or not for whoever asks: the two look the same."""
    return ODataError(404, "NotFound", message, target)


def not_implemented(message: str, target: str = "") -> ODataError:
    """OData knows it, this service does not (OData Protocol 4.0, section 9.3.1)."""
    return ODataError(501, "NotImplemented", message, target)
