"""Signing in with a one-time link, and the signed cookie that remembers it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path

from tallystick.sandbox.http import Request
from tallystick.sandbox.rows.values import parse_guid

COOKIE = "sandbox_sales"
LIFETIME = 30 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that entered through the link; `user_id` is the salesperson it works as ('' until chosen)."""

    id: str
    user_id: str
    expires: int


class Door:
    """Hands out links that open once. The file always holds a link that was not used yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key = secrets.token_urlsafe(24)
        self._file: Path | None = None
        self._url = ""

    def open_at(self, url: str, file: Path) -> str:
        """The link to enter at `url`, also written to `file`."""
        with self._lock:
            self._url, self._file = url, file
            return self._write()

    def enter(self, key: str) -> bool:
        """Whether the key opens; then it never does again, and the file gets the next link."""
        with self._lock:
            if not hmac.compare_digest(key.encode(), self._key.encode()):
                return False
            self._key = secrets.token_urlsafe(24)
            self._write()
            return True

    def _write(self) -> str:
        link = f"{self._url}/_app/enter?key={self._key}"
        if self._file is not None:
            self._file.touch(mode=0o600)
            self._file.write_text(f"{link}\n", encoding="utf-8")
        return link


def _sign(key: bytes, purpose: str, text: str) -> str:
    return hmac.new(key, f"{purpose}:{text}".encode(), hashlib.sha256).hexdigest()


def new_session(user_id: str = "") -> Session:
    return Session(secrets.token_hex(16), user_id, int(time.time()) + LIFETIME)


def cookie_header(key: bytes, session: Session | None) -> str:
    """Set-Cookie for a session, or one that ends it."""
    if session is None:
        return f"{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
    text = f"{session.id}.{session.user_id}.{session.expires}"
    return f"{COOKIE}={text}.{_sign(key, 'session', text)}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LIFETIME}"


def session_of(key: bytes, request: Request) -> Session | None:
    """The session of the request's cookie, when it is genuine and has not ended."""
    try:
        cookie = SimpleCookie(request.headers.get("cookie")).get(COOKIE)
    except CookieError:
        return None
    text, _, signature = (cookie.value if cookie else "").rpartition(".")
    if not text or not hmac.compare_digest(signature.encode(), _sign(key, "session", text).encode()):
        return None
    session_id, user_id, expires = text.split(".")
    if int(expires) <= time.time():
        return None
    return Session(session_id, parse_guid(user_id) or "", int(expires))


def form_token(key: bytes, session: Session) -> str:
    """What every form carries, so that no other site can send one in this browser's name."""
    return _sign(key, "form", session.id)


def is_own_form(key: bytes, session: Session, token: str) -> bool:
    return hmac.compare_digest(token.encode(), form_token(key, session).encode())
