"""A Dataverse environment on this machine: Web API server and a small Sales app. Met over HTTP only."""

from tallystick.sandbox.options import SandboxOptions
from tallystick.sandbox.server import StartError, main, serve

__all__ = ["SandboxOptions", "StartError", "main", "serve"]
