"""What one running environment is made of."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.sandbox.store import Database


@dataclass(frozen=True, slots=True)
class Environment:
    """`tenant` is the directory the tokens come from; an empty `only_tenant` accepts any name in the token URL."""

    database: Database
    organization: str
    tenant: str
    only_tenant: str
    signing_key: bytes
