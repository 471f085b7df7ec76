"""The integration solution: its names, its version, and all its parts together."""

from importlib.resources import files

from tallystick.dataverse.solution.parts import PREFIX, Solution, WebResource
from tallystick.dataverse.solution.roles import ROLES
from tallystick.dataverse.solution.tables import EXTENSIONS, TABLES

NAME = "TallystickIntegration"
VERSION = "1.0.0.0"
"""Goes up with every change of what is built, which a test insists on: an environment only takes a newer version."""
_KINDS = {"html": 1, "css": 2, "js": 3}


def _web_resource(file: str, label: str) -> WebResource:
    content = files("tallystick.dataverse.solution").joinpath("web", file).read_bytes()
    return WebResource(f"{PREFIX}_/availability/{file}", label, _KINDS[file.rpartition(".")[2]], content)


SOLUTION = Solution(
    NAME,
    "Tallystick Integration",
    "What Dynamics 365 Sales needs to go together with Financials: tables, columns, security roles and item availability.",
    VERSION,
    publisher="tallystick",
    publisher_label="Tallystick",
    option_prefix=47261,
    tables=TABLES,
    extensions=EXTENSIONS,
    roles=ROLES,
    web_resources=(
        _web_resource("availability.html", "Item availability"),
        _web_resource("availability.css", "Item availability: looks"),
        _web_resource("availability.js", "Item availability: script"),
    ),
)
