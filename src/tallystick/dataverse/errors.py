"""What the service refused, told so that a person can act on it. One table from code and status to the engine's errors.

Codes: https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from tallystick.engine import (
    CursorExpired,
    RecordExists,
    RecordGone,
    RecordRefused,
    SetupError,
    SideError,
    SideUnavailable,
    StaleRecord,
    TallyError,
    Throttled,
)

MISSING_ROW = "0x80040217"
DUPLICATE_ID = "0x80040237"
DUPLICATE_KEY = "0x80060892"
STALE_VERSION = "0x80060882"
EXPIRED_TOKEN = "0x80044352"  # noqa: S105 - an error code
NOT_TRACKED = "0x80072491"
UNKNOWN_RESOURCE = "0x8006088a"
SQL_TIMEOUT = "0x80044151"

# The request did no harm and did nothing: the same may go through a moment later.
TRANSIENT_CODES = frozenset({"0x80044339", "0x80072321", "0x80072322", "0x80072326", "0x8005f103"})
TRANSIENT_STATUSES = frozenset({408, 429, 502, 503, 504})


class RightsMissing(SetupError):
    """The user is known and may sign in, but has no role or lacks a privilege: giving it one mends this."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error answer: HTTP status, the service's code in lower case ("" where it gave none), its text."""

    status: int
    code: str
    message: str
    wait: float | None = None

    @property
    def transient(self) -> bool:
        """Whether the same request may go through a moment later."""
        deadlock = self.status == 500 and "deadlock" in self.message.casefold()
        return self.status in TRANSIENT_STATUSES or self.code in TRANSIENT_CODES or deadlock

    @property
    def throttled(self) -> bool:
        return self.status == 429

    @property
    def too_large(self) -> bool:
        """Whether a smaller request may go through."""
        return self.status in (413, 504) or self.code == SQL_TIMEOUT or "sql timeout" in self.message.casefold()


@dataclass(frozen=True, slots=True)
class Subject:
    """What a request was about: which record (as people call it), its id, and what was to be done to it."""

    record: str = ""
    id: str = ""
    inserting: bool = False


NOBODY = Subject()


def refusal_in(status: int, body: bytes, wait: float | None = None) -> Refusal:
    """Read an error answer. Its body may be empty or something else than JSON."""
    error = _error_object(body)
    code = str(error.get("code") or "").strip().lower()
    message = str(error.get("message") or "").strip() or f"status {status}"
    return Refusal(status, code, message, wait)


def _error_object(body: bytes) -> Mapping[str, Any]:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    error = parsed.get("error") if isinstance(parsed, dict) else None
    return error if isinstance(error, dict) else {}


def error_for(refusal: Refusal, subject: Subject = NOBODY) -> TallyError:
    """Return the refusal as one of the engine's errors, naming the record and what to do."""
    for rule in (_BY_CODE.get(refusal.code), _BY_STATUS.get(refusal.status)):
        if rule is not None:
            return rule(refusal, subject)
    if refusal.status >= 500:
        return _unavailable(refusal, subject)
    return _refused("Read what Dynamics CRM says, correct the record and try again.")(refusal, subject)


Rule: TypeAlias = Callable[[Refusal, Subject], TallyError]


def _refused(hint: str, what: str = "") -> Rule:
    def build(refusal: Refusal, subject: Subject) -> TallyError:
        told = what or f"Dynamics CRM refused it: {_sentence(refusal.message)}"
        kind = RecordRefused if subject.record else SetupError
        return kind(told, record=subject.record, hint=hint)

    return build


def _setup(hint: str, what: str = "") -> Rule:
    def build(refusal: Refusal, subject: Subject) -> TallyError:
        return SetupError(what or f"Dynamics CRM says: {_sentence(refusal.message)}", record=subject.record, hint=hint)

    return build


