"""All sealed secrets of the installation, whichever table they are in."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models, transaction

from tallystick.config import secret_box
from tallystick.config.secret_box import SecretBoxProblem
from tallystick.financials import audit
from tallystick.financials.audit import Area
from tallystick.financials.models import Company, SealedText
from tallystick.financials.permissions import OPERATOR, Actor, Permission
from tallystick.financials.problems import FinancialsError


@dataclass(frozen=True, slots=True)
class Sealed:
    """The secrets of one kind: how many there are, and how many an older key sealed."""

    what: str
    count: int
    by_older_key: int


def sealed_secrets() -> list[Sealed]:
    """Return what is stored sealed, by kind. Reads every sealed row. Raises `FinancialsError` for what no key opens."""
    return [Sealed(kind, count, anew) for kind, count, anew in _go_through(write=False)]


def seal_all_anew(*, by: Actor = OPERATOR) -> list[Sealed]:
    """Seal with the newest key whatever an older one sealed, in one transaction; return what was found before.

    Raises `FinancialsError` for a secret that no key opens, naming its row: then nothing is changed."""
    by.require(Permission.SET_UP)
    with transaction.atomic():
        found = [Sealed(kind, count, anew) for kind, count, anew in _go_through(write=True)]
        anew = sum(one.by_older_key for one in found)
        if anew:
            for company in Company.objects.all():
                audit.note(company, Area.SECRETS, "encryption key", {}, {"secrets sealed anew": anew}, by=by)
    return found


def rotate_kept_key(*, by: Actor = OPERATOR) -> list[Sealed]:
    """Replace the key in the home: a new one is added, everything sealed anew, then the old one dropped.

    Interrupted anywhere, both keys are there and everything opens; run again, it goes on. Raises `FinancialsError`, and
    keeps the old key, where a secret does not open."""
    by.require(Permission.SET_UP)
    with secret_box.rotation_lock():
        secret_box.add_kept_key()
        found = seal_all_anew(by=by)
        # A process that sealed something just before the new key was there may have stored it meanwhile.
        while any(one.by_older_key for one in seal_all_anew(by=by)):
            pass
        secret_box.drop_older_kept_keys()
    return found


def _go_through(*, write: bool) -> Iterator[tuple[str, int, int]]:
    for model, column in _columns():
        rows = model._default_manager.exclude(**{column.attname: ""}).order_by("pk")
        count = anew = 0
        for row in rows.select_for_update() if write else rows:
            old = getattr(row, column.attname)
            try:
                new = secret_box.seal_anew(old, column.what)
            except SecretBoxProblem as problem:
                raise FinancialsError(
                    problem.what, record=str(row), hint=f"It is of: {row}. {problem.hint}"
                ) from problem
            count += 1
            anew += new != old
            if write and new != old:
                model._default_manager.filter(pk=row.pk).update(**{column.attname: new})
        yield column.what, count, anew


def _columns() -> Iterator[tuple[type[models.Model], SealedText]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, SealedText):
                yield model, field
