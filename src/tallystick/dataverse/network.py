"""Why no answer came, in words that help."""

import socket
import ssl
from enum import StrEnum
from urllib.parse import urlsplit

import httpx2

from tallystick.engine import SetupError, SideUnavailable, TallyError


class Obstacle(StrEnum):
    """Where a request that got no answer came to its end, in the order in which it meets them."""

    ADDRESS = "address"
    PROXY = "proxy"
    NAME = "name"
    REFUSED = "refused"
    SILENT = "silent"
    ENCRYPTION = "encryption"
    CERTIFICATE = "certificate"
    SLOW = "slow"
    BROKEN_OFF = "broken off"


def obstacle(exc: httpx2.TransportError) -> Obstacle:
    """Return what kept a request from being answered."""
    causes = list(_causes(exc))

    def caused_by(kind: type[BaseException]) -> bool:
        return any(isinstance(cause, kind) for cause in causes)

    if isinstance(exc, httpx2.UnsupportedProtocol | httpx2.LocalProtocolError):
        return Obstacle.ADDRESS
    if isinstance(exc, httpx2.ProxyError):
        return Obstacle.PROXY
    if caused_by(ssl.SSLCertVerificationError):
        return Obstacle.CERTIFICATE
    if caused_by(ssl.SSLError):
        return Obstacle.ENCRYPTION
    if caused_by(socket.gaierror):
        return Obstacle.NAME
    if caused_by(ConnectionRefusedError):
        return Obstacle.REFUSED
    if isinstance(exc, httpx2.ConnectTimeout):
        # A server that does not speak TLS may wait for the rest of what it takes for a request.
        return Obstacle.ENCRYPTION if "handshake" in str(exc) else Obstacle.SILENT
    return Obstacle.SLOW if isinstance(exc, httpx2.TimeoutException) else Obstacle.BROKEN_OFF


def unreachable(exc: httpx2.TransportError, address: str) -> TallyError:
    """Return what to tell a person about a request to `address` that got no answer."""
    host = urlsplit(address).netloc or address
    match obstacle(exc):
        case Obstacle.CERTIFICATE:
            return SetupError(
                f"{host} does not present a certificate that this machine trusts{_complaint(exc)}.",
                hint="Check the address and the machine's clock, or have its certificate authority installed here.",
            )
        case Obstacle.ENCRYPTION:
            return SetupError(
                f"{host} does not speak TLS as it should: the encrypted connection was not made.",
                hint="Check address and port, and whether a proxy or firewall stands in between.",
            )
        case Obstacle.PROXY:
            return SideUnavailable(
                f"The proxy of this machine does not let a request to {host} through.",
                hint="Check HTTPS_PROXY and NO_PROXY, and what the proxy allows.",
            )
        case Obstacle.NAME:
            return SideUnavailable(
                f"The name {host} is not known.",
                hint="Check the address for typing errors, and this machine's network.",
            )
        case Obstacle.ADDRESS:
            return SetupError(f"{address} is not an address to connect to.", hint="Enter it with https://.")
        case Obstacle.REFUSED:
            return SideUnavailable(
                f"Nothing answers at {host}.", hint="Check the address, and that the service is running."
            )
        case Obstacle.SILENT:
            return SideUnavailable(f"{host} does not answer.", hint="Check the address, a firewall or a proxy.")
        case Obstacle.SLOW:
            return SideUnavailable(f"{host} took too long to answer.", hint="It is tried again by itself.")
        case Obstacle.BROKEN_OFF:
            return SideUnavailable(f"The connection to {host} broke off.", hint="It is tried again by itself.")


def _complaint(exc: BaseException) -> str:
    """What is wrong with the certificate, in the words of the library: that it has expired, is for another name…"""
    complaints = (getattr(cause, "verify_message", "") for cause in _causes(exc))
    told = next((complaint for complaint in complaints if complaint), "")
    return f" ({told})" if told else ""


def _causes(exc: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while exc is not None and exc not in found:
        found.append(exc)
        exc = exc.__cause__ or exc.__context__
    return found
