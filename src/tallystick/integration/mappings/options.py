"""PAYMENT TERMS, SHIPMENT METHOD, SHIPPING AGENT: codes that Dynamics CRM keeps as options of a choice column.

The records of the other side are the options themselves: their id is the option's number, their label carries the
code. A code without an option gets a new option; a renamed code renames the label."""

from tallystick.engine import TO_SALES, FieldMapping, TableMapping

CODE_AS_LABEL = (FieldMapping("code", "label", TO_SALES, match=1),)

PAYMENT_TERMS = TableMapping(
    "PAYMENT TERMS",
    finance="payment-terms",
    sales="account.paymenttermscode",
    label_finance="Payment Terms",
    label_sales="Payment Terms option",
    direction=TO_SALES,
    fields=CODE_AS_LABEL,
)

SHIPMENT_METHOD = TableMapping(
    "SHIPMENT METHOD",
    finance="shipment-method",
    sales="account.address1_freighttermscode",
    label_finance="Shipment Method",
    label_sales="Freight Terms option",
    direction=TO_SALES,
    fields=CODE_AS_LABEL,
)

SHIPPING_AGENT = TableMapping(
    "SHIPPING AGENT",
    finance="shipping-agent",
    sales="account.address1_shippingmethodcode",
    label_finance="Shipping Agent",
    label_sales="Shipping Method option",
    direction=TO_SALES,
    fields=CODE_AS_LABEL,
)
