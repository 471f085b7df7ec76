"""Choices are read however people spell them, and never guessed."""

import pytest

from tallystick.cli.choices import chosen
from tallystick.cli.refusal import Refusal

CONFLICTS = ("ask", "finance wins", "sales wins", "latest wins")
DELETIONS = ("ask", "delete coupling", "restore", "delete the counterpart")


@pytest.mark.parametrize(
    ("given", "choices", "meant"),
    [
        ("ask", CONFLICTS, "ask"),
        ("finance wins", CONFLICTS, "finance wins"),
        ("Finance-Wins", CONFLICTS, "finance wins"),
        ("  LATEST_wins ", CONFLICTS, "latest wins"),
        ("sales", CONFLICTS, "sales wins"),
        ("delete-coupling", DELETIONS, "delete coupling"),
        ("delete the", DELETIONS, "delete the counterpart"),
    ],
)
def test_a_choice_is_read_however_it_is_spelled(given: str, choices: tuple[str, ...], meant: str) -> None:
    assert chosen("--x", given, choices) == meant


@pytest.mark.parametrize(
    ("given", "choices", "sentence"),
    [
        ("delete", DELETIONS, "--x 'delete' could be several things. Choose 'delete coupling' or 'delete the count"),
        ("newest", CONFLICTS, "--x 'newest' is not known. Choose ask, 'finance wins', 'sales wins' or 'latest wins'."),
        ("fin", CONFLICTS, "--x 'fin' is not known."),
        ("", CONFLICTS, "--x '' is not known."),
    ],
)
def test_what_is_none_or_several_is_refused_with_the_choices(
    given: str, choices: tuple[str, ...], sentence: str
) -> None:
    with pytest.raises(Refusal) as refused:
        chosen("--x", given, choices)
    assert str(refused.value).startswith(sentence)
