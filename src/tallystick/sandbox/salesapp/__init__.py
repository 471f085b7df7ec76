"""The small Sales app: pages for salespeople, rendered on the server."""

from tallystick.sandbox.salesapp.app import SalesApp

__all__ = ["SalesApp"]
