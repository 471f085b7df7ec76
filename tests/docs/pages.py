"""The pages of the documentation as the tests see them: their text, code blocks, commands, links and headings."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docs.generate import anchor

ROOT = Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
INLINE = re.compile(r"`(tally [^`]+)`")
COMMENT = re.compile(r"(?:^|\s)#\s.*$", re.MULTILINE)
VARIABLE = re.compile(r"\$[A-Z]+")  # stands for an id, which is a number
ASSIGNMENT = re.compile(r"[A-Z_]+=.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file. `name` is its path from the root of the repository."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return FENCE.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        return [code for name, code in FENCE.findall(self.text) if name == language]

    def anchors(self) -> set[str]:
        return {anchor(line.lstrip("#").strip()) for line in self.prose.splitlines() if line.startswith("#")}

    def links(self) -> list[str]:
        return LINK.findall(self.prose)

    def commands(self) -> Iterator[list[str]]:
        """Every command of the page's shell blocks, as words."""
        for block in self.blocks("sh"):
            yield from commands_in(block)

    def mentions(self) -> Iterator[list[str]]:
        """Every `tally …` in a sentence, as words; what it needs besides may be left out there."""
        for shown in INLINE.findall(self.prose):
            yield from commands_in(shown)


def commands_in(script: str) -> Iterator[list[str]]:
    """Return the commands of a shell script: one list of words for each part of a pipe or a chain."""
    lines = shlex.shlex(COMMENT.sub("", script), posix=True, punctuation_chars=";&|()<>\n")
    lines.whitespace = " \t"
    lines.whitespace_split = True
    lines.commenters = ""
    words: list[str] = []
    for word in (*_joined(lines), "\n"):
        if set(word) <= set(";&|()\n"):
            words = [one for place, one in enumerate(words) if not _is_assignment(words, place)]
            if words:
                yield words
            words = []
        else:
            words.append("1" if VARIABLE.fullmatch(word) else word)


def _joined(words: Iterator[str]) -> Iterator[str]:
    """Leave out line breaks that a backslash takes away, and redirections with their files."""
    skip = False
    for word in words:
        if skip:
            skip = False
        elif set(word) <= set("<>"):
            skip = True
        elif word.strip(" "):
            yield word


def _is_assignment(words: list[str], place: int) -> bool:
    return all(ASSIGNMENT.fullmatch(word) for word in words[: place + 1])


PAGES = tuple(
    Page(path)
    for path in sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "changelog.d").glob("*.md")))
)
