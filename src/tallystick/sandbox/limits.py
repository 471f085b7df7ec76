"""Service protection limits: per user, over a sliding window.

https://learn.microsoft.com/power-apps/developer/data-platform/api-limits"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from tallystick.sandbox.errors import Refusal


@dataclass(frozen=True, slots=True)
class Limits:
    """What one user may do within `window` seconds, and at once."""

    requests: int = 6000
    window: float = 300.0
    execution: float = 1200.0
    concurrency: int = 52


@dataclass(slots=True)
class _Usage:
    started: deque[float] = field(default_factory=deque)
    spent: deque[tuple[float, float]] = field(default_factory=deque)
    total_spent: float = 0.0
    running: int = 0


class Meter:
    """Counts what each user does. Used from the event loop only; time comes in as seconds that only grow."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._usage: dict[str, _Usage] = {}

    def enter(self, user: str, now: float) -> None:
        """A request begins. Raises the 429 of the first limit it would exceed; a refused request counts too."""
        usage = self._usage.setdefault(user, _Usage())
        self._forget(usage, now)
        limits = self.limits
        if usage.running >= limits.concurrency:
            raise _throttled(
                "0x80072326", f"Number of concurrent requests exceeded the limit of {limits.concurrency}.", 1
            )
        if usage.total_spent >= limits.execution:
            raise _throttled(
                "0x80072321",
                "Combined execution time of incoming requests exceeded limit of "
                f"{limits.execution * 1000:,.0f} milliseconds over time window of {limits.window:g} seconds. Decrease "
                "number of concurrent requests or reduce the duration of requests and try again later.",
                self._until_free(usage.spent[0][0], now),
            )
        usage.started.append(now)
        if len(usage.started) > limits.requests:
            oldest = usage.started[len(usage.started) - limits.requests - 1]
            raise _throttled(
                "0x80072322",
                f"Number of requests exceeded the limit of {limits.requests} "
                f"over time window of {limits.window:g} seconds.",
                self._until_free(oldest, now),
            )
        usage.running += 1

    def leave(self, user: str, now: float, seconds: float) -> None:
        """A request that entered has ended after `seconds` of work."""
        usage = self._usage[user]
        usage.running -= 1
        usage.spent.append((now, seconds))
        usage.total_spent += seconds

    def headers(self, user: str) -> dict[str, str]:
        usage, limits = self._usage[user], self.limits
        return {
            "x-ms-ratelimit-burst-remaining-xrm-requests": str(max(0, limits.requests - len(usage.started))),
            "x-ms-ratelimit-time-remaining-xrm-requests": f"{max(0.0, limits.execution - usage.total_spent):,.2f}",
        }

    def _forget(self, usage: _Usage, now: float) -> None:
        edge = now - self.limits.window
        while usage.started and usage.started[0] <= edge:
            usage.started.popleft()
        while usage.spent and usage.spent[0][0] <= edge:
            usage.total_spent -= usage.spent.popleft()[1]

    def _until_free(self, oldest: float, now: float) -> float:
        return max(1.0, oldest + self.limits.window - now)


def _throttled(code: str, message: str, wait: float) -> Refusal:
    return Refusal(429, code, message, {"Retry-After": str(math.ceil(wait))})


def parse_limits(text: str) -> Limits | None:
    """`on`, `off`, or values such as `requests=50,window=10,execution=60,concurrency=4`. Raises ValueError."""
    if text in ("on", "off"):
        return Limits() if text == "on" else None
    values: dict[str, float] = {}
    for part in text.split(","):
        name, equals, value = part.strip().partition("=")
        if not equals or name not in ("requests", "window", "execution", "concurrency"):
            raise ValueError(
                f"'{part}' is no limit; there are requests=N, window=SECONDS, execution=SECONDS and concurrency=N"
            )
        try:
            values[name] = float(value)
        except ValueError:
            raise ValueError(f"the limit {name} needs a number, not '{value}'") from None
        if not 0 < values[name] < math.inf:
            raise ValueError(f"the limit {name} must be greater than zero")
    defaults = Limits()
    return Limits(
        int(values.get("requests", defaults.requests)),
        values.get("window", defaults.window),
        values.get("execution", defaults.execution),
        int(values.get("concurrency", defaults.concurrency)),
    )
