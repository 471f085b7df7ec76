"""The uploaded file between preview and import: kept in home, readable by this process's user only, deleted after.

A file belongs to the person and the company it was uploaded for; nobody else finds it. What nobody came back for goes
after a day."""

import json
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import time

from tallystick.config import environment
from tallystick.financials.tables import TABLES, Table
from tallystick.web.shell.desk import Desk

MAX_BYTES = 20 * 1024 * 1024
KEPT_SECONDS = 24 * 60 * 60
UPLOAD_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Upload:
    """A kept file: where it lies, what it was called, and the table it is meant for."""

    id: str
    path: Path
    name: str
    table: Table


def keep_upload(desk: Desk, table: Table, name: str, chunks: Iterable[bytes]) -> Upload:
    """Store an uploaded file of at most `MAX_BYTES`, which the form has checked, and forget what is too old."""
    folder = _folder()
    _forget_old(folder)
    upload = Upload(secrets.token_hex(16), Path(), name, table)
    path = folder / f"{upload.id}{_suffix(name)}"
    with path.open("xb") as file:
        for chunk in chunks:
            file.write(chunk)
    about = {
        "user": desk.user.pk,
        "company": str(desk.company.pk),
        "table": table.name,
        "name": name,
        "file": path.name,
    }
    (folder / f"{upload.id}.json").write_text(json.dumps(about), encoding="utf-8")
    return Upload(upload.id, path, name, table)


def find_upload(desk: Desk, upload_id: str) -> Upload | None:
    """Return the file of this person and company, or None: never uploaded, not theirs, imported, or too old."""
    if not UPLOAD_ID.fullmatch(upload_id):
        return None
    folder = _folder()
    try:
        about = json.loads((folder / f"{upload_id}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    path = folder / about["file"]
    if (about["user"], about["company"]) != (desk.user.pk, str(desk.company.pk)) or not path.exists():
        return None
    return Upload(upload_id, path, about["name"], TABLES[about["table"]])


def discard_upload(upload: Upload) -> None:
    """Delete a kept file."""
    upload.path.unlink(missing_ok=True)
    (upload.path.parent / f"{upload.id}.json").unlink(missing_ok=True)


def _folder() -> Path:
    folder = environment().home / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _suffix(name: str) -> str:
    return ".xlsx" if name.lower().endswith(".xlsx") else ".csv"


def _forget_old(folder: Path) -> None:
    for path in folder.iterdir():
        with suppress(FileNotFoundError):  # another request may be tidying up too
            if path.stat().st_mtime < time() - KEPT_SECONDS:
                path.unlink()
