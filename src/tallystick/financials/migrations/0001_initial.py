import django.db.models.deletion
import django.db.models.functions.datetime
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import tallystick.financials.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeCounter",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField()),
            ],
            options={
                "db_table": "financials_change_counter",
            },
        ),
        migrations.CreateModel(
            name="Company",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("slug", models.SlugField(max_length=30, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("display_name", models.CharField(blank=True, db_default="", default="", max_length=250)),
                ("address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("country_code", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("email", models.EmailField(blank=True, db_default="", default="", max_length=80)),
                ("local_currency", models.CharField(max_length=10)),
                (
                    "experience",
                    models.CharField(
                        choices=[("Basic", "Basic"), ("Essential", "Essential"), ("Suite", "Suite")],
                        default="Essential",
                        max_length=10,
                    ),
                ),
                (
                    "negative_inventory",
                    models.CharField(
                        choices=[("Refuse", "Refuse"), ("Allow", "Allow")],
                        db_default="Refuse",
                        default="Refuse",
                        max_length=10,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={
                "verbose_name_plural": "companies",
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("email", models.EmailField(max_length=150, unique=True, verbose_name="e-mail")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("record_id", models.UUIDField(primary_key=True, serialize=False)),
                ("company_id", models.UUIDField()),
                ("table_name", models.CharField(max_length=30)),
                ("seq", models.BigIntegerField()),
                ("xid", models.BigIntegerField()),
                ("deleted", models.BooleanField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "financials_change",
                "indexes": [
                    models.Index(fields=["company_id", "table_name", "xid", "seq"], name="financials_change_order")
                ],
            },
        ),
        migrations.CreateModel(
            name="Country",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("iso_code", models.CharField(blank=True, db_default="", default="", max_length=2)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "countries",
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="financials_country_code")],
            },
        ),
        migrations.CreateModel(
            name="Currency",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("iso_code", models.CharField(blank=True, db_default="", default="", max_length=3)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("symbol", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("amount_decimal_places", models.PositiveSmallIntegerField(db_default=2, default=2)),
                ("unit_amount_decimal_places", models.PositiveSmallIntegerField(db_default=5, default=5)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "currencies",
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="financials_currency_code")],
            },
        ),
        migrations.CreateModel(
            name="CustomerPriceGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="financials_pricegroup_code")],
            },
        ),
        migrations.CreateModel(
            name="ExchangeRate",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("starting_date", models.DateField()),
                ("exchange_rate_amount", models.DecimalField(decimal_places=6, max_digits=15)),
                ("relational_exch_rate_amount", models.DecimalField(decimal_places=6, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rates",
                        to="financials.currency",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "currency"], name="financials_exchangerate_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("currency", "starting_date"), name="financials_exchangerate_date")
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerTransaction",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("transaction_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                ("source", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("posted_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="financials.ledgertransaction",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "transaction_no"), name="financials_transaction_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="financials.company"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "company"), name="financials_membership_once")],
            },
        ),
        migrations.CreateModel(
            name="GrantedSet",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "permission_set",
                    models.CharField(
                        choices=[
                            ("administrator", "Administrator"),
                            ("finance-clerk", "Finance clerk"),
                            ("sales-viewer", "Sales viewer"),
                            ("integration-administrator", "Integration administrator"),
                            ("item-availability-reader", "Item-availability reader"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="granted_sets",
                        to="financials.membership",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("membership", "permission_set"), name="financials_grantedset_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="NumberSeries",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("used_for", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("starting_no", models.CharField(max_length=20)),
                ("ending_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("last_no_used", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("increment_by", models.PositiveIntegerField(db_default=1, default=1)),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="number_series",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "number series",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_numberseries_code"),
                    models.UniqueConstraint(
                        condition=models.Q(("used_for", ""), _negated=True),
                        fields=("company", "used_for"),
                        name="financials_numberseries_use",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PaymentTerms",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("due_date_calculation", models.CharField(blank=True, db_default="", default="", max_length=32)),
                ("discount_date_calculation", models.CharField(blank=True, db_default="", default="", max_length=32)),
                ("discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "payment terms",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_paymentterms_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedWebService",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("published_at", models.DateTimeField()),
                ("published_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="published_web_services",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "name"), name="financials_publishedwebservice_name")
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("vendor_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("vendor_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("order_date", models.DateField(blank=True, null=True)),
                ("expected_receipt_date", models.DateField(blank=True, null=True)),
                ("vendor_order_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("status", models.CharField(db_default="Open", default="Open", max_length=20)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_purchaseorder_no")],
            },
        ),
        migrations.CreateModel(
            name="Salesperson",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("email", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("job_title", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("email_2", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("blocked", models.BooleanField(db_default=False, default=False)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "salespeople",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_salesperson_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("type", models.CharField(db_default="Company", default="Company", max_length=10)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("name_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("first_name", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("middle_name", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("surname", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("job_title", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("salutation_code", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("mobile_phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("email", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("fax_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("home_page", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("pager", models.CharField(blank=True, db_default="", default="", max_length=30)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "company_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="persons",
                        to="financials.contact",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "name"], name="financials_contact_name")],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_contact_no")],
            },
        ),
        migrations.CreateModel(
            name="Opportunity",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("status", models.CharField(db_default="Not Started", default="Not Started", max_length=15)),
                ("sales_cycle_stage", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("priority", models.CharField(db_default="Normal", default="Normal", max_length=10)),
                ("estimated_value", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("probability_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("estimated_closing_date", models.DateField(blank=True, null=True)),
                ("creation_date", models.DateField(blank=True, null=True)),
                ("date_closed", models.DateField(blank=True, null=True)),
                ("close_reason", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.contact",
                    ),
                ),
                (
                    "contact_company",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.contact",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "opportunities",
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_opportunity_no")],
            },
        ),
        migrations.CreateModel(
            name="SettingChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("by", models.CharField(blank=True, default="", max_length=150)),
                ("area", models.CharField(max_length=30)),
                ("subject", models.CharField(max_length=250)),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="setting_changes",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "-id"], name="financials_settingchange_list")],
            },
        ),
        migrations.CreateModel(
            name="ShipmentMethod",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_shipmentmethod_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="ShippingAgent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("internet_address", models.CharField(blank=True, db_default="", default="", max_length=250)),
                ("account_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_shippingagent_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("token_hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sign_in_links",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="UnitOfMeasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=10)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("international_standard_code", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("symbol", models.CharField(blank=True, db_default="", default="", max_length=10)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "units of measure",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_unitofmeasure_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="VATBusinessPostingGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_vatbusiness_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="VATProductPostingGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="financials_vatproduct_code")],
            },
        ),
        migrations.CreateModel(
            name="GLAccount",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("account_type", models.CharField(db_default="Posting", default="Posting", max_length=10)),
                (
                    "income_balance",
                    models.CharField(db_default="Balance Sheet", default="Balance Sheet", max_length=20),
                ),
                ("account_category", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("direct_posting", models.BooleanField(db_default=True, default=True)),
                ("blocked", models.BooleanField(db_default=False, default=False)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "verbose_name": "G/L account",
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_glaccount_no")],
            },
        ),
        migrations.CreateModel(
            name="CustomerPostingGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "receivables_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_customergroup_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="Customer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("name_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("blocked", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("credit_limit", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=15)),
                ("address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("mobile_phone_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("email", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("fax_no", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("home_page", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("vat_registration_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                (
                    "invoice_discount_percent",
                    models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "primary_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="primary_of",
                        to="financials.contact",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "customer_price_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpricegroup",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "name"], name="financials_customer_name")],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_customer_no")],
            },
        ),
        migrations.CreateModel(
            name="BusinessRelation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="business_relation",
                        to="financials.contact",
                    ),
                ),
                (
                    "customer",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="business_relation",
                        to="financials.customer",
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="CustomerLedgerEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("entry_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("Invoice", "Invoice"),
                            ("Credit Memo", "Credit Memo"),
                            ("Payment", "Payment"),
                            ("Refund", "Refund"),
                            ("Shipment", "Shipment"),
                            ("Receipt", "Receipt"),
                            ("Adjustment", "Adjustment"),
                        ],
                        db_default="",
                        default="",
                        max_length=15,
                    ),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField()),
                ("due_date", models.DateField()),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("order_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_lcy", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("remaining_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("remaining_amount_lcy", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("open", models.BooleanField(db_default=True, default=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="customer_entries",
                        to="financials.ledgertransaction",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "customer ledger entries",
                "indexes": [
                    models.Index(fields=["company", "customer", "posting_date"], name="financials_custentry_of"),
                    models.Index(
                        condition=models.Q(("open", True)),
                        fields=["company", "due_date"],
                        name="financials_custentry_due",
                    ),
                    models.Index(fields=["company", "document_no"], name="financials_custentry_document"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "entry_no"), name="financials_custentry_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="DetailedCustomerLedgerEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("entry_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("Invoice", "Invoice"),
                            ("Credit Memo", "Credit Memo"),
                            ("Payment", "Payment"),
                            ("Refund", "Refund"),
                            ("Shipment", "Shipment"),
                            ("Receipt", "Receipt"),
                            ("Adjustment", "Adjustment"),
                        ],
                        db_default="",
                        default="",
                        max_length=15,
                    ),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "entry_type",
                    models.CharField(
                        choices=[
                            ("Initial Entry", "Initial"),
                            ("Application", "Application"),
                            ("Payment Discount", "Payment Discount"),
                            ("Realized Gain", "Realized Gain"),
                            ("Realized Loss", "Realized Loss"),
                            ("Rounding", "Rounding"),
                        ],
                        max_length=20,
                    ),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_lcy", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("application_no", models.PositiveBigIntegerField(blank=True, null=True)),
                (
                    "applied_entry",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerledgerentry",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_ledger_entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="details",
                        to="financials.customerledgerentry",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="financials.detailedcustomerledgerentry",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="detailed_entries",
                        to="financials.ledgertransaction",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "detailed customer ledger entries",
                "indexes": [
                    models.Index(fields=["customer_ledger_entry"], name="financials_detailed_of"),
                    models.Index(
                        condition=models.Q(("application_no__isnull", False)),
                        fields=["company", "application_no"],
                        name="financials_detailed_applied",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "entry_no"), name="financials_detailed_no")],
            },
        ),
        migrations.CreateModel(
            name="CustomerPayment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("posting_date", models.DateField()),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("order_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("currency_factor", models.DecimalField(db_default=1, decimal_places=6, default=1, max_digits=15)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "bank_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="financials.ledgertransaction"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "customer"], name="financials_payment_customer"),
                    models.Index(fields=["company", "posting_date"], name="financials_payment_date"),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_payment_no")],
            },
        ),
        migrations.CreateModel(
            name="PriceList",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("status", models.CharField(db_default="Draft", default="Draft", max_length=10)),
                ("source_type", models.CharField(db_default="All Customers", default="All Customers", max_length=20)),
                ("starting_date", models.DateField(blank=True, null=True)),
                ("ending_date", models.DateField(blank=True, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_price_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpricegroup",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "code"), name="financials_pricelist_code")],
            },
        ),
        migrations.CreateModel(
            name="ProductPostingGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("code", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "cost_of_goods_sold_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "inventory_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "inventory_adjustment_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "purchase_accrual_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "sales_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "sales_credit_memo_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "sales_discount_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "code"), name="financials_productgroup_code")
                ],
            },
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("type", models.CharField(db_default="Inventory", default="Inventory", max_length=15)),
                ("blocked", models.BooleanField(db_default=False, default=False)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_cost", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("gross_weight", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("net_weight", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_volume", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("vendor_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("vendor_item_no", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("inventory", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.productpostinggroup",
                    ),
                ),
                (
                    "base_unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "description"], name="financials_item_description")],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_item_no")],
            },
        ),
        migrations.CreateModel(
            name="GLEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("entry_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("Invoice", "Invoice"),
                            ("Credit Memo", "Credit Memo"),
                            ("Payment", "Payment"),
                            ("Refund", "Refund"),
                            ("Shipment", "Shipment"),
                            ("Receipt", "Receipt"),
                            ("Adjustment", "Adjustment"),
                        ],
                        db_default="",
                        default="",
                        max_length=15,
                    ),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gl_entries",
                        to="financials.ledgertransaction",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "G/L entries",
                "indexes": [
                    models.Index(fields=["g_l_account", "posting_date"], name="financials_glentry_account"),
                    models.Index(fields=["company", "document_no"], name="financials_glentry_document"),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "entry_no"), name="financials_glentry_no")],
            },
        ),
        migrations.CreateModel(
            name="Resource",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("name_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("type", models.CharField(db_default="Person", default="Person", max_length=10)),
                ("capacity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("blocked", models.BooleanField(db_default=False, default=False)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_cost", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("vendor_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.productpostinggroup",
                    ),
                ),
                (
                    "base_unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_resource_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesShipment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField()),
                ("posting_date", models.DateField()),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("order_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="financials.ledgertransaction"
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "order_no"], name="financials_shipment_order"),
                    models.Index(fields=["company", "customer"], name="financials_shipment_customer"),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_shipment_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesShipmentLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("order_line_no", models.PositiveIntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "shipment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="financials.salesshipment",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("shipment", "line_no"), name="financials_shipmentline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="ResourceUnitOfMeasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("qty_per_unit_of_measure", models.DecimalField(decimal_places=5, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "resource units of measure",
                "indexes": [models.Index(fields=["company", "resource"], name="financials_resourceunit_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("resource", "unit_of_measure"), name="financials_resourceunit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="PurchaseOrderLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("direct_unit_cost", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("expected_receipt_date", models.DateField(blank=True, null=True)),
                ("qty_to_receive", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("quantity_received", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("outstanding_qty_base", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "purchase_order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.purchaseorder",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outstanding_qty_base__gt", 0)),
                        fields=["item", "expected_receipt_date"],
                        include=("outstanding_qty_base",),
                        name="financials_poline_outstanding",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("purchase_order", "line_no"), name="financials_purchaseorderline_no"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceListLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("minimum_quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "price_list",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.pricelist",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("price_list", "line_no"), name="financials_pricelistline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemUnitOfMeasure",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("qty_per_unit_of_measure", models.DecimalField(decimal_places=5, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="units",
                        to="financials.item",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "item units of measure",
                "indexes": [models.Index(fields=["company", "item"], name="financials_itemunit_of")],
                "constraints": [
                    models.UniqueConstraint(fields=("item", "unit_of_measure"), name="financials_itemunit_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemLedgerEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("entry_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("Invoice", "Invoice"),
                            ("Credit Memo", "Credit Memo"),
                            ("Payment", "Payment"),
                            ("Refund", "Refund"),
                            ("Shipment", "Shipment"),
                            ("Receipt", "Receipt"),
                            ("Adjustment", "Adjustment"),
                        ],
                        db_default="",
                        default="",
                        max_length=15,
                    ),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "entry_type",
                    models.CharField(
                        choices=[
                            ("Purchase", "Purchase"),
                            ("Sale", "Sale"),
                            ("Positive Adjmt.", "Positive Adjustment"),
                            ("Negative Adjmt.", "Negative Adjustment"),
                        ],
                        max_length=20,
                    ),
                ),
                ("quantity", models.DecimalField(decimal_places=5, max_digits=15)),
                ("qty_per_unit_of_measure", models.DecimalField(decimal_places=5, max_digits=15)),
                ("unit_cost", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("cost_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ledger_entries",
                        to="financials.item",
                    ),
                ),
                (
                    "reverses",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reversed_by",
                        to="financials.itemledgerentry",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="item_entries",
                        to="financials.ledgertransaction",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "item ledger entries",
                "indexes": [
                    models.Index(fields=["item", "posting_date"], name="financials_itemledger_of"),
                    models.Index(fields=["company", "document_no"], name="financials_itemledger_document"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "entry_no"), name="financials_itemledger_no"),
                    models.CheckConstraint(
                        condition=models.Q(("quantity", 0), _negated=True), name="financials_itemledger_moves"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ItemJournalLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("posting_date", models.DateField(blank=True, null=True)),
                (
                    "entry_type",
                    models.CharField(db_default="Positive Adjmt.", default="Positive Adjmt.", max_length=20),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_cost", models.DecimalField(blank=True, decimal_places=5, max_digits=15, null=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("company", "line_no"), name="financials_itemjournalline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesQuote",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField(blank=True, null=True)),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("status", models.CharField(db_default="Open", default="Open", max_length=20)),
                ("work_description", models.TextField(blank=True, db_default="", default="", max_length=10000)),
                ("bill_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("bill_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("bill_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                (
                    "invoice_discount_percent",
                    models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8),
                ),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("quote_valid_until", models.DateField(blank=True, null=True)),
                ("requested_delivery_date", models.DateField(blank=True, null=True)),
                (
                    "bill_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "customer_price_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpricegroup",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.opportunity",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "customer"], name="financials_salesquote_customer")],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_salesquote_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesOrder",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField(blank=True, null=True)),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("status", models.CharField(db_default="Open", default="Open", max_length=20)),
                ("work_description", models.TextField(blank=True, db_default="", default="", max_length=10000)),
                ("bill_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("bill_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("bill_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                (
                    "invoice_discount_percent",
                    models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8),
                ),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("posting_date", models.DateField(blank=True, null=True)),
                ("due_date", models.DateField(blank=True, null=True)),
                ("shipment_date", models.DateField(blank=True, null=True)),
                ("requested_delivery_date", models.DateField(blank=True, null=True)),
                ("promised_delivery_date", models.DateField(blank=True, null=True)),
                ("prepayment_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("quote_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("shipping_status", models.CharField(db_default="Not Shipped", default="Not Shipped", max_length=20)),
                (
                    "invoicing_status",
                    models.CharField(db_default="Not Invoiced", default="Not Invoiced", max_length=20),
                ),
                ("last_shipment_date", models.DateField(blank=True, null=True)),
                ("outstanding_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "shipped_not_invoiced_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                (
                    "bill_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "customer_price_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpricegroup",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.opportunity",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "customer"], name="financials_salesorder_customer"),
                    models.Index(fields=["company", "document_date"], name="financials_salesorder_date"),
                    models.Index(
                        fields=["company", "status", "shipping_status", "invoicing_status"],
                        name="financials_salesorder_todo",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_salesorder_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesInvoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField()),
                ("posting_date", models.DateField()),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("bill_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("bill_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("work_description", models.TextField(blank=True, db_default="", default="", max_length=10000)),
                ("currency_factor", models.DecimalField(db_default=1, decimal_places=6, default=1, max_digits=15)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                ("due_date", models.DateField(blank=True, null=True)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("order_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("shipment_date", models.DateField(blank=True, null=True)),
                (
                    "bill_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "opportunity",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.opportunity",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="financials.ledgertransaction"
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["company", "order_no"], name="financials_invoice_order"),
                    models.Index(
                        fields=["company", "customer", "posting_date", "amount", "currency_factor"],
                        name="financials_invoice_customer",
                    ),
                    models.Index(
                        fields=["company", "posting_date", "customer", "amount", "currency_factor"],
                        name="financials_invoice_date",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_invoice_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesCreditMemo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField(blank=True, null=True)),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("status", models.CharField(db_default="Open", default="Open", max_length=20)),
                ("work_description", models.TextField(blank=True, db_default="", default="", max_length=10000)),
                ("bill_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("bill_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("bill_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                (
                    "invoice_discount_percent",
                    models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8),
                ),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("posting_date", models.DateField(blank=True, null=True)),
                (
                    "bill_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "customer_price_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpricegroup",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "applies_to_invoice",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesinvoice",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["company", "customer"], name="financials_creditmemo_customer")],
                "constraints": [
                    models.UniqueConstraint(fields=("company", "no"), name="financials_salescreditmemo_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="PostedCreditMemo",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("no", models.CharField(max_length=20)),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("contact", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document_date", models.DateField()),
                ("posting_date", models.DateField()),
                ("external_document_no", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("your_reference", models.CharField(blank=True, db_default="", default="", max_length=35)),
                ("ship_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("ship_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("ship_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("ship_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("ship_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("bill_to_address_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                ("bill_to_post_code", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("bill_to_city", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("bill_to_county", models.CharField(blank=True, db_default="", default="", max_length=30)),
                ("work_description", models.TextField(blank=True, db_default="", default="", max_length=10000)),
                ("currency_factor", models.DecimalField(db_default=1, decimal_places=6, default=1, max_digits=15)),
                ("prices_including_vat", models.BooleanField(db_default=False, default=False)),
                ("due_date", models.DateField(blank=True, null=True)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("credit_memo_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "bill_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "currency",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.currency",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "payment_terms",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.paymentterms",
                    ),
                ),
                (
                    "ship_to_country",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.country",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="financials.ledgertransaction"
                    ),
                ),
                (
                    "applies_to_invoice",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="credit_memos",
                        to="financials.salesinvoice",
                    ),
                ),
                (
                    "salesperson",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.salesperson",
                    ),
                ),
                (
                    "shipment_method",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shipmentmethod",
                    ),
                ),
                (
                    "shipping_agent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.shippingagent",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["company", "customer", "posting_date", "amount", "currency_factor"],
                        name="financials_postedmemo_customer",
                    ),
                    models.Index(
                        fields=["company", "posting_date", "customer", "amount", "currency_factor"],
                        name="financials_postedmemo_date",
                    ),
                ],
                "constraints": [models.UniqueConstraint(fields=("company", "no"), name="financials_postedmemo_no")],
            },
        ),
        migrations.CreateModel(
            name="VATPostingSetup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "sales_vat_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "vat_business_posting_group", "vat_product_posting_group"),
                        name="financials_vatsetup_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="VATEntry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("entry_no", models.PositiveBigIntegerField()),
                ("posting_date", models.DateField()),
                (
                    "document_type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None"),
                            ("Invoice", "Invoice"),
                            ("Credit Memo", "Credit Memo"),
                            ("Payment", "Payment"),
                            ("Refund", "Refund"),
                            ("Shipment", "Shipment"),
                            ("Receipt", "Receipt"),
                            ("Adjustment", "Adjustment"),
                        ],
                        db_default="",
                        default="",
                        max_length=15,
                    ),
                ),
                ("document_no", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("base", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customer",
                    ),
                ),
                (
                    "transaction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vat_entries",
                        to="financials.ledgertransaction",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "VAT entries",
                "indexes": [models.Index(fields=["company", "posting_date"], name="financials_vatentry_date")],
                "constraints": [models.UniqueConstraint(fields=("company", "entry_no"), name="financials_vatentry_no")],
            },
        ),
        migrations.CreateModel(
            name="SalesQuoteLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("line_discount_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "quote",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.salesquote",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("quote", "line_no"), name="financials_salesquoteline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesOrderLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("line_discount_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("requested_delivery_date", models.DateField(blank=True, null=True)),
                ("promised_delivery_date", models.DateField(blank=True, null=True)),
                ("shipment_date", models.DateField(blank=True, null=True)),
                ("qty_to_ship", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("qty_to_invoice", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("quantity_shipped", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("quantity_invoiced", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("outstanding_qty_base", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.salesorder",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("outstanding_qty_base__gt", 0)),
                        fields=["item", "shipment_date"],
                        include=("outstanding_qty_base",),
                        name="financials_soline_outstanding",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("order", "line_no"), name="financials_salesorderline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesInvoiceLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("line_discount_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("order_line_no", models.PositiveIntegerField()),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "invoice",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="financials.salesinvoice",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("invoice", "line_no"), name="financials_invoiceline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesCreditMemoLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("line_discount_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("return_to_stock", models.BooleanField(db_default=True, default=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "credit_memo",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="financials.salescreditmemo",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("credit_memo", "line_no"), name="financials_salescreditmemoline_no")
                ],
            },
        ),
        migrations.CreateModel(
            name="PostedCreditMemoLine",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(auto_now_add=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "modified_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                ("line_no", models.PositiveIntegerField()),
                ("description", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("description_2", models.CharField(blank=True, db_default="", default="", max_length=50)),
                (
                    "qty_per_unit_of_measure",
                    models.DecimalField(db_default=1, decimal_places=5, default=1, max_digits=15),
                ),
                ("quantity", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("unit_price", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=15)),
                ("line_discount_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("line_discount_amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                (
                    "invoice_discount_amount",
                    models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15),
                ),
                ("vat_percent", models.DecimalField(db_default=0, decimal_places=5, default=0, max_digits=8)),
                ("amount", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("return_to_stock", models.BooleanField(db_default=True, default=True)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
                (
                    "g_l_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.item",
                    ),
                ),
                (
                    "posted_credit_memo",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="financials.postedcreditmemo",
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.resource",
                    ),
                ),
                (
                    "unit_of_measure",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.unitofmeasure",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("posted_credit_memo", "line_no"), name="financials_postedmemoline_no"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebServiceKey",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=tallystick.financials.identifiers.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("lookup", models.CharField(max_length=12, unique=True)),
                ("secret_hash", models.CharField(max_length=150)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                ("revoked_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("last_used_at", models.DateTimeField(null=True)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="web_service_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at", None)), fields=("user",), name="financials_webservicekey_one"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WebServiceUse",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField(db_index=True)),
                ("address", models.CharField(max_length=45)),
                ("lookup", models.CharField(blank=True, db_default="", default="", max_length=12)),
                ("user_email", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("service", models.CharField(blank=True, db_default="", default="", max_length=60)),
                ("status", models.PositiveSmallIntegerField()),
                ("row_count", models.PositiveIntegerField(default=0)),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["address", "at"], name="financials_use_by_address"),
                    models.Index(fields=["lookup", "at"], name="financials_use_by_key"),
                    models.Index(fields=["company", "at"], name="financials_use_of_company"),
                ],
            },
        ),
        migrations.CreateModel(
            name="SalesSetup",
            fields=[
                (
                    "company",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sales_setup",
                        serialize=False,
                        to="financials.company",
                    ),
                ),
                (
                    "credit_warning",
                    models.CharField(
                        choices=[("Warn", "Warn"), ("Refuse", "Refuse"), ("Ignore", "Ignore")],
                        db_default="Warn",
                        default="Warn",
                        max_length=10,
                    ),
                ),
                ("archive_orders", models.BooleanField(db_default=True, default=True)),
                ("allow_posting_from", models.DateField(blank=True, null=True)),
                ("allow_posting_to", models.DateField(blank=True, null=True)),
                (
                    "bank_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "customer_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.customerpostinggroup",
                    ),
                ),
                (
                    "freight_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "payment_discount_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.productpostinggroup",
                    ),
                ),
                (
                    "realized_gains_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "realized_losses_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "rounding_account",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.glaccount",
                    ),
                ),
                (
                    "vat_business_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatbusinesspostinggroup",
                    ),
                ),
                (
                    "vat_product_posting_group",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="financials.vatproductpostinggroup",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ArchivedDocument",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("table_name", models.CharField(max_length=30)),
                ("no", models.CharField(max_length=20)),
                ("version_no", models.PositiveIntegerField()),
                ("customer_name", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("amount_including_vat", models.DecimalField(db_default=0, decimal_places=3, default=0, max_digits=15)),
                ("currency_code", models.CharField(blank=True, db_default="", default="", max_length=10)),
                ("reason", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("document", models.JSONField()),
                ("archived_by", models.CharField(blank=True, db_default="", default="", max_length=150)),
                ("archived_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="financials.company",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("company", "table_name", "no", "version_no"), name="financials_archive_version"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="companies",
            field=models.ManyToManyField(
                related_name="users", through="financials.Membership", to="financials.company"
            ),
        ),
    ]
