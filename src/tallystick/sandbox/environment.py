"""What one running environment is made of."""

from __future__ import annotations

from dataclasses import dataclass, field

from tallystick.sandbox.background import Background
from tallystick.sandbox.security.rights import Rights
from tallystick.sandbox.store import Database

User = tuple[str, str, int]
"""A user as far as rights depend on it: id, business unit, access mode."""


@dataclass(frozen=True, slots=True)
class Environment:
    """`tenant` is the directory the tokens come from; an empty `only_tenant` accepts any name in the token URL.

    `rights` remembers what users may do, each with the generation it was read in."""

    database: Database
    organization: str
    tenant: str
    only_tenant: str
    signing_key: bytes
    background: Background = field(default_factory=Background)
    rights: dict[User, tuple[int, Rights]] = field(default_factory=dict)
