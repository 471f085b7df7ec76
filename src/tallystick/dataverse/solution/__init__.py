"""The integration solution: what Tallystick adds to a Dataverse environment, built into a package from the sources here."""

from tallystick.dataverse.solution.build import build
from tallystick.dataverse.solution.parts import PREFIX, Role
from tallystick.dataverse.solution.roles import AVAILABILITY, INTEGRATION
from tallystick.dataverse.solution.source import NAME, SOLUTION, VERSION

__all__ = ["AVAILABILITY", "INTEGRATION", "NAME", "PREFIX", "SOLUTION", "VERSION", "Role", "build"]
