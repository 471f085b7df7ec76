"""The fonts that are embedded: DejaVu Sans for Latin, Greek, Cyrillic, Hebrew and Arabic, Droid Sans Fallback for
Chinese, Japanese and Korean. Of each, only the glyphs that a document uses. Their licences lie beside them."""

import re
from collections.abc import Iterable
from pathlib import Path

HERE = Path(__file__).parent
REGULAR, BOLD, EAST_ASIAN = (HERE / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DroidSansFallback.ttf"))
# CJK radicals to unified ideographs, Hangul, compatibility and wide forms: what DejaVu has no glyphs for.
_EAST_ASIAN = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef]"
)


def needs_east_asian(texts: Iterable[str]) -> bool:
    """Whether a text needs the large font, which takes a moment to read."""
    return any(_EAST_ASIAN.search(text) for text in texts)
