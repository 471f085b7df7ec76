"""CONTACT: the persons who work for customers, and the contacts of accounts, both ways."""

from tallystick.engine import FINANCE, SALES, TO_SALES, Constant, FieldMapping, TableMapping, is_filled, is_one_of
from tallystick.integration.mappings import references
from tallystick.integration.mappings.customers import ACTIVE

PERSON = "Person"

CONTACT = TableMapping(
    "CONTACT",
    finance="contact",
    sales="contact",
    label_finance="Contact",
    label_sales="Contact",
    after=("CUSTOMER",),
    conditions=(
        is_one_of(FINANCE, "type", PERSON, text="The contact is a company, not a person."),
        is_filled(FINANCE, "company", "The contact does not work for a customer."),
        is_filled(SALES, "parentcustomerid", "The contact belongs to no account."),
        is_one_of(
            SALES, "parentcustomeridtype", "account", text="The contact belongs to another contact, not to an account."
        ),
        is_one_of(SALES, "statecode", ACTIVE, text="The contact is inactive."),
    ),
    constants=(Constant(FINANCE, "type", PERSON),),
    fields=(
        # The customer whose company contact this person works for. That it is an account and not a contact on the other
        # side (parentcustomeridtype) needs no row: the reference itself says which table it leads to.
        FieldMapping("company", "parentcustomerid", via=references.CUSTOMER),
        FieldMapping("salesperson_code", "ownerid", TO_SALES, via=references.SALESPERSON, not_null=True),
        FieldMapping("currency_code", "transactioncurrencyid", via=references.CURRENCY),
        FieldMapping("address", "address1_line1"),
        FieldMapping("address_2", "address1_line2"),
        FieldMapping("post_code", "address1_postalcode"),
        FieldMapping("city", "address1_city"),
        FieldMapping("country_code", "address1_country"),
        FieldMapping("county", "address1_stateorprovince"),
        FieldMapping("email", "emailaddress1", match=1),
        FieldMapping("fax_no", "fax"),
        FieldMapping("first_name", "firstname", match=2),
        FieldMapping("middle_name", "middlename"),
        FieldMapping("surname", "lastname", match=2),
        FieldMapping("home_page", "websiteurl"),
        FieldMapping("mobile_phone_no", "mobilephone"),
        FieldMapping("pager", "pager"),
        FieldMapping("phone_no", "telephone1", match=2),
        FieldMapping("salutation_code", "salutation", enabled=False),
    ),
)
