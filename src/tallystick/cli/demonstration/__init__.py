"""The demonstration: a company, a CRM beside it, and everything between them, in one home."""

from tallystick.cli.demonstration.sandbox import SandboxProcess, start_sandbox
from tallystick.cli.demonstration.stage import Stage, prepare

__all__ = ["SandboxProcess", "Stage", "prepare", "start_sandbox"]
