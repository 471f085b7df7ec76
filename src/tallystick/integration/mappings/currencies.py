"""CURRENCY: currencies and their exchange rates go to the transaction currencies of Dynamics CRM."""

from tallystick.engine import TO_SALES, FieldMapping, TableMapping

CURRENCY = TableMapping(
    "CURRENCY",
    finance="currency",
    sales="transactioncurrency",
    label_finance="Currency",
    label_sales="Transaction Currency",
    direction=TO_SALES,
    fields=(
        # Dataverse fixes the code of a currency when it is created.
        FieldMapping("code", "isocurrencycode", TO_SALES, match=1, create_only=True),
        FieldMapping("symbol", "currencysymbol", TO_SALES),
        FieldMapping("description", "currencyname", TO_SALES),
        FieldMapping("amount_decimal_places", "currencyprecision", TO_SALES),
        # Units of this currency for one unit of Dynamics CRM's base currency, which may not be our local one; blank where
        # Financials has no rate. A blank must not reach Dataverse, where a currency cannot be without a rate.
        FieldMapping("exchange_rate", "exchangerate", TO_SALES, not_null=True),
    ),
)
