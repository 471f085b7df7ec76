"""Coupled Data Synchronization Errors: what needs a person or time."""
