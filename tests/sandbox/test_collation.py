"""Text as the service compares it."""

from __future__ import annotations

import pytest

from tallystick.sandbox.store.collation import fold, like


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("abc", "abc", True), ("abc", "abcd", False), ("", "", True), ("%", "", True), ("_", "", False),
        ("a%", "abc", True), ("%c", "abc", True), ("%b%", "abc", True), ("%bc", "abcbc", True), ("a%b%c", "aXbYc", True),
        ("a%b%c", "aXcYb", False), ("a_c", "abc", True), ("a__c", "abc", False), ("%%", "x", True), ("%a%a%", "a", False),
        ("[ab]c", "bc", True), ("[^ab]c", "bc", False), ("[a-c]x", "bx", True), ("[a-c]x", "dx", False),
        ("[-a]x", "-x", True), ("[%]", "%", True), ("[_]", "x", False), ("[", "[", True), ("a]", "a]", True),
        ("[a", "[a", True), ("%[0-9]%", "ab3c", True),
    ],
)  # fmt: skip
def test_patterns(pattern: str, text: str, fits: bool) -> None:
    assert like(pattern, text) is fits


def test_folding_ignores_case_and_trailing_spaces_but_not_accents() -> None:
    assert fold("ÄpFel  ") == fold("äpfel") != fold("apfel")
    assert fold(None) is like("x", None) is None
