"""On whose behalf a request is carried out."""

from __future__ import annotations

from dataclasses import dataclass

from tallystick.sandbox.security.rights import Rights


@dataclass(frozen=True, slots=True)
class Caller:
    """`behalf` is the user who really sent the request when it impersonates `user_id`.

    Each of `rights` must allow what is done: the user's own, and those of whoever impersonates. None at all means that
    the service itself is at work, which may do everything."""

    user_id: str
    business_unit: str
    organization: str
    behalf: str | None = None
    client_id: str = ""
    rights: tuple[Rights, ...] = ()
