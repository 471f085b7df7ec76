"""What the tables of master data share."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models.functions import Now

from tallystick.financials.identifiers import new_id
from tallystick.financials.models.people import Company


def text(length: int) -> "models.CharField[str, str]":
    """Return a column for text of that length at most; blank is ''."""
    return models.CharField(max_length=length, blank=True, default="", db_default="")


def long_text(length: int) -> "models.TextField[str, str]":
    """Return a column for text of many lines, of that length at most; blank is ''."""
    return models.TextField(max_length=length, blank=True, default="", db_default="")


def money() -> "models.DecimalField[Decimal, Decimal]":
    """Return a column for an amount of any currency: three decimal places, as the dinar has."""
    return models.DecimalField(max_digits=15, decimal_places=3, default=0, db_default=0)


def percentage() -> "models.DecimalField[Decimal, Decimal]":
    """Return a column for a percentage."""
    return models.DecimalField(max_digits=8, decimal_places=5, default=0, db_default=0)


def reference(to: str, related_name: str = "+", *, index: bool = False) -> "models.ForeignKey[Any, Any]":
    """Return a column that names a row of another table, or none. Without an index unless it is asked for."""
    return models.ForeignKey(
        to, on_delete=models.PROTECT, null=True, blank=True, related_name=related_name, db_index=index
    )


class MasterRecord(models.Model):
    """What every row of master data has."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Every unique constraint below begins with the company, so a second index on it would only cost.
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())
    modified_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        abstract = True
