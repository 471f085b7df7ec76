from typing import Any

from django.db import migrations, models

from tallystick.financials import change_triggers, ledger_triggers

GL = "financials_glentry"
MIRRORED = (
    ("Customer", "receivables_account_id", "financials_customerpostinggroup"),
    ("Item", "inventory_account_id", "financials_productpostinggroup"),
    ("VAT", "sales_vat_account_id", "financials_vatpostingsetup"),
)


def mark(apps: Any, schema_editor: Any) -> None:
    """Entries that were posted before tell by their account what they mirror."""
    for ledger, account, groups in MIRRORED:
        schema_editor.execute(
            f"UPDATE {GL} SET sub_ledger = '{ledger}' WHERE g_l_account_id IN (SELECT {account} FROM {groups})",  # noqa: S608
            params=None,
        )


class Migration(migrations.Migration):
    dependencies = [("financials", "0002_change_feed")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, change_triggers.install),
        migrations.RunPython(ledger_triggers.uninstall, ledger_triggers.install),
        migrations.AddField(
            model_name="glentry",
            name="sub_ledger",
            field=models.CharField(
                blank=True,
                choices=[("", "None"), ("Customer", "Customer"), ("Item", "Item"), ("VAT", "Vat")],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="postedcreditmemo",
            name="printed",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="postedcreditmemoline",
            name="printed_no",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="postedcreditmemoline",
            name="printed_unit",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.AddField(
            model_name="salesinvoice",
            name="printed",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name="salesinvoiceline",
            name="printed_no",
            field=models.CharField(blank=True, db_default="", default="", max_length=20),
        ),
        migrations.AddField(
            model_name="salesinvoiceline",
            name="printed_unit",
            field=models.CharField(blank=True, db_default="", default="", max_length=10),
        ),
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.RunPython(ledger_triggers.install, ledger_triggers.uninstall),
        migrations.RunPython(change_triggers.install, migrations.RunPython.noop),
    ]
