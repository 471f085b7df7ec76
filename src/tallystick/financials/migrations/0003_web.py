from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("financials", "0002_change_feed")]
    operations = [
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(
                fields=["company", "status", "shipping_status", "invoicing_status"], name="financials_salesorder_todo"
            ),
        ),
    ]
