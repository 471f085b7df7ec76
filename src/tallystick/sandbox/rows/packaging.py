"""What publishers, solutions and web resources insist on when a row is written."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

from tallystick.sandbox.errors import Refusal, invalid_argument
from tallystick.sandbox.rows.change import Change, Computed
from tallystick.sandbox.store import Transaction, quoted

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}")
_UNIQUE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_VERSION = re.compile(r"\d{1,9}(\.\d{1,9}){1,3}")
_RESOURCE = re.compile(r"[A-Za-z][A-Za-z0-9]{1,7}_[A-Za-z0-9_./-]+")


def _unique(transaction: Transaction, change: Change, column: str, what: str) -> None:
    table, value = change.table, change.values.get(column)
    query = f"SELECT 1 FROM {quoted(table.name)} WHERE fold({quoted(column)}) = fold(?)"  # noqa: S608 (fixed names)
    if transaction.connection.execute(query, (value,)).fetchone():
        raise Refusal(412, "0x80040237", f"A {what} with the name {value} already exists.")
    change.values["organizationid"] = change.caller.organization


def _publisher(transaction: Transaction, change: Change) -> None:
    prefix = str(change.after("customizationprefix") or "")
    if not _PREFIX.fullmatch(prefix) or prefix.lower().startswith("mscrm"):
        raise invalid_argument(f"The prefix '{prefix}' of a publisher has 2 to 8 letters or digits, and is not mscrm.")
    if change.before is None:
        _unique(transaction, change, "uniquename", "publisher")


def _solution(transaction: Transaction, change: Change) -> None:
    name, version = str(change.after("uniquename") or ""), str(change.after("version") or "")
    if not _VERSION.fullmatch(version):
        raise invalid_argument(f"The version '{version[:50]}' of a solution is like 1.0.0.0.")
    if change.before is None:
        if not _UNIQUE.fullmatch(name):
            raise invalid_argument(f"The unique name '{name[:100]}' of a solution has letters, digits and underscores.")
        _unique(transaction, change, "uniquename", "solution")
        change.values["installedon"] = change.now
        change.values["ismanaged"] = 0


def _web_resource(transaction: Transaction, change: Change) -> None:
    content = change.after("content")
    try:
        base64.b64decode(str(content or ""), validate=True)
    except (binascii.Error, ValueError):
        raise invalid_argument("The content of a web resource is base64.") from None
    if change.before is None:
        name = str(change.values.get("name") or "")
        if not _RESOURCE.fullmatch(name):
            raise invalid_argument(
                f"The name '{name[:100]}' of a web resource starts with the publisher's prefix, as new_/x.js."
            )
        _unique(transaction, change, "name", "web resource")


RULES: Mapping[str, tuple[Computed, ...]] = {
    "publisher": (Computed(frozenset({"publisherid", "uniquename", "customizationprefix"}), _publisher),),
    "solution": (Computed(frozenset({"solutionid", "uniquename", "version"}), _solution),),
    "webresource": (Computed(frozenset({"webresourceid", "name", "content"}), _web_resource),),
}
