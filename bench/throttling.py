"""Service protection limits, scaled down: how much time the connector loses to them, and what it wastes."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from bench.places import Place
from bench.processes import CLIENT_ID, SECRET, TENANT, sandbox
from bench.report import Figure, Say
from tallystick.dataverse import ClientSecret
from tallystick.dataverse.webapi import Request, Sent, WebApi

THREADS = 8


@dataclass(slots=True)
class Seen:
    """When each request began and ended, and how it was answered."""

    requests: list[tuple[float, float, int]] = field(default_factory=list)

    def __call__(self, sent: Sent) -> None:
        ended = time.monotonic()
        self.requests.append((ended - sent.seconds, ended, sent.status))

    def wasted(self) -> int:
        """Return how many requests were refused that began after an earlier refusal had said when to come back."""
        refusals = sorted((began, ended) for began, ended, status in self.requests if status == 429)
        told: list[float] = []
        wasted = 0
        for began, ended in refusals:
            wasted += any(0 < began - earlier < 1 for earlier in told)
            told.append(ended)
        return wasted


def figures(empty: Place, limit: int, window: int, windows: int, say: Say) -> list[Figure]:
    """Send as many requests as fill some windows, as fast as the limits let them through."""
    place = empty.copy("throttled")
    wanted = limit * windows
    seen = Seen()
    with sandbox(place.crm, limits=f"requests={limit},window={window}") as server:
        credentials = ClientSecret(TENANT, CLIENT_ID, SECRET, authority=server.url)
        with WebApi(server.url, credentials, on_sent=seen) as api, ThreadPoolExecutor(THREADS) as threads:
            request = Request("GET", "WhoAmI", repeatable=True)
            started = time.monotonic()
            statuses = {reply.status for reply in threads.map(api.send, [request] * wanted)}
            took = time.monotonic() - started
    place.remove()
    if statuses != {200}:
        raise RuntimeError(f"throttled requests were answered with {statuses}")
    busy = sum(ended - began for began, ended, status in seen.requests if status == 200) / THREADS / windows
    ideal = (windows - 1) * window + busy
    refused = sum(status == 429 for _, _, status in seen.requests)
    say(f"throttling: {wanted} requests in {took:.1f} s, at best {ideal:.1f} s; {refused} refused")
    beside = (
        f"{limit} requests per {window} s, {wanted:,} sent in {took:.1f} s, at best {ideal:.1f} s; {refused} refused"
    )
    return [
        Figure("throttled: share of the time lost", max(0.0, 1 - ideal / took) * 100, "%", beside, 10),
        Figure("throttled: requests wasted on a certain 429", seen.wasted(), "", f"{refused} found the limit", 0.5),
    ]
