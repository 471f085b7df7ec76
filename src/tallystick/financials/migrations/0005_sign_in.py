import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("financials", "0004_indexes_of_large_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="SecondFactor",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="second_factor",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("sealed_secret", models.TextField()),
                ("begun_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("last_step", models.BigIntegerField(default=0)),
                ("wrong_codes", models.PositiveSmallIntegerField(default=0)),
                ("closed_until", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="must_use_second_factor",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="user",
            name="session_epoch",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.CreateModel(
            name="EntraAccount",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="entra_account",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("allowed_at", models.DateTimeField()),
                ("allowed_by", models.CharField(blank=True, default="", max_length=150)),
                ("tenant_id", models.CharField(blank=True, default="", max_length=36)),
                ("object_id", models.CharField(blank=True, default="", max_length=36)),
                ("linked_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("object_id", ""), _negated=True),
                        fields=("tenant_id", "object_id"),
                        name="financials_entraaccount_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInSettings",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                (
                    "second_factor",
                    models.CharField(
                        choices=[
                            ("Nobody", "Nobody"),
                            ("Administrators", "Administrators"),
                            ("Everybody", "Everybody"),
                        ],
                        default="Nobody",
                        max_length=20,
                    ),
                ),
                (
                    "passwords",
                    models.CharField(
                        choices=[("Administrators", "Administrators"), ("Everybody", "Everybody")],
                        default="Everybody",
                        max_length=20,
                    ),
                ),
                ("entra_enabled", models.BooleanField(default=False)),
                ("authority", models.CharField(blank=True, default="", max_length=300)),
                ("tenant", models.CharField(blank=True, default="", max_length=100)),
                ("client_id", models.CharField(blank=True, default="", max_length=100)),
                ("sealed_client_secret", models.TextField(blank=True, default="")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="financials_signinsettings_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code_hash", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_codes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("user", "code_hash"), name="financials_recoverycode_once")
                ],
            },
        ),
    ]
