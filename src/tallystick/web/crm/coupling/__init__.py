"""Coupling records, one at a time or a selection from a list."""
