"""What an installation may set from outside, as typed values.

Everything has a default that suits one machine: then `TALLY_HOME` holds the database, the job store and the keys.
"""

import contextlib
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, PostgresDsn, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Environment(BaseSettings):
    """One value per environment variable `TALLY_…`; `DATABASE_URL` keeps the name that hosting platforms give it."""

    model_config = SettingsConfigDict(env_prefix="TALLY_", extra="ignore", populate_by_name=True)

    home: Path = Field(default=Path("tally-home"), description="where an embedded installation keeps all it has")
    database_url: PostgresDsn | None = Field(
        default=None, validation_alias="DATABASE_URL", description="PostgreSQL to use instead of SQLite files in home"
    )
    secret_key: str = Field(default="", description="signs sessions; made and kept in home when empty")
    encryption_keys: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="keys of stored secrets, newest first, comma separated; made and kept in home when empty",
    )
    session_hours: int = Field(default=12, ge=1, le=720, description="how long a session lasts after signing in")
    debug: bool = False
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("localhost", "127.0.0.1", "[::1]")
    base_url: str = Field(
        default="", description="the address people reach the pages at, such as https://tally.example"
    )
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR|CRITICAL)$")
    log_format: str = Field(default="console", pattern="^(console|json)$")

    @field_validator("encryption_keys", "allowed_hosts", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    def kept_secret(self, name: str, make: str | None = None) -> str:
        """Return the secret kept in home under `name`, made on first use and readable by its owner only.

        Two processes that start at once agree: the file appears whole, and whoever puts it there first decides."""
        self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.home / f"{name}.key"
        if not path.exists():
            with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=self.home, prefix=f".{name}-") as new:
                new.write(make or secrets.token_urlsafe(48))
                new.flush()
                with contextlib.suppress(FileExistsError):
                    os.link(new.name, path)
        return path.read_text(encoding="ascii")


@cache
def environment() -> Environment:
    """The settings of this process, read on first use."""
    return Environment()
