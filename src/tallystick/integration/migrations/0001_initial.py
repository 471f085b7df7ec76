import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("financials", "0005_sign_in"),
    ]

    operations = [
        migrations.CreateModel(
            name="BaseLayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=32, unique=True)),
                ("names", models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("host", models.CharField(blank=True, default="", max_length=200)),
                ("pid", models.PositiveIntegerField(default=0)),
                ("started_at", models.DateTimeField()),
                ("heartbeat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.CharField(max_length=300)),
                ("authority", models.CharField(default="https://login.microsoftonline.com", max_length=300)),
                ("tenant", models.CharField(max_length=100)),
                ("client_id", models.CharField(max_length=100)),
                (
                    "sign_in",
                    models.CharField(
                        choices=[
                            ("secret", "Application with client secret"),
                            ("certificate", "Application with certificate"),
                        ],
                        default="secret",
                        max_length=20,
                    ),
                ),
                ("sealed_secret", models.TextField()),
                ("secret_version", models.PositiveIntegerField(default=1)),
                ("enabled", models.BooleanField(default=False)),
                ("disabled_reason", models.TextField(blank=True, default="")),
                ("schedule_seconds", models.PositiveIntegerField(default=10)),
                ("tested_at", models.DateTimeField(null=True)),
                ("organization", models.CharField(blank=True, default="", max_length=200)),
                ("version", models.CharField(blank=True, default="", max_length=50)),
                ("user_id", models.CharField(blank=True, default="", max_length=50)),
                ("base_currency", models.CharField(blank=True, default="", max_length=10)),
                ("test_problems", models.TextField(blank=True, default="")),
                ("last_cycle_at", models.DateTimeField(null=True)),
                ("next_cycle_at", models.DateTimeField(null=True)),
                ("cycle_failures", models.PositiveIntegerField(default=0)),
                ("cycle_problem", models.TextField(blank=True, default="")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("updated_by", models.CharField(blank=True, default="", max_length=150)),
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="crm_connection",
                        to="financials.company",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FullSync",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Ready"),
                            ("in process", "In Process"),
                            ("success", "Success"),
                            ("error", "Error"),
                            ("stopped", "Stopped"),
                            ("asks", "Waiting for a decision"),
                        ],
                        default="queued",
                        max_length=20,
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                ("requested_by", models.CharField(blank=True, default="", max_length=150)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=100)),
                ("stop_requested", models.BooleanField(default=False)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="full_syncs",
                        to="integration.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("finished_at__isnull", True)),
                        fields=("connection",),
                        name="integration_one_open_full_sync",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MappingSettings",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=50)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "direction",
                    models.CharField(
                        blank=True,
                        choices=[("to sales", "to sales"), ("to finance", "to finance"), ("both", "both")],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "conflicts",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ask", "ask"),
                            ("finance wins", "finance wins"),
                            ("sales wins", "sales wins"),
                            ("latest wins", "latest wins"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                (
                    "deletions",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("ask", "ask"),
                            ("delete coupling", "delete coupling"),
                            ("restore", "restore"),
                            ("delete the counterpart", "delete the counterpart"),
                        ],
                        default="",
                        max_length=30,
                    ),
                ),
                (
                    "creates",
                    models.BooleanField(help_text="whether scheduled cycles create counterparts too", null=True),
                ),
                ("max_share", models.PositiveSmallIntegerField(help_text="percent of the coupled rows", null=True)),
                ("lock_holder", models.CharField(blank=True, default="", max_length=100)),
                ("lock_what", models.CharField(blank=True, default="", max_length=200)),
                ("lock_until", models.DateTimeField(null=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mapping_settings",
                        to="integration.connection",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("connection", "name"), name="integration_one_row_per_mapping")
                ],
            },
        ),
        migrations.CreateModel(
            name="LooseKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(max_length=10)),
                ("record_id", models.CharField(max_length=100)),
                ("digest", models.CharField(max_length=32)),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integration.mappingsettings",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mapping", "side", "digest"], name="integration_key_digest"),
                    models.Index(fields=["mapping", "side", "record_id"], name="integration_key_record"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Cursor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(max_length=10)),
                ("value", models.TextField(null=True)),
                ("rereading", models.BooleanField(default=False)),
                ("moved_at", models.DateTimeField(null=True)),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cursors",
                        to="integration.mappingsettings",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mapping", "side"), name="integration_one_cursor_per_side")
                ],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("synchronization", "Synchronization"),
                            ("full", "Full synchronization"),
                            ("coupling", "Coupling"),
                            ("creation", "Creation"),
                            ("uncoupling", "Uncoupling"),
                            ("preview", "Preview"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Ready"),
                            ("in process", "In Process"),
                            ("success", "Success"),
                            ("error", "Error"),
                            ("stopped", "Stopped"),
                            ("asks", "Waiting for a decision"),
                        ],
                        default="queued",
                        max_length=20,
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                ("hint", models.TextField(blank=True, default="")),
                ("requested_by", models.CharField(blank=True, default="", max_length=150)),
                ("requested_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                ("worker", models.CharField(blank=True, default="", max_length=100)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("position", models.PositiveSmallIntegerField(default=0)),
                ("depends_on", models.JSONField(default=list)),
                ("options", models.JSONField(default=dict)),
                ("allowed", models.BooleanField(default=False)),
                ("stop_requested", models.BooleanField(default=False)),
                ("total", models.PositiveIntegerField(null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("to_inserted", models.PositiveIntegerField(default=0)),
                ("to_modified", models.PositiveIntegerField(default=0)),
                ("to_deleted", models.PositiveIntegerField(default=0)),
                ("to_failed", models.PositiveIntegerField(default=0)),
                ("from_inserted", models.PositiveIntegerField(default=0)),
                ("from_modified", models.PositiveIntegerField(default=0)),
                ("from_deleted", models.PositiveIntegerField(default=0)),
                ("from_failed", models.PositiveIntegerField(default=0)),
                ("coupled", models.PositiveIntegerField(default=0)),
                ("uncoupled", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("excluded", models.PositiveIntegerField(default=0)),
                ("waiting", models.PositiveIntegerField(default=0)),
                ("conflicts", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="integration.connection"
                    ),
                ),
                (
                    "full_sync",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="integration.fullsync",
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="runs",
                        to="integration.mappingsettings",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["connection", "-id"], name="integration_runs_newest"),
                    models.Index(fields=["mapping", "-id"], name="integration_runs_of_mapping"),
                    models.Index(
                        condition=models.Q(("status__in", ["queued", "in process", "asks"])),
                        fields=["status", "id"],
                        name="integration_runs_open",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LooseRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, db_default="", default="", max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in sync", "in sync"),
                            ("excluded", "excluded"),
                            ("waiting", "waiting"),
                            ("conflict", "conflict"),
                            ("failed", "failed"),
                        ],
                        db_default="in sync",
                        max_length=10,
                    ),
                ),
                ("why", models.TextField(blank=True, db_default="", default="")),
                ("waits_side", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("waits_id", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("retry", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("conflicts", models.TextField(blank=True, db_default="", default="")),
                ("deleted_on", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("updated_at", models.DateTimeField()),
                ("side", models.CharField(max_length=10)),
                ("record_id", models.CharField(max_length=100)),
                ("version", models.CharField(max_length=100)),
                ("fields", models.TextField()),
                ("modified_at", models.DateTimeField(null=True)),
                ("by_us", models.BooleanField(default=False)),
                ("eligible", models.BooleanField()),
                ("keys", models.TextField(blank=True, default="")),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loose_rows",
                        to="integration.mappingsettings",
                    ),
                ),
                (
                    "waits_mapping",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="integration.mappingsettings",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="integration.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mapping", "side", "state"], name="integration_loose_state"),
                    models.Index(
                        condition=models.Q(("eligible", True)),
                        fields=["mapping", "id"],
                        name="integration_loose_eligible",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state", "waiting"), models.Q(("retry", ""), _negated=True), _connector="OR"
                        ),
                        fields=["mapping", "id"],
                        name="integration_loose_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("mapping", "side", "record_id"), name="integration_loose_record")
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("by", models.CharField(blank=True, default="", max_length=150)),
                ("kind", models.CharField(max_length=12)),
                ("side", models.CharField(max_length=10)),
                ("finance_id", models.CharField(max_length=100, null=True)),
                ("sales_id", models.CharField(max_length=100, null=True)),
                ("label", models.CharField(blank=True, default="", max_length=400)),
                ("before", models.TextField(blank=True, default="")),
                ("after", models.TextField(blank=True, default="")),
                ("why", models.TextField(blank=True, default="")),
                (
                    "undoes",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="undone_by",
                        to="integration.historyrow",
                    ),
                ),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="history",
                        to="integration.mappingsettings",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="integration.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["mapping", "-id"], name="integration_history_newest"),
                    models.Index(
                        condition=models.Q(("undoes__isnull", False)),
                        fields=["undoes"],
                        name="integration_history_undone",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CouplingRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("label", models.CharField(blank=True, db_default="", default="", max_length=400)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("in sync", "in sync"),
                            ("excluded", "excluded"),
                            ("waiting", "waiting"),
                            ("conflict", "conflict"),
                            ("failed", "failed"),
                        ],
                        db_default="in sync",
                        max_length=10,
                    ),
                ),
                ("why", models.TextField(blank=True, db_default="", default="")),
                ("waits_side", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("waits_id", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("retry", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("conflicts", models.TextField(blank=True, db_default="", default="")),
                ("deleted_on", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("updated_at", models.DateTimeField()),
                ("finance_id", models.CharField(max_length=100)),
                ("sales_id", models.CharField(max_length=100)),
                ("finance_version", models.CharField(max_length=100, null=True)),
                ("sales_version", models.CharField(max_length=100, null=True)),
                ("finance_base", models.TextField()),
                ("sales_base", models.TextField()),
                ("unsettled", models.TextField(blank=True, db_default="", default="")),
                ("decisions", models.TextField(blank=True, db_default="", default="")),
                ("created_at", models.DateTimeField()),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="couplings",
                        to="integration.mappingsettings",
                    ),
                ),
                (
                    "waits_mapping",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="integration.mappingsettings",
                    ),
                ),
                (
                    "created_run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="integration.run",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="integration.run",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "in sync"), _negated=True),
                        fields=["mapping", "state"],
                        name="integration_coupling_state",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("state", "waiting"),
                            models.Q(("retry", ""), _negated=True),
                            models.Q(("decisions", ""), _negated=True),
                            _connector="OR",
                        ),
                        fields=["mapping", "id"],
                        name="integration_coupling_due",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("mapping", "finance_id"), name="integration_coupling_finance"),
                    models.UniqueConstraint(fields=("mapping", "sales_id"), name="integration_coupling_sales"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RunError",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(blank=True, default="", max_length=10)),
                ("record", models.CharField(blank=True, default="", max_length=400)),
                ("finance_id", models.CharField(blank=True, default="", max_length=100)),
                ("sales_id", models.CharField(blank=True, default="", max_length=100)),
                ("message", models.TextField()),
                ("hint", models.TextField(blank=True, default="")),
                ("retry", models.CharField(blank=True, default="", max_length=10)),
                ("at", models.DateTimeField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="errors", to="integration.run"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SeenMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("side", models.CharField(max_length=10)),
                ("record_id", models.CharField(max_length=100)),
                (
                    "mapping",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integration.mappingsettings",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("mapping", "side", "record_id"), name="integration_seen_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="SetupGuide",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("guide", models.CharField(max_length=60)),
                ("done", models.JSONField(default=list)),
                ("choices", models.JSONField(default=dict)),
                ("problem_step", models.CharField(blank=True, default="", max_length=40)),
                ("problem", models.TextField(blank=True, default="")),
                ("started_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("updated_by", models.CharField(blank=True, default="", max_length=150)),
                ("completed_at", models.DateTimeField(null=True)),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="setup_guides",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "guide"), name="integration_one_row_per_guide")
                ],
            },
        ),
    ]
