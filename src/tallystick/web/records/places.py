"""Which tables have pages of their own in place of the card that all tables have."""

from collections.abc import Mapping

OWN_PAGES: Mapping[str, str] = {
    "sales-quote": "document",
    "sales-order": "document",
    "sales-credit-memo": "document",
    "sales-shipment": "posted-document",
    "sales-invoice": "posted-document",
    "posted-credit-memo": "posted-document",
    "customer-payment": "posted-document",
    "ledger-transaction": "ledger-transaction",
}
"""The route of a record's page, by table; it takes the company, the table and the record."""
OWN_ENTRY: Mapping[str, str] = {
    "sales-quote": "document-new",
    "sales-order": "document-new",
    "sales-credit-memo": "document-new",
}
"""The route of the page where a new record is entered, by table; it takes the company and the table."""
