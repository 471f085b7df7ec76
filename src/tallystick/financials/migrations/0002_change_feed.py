from typing import Any

from django.db import migrations

from tallystick.financials import audit_triggers, change_triggers, ledger_triggers


def create_sequence(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE SEQUENCE financials_change_seq", params=None)


def drop_sequence(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP SEQUENCE financials_change_seq", params=None)


class Migration(migrations.Migration):
    dependencies = [("financials", "0001_initial")]
    operations = [
        migrations.RunPython(create_sequence, drop_sequence),
        migrations.RunPython(change_triggers.install, change_triggers.uninstall),
        migrations.RunPython(ledger_triggers.install, ledger_triggers.uninstall),
        migrations.RunPython(audit_triggers.install, audit_triggers.uninstall),
    ]
