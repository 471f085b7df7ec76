"""Bringing records in from a file: choose, look through what would happen, then do it."""
