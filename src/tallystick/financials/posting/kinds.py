"""What entries are of. Standard library only; the columns of the ledgers hold these words."""

from enum import StrEnum


class DocumentType(StrEnum):
    """What an entry was posted from."""

    NONE = ""
    INVOICE = "Invoice"
    CREDIT_MEMO = "Credit Memo"
    PAYMENT = "Payment"
    REFUND = "Refund"
    SHIPMENT = "Shipment"
    RECEIPT = "Receipt"
    ADJUSTMENT = "Adjustment"


class EntryType(StrEnum):
    """Why stock changed."""

    PURCHASE = "Purchase"
    SALE = "Sale"
    POSITIVE_ADJUSTMENT = "Positive Adjmt."
    NEGATIVE_ADJUSTMENT = "Negative Adjmt."

    @property
    def sign(self) -> int:
        """Whether it brings goods in (1) or takes them out (-1)."""
        return 1 if self in (EntryType.PURCHASE, EntryType.POSITIVE_ADJUSTMENT) else -1


class DetailedEntryType(StrEnum):
    """Why what is left of a customer ledger entry changed."""

    INITIAL = "Initial Entry"
    APPLICATION = "Application"
    PAYMENT_DISCOUNT = "Payment Discount"
    REALIZED_GAIN = "Realized Gain"
    REALIZED_LOSS = "Realized Loss"
    ROUNDING = "Rounding"


class SubLedger(StrEnum):
    """The ledger whose amounts an entry of the general ledger mirrors: the two have the same sum, whatever accounts the
    posting groups named at the time."""

    NONE = ""
    CUSTOMER = "Customer"
    ITEM = "Item"
    VAT = "VAT"


class Source(StrEnum):
    """What made a transaction."""

    SALES = "Sales"
    PAYMENT = "Payment"
    APPLICATION = "Application"
    ITEM_JOURNAL = "Item Journal"
    PURCHASE_RECEIPT = "Purchase Receipt"
    REVERSAL = "Reversal"


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return the words of a kind for a column, each with a label."""
    return [(one.value, one.name.replace("_", " ").title()) for one in kind]
