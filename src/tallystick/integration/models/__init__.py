"""The integration's tables. Everything belongs to a connection, and a connection to one company."""

from tallystick.integration.models.connection import Connection, MappingSettings, SignIn
from tallystick.integration.models.coupling import BaseLayout, CouplingRow, Cursor, LooseKey, LooseRow, SeenMark
from tallystick.integration.models.history import HistoryRow
from tallystick.integration.models.run import FullSync, Run, RunError, RunKind, RunStatus, Worker
from tallystick.integration.models.setup import GuideStatus, SetupGuide

__all__ = [
    "BaseLayout",
    "Connection",
    "CouplingRow",
    "Cursor",
    "FullSync",
    "GuideStatus",
    "HistoryRow",
    "LooseKey",
    "LooseRow",
    "MappingSettings",
    "Run",
    "RunError",
    "RunKind",
    "RunStatus",
    "SeenMark",
    "SetupGuide",
    "SignIn",
    "Worker",
]
