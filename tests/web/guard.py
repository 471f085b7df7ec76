"""What holds for every request of a test: no view acts as whoever runs commands."""

from typing import Any

import pytest
from django.test.client import ClientHandler

from tallystick.financials.permissions import OPERATOR, Actor, Permission


@pytest.fixture(autouse=True)
def _no_page_acts_as_the_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a service that a view called without `by=desk.actor` fail the test: its default may do everything."""
    under_way: list[str] = []
    ask, handle = Actor.require, ClientHandler.__call__

    def require(actor: Actor, permission: Permission) -> None:
        if under_way and actor is OPERATOR:
            raise AssertionError(f"{under_way[-1]} asked a service as the operator, not as the person at the desk")
        ask(actor, permission)

    def answer(handler: ClientHandler, environ: dict[str, Any]) -> Any:
        under_way.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        try:
            return handle(handler, environ)
        finally:
            under_way.pop()

    monkeypatch.setattr(Actor, "require", require)
    monkeypatch.setattr(ClientHandler, "__call__", answer)
