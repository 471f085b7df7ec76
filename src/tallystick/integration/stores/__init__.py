"""The engine's memory on the database, the settings of a person, and the lock that keeps two runs of a mapping apart."""

from tallystick.integration.stores.coupling_store import OrmCouplingStore
from tallystick.integration.stores.locks import MappingBusy, busy, held, keep, let_go, take
from tallystick.integration.stores.settings import ensure_settings, mapping_of, mappings_of, settings_of

__all__ = [
    "MappingBusy",
    "OrmCouplingStore",
    "busy",
    "ensure_settings",
    "held",
    "keep",
    "let_go",
    "mapping_of",
    "mappings_of",
    "settings_of",
    "take",
]
