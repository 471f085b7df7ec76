"""Text as the service compares it: case-insensitive, accents kept, trailing spaces ignored; and its LIKE wildcards."""

from __future__ import annotations

from functools import lru_cache


def fold(text: str | None) -> str | None:
    """The form two texts share when the service holds them for equal."""
    if text is None:
        return None
    return text.rstrip(" ").casefold()


_Matcher = str | tuple[bool, frozenset[str], tuple[tuple[str, str], ...]] | None
"""One character to match: itself, a class (negated, characters, ranges), or anything (None)."""


@lru_cache(maxsize=512)
def _parse_pattern(pattern: str) -> tuple[tuple[_Matcher, ...], ...]:
    """A pattern as the pieces between its `%`."""
    pieces: list[list[_Matcher]] = [[]]
    at = 0
    while at < len(pattern):
        character = pattern[at]
        end = pattern.find("]", at + 2) if character == "[" else -1
        if character == "%":
            pieces.append([])
        elif character == "_":
            pieces[-1].append(None)
        elif end > 0:
            pieces[-1].append(_parse_class(pattern[at + 1 : end]))
            at = end
        else:
            pieces[-1].append(character)
        at += 1
    return tuple(tuple(piece) for piece in pieces)


def _parse_class(body: str) -> _Matcher:
    negated = body.startswith("^")
    body = body[1:] if negated else body
    characters, ranges, at = set(), [], 0
    while at < len(body):
        if at + 2 < len(body) and body[at + 1] == "-":
            ranges.append((body[at], body[at + 2]))
            at += 3
        else:
            characters.add(body[at])
            at += 1
    return (negated, frozenset(characters), tuple(ranges))


def _fits(piece: tuple[_Matcher, ...], text: str, at: int) -> bool:
    if at < 0 or at + len(piece) > len(text):
        return False
    for offset, matcher in enumerate(piece):
        character = text[at + offset]
        if matcher is None:
            continue
        if isinstance(matcher, str):
            if matcher != character:
                return False
            continue
        negated, characters, ranges = matcher
        if (character in characters or any(low <= character <= high for low, high in ranges)) is negated:
            return False
    return True


def like(pattern: str, text: str | None) -> bool | None:
    """T-SQL LIKE on folded text. Takes the leftmost fit of each piece, so its cost stays length × pattern."""
    if text is None:
        return None
    first, *rest = _parse_pattern(pattern)
    if not rest:
        return len(first) == len(text) and _fits(first, text, 0)
    if not _fits(first, text, 0):
        return False
    at, last = len(first), rest.pop()
    for piece in rest:
        while not _fits(piece, text, at):
            at += 1
            if at + len(piece) > len(text):
                return False
        at += len(piece)
    return len(text) - len(last) >= at and _fits(last, text, len(text) - len(last))
