"""Faults on demand: what can go wrong between a client and the service, made to go wrong when a test says so."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

KINDS = {
    "latency": "milliseconds to wait before answering",
    "429": "seconds of Retry-After in a 'too many requests' answer",
    "503": "seconds of Retry-After in a 'service unavailable' answer",
    "lost-reply": "the request is carried out, then the connection is cut without an answer",
    "drop": "the connection is cut before anything is done",
    "expired-token": "a delta token is refused as too old",
}
_DEFAULT_ARGUMENT = {"latency": 100.0, "429": 5.0, "503": 0.0}


@dataclass(frozen=True, slots=True)
class Fault:
    """`method` and `path` (a substring of the URL) say which requests it meets; the first `after` of those are
    spared, then `times` of them are hit (None: all)."""

    kind: str
    argument: float = 0.0
    method: str = ""
    path: str = ""
    times: int | None = None
    after: int = 0

    def meets(self, method: str, target: str) -> bool:
        if self.method and self.method != method:
            return False
        if self.kind == "expired-token" and "deltatoken=" not in target:
            return False
        if self.path:
            return self.path in target
        return target.startswith("/api/")

    def as_json(self) -> dict[str, object]:
        return {
            "kind": self.kind, "arg": self.argument, "method": self.method, "path": self.path,
            "times": self.times, "after": self.after,
        }  # fmt: skip


def fault_from(values: Mapping[str, object]) -> Fault:
    """A fault from its JSON form. Raises ValueError with a sentence."""
    unknown = set(values) - {"kind", "arg", "method", "path", "times", "after"}
    if unknown:
        raise ValueError(f"a fault has no '{sorted(unknown)[0]}'; it has kind, arg, method, path, times and after")
    kind = str(values.get("kind", ""))
    if kind not in KINDS:
        raise ValueError(f"'{kind}' is not a kind of fault; the kinds are {', '.join(KINDS)}")
    times = values.get("times")
    return Fault(
        kind,
        _number("arg", values.get("arg", _DEFAULT_ARGUMENT.get(kind, 0.0))),
        str(values.get("method") or "").upper(),
        str(values.get("path") or ""),
        None if times is None else int(_number("times", times)),
        int(_number("after", values.get("after") or 0)),
    )


def _number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise ValueError(f"the fault's {name} must be a number, not '{value}'") from None
    if not 0 <= number < math.inf:
        raise ValueError(f"the fault's {name} must not be negative")
    return number


def parse_fault(text: str) -> Fault:
    """`KIND`, `KIND:ARG`, with `,method=…,path=…,times=…,after=…` behind. Raises ValueError."""
    head, *rest = text.split(",")
    kind, colon, argument = head.partition(":")
    values: dict[str, object] = {"kind": kind.strip()}
    if colon:
        values["arg"] = argument
    for part in rest:
        name, equals, value = part.partition("=")
        if not equals:
            raise ValueError(f"'{part}' is not understood; write method=…, path=…, times=… or after=…")
        values[name.strip()] = value
    return fault_from(values)


class FaultBox:
    """The faults in force, with how often each has been met. Used from the event loop only."""

    def __init__(self, faults: Sequence[Fault] = ()) -> None:
        self.replace(faults)

    def replace(self, faults: Sequence[Fault]) -> None:
        self._faults = tuple(faults)
        self._met = [0] * len(self._faults)

    def add(self, faults: Sequence[Fault]) -> None:
        self._faults += tuple(faults)
        self._met += [0] * len(faults)

    def hits(self, method: str, target: str) -> list[Fault]:
        """The faults that strike this request."""
        struck = []
        for at, fault in enumerate(self._faults):
            if not fault.meets(method, target):
                continue
            self._met[at] += 1
            number = self._met[at] - fault.after
            if number > 0 and (fault.times is None or number <= fault.times):
                struck.append(fault)
        return struck

    def as_json(self) -> list[dict[str, object]]:
        return [{**fault.as_json(), "met": met} for fault, met in zip(self._faults, self._met, strict=True)]
