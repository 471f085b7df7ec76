"""Solutions: packages of definitions, roles and web resources that are imported, exported and uninstalled."""
