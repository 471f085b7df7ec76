"""Whether anyone does the work of the background."""

from tallystick.config import environment
from tallystick.integration.jobs import someone_works


def worker_is_alive() -> bool:
    """Whether a worker is running for this installation."""
    return someone_works(environment().home)
