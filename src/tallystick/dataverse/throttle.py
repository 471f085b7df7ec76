"""How many requests may be under way, and from when on: one gate in front of all requests of a client."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The service refuses the 52nd request at once; other users of the same account need some of them too.
MOST = 16
START = 4


class Gate:
    """Bounds the requests under way and adapts the bound: one more after a round without complaint, half after a 429.

    After a 429 nobody passes until the service's time is up, so no request is wasted on a certain refusal."""

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object], *, most: int = MOST) -> None:
        self._clock = clock
        self._sleep = sleep
        self._changed = threading.Condition()
        self._most = most
        self._ceiling = most
        self._limit = min(START, most)
        self._under_way = 0
        self._answered = 0
        self._closed_until = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return self._limit

    @property
    def most(self) -> int:
        """How many requests may ever be under way."""
        return self._most

    def closed_for(self) -> float:
        """Return for how many seconds nobody may pass."""
        return max(0.0, self._closed_until - self._clock())

    @contextmanager
    def passage(self) -> Iterator[None]:
        """Wait for a turn; the turn ends with the block. Waiting while closed is `wait_until_open`'s business."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < self._limit)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def wait_until_open(self) -> None:
        """Return when passing is allowed again."""
        while (seconds := self.closed_for()) > 0:
            self._sleep(seconds)

    def close_for(self, seconds: float) -> None:
        """Let nobody pass for `seconds`, because the service asked for it."""
        with self._changed:
            self._closed_until = max(self._closed_until, self._clock() + seconds)

    def slow_down(self) -> None:
        """Halve the bound: the service refused a request because of its limits."""
        with self._changed:
            self._limit = max(1, self._limit // 2)
            self._answered = 0

    def went_well(self, hint: int | None) -> None:
        """Count an answered request; `hint` is the degree of parallelism that the service recommended, if it did."""
        with self._changed:
            if hint is not None and hint > 0:
                self._ceiling = min(hint, self._most)
                self._limit = min(self._limit, self._ceiling)
            self._answered += 1
            if self._answered >= self._limit and self._limit < self._ceiling:
                self._limit += 1
                self._answered = 0
                self._changed.notify_all()
