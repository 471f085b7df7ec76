"""On whose behalf a request is carried out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """`behalf` is the user who really sent the request when it impersonates `user_id`."""

    user_id: str
    business_unit: str
    organization: str
    behalf: str | None = None
    client_id: str = ""
