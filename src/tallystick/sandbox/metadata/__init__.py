"""What tables and columns there are. Everything else (SQL, queries, validation, pages) is driven by these definitions."""

from tallystick.sandbox.metadata.catalog import Catalog, NavigationTarget, base_catalog
from tallystick.sandbox.metadata.model import Choice, Column, Key, Kind, ManyToMany, Option, Required, Table

__all__ = [
    "Catalog",
    "Choice",
    "Column",
    "Key",
    "Kind",
    "ManyToMany",
    "NavigationTarget",
    "Option",
    "Required",
    "Table",
    "base_catalog",
]
