"""Long work that goes on after the answer has been sent: one solution operation at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.rows.values import new_id

_KEPT = 8


class Background:
    """The claim on solution operations, the thread that works on one, and what was staged for one."""

    def __init__(self) -> None:
        self._claim = threading.Lock()
        self._thread: threading.Thread | None = None
        self._staged: OrderedDict[str, bytes] = OrderedDict()

    def _take(self) -> None:
        if not self._claim.acquire(blocking=False):
            raise Refusal(
                400, "0x80071151",
                "Another solution operation is running in this environment; try again when it has ended.",
            )  # fmt: skip

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the claim for the length of the block. Raises 400 when another operation is running."""
        self._take()
        try:
            yield
        finally:
            self._claim.release()

    def start(self, work: Callable[[], None], prepare: Callable[[], None]) -> None:
        """Claim, prepare at once, then work in a thread; the claim is given back when the work ends."""
        self._take()
        try:
            prepare()
            self._thread = threading.Thread(target=self._run, args=(work,), name="solution")
            self._thread.start()
        except BaseException:
            self._claim.release()
            raise

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            self._claim.release()

    def close(self) -> None:
        """Wait until the work that was begun has ended."""
        if self._thread is not None:
            self._thread.join()

    def stage(self, data: bytes) -> str:
        """Keep a package for a later import; the oldest go when there are many. Nothing is kept over a restart."""
        upload = new_id()
        self._staged[upload] = data
        while len(self._staged) > _KEPT:
            self._staged.popitem(last=False)
        return upload

    def staged(self, upload: str) -> bytes | None:
        return self._staged.get(upload)
