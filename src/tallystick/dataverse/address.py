"""What an administrator types as the address of an environment, and the two addresses made from it."""

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from tallystick.engine import SetupError

VERSION = "v9.2"


@dataclass(frozen=True, slots=True)
class Address:
    """`organization` is the environment's root and the token's audience; `api` is where its Web API lives."""

    organization: str
    api: str

    @property
    def api_path(self) -> str:
        """The Web API's root without host, as requests inside a batch name it."""
        return urlsplit(self.api).path


def parse_address(text: str, version: str = VERSION) -> Address:
    """Read an address as typed or pasted from a browser: what follows the organization is dropped.

    On-premises addresses keep the organization's name in the path. Raises SetupError for what cannot be one. Plain http
    is only for this machine, because the connection's secret would travel in the open."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise SetupError(
            f"{text.strip()!r} is not an address.", hint="Enter it like https://contoso.crm4.dynamics.com."
        )
    if parts.username is not None or parts.password is not None:
        raise SetupError("The address must not hold a user name or password.", hint="Use the fields for them.")
    if parts.scheme == "http" and not _is_this_machine(parts.hostname):
        raise SetupError(f"{text.strip()} is not encrypted.", hint="Enter it with https://.")
    path = re.sub(r"/(api(/.*)?|main\.aspx.*|XRMServices(/.*)?)$", "", parts.path.rstrip("/"), flags=re.IGNORECASE)
    organization = f"{parts.scheme}://{parts.netloc}{path}"
    return Address(organization, f"{organization}/api/data/{version}/")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