def _missing_row(refusal: Refusal, subject: Subject) -> TallyError:
    """The row itself is gone, or one that it refers to: only the id in the text tells."""
    named = re.search(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", refusal.message.lower())
    elsewhere = named is not None and named.group() != subject.id
    if subject.record and (elsewhere or subject.inserting):
        return RecordRefused(
            f"It refers to a record that Dynamics CRM does not have: {_sentence(refusal.message)}",
            record=subject.record,
            hint="Run the mapping of that record first, then this one again.",
        )
    return RecordGone("It no longer exists in Dynamics CRM.", record=subject.record)


def _gone(_refusal: Refusal, subject: Subject) -> TallyError:
    if subject.inserting:
        return SetupError("Dynamics CRM does not know this table.", hint="Check the mapping's table name.")
    return RecordGone("It no longer exists in Dynamics CRM.", record=subject.record)


def _unknown_resource(refusal: Refusal, _subject: Subject) -> TallyError:
    return SetupError(
        f"Dynamics CRM does not have what the mapping asks for: {_sentence(refusal.message)}",
        hint="Check the mapping's table, and that the solution is imported.",
    )


def _exists(_refusal: Refusal, subject: Subject) -> TallyError:
    return RecordExists("It is already in Dynamics CRM.", record=subject.record)


def _stale(_refusal: Refusal, subject: Subject) -> TallyError:
    return StaleRecord("It changed in Dynamics CRM since it was read.", record=subject.record)


def _precondition(refusal: Refusal, subject: Subject) -> TallyError:
    """412 without a code that says more: old versions leave it empty."""
    return _exists(refusal, subject) if subject.inserting else _stale(refusal, subject)


def _expired(_refusal: Refusal, _subject: Subject) -> TallyError:
    return CursorExpired(
        "Dynamics CRM no longer knows what changed since the last read.", hint="The table is read anew."
    )


def _throttled(refusal: Refusal, subject: Subject) -> TallyError:
    return Throttled(
        "Dynamics CRM asks for fewer requests.", record=subject.record, wait=refusal.wait, hint="It goes on by itself."
    )


def _unavailable(refusal: Refusal, subject: Subject) -> TallyError:
    return SideUnavailable(
        f"Dynamics CRM could not do it now (status {refusal.status}): {_sentence(refusal.message)}",
        record=subject.record,
        wait=refusal.wait,
        hint="It is tried again by itself.",
    )


def _too_long(refusal: Refusal, subject: Subject) -> TallyError:
    found = re.search(r"'([^']+)' attribute.*maximum allowed length of '?(\d+)", refusal.message)
    what = (
        f"The text for {found[1]} is longer than the {found[2]} characters that Dynamics CRM allows."
        if found
        else f"A text is too long: {_sentence(refusal.message)}"
    )
    return RecordRefused(what, record=subject.record, hint="Shorten it.")


def _privilege(refusal: Refusal, subject: Subject) -> TallyError:
    found = re.search(r"\bprv[A-Za-z_]+", refusal.message)
    missing = f" ({found.group()})" if found else ""
    return RightsMissing(
        f"The connection's user lacks a privilege in Dynamics CRM{missing}.",
        record=subject.record,
        hint="Give the application user a security role that has it, then run again.",
    )


def _row_access(_refusal: Refusal, subject: Subject) -> TallyError:
    kind = RecordRefused if subject.record else SetupError
    return kind(
        "The connection's user may not touch this record in Dynamics CRM.",
        record=subject.record,
        hint="Give its security role organization-wide access to the table.",
    )


def _no_role(_refusal: Refusal, _subject: Subject) -> TallyError:
    return RightsMissing(
        "The connection's user has no security role.", hint="Give the application user a security role."
    )


def _sentence(message: str) -> str:
    """The service's words in one line, with a full stop."""
    text = " ".join(message.split())[:500]
    return text if text.endswith((".", "!", "?")) else f"{text}."


_USER = "Create an application user for this client id in the environment, with a security role, and enable it."
_BY_CODE: Mapping[str, Rule] = {
    MISSING_ROW: _missing_row,
    "0x80060891": _missing_row,
    DUPLICATE_ID: _exists,
    DUPLICATE_KEY: _refused("Another record has the same key; couple that one, or change the key."),
    "0x80040333": _refused("A duplicate detection rule found it elsewhere; couple that record instead."),
    STALE_VERSION: _stale,
    EXPIRED_TOKEN: _expired,
    NOT_TRACKED: _setup("Switch on change tracking for the table."),
    UNKNOWN_RESOURCE: _unknown_resource,
    "0x80060888": _setup("Check the mapping's column names, and that the solution is imported."),
    "0x80048d19": _refused("A column does not exist or has another type; check the mapping's columns."),
    "0x80041102": _setup("Check the mapping's table name."),
    "0x80041103": _setup("Check the mapping's column names."),
    "0x80044331": _too_long,
    "0x8004432f": _refused("The whole number is out of the column's range; correct it."),
    "0x80044330": _refused("The number is out of the column's range; correct it."),
    "0x80040317": _refused("The amount is out of the column's range; correct it."),
    "0x8004431a": _refused("The choice has no such option; run its option mapping first."),
    "0x8004431c": _refused("The column takes only yes or no."),
    "0x80040200": _refused("Fill the column that has to be filled."),
    "0x80048408": _refused("State and status reason do not belong together; check the mapping."),
    "0x80040220": _privilege,
    "0x80048306": _row_access,
    "0x8004020d": _row_access,
    "0x80048405": _row_access,
    "0x80072560": _setup(_USER, "The connection's application is not a user of this Dynamics 365 environment."),
    "0x80042f09": _no_role,
    "0x8004d24b": _setup("Use an application user, which needs no licence.", "The connection's user has no licence."),
    "0x80040225": _setup("Enable the application user.", "The connection's user is disabled or has no business unit."),
    "0x8004a110": _setup("Grant the privilege to act on behalf of another user."),
    "0x80040227": _refused("Other records refer to it; remove them or their reference first."),
    "0x8004022e": _refused("It is locked in its present state; reopen it in Dynamics CRM."),
    "0x80040228": _refused("It is locked in its present state; reopen it in Dynamics CRM."),
    "0x80040265": _refused("A rule of this Dynamics 365 environment stopped it; correct the record or the rule."),
    "0x80040224": _refused("A plug-in of this Dynamics 365 environment failed; ask its administrator."),
    "0x80048cf6": _refused("Use the currency of the price list."),
    "0x8004f507": _refused("Give the connection's user a column security profile."),
    "0x8004f502": _refused("Give the connection's user a column security profile."),
    "0x80071151": _unavailable,
}
_BY_STATUS: Mapping[int, Rule] = {
    401: _setup("Check tenant, client id and secret of the connection.", "Dynamics CRM does not accept the sign-in."),
    403: _setup(_USER),
    404: _gone,
    405: _refused("Dynamics CRM does not allow this for the record."),
    408: _unavailable,
    412: _precondition,
    413: lambda refusal, subject: SideError("The request is too large.", record=subject.record),
    429: _throttled,
}
