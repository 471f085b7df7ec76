"""The zip of a solution: opened in memory, with every doubt about it settled before anything in it is believed."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from zipfile import BadZipFile, ZipFile, ZipInfo

from tallystick.sandbox.errors import Refusal

ROOT_FILES = ("[content_types].xml", "solution.xml", "customizations.xml")
MAX_ENTRIES = 10_000
MAX_UNPACKED = 256 * 1024 * 1024
MAX_ONE = 64 * 1024 * 1024
_ENCRYPTED = 0x1


def bad_package(message: str) -> Refusal:
    return Refusal(400, "0x80048060", f"The solution file is invalid: {message}")


@dataclass(frozen=True, slots=True)
class Package:
    """An opened package. `names` holds the entries by their name in small letters, as the service compares them."""

    archive: ZipFile
    names: Mapping[str, ZipInfo]

    def read(self, name: str) -> bytes:
        """The content of one entry. Raises 400 when it is not there or broken."""
        info = self.names.get(name.lower())
        if info is None:
            raise bad_package(f"the file {name[:200]} is missing in it.")
        try:
            return self.archive.read(info)
        except (BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError, OSError, ValueError) as error:
            raise bad_package(f"the file {name[:200]} in it cannot be read ({str(error)[:100]}).") from error


def open_package(data: bytes) -> Package:
    """Check the directory of a zip: sizes, names, and that the root files are there. Nothing is unpacked to disk."""
    try:
        archive = ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise bad_package(f"it is not a zip file ({str(error)[:100]}).") from error
    _check_sizes(entries)
    names: dict[str, ZipInfo] = {}
    for info in entries:
        if info.is_dir():
            continue
        name = _checked_name(info)
        if name in names:
            raise bad_package(f"it has the file {info.filename[:200]} twice.")
        names[name] = info
    for wanted in ROOT_FILES:
        if wanted not in names:
            raise bad_package(f"the required file {wanted} is missing at its root.")
    return Package(archive, names)


def _check_sizes(entries: list[ZipInfo]) -> None:
    """What the directory claims is what reading is limited to, so a lie about sizes only breaks the file."""
    if len(entries) > MAX_ENTRIES:
        raise bad_package(f"it has {len(entries)} files; at most {MAX_ENTRIES} are possible.")
    largest = max((info.file_size for info in entries), default=0)
    if largest > MAX_ONE or sum(info.file_size for info in entries) > MAX_UNPACKED:
        raise bad_package(
            f"unpacked it would be larger than {MAX_UNPACKED // 1024**2} MB, or one file larger than "
            f"{MAX_ONE // 1024**2} MB."
        )


def _checked_name(info: ZipInfo) -> str:
    name = info.filename.replace("\\", "/")
    if info.flag_bits & _ENCRYPTED:
        raise bad_package(f"the file {name[:200]} is encrypted.")
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or "\0" in name:
        raise bad_package(f"the name {name[:200]!r} leads out of the package.")
    return name.lower()
