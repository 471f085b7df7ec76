"""Why no answer came, in words that help."""

import socket
import ssl
from urllib.parse import urlsplit

import httpx2

from tallystick.engine import SetupError, SideUnavailable, TallyError


def unreachable(exc: httpx2.TransportError, address: str) -> TallyError:
    """Return what to tell a person about a request to `address` that got no answer."""
    host = urlsplit(address).netloc or address
    causes = list(_causes(exc))
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return SetupError(
            f"{host} does not present a certificate that this machine trusts.",
            hint="Check the address and the machine's clock, or have its certificate authority installed here.",
        )
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return SideUnavailable(
            f"The name {host} is not known.", hint="Check the address for typing errors, and this machine's network."
        )
    if isinstance(exc, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return SetupError(f"{address} is not an address to connect to.", hint="Enter it with https://.")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return SideUnavailable(
            f"Nothing answers at {host}.", hint="Check the address, and that the service is running."
        )
    if isinstance(exc, httpx2.ConnectTimeout):
        return SideUnavailable(f"{host} does not answer.", hint="Check the address, a firewall or a proxy.")
    if isinstance(exc, httpx2.TimeoutException):
        return SideUnavailable(f"{host} took too long to answer.", hint="It is tried again by itself.")
    return SideUnavailable(f"The connection to {host} broke off.", hint="It is tried again by itself.")


def _causes(exc: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while exc is not None and exc not in found:
        found.append(exc)
        exc = exc.__cause__ or exc.__context__
    return found
