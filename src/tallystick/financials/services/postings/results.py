"""What callers get back of a posting."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Posted:
    """The numbers of the transaction and of what it posted; '' or None where there is none.

    `entry_no` is that of the customer ledger entry; `application_no` undoes the application that was made along with it.
    `warning` says what should be known, and stopped nothing: that the customer of an order is over the credit limit."""

    transaction_no: int
    shipment_no: str = ""
    invoice_no: str = ""
    credit_memo_no: str = ""
    payment_no: str = ""
    entry_no: int | None = None
    application_no: int | None = None
    warning: str = ""
