"""Integration Table Mappings: the list, a mapping with its fields, its preview."""
