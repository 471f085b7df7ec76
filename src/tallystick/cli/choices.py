"""Reading a choice that a person typed, however they spell it."""

from collections.abc import Iterable

from tallystick.cli.refusal import Refusal


def chosen(option: str, given: str, choices: Iterable[str]) -> str:
    """Return the choice that was meant: case, hyphens and underscores do not count, and its first words are enough.

    Raises Refusal naming the choices where it is none of them, or could be several."""
    known = list(choices)
    wanted = " ".join(given.casefold().replace("-", " ").replace("_", " ").split())
    if wanted in known:
        return wanted
    begun = [choice for choice in known if wanted and f"{choice} ".startswith(f"{wanted} ")]
    if len(begun) == 1:
        return begun[0]
    problem = "could be several things" if begun else "is not known"
    raise Refusal(f"{option} {given!r} {problem}.", f"Choose {in_words(begun or known)}.")


def in_words(choices: Iterable[str]) -> str:
    """Return choices as a sentence names them."""
    *others, last = [f"'{choice}'" if " " in choice else choice for choice in choices]
    return f"{', '.join(others)} or {last}" if others else last
