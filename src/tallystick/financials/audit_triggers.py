"""The database triggers that keep the log of settings as it was written, in the dialects of both databases.

PostgreSQL refuses to change and to delete entries; SQLite to change them: there whoever may write the file may do
anything to it."""

from typing import Any

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

TABLE = "financials_settingchange"
WHY_IT_STAYS = "the log of settings is only ever added to"


def install(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create the trigger anew (for `RunPython`)."""
    uninstall(apps, schema_editor)
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"""CREATE FUNCTION {TABLE}_stays() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
            BEGIN
                RAISE EXCEPTION '{WHY_IT_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
            END $$""",
            params=None,
        )
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE OR DELETE ON {TABLE} "
            f"FOR EACH ROW EXECUTE FUNCTION {TABLE}_stays()",
            params=None,
        )
    else:
        schema_editor.execute(
            f"CREATE TRIGGER {TABLE}_stays BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{WHY_IT_STAYS}'); END",
            params=None,
        )


def uninstall(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Remove the trigger, whether or not it exists (for `RunPython`, backwards)."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP FUNCTION IF EXISTS {TABLE}_stays() CASCADE", params=None)
    else:
        schema_editor.execute(f"DROP TRIGGER IF EXISTS {TABLE}_stays", params=None)
