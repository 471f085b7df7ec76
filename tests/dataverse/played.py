"""An environment played by a function: for what a real server does not do on demand, such as a proxy's page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx2
import orjson

from tallystick.dataverse import ClientSecret, DataverseClient

ADDRESS = "https://contoso.crm4.dynamics.com"
SECRET = "canary-5f1c-secret"
USER = "0a000000-0000-4000-8000-00000000000a"
Answer = httpx2.Response | Exception


@dataclass
class World:
    """A clock that only moves when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def answer(status: int = 200, body: object = None, headers: Mapping[str, str] | None = None) -> httpx2.Response:
    content = b"" if body is None else body if isinstance(body, bytes) else orjson.dumps(body)
    return httpx2.Response(status, content=content, headers=dict(headers or {}))


def error(status: int, code: str, message: str = "No.", headers: Mapping[str, str] | None = None) -> httpx2.Response:
    return answer(status, {"error": {"code": code, "message": message}}, headers)


def played(play: Callable[[httpx2.Request], Answer], world: World | None = None, **options: object) -> DataverseClient:
    """Return a client whose requests `play` answers; tokens are handed out by themselves, numbered."""
    world = world or World()
    tokens = 0

    def handle(request: httpx2.Request) -> httpx2.Response:
        nonlocal tokens
        if request.url.path.endswith("/oauth2/v2.0/token"):
            tokens += 1
            return answer(200, {"token_type": "Bearer", "expires_in": 3599, "access_token": f"token-{tokens}"})
        reply = play(request)
        if isinstance(reply, Exception):
            raise reply
        return reply

    credentials = ClientSecret("contoso.onmicrosoft.com", "11111111-1111-4111-8111-111111111111", SECRET)
    return DataverseClient(
        ADDRESS,
        credentials,
        transport=httpx2.MockTransport(handle),
        clock=world.clock,
        sleep=world.sleep,
        chance=lambda: 1.0,
        **options,  # type: ignore[arg-type]
    )


def script(*answers: Answer) -> Callable[[httpx2.Request], Answer]:
    """Answer with these, one after the other."""
    left = list(answers)
    return lambda _request: left.pop(0)
