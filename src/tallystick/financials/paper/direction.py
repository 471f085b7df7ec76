"""From which side a text is read."""

import unicodedata


def is_right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction is Hebrew, Arabic or another that is read from the right."""
    for character in text:
        match unicodedata.bidirectional(character):
            case "L":
                return False
            case "R" | "AL":
                return True
    return False
