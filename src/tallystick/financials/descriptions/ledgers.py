"""The ledgers, as lists to look at: nobody enters them, postings write them."""

from tallystick.financials.fields import Choice, Field, Kind
from tallystick.financials.table import Table, day, money, of, percent, quantity, text


def _integer(name: str, label: str) -> Field:
    return Field(name, label, Kind.INTEGER, listed=True)


def _document(*types: str) -> tuple[Field, ...]:
    return (
        _integer("entry_no", "Entry No."),
        day("posting_date", "Posting Date", listed=True),
        Field(
            "document_type",
            "Document Type",
            Kind.CHOICE,
            max_length=15,
            listed=True,
            choices=(Choice("", " "), *(Choice(word, word) for word in types)),
        ),
        text("document_no", "Document No.", 20, listed=True, searched=True),
    )


DESCRIPTION = text("description", "Description", 100, searched=True)
CUSTOMER_NO = of("customer", "customer_no", "Customer No.", listed=True)
TRANSACTION_NO = of("ledger-transaction", "transaction_no", "Transaction No.")


def _ledger(name: str, label: str, label_plural: str, model: str, *fields: Field, key: str = "entry_no") -> Table:
    return Table(
        name,
        label,
        label_plural,
        model=model,
        key=(key,),
        title="description",
        posted=True,
        followed=False,
        fields=fields,
    )


LEDGER_TRANSACTION = _ledger(
    "ledger-transaction",
    "Ledger Transaction",
    "Ledger Transactions",
    "LedgerTransaction",
    _integer("transaction_no", "Transaction No."),
    day("posting_date", "Posting Date", listed=True),
    text("source", "Source", 20, listed=True),
    text("document_no", "Document No.", 20, listed=True, searched=True),
    text("description", "Description", 100, listed=True, searched=True),
    text("posted_by", "Posted By", 150, listed=True),
    of("ledger-transaction", "reverses_transaction_no", "Reverses Transaction No."),
    key="transaction_no",
)
G_L_ENTRY = _ledger(
    "g-l-entry",
    "G/L Entry",
    "G/L Entries",
    "GLEntry",
    *_document("Invoice", "Credit Memo", "Payment", "Refund", "Shipment", "Receipt", "Adjustment"),
    of("g-l-account", "g_l_account_no", "G/L Account No.", listed=True),
    DESCRIPTION,
    money("amount", "Amount (LCY)", listed=True, help="Debit above zero, credit below."),
    CUSTOMER_NO,
    of("item", "item_no", "Item No."),
    TRANSACTION_NO,
)
VAT_ENTRY = _ledger(
    "vat-entry",
    "VAT Entry",
    "VAT Entries",
    "VATEntry",
    *_document("Invoice", "Credit Memo"),
    CUSTOMER_NO,
    DESCRIPTION,
    of("vat-business-posting-group", "vat_business_posting_group", "VAT Bus. Posting Group", listed=True),
    of("vat-product-posting-group", "vat_product_posting_group", "VAT Prod. Posting Group", listed=True),
    percent("vat_percent", "VAT %", listed=True),
    money("base", "Base (LCY)", listed=True),
    money("amount", "Amount (LCY)", listed=True),
    TRANSACTION_NO,
)
CUSTOMER_LEDGER_ENTRY = _ledger(
    "customer-ledger-entry",
    "Customer Ledger Entry",
    "Customer Ledger Entries",
    "CustomerLedgerEntry",
    *_document("Invoice", "Credit Memo", "Payment", "Refund"),
    CUSTOMER_NO,
    DESCRIPTION,
    of("currency", "currency_code", "Currency Code", listed=True),
    money("amount", "Amount", listed=True),
    money("remaining_amount", "Remaining Amount", listed=True),
    money("amount_lcy", "Amount (LCY)"),
    money("remaining_amount_lcy", "Remaining Amount (LCY)"),
    day("due_date", "Due Date", listed=True),
    Field("open", "Open", Kind.BOOLEAN, listed=True),
    day("document_date", "Document Date"),
    text("external_document_no", "External Document No.", 35, searched=True),
    text("order_no", "Order No.", 20),
    of("customer-posting-group", "customer_posting_group", "Customer Posting Group"),
    TRANSACTION_NO,
)
DETAILED_CUSTOMER_LEDGER_ENTRY = _ledger(
    "detailed-customer-ledger-entry",
    "Detailed Customer Ledger Entry",
    "Detailed Customer Ledger Entries",
    "DetailedCustomerLedgerEntry",
    *_document("Invoice", "Credit Memo", "Payment", "Refund"),
    CUSTOMER_NO,
    DESCRIPTION,
    of("customer-ledger-entry", "customer_ledger_entry_no", "Customer Ledger Entry No.", listed=True),
    Field(
        "entry_type",
        "Entry Type",
        Kind.CHOICE,
        max_length=20,
        listed=True,
        choices=tuple(
            Choice(word, word)
            for word in (
                "Initial Entry",
                "Application",
                "Payment Discount",
                "Realized Gain",
                "Realized Loss",
                "Rounding",
            )
        ),
    ),
    money("amount", "Amount", listed=True),
    money("amount_lcy", "Amount (LCY)", listed=True),
    _integer("application_no", "Application No."),
    of("customer-ledger-entry", "applied_entry_no", "Applied Entry No."),
    of("detailed-customer-ledger-entry", "reverses_entry_no", "Reverses Entry No."),
    TRANSACTION_NO,
)
ITEM_LEDGER_ENTRY = _ledger(
    "item-ledger-entry",
    "Item Ledger Entry",
    "Item Ledger Entries",
    "ItemLedgerEntry",
    *_document("Invoice", "Credit Memo", "Shipment", "Receipt", "Adjustment"),
    Field(
        "entry_type",
        "Entry Type",
        Kind.CHOICE,
        max_length=20,
        listed=True,
        choices=tuple(Choice(word, word) for word in ("Purchase", "Sale", "Positive Adjmt.", "Negative Adjmt.")),
    ),
    of("item", "item_no", "Item No.", listed=True),
    DESCRIPTION,
    quantity("quantity", "Quantity", listed=True, help="In base units; below zero when goods left."),
    of("unit-of-measure", "unit_of_measure_code", "Unit of Measure Code"),
    quantity("qty_per_unit_of_measure", "Qty. per Unit of Measure"),
    quantity("unit_cost", "Unit Cost", least_decimals=2),
    money("cost_amount", "Cost Amount (LCY)", listed=True),
    of("item-ledger-entry", "reverses_entry_no", "Reverses Entry No."),
    TRANSACTION_NO,
)
