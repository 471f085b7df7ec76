"""CUSTOMER: customers and accounts, both ways."""

from tallystick.engine import FINANCE, SALES, TO_SALES, Constant, FieldMapping, TableMapping, is_blank, is_one_of
from tallystick.integration.mappings import references

CUSTOMER_TYPE = 3  # account.customertypecode: Customer
ACTIVE = 0  # statecode

CUSTOMER = TableMapping(
    "CUSTOMER",
    finance="customer",
    sales="account",
    label_finance="Customer",
    label_sales="Account",
    after=("SALESPEOPLE", "CURRENCY", "PAYMENT TERMS", "SHIPMENT METHOD", "SHIPPING AGENT"),
    conditions=(
        is_blank(FINANCE, "blocked", "The customer is blocked."),
        is_one_of(SALES, "statecode", ACTIVE, text="The account is inactive."),
        is_one_of(SALES, "customertypecode", CUSTOMER_TYPE, text="The account's relationship type is not Customer."),
    ),
    constants=(Constant(SALES, "customertypecode", CUSTOMER_TYPE),),
    fields=(
        # That the owner is a user and not a team (owneridtype) needs no row: the reference itself says which table it
        # leads to. A customer without salesperson keeps the owner that Dynamics CRM gave the account.
        FieldMapping("salesperson_code", "ownerid", TO_SALES, via=references.SALESPERSON, not_null=True),
        FieldMapping("name", "name", match=1),
        FieldMapping("contact", "address1_primarycontactname"),
        FieldMapping("address", "address1_line1"),
        FieldMapping("address_2", "address1_line2"),
        FieldMapping("post_code", "address1_postalcode"),
        FieldMapping("city", "address1_city"),
        FieldMapping("country_code", "address1_country"),
        FieldMapping("county", "address1_stateorprovince"),
        FieldMapping("currency_code", "transactioncurrencyid", via=references.CURRENCY),
        FieldMapping("email", "emailaddress1"),
        FieldMapping("fax_no", "fax"),
        FieldMapping("home_page", "websiteurl"),
        FieldMapping("phone_no", "telephone1"),
        FieldMapping("shipment_method_code", "address1_freighttermscode", via=references.SHIPMENT_METHOD),
        FieldMapping("shipping_agent_code", "address1_shippingmethodcode", via=references.SHIPPING_AGENT),
        FieldMapping("payment_terms_code", "paymenttermscode", via=references.PAYMENT_TERMS),
        FieldMapping("credit_limit", "creditlimit", TO_SALES),
        # The contact refers to its customer in turn: the customer goes first, and this field alone waits.
        FieldMapping("primary_contact_no", "primarycontactid", via=references.CONTACT, clear_if_uncoupled=True),
        FieldMapping("no", "accountnumber", TO_SALES, enabled=False),
        FieldMapping("mobile_phone_no", "telephone2", enabled=False),
    ),
)
