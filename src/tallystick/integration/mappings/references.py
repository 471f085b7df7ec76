"""Where the references of customers and contacts lead."""

from tallystick.engine import coupled

SALESPERSON = coupled("SALESPEOPLE", finance="salesperson", sales="systemuser")
CURRENCY = coupled("CURRENCY", finance="currency", sales="transactioncurrency")
PAYMENT_TERMS = coupled("PAYMENT TERMS", finance="payment-terms", sales="account.paymenttermscode")
SHIPMENT_METHOD = coupled("SHIPMENT METHOD", finance="shipment-method", sales="account.address1_freighttermscode")
SHIPPING_AGENT = coupled("SHIPPING AGENT", finance="shipping-agent", sales="account.address1_shippingmethodcode")
CUSTOMER = coupled("CUSTOMER", finance="customer", sales="account")
CONTACT = coupled("CONTACT", finance="contact", sales="contact")
