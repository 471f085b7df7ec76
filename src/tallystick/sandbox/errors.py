"""The answers a request can be refused with: an HTTP status, a Dataverse code and a sentence.

Statuses and codes are those of the Dataverse Web API (https://learn.microsoft.com/power-apps/developer/data-platform/reference/web-service-error-codes).
"""

from __future__ import annotations

from collections.abc import Mapping


class Refusal(Exception):
    """The request gets this answer instead of what it asked for; whatever transaction is open is rolled back."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


class InexactNumber(Exception):
    """A number in the body has more digits than a float keeps; read the body again with exact decimals."""


def payload_error(message: str) -> Refusal:
    return Refusal(400, "0x80048d19", message)


def query_error(message: str) -> Refusal:
    return Refusal(400, "0x80060888", message)


def invalid_argument(message: str) -> Refusal:
    return Refusal(400, "0x80040203", message)


def no_such_segment(name: str) -> Refusal:
    return Refusal(404, "0x8006088a", f"Resource not found for the segment '{name}'.")


def no_such_row(table: str, row_id: str) -> Refusal:
    return Refusal(404, "0x80040217", f"Entity '{table}' With Id = {row_id} Does Not Exist")


def no_such_key(table: str) -> Refusal:
    return Refusal(404, "0x80060891", f"A record with the specified key values does not exist in {table} entity")


def wrong_verb(method: str, what: str) -> Refusal:
    return Refusal(405, "0x8006088b", f"The requested resource does not support http method '{method}': {what}.")


def duplicate_row() -> Refusal:
    return Refusal(412, "0x80040237", "Cannot insert duplicate key.")


def already_exists() -> Refusal:
    return Refusal(412, "0x80040237", "A record with matching key values already exists.")


def duplicate_key(table: str, columns: str) -> Refusal:
    return Refusal(
        412,
        "0x80060892",
        f"Entity Key violated: a record of '{table}' that has the same values for {columns} already exists. "
        "Change one of the values, or update the existing record.",
    )


def stale_version() -> Refusal:
    return Refusal(
        412, "0x80060882", "The version of the existing record doesn't match the RowVersion property provided."
    )


def forbidden(code: str, message: str) -> Refusal:
    return Refusal(403, code, message)


def not_deletable(message: str) -> Refusal:
    return Refusal(405, "0x80040227", message)
