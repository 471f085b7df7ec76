"""What the client understands: `Accept`, `$format`, `Prefer` and the versions of OData (Protocol 4.0, section 8)."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tallystick.odata.errors import ODataError, bad_request
from tallystick.odata.payload import Format, Metadata

JSON, XML, TEXT = "application/json", "application/xml", "text/plain"
SHORT = {"json": JSON, "xml": XML}  # names of formats in $format
DEFAULT_PAGE, LARGEST_PAGE = 1_000, 5_000  # rows
LONGEST_HEADER = 1_000
VERSIONS = ("4.0", "4.01")
_PREFERENCE = re.compile(r"(?:^|[,;\s])(?:odata\.)?maxpagesize\s*=\s*\"?(\d{1,9})\"?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class MediaRange:
    """One alternative of an `Accept` header."""

    type: str
    parameters: Mapping[str, str]
    quality: float


def json_format(accept: str, format_: str) -> Format:
    """Return how to write JSON. Raises `ODataError` 406 where the client takes no JSON of ours."""
    for wanted in _wanted(accept, format_):
        if wanted.type in (JSON, "application/*", "*/*"):
            level = wanted.parameters.get("odata.metadata", wanted.parameters.get("metadata", "minimal"))
            if level in set(Metadata):
                return Format(Metadata(level), wanted.parameters.get("ieee754compatible") == "true")
    raise _not_acceptable(f"{JSON} with odata.metadata minimal, full or none")


def check_takes(accept: str, format_: str, offered: str) -> None:
    """Raise `ODataError` 406 where the client does not take the one form there is."""
    for wanted in _wanted(accept, format_):
        if wanted.type in (offered, f"{offered.partition('/')[0]}/*", "*/*"):
            return
    raise _not_acceptable(offered)


def page_size(prefer: str) -> int | None:
    """Return the page size the client prefers, cut to what is given; None when it says nothing of it."""
    match = _PREFERENCE.search(prefer[:LONGEST_HEADER])
    return max(1, min(int(match[1]), LARGEST_PAGE)) if match else None


def check_version(version: str, max_version: str) -> None:
    """Raise `ODataError` 400 where the client speaks another OData than ours."""
    if version and version not in VERSIONS:
        raise bad_request(f"The request is of OData version {version[:20]}; this service speaks 4.0.")
    if max_version and not re.fullmatch(r"(?:[4-9]|[1-9]\d)(?:\.\d{1,2})?", max_version, re.ASCII):
        raise bad_request(f"The client speaks OData {max_version[:20]} at most; this service speaks 4.0.")


def _wanted(accept: str, format_: str) -> list[MediaRange]:
    """The alternatives, best first. `$format` counts instead of the header (URL Conventions, section 5.1.8)."""
    if format_:
        return list(_ranges(SHORT.get(format_, format_)))
    ranges = list(_ranges(accept[:LONGEST_HEADER])) if accept.strip() else [MediaRange("*/*", {}, 1)]
    return sorted((one for one in ranges if one.quality > 0), key=lambda one: -one.quality)


def _ranges(text: str) -> Iterator[MediaRange]:
    for part in text.split(","):
        type_, *parameters = (piece.strip().lower() for piece in part.split(";"))
        said = {name.strip(): value.strip().strip('"') for name, _, value in (one.partition("=") for one in parameters)}
        yield MediaRange(type_, said, _quality(said.pop("q", "1")))


def _quality(text: str) -> float:
    return float(text) if re.fullmatch(r"[01](?:\.\d{0,3})?", text, re.ASCII) else 1.0


def _not_acceptable(offered: str) -> ODataError:
    return ODataError(406, "NotAcceptable", f"This address answers with {offered}.")
