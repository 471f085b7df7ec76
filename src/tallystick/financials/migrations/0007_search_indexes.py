from django.db import migrations

from tallystick.financials import search_indexes


class Migration(migrations.Migration):
    dependencies = [("financials", "0006_signed_in_sessions")]
    operations = [migrations.RunPython(search_indexes.install, search_indexes.uninstall)]
