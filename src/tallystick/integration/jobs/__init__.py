"""Durable jobs: full synchronizations, single runs and the schedule, done by workers that may die at any moment.

Faces never start work here: they write a run (`integration.operations`), and a worker takes it up.
"""

from tallystick.integration.jobs.presence import someone_works
from tallystick.integration.jobs.worker import run_worker

__all__ = ["run_worker", "someone_works"]
