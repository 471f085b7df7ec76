"""transactioncurrency: a currency and its rate to the base currency."""

from __future__ import annotations

from tallystick.sandbox.metadata.build import (
    ACTIVE_INACTIVE,
    create_only,
    decimal,
    history,
    link,
    read_only,
    table,
    text,
    whole,
)
from tallystick.sandbox.metadata.model import Required

TRANSACTIONCURRENCY = table(
    "transactioncurrency",
    "TransactionCurrency",
    9105,
    "Currency",
    "Currencies",
    [
        text("currencyname", 100, "Currency Name", required=Required.SYSTEM),
        create_only(text("isocurrencycode", 5, "Currency Code", required=Required.SYSTEM)),
        text("currencysymbol", 10, "Currency Symbol", required=Required.SYSTEM),
        decimal(
            "exchangerate", "Exchange Rate", low="0.0000000001", high="100000000000", precision=10,
            required=Required.SYSTEM,
        ),
        whole("currencyprecision", "Currency Precision", low=0, high=4, required=Required.SYSTEM),
        read_only(
            link("organizationid", "Organization", "organization", "organization_transactioncurrencies")
        ),
        *history("transactioncurrencybase"),
        *ACTIVE_INACTIVE,
    ],
    set_name="transactioncurrencies",
    name_column="currencyname",
    ownership_type="OrganizationOwned",
    description="Currency in which a financial transaction is carried out.",
)  # fmt: skip
