"""What an address asks for, as text that can be handed on."""

from django.http import QueryDict

LONGEST = 200


def text_asked(parameters: QueryDict, name: str) -> str:
    """The trimmed text of a parameter, '' when there is none. No one types more than `LONGEST` characters into a
    search box, and PostgreSQL refuses a text with a zero byte in it."""
    return str(parameters.get(name, "")).replace("\x00", "")[:LONGEST].strip()
