import orjson
import pytest

from tallystick.dataverse.errors import Refusal, RightsMissing, Subject, error_for, refusal_in
from tallystick.engine import (
    CursorExpired,
    RecordExists,
    RecordGone,
    RecordRefused,
    Retry,
    SetupError,
    SideUnavailable,
    StaleRecord,
    TallyError,
    Throttled,
)

OURS = "6f1c0000-0000-4000-8000-000000000001"
OTHER = "6f1c0000-0000-4000-8000-000000000002"
CHANGING = Subject('Account "Fabrikam"', OURS)
CREATING = Subject('Account "Fabrikam"', OURS, inserting=True)
ABOUT_NOTHING = Subject()

TOO_LONG = (
    "A validation error occurred. The length of the 'name' attribute of the 'account' entity exceeded the maximum "
    "allowed length of '160'."
)
NO_PRIVILEGE = (
    "Principal user (Id=1, type=8), is missing prvReadAccount privilege (Id=2) on OTC=1 for entity 'account'."
)


@pytest.mark.parametrize(
    ("status", "code", "message", "subject", "kind", "told"),
    [
        (
            404,
            "0x80040217",
            f"Entity 'account' With Id = {OURS} Does Not Exist",
            CHANGING,
            RecordGone,
            "no longer exists",
        ),
        (404, "0x80040217", f"Entity 'Contact' With Id = {OTHER} Does Not Exist", CHANGING, RecordRefused, "refers to"),
        (404, "0x80040217", f"Entity 'Contact' With Id = {OTHER} Does Not Exist", CREATING, RecordRefused, "refers to"),
        (404, "", "", CHANGING, RecordGone, "no longer exists"),
        (404, "0x8006088a", "Resource not found for the segment 'x'.", ABOUT_NOTHING, SetupError, "segment 'x'"),
        (412, "0x80060882", "The version doesn't match", CHANGING, StaleRecord, "changed in Dynamics CRM"),
        (412, "0x80040237", "Cannot insert duplicate key.", CREATING, RecordExists, "already in Dynamics CRM"),
        (412, "0x80060892", "A record with the key exists", CREATING, RecordRefused, "key exists"),
        (412, "0x80040333", "Duplicates", CREATING, RecordRefused, "Duplicates"),
        (412, "", "", CHANGING, StaleRecord, "changed in Dynamics CRM"),
        (412, "", "", CREATING, RecordExists, "already in Dynamics CRM"),
        (400, "0x80044331", TOO_LONG, CHANGING, RecordRefused, "for name is longer than the 160 characters"),
        (400, "0x8004431a", "Out of range", CHANGING, RecordRefused, "Out of range"),
        (400, "0x80048408", "3 is not a valid status code", CHANGING, RecordRefused, "not a valid status code"),
        (400, "0x80048D19", "Undeclared property", CHANGING, RecordRefused, "Undeclared property"),
        (400, "0x80060888", "Could not find a property named 'x'", ABOUT_NOTHING, SetupError, "property named 'x'"),
        (400, "0x80044352", "Version stamp expired", ABOUT_NOTHING, CursorExpired, "no longer knows"),
        (410, "0x80044352", "Version stamp expired", ABOUT_NOTHING, CursorExpired, "no longer knows"),
        (403, "0x80040220", NO_PRIVILEGE, CHANGING, RightsMissing, "prvReadAccount"),
        (403, "0x80048306", "lacks WriteAccess", CHANGING, RecordRefused, "may not touch this record"),
        (403, "0x80072560", "The user is not a member", ABOUT_NOTHING, SetupError, "not a user of this"),
        (403, "0x80042f09", "No roles", ABOUT_NOTHING, RightsMissing, "no security role"),
        (403, "0x8004d24b", "No licence", ABOUT_NOTHING, SetupError, "no licence"),
        (403, "0x80040225", "Disabled", ABOUT_NOTHING, SetupError, "disabled"),
        (403, "", "", ABOUT_NOTHING, SetupError, "403"),
        (405, "0x80040227", "Referenced", CHANGING, RecordRefused, "Referenced"),
        (401, "", "", ABOUT_NOTHING, SetupError, "does not accept the sign-in"),
        (429, "0x80072322", "Too many", ABOUT_NOTHING, Throttled, "fewer requests"),
        (400, "0x80099999", "A rule nobody knew", CHANGING, RecordRefused, "A rule nobody knew."),
        (500, "0x80040216", "Unexpected", CHANGING, SideUnavailable, "Unexpected"),
        (503, "", "", ABOUT_NOTHING, SideUnavailable, "status 503"),
    ],
)
def test_each_refusal_becomes_the_error_that_says_what_to_do(
    status: int, code: str, message: str, subject: Subject, kind: type[TallyError], told: str
) -> None:
    body = orjson.dumps({"error": {"code": code, "message": message}}) if message else b""
    error = error_for(refusal_in(status, body), subject)
    assert type(error) is kind
    assert told in error.what
    assert error.record == (subject.record if not issubclass(kind, SetupError) else error.record)
    assert error.hint or isinstance(error, StaleRecord | RecordGone | RecordExists)


def test_a_lock_conflict_is_tried_again_and_a_bad_value_is_not() -> None:
    assert Refusal(500, "0x80044339", "lock").transient
    assert Refusal(500, "0x80040216", "Transaction was deadlocked on lock resources").transient
    assert not Refusal(400, "0x80044331", "too long").transient
    assert error_for(Refusal(400, "0x80044331", "x"), CHANGING).retry is Retry.AFTER_FIX


@pytest.mark.parametrize("body", [b"", b"<html>proxy</html>", b"[]", b'{"error":"x"}', b'{"error":null}', b"\xff"])
def test_an_error_without_the_usual_body_is_still_an_error(body: bytes) -> None:
    assert refusal_in(502, body).message == "status 502"
