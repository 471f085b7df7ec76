"""What to show when a record changed while its card was open: a three-way comparison, field by field. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FieldConflict:
    """Both changed this field, apart: what the record says now, and what it said when the card was opened."""

    theirs: str
    opened: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The texts the card shows next, the fields both changed, and the fields taken over from the other edit."""

    texts: dict[str, str]
    conflicts: dict[str, FieldConflict]
    followed: list[str]


def reconcile(opened: Texts, mine: Texts, theirs: Texts, same: Callable[[str, str, str], bool]) -> Reconciled:
    """Fit my entries to the record as it is now.

    `same(field, one, other)` says whether two texts mean one value. A field I left alone follows the record; a field
    only I changed stays as I typed it; where both changed it, mine stays in the box and theirs is shown beside it."""
    texts: dict[str, str] = {}
    conflicts: dict[str, FieldConflict] = {}
    followed: list[str] = []
    for name, my_text in mine.items():
        their_text, opened_text = theirs.get(name, ""), opened.get(name, "")
        texts[name] = my_text
        if same(name, my_text, their_text) or same(name, their_text, opened_text):
            continue
        if same(name, my_text, opened_text):
            texts[name] = their_text
            followed.append(name)
        else:
            conflicts[name] = FieldConflict(their_text, opened_text)
    return Reconciled(texts, conflicts, followed)
