"""Every column of a sealed secret is found by a rotation of the keys."""

from django.apps import apps

from tallystick.financials.models import SealedText


def test_a_column_that_is_called_sealed_is_one_that_a_rotation_finds() -> None:
    columns = [field for model in apps.get_models() for field in model._meta.local_fields if "sealed" in field.name]
    assert len(columns) >= 3
    assert [str(column) for column in columns if not isinstance(column, SealedText)] == []
    assert all(isinstance(column, SealedText) and column.what != "secret" for column in columns), "say which secret"
