from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("financials", "0003_posted_paper_stays"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="glentry",
            name="financials_glentry_account",
        ),
        migrations.AddIndex(
            model_name="customerpayment",
            index=models.Index(fields=["company", "external_document_no"], name="financials_payment_external"),
        ),
        migrations.AddIndex(
            model_name="customerpayment",
            index=models.Index(fields=["company", "order_no"], name="financials_payment_order"),
        ),
        migrations.AddIndex(
            model_name="glentry",
            index=models.Index(
                fields=["company", "g_l_account", "posting_date", "amount"], name="financials_glentry_balance"
            ),
        ),
        migrations.AddIndex(
            model_name="salesinvoice",
            index=models.Index(fields=["company", "external_document_no"], name="financials_invoice_external"),
        ),
        migrations.AddIndex(
            model_name="salesorder",
            index=models.Index(fields=["company", "external_document_no"], name="financials_salesorder_external"),
        ),
        migrations.AddIndex(
            model_name="salesquote",
            index=models.Index(fields=["company", "external_document_no"], name="financials_salesquote_external"),
        ),
        migrations.AddIndex(
            model_name="salesshipment",
            index=models.Index(fields=["company", "external_document_no"], name="financials_shipment_external"),
        ),
    ]
