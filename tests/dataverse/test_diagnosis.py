"""What single answers mean for a diagnosis; that of whole environments is tested in `tests/doctor`."""

import pytest

from tallystick.dataverse.diagnosis import Check, Outcome, completed, fine, limits_finding, problem, solution_finding
from tallystick.dataverse.installing import SolutionStatus
from tallystick.dataverse.webapi import Limits


@pytest.mark.parametrize(
    ("left", "outcome", "told"),
    [
        (None, Outcome.OK, "does not ask to slow down"),
        (Limits(5_990, 1_180.5), Outcome.OK, "5,990 requests and 1,180 seconds"),
        (Limits(99, 1_000), Outcome.PROBLEM, "99 requests"),
        (Limits(5_000, 29.0), Outcome.PROBLEM, "29 seconds"),
    ],
)
def test_what_is_left_of_the_limits(left: Limits | None, outcome: Outcome, told: str) -> None:
    found = limits_finding(left)
    assert (found.check, found.outcome) == (Check.LIMITS, outcome)
    assert told in found.what
    assert bool(found.remedy) == (outcome is Outcome.PROBLEM)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (SolutionStatus("", offered="1.2.0.0"), Outcome.PROBLEM),
        (SolutionStatus("1.1.9.0", managed=True, offered="1.2.0.0"), Outcome.PROBLEM),
        (SolutionStatus("1.2", managed=True, offered="1.2.0.0"), Outcome.OK),
        (SolutionStatus("1.10.0.0", managed=True, offered="1.2.0.0"), Outcome.PROBLEM),
    ],
)
def test_what_a_version_of_the_solution_means(status: SolutionStatus, outcome: Outcome) -> None:
    found = solution_finding(status)
    assert found.outcome is outcome
    assert bool(found.remedy) == (outcome is Outcome.PROBLEM)


def test_what_was_not_come_to_is_said_with_the_last_obstacle() -> None:
    found = completed(
        [problem("one: part", "It is gone.", "Fetch it."), fine("two", "It is there.")], ("one", "two", "three")
    )
    assert [one.check for one in found] == ["one: part", "two", "three"]
    assert found[-1].outcome is Outcome.NOT_CHECKED
    assert found[-1].what == "Not checked because of the problem with: one: part."
