"""Columns of secrets that are kept sealed."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Text = models.TextField[str, str]
else:
    Text = models.TextField  # says what it holds to type checkers only


class SealedText(Text):
    """A column that holds a secret sealed by the secret box, or ''. `what` names the secret to people, in the singular.

    Rotating the encryption keys finds every column of this kind by itself. Its name begins with `sealed_`."""

    def __init__(self, *args: Any, what: str = "secret", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.what = what

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Return what a migration makes: to the database it is text like any other."""
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs
