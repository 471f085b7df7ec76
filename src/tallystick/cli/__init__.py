"""The `tally` command: every action that a page has, for a terminal and for machines. Parse, call, print."""

from tallystick.cli.app import main

__all__ = ["main"]
