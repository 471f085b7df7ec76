from typing import Any

from django.db import migrations

SERIES = (("ITEM", "Items", "item", "I00010", 10), ("RES", "Resources", "resource", "R00010", 10))


def give_series(apps: Any, schema_editor: Any) -> None:
    """Companies that were there before items were get the number series that new companies start with."""
    series = apps.get_model("financials", "NumberSeries")
    for company in apps.get_model("financials", "Company").objects.all():
        taken = series.objects.filter(company=company)
        for code, description, used_for, starting_no, increment_by in SERIES:
            if not taken.filter(used_for=used_for).exists() and not taken.filter(code=code).exists():
                series.objects.create(
                    company=company,
                    code=code,
                    description=description,
                    used_for=used_for,
                    starting_no=starting_no,
                    increment_by=increment_by,
                )


class Migration(migrations.Migration):
    dependencies = [("financials", "0003_items_and_resources")]
    operations = [migrations.RunPython(give_series, migrations.RunPython.noop)]
