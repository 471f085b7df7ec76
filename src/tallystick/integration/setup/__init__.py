"""The guide Dynamics CRM Connection Setup: its steps, each to look at and to do, and how far a company has got.

Each step is a module with `look`, which says what is there and what doing the step will change, and functions that do it,
remember that in `SetupGuide`, and raise what is in the way. An administrator's secret is an argument and goes nowhere."""

from tallystick.integration.setup import address, availability, data, experience, finish, orders, solution, user
from tallystick.integration.setup.progress import (
    GUIDE,
    GuideOverview,
    Outlook,
    Progress,
    Step,
    guides,
    progress_of,
)

__all__ = [
    "GUIDE",
    "GuideOverview",
    "Outlook",
    "Progress",
    "Step",
    "address",
    "availability",
    "data",
    "experience",
    "finish",
    "guides",
    "orders",
    "progress_of",
    "solution",
    "user",
]
