"""Rows: values in and out, creating, updating, deleting, and the rules of the tables."""
