"""One piece of work on a mapping at a time: a lease in the mapping's settings row, which outlives no crash by long."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from tallystick.engine import SideError
from tallystick.integration.models import MappingSettings

LEASE = timedelta(seconds=60)


class MappingBusy(SideError):
    """Somebody else is working on the mapping; `what` says who."""


def take(settings: MappingSettings, holder: str, what: str, *, lease: timedelta = LEASE) -> bool:
    """Take the mapping for `lease`, or extend a lease that `holder` has. One statement; False where another has it.

    `holder` names the piece of work, such as `run/12`; `what` is shown to people who have to wait."""
    now = datetime.now(UTC)
    free = Q(lock_holder="") | Q(lock_holder=holder) | Q(lock_until__lt=now) | Q(lock_until=None)
    return bool(
        MappingSettings.objects.filter(free, pk=settings.pk).update(
            lock_holder=holder, lock_what=what[:200], lock_until=now + lease
        )
    )


def keep(settings: MappingSettings, holder: str, *, lease: timedelta = LEASE) -> bool:
    """Extend the lease of `holder`; False where it was lost, and the work has to stop."""
    until = datetime.now(UTC) + lease
    return bool(MappingSettings.objects.filter(pk=settings.pk, lock_holder=holder).update(lock_until=until))


def let_go(settings: MappingSettings, holder: str) -> None:
    """Give the mapping back, if `holder` still has it."""
    MappingSettings.objects.filter(pk=settings.pk, lock_holder=holder).update(
        lock_holder="", lock_what="", lock_until=None
    )


@contextmanager
def held(
    settings: MappingSettings,
    holder: str,
    what: str,
    *,
    patience: timedelta = timedelta(),
    sleep: Callable[[float], None],
) -> Iterator[None]:
    """Hold the mapping for the block. Waits at most `patience` for it, then raises MappingBusy saying who has it."""
    give_up = datetime.now(UTC) + patience
    while not take(settings, holder, what):
        if datetime.now(UTC) >= give_up:
            raise busy(settings)
        sleep(0.1)
    try:
        yield
    finally:
        let_go(settings, holder)


def busy(settings: MappingSettings) -> MappingBusy:
    """Return the error that says who works on the mapping now."""
    settings.refresh_from_db(fields=["lock_what"])
    who = settings.lock_what or "Another run"
    return MappingBusy(
        f"{who} is working on {settings.name} right now.",
        hint="Try again when it has finished, or stop it first.",
    )
