from typing import Any

from django.db import migrations


def give_series(apps: Any, schema_editor: Any) -> None:
    """Companies that were there before price lists were get the number series that new companies start with."""
    series = apps.get_model("financials", "NumberSeries")
    for company in apps.get_model("financials", "Company").objects.all():
        taken = series.objects.filter(company=company)
        if not taken.filter(used_for="price-list").exists() and not taken.filter(code="PRICE").exists():
            series.objects.create(
                company=company, code="PRICE", description="Price lists", used_for="price-list", starting_no="PL00001"
            )


class Migration(migrations.Migration):
    dependencies = [("financials", "0005_prices")]
    operations = [migrations.RunPython(give_series, migrations.RunPython.noop)]
