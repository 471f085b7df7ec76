"""Who we deal with: customers, contacts, salespeople and purchasers."""

from tallystick.financials.descriptions.finance import CUSTOMER_POSTING_GROUP_CODE, VAT_BUSINESS_POSTING_GROUP_CODE
from tallystick.financials.fields import ADDRESS, INVOICING, SHIPPING, Choice, Field, Kind
from tallystick.financials.table import Table, code, of, percent, text


def _postal_address() -> tuple[Field, ...]:
    return (
        text("address", "Address", 100, group=ADDRESS),
        text("address_2", "Address 2", 50, group=ADDRESS),
        text("post_code", "Post Code", 20, group=ADDRESS, searched=True),
        text("city", "City", 30, group=ADDRESS, listed=True, searched=True),
        of("country", "country_code", "Country/Region Code", group=ADDRESS, listed=True),
        text("county", "County", 30, group=ADDRESS, help="County, state or province."),
    )


PHONE_NO = Field("phone_no", "Phone No.", Kind.PHONE, max_length=30, group=ADDRESS, listed=True, searched=True)
MOBILE_PHONE_NO = Field("mobile_phone_no", "Mobile Phone No.", Kind.PHONE, max_length=30, group=ADDRESS)
EMAIL = Field("email", "E-Mail", Kind.EMAIL, max_length=80, group=ADDRESS, listed=True, searched=True)
FAX_NO = Field("fax_no", "Fax No.", Kind.PHONE, max_length=30, group=ADDRESS)
HOME_PAGE = Field("home_page", "Home Page", Kind.URL, max_length=80, group=ADDRESS)
SALESPERSON_CODE = of("salesperson", "salesperson_code", "Salesperson Code", listed=True)
CURRENCY_CODE = of(
    "currency",
    "currency_code",
    "Currency Code",
    group=INVOICING,
    help="Blank means the local currency of the company.",
)

CUSTOMER = Table(
    "customer",
    "Customer",
    "Customers",
    model="Customer",
    key=("no",),
    title="name",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        text("name", "Name", 100, required=True, listed=True, searched=True),
        text("name_2", "Name 2", 50),
        Field(
            "blocked",
            "Blocked",
            Kind.CHOICE,
            max_length=10,
            listed=True,
            choices=(Choice("", "No"), Choice("Ship", "Ship"), Choice("Invoice", "Invoice"), Choice("All", "All")),
            help="Which transactions are refused. A blocked customer is left out of the integration.",
        ),
        SALESPERSON_CODE,
        Field(
            "credit_limit",
            "Credit Limit (LCY)",
            Kind.DECIMAL,
            digits=15,
            decimals=2,
            minimum=0,
            help="In the local currency; 0 means no limit.",
        ),
        *_postal_address(),
        of("contact", "primary_contact_no", "Primary Contact No.", group=ADDRESS, help="A contact of this customer."),
        text(
            "contact",
            "Contact Name",
            100,
            group=ADDRESS,
            searched=True,
            help="Whom to ask for; follows the primary contact unless it is typed.",
        ),
        PHONE_NO,
        MOBILE_PHONE_NO,
        EMAIL,
        FAX_NO,
        HOME_PAGE,
        CURRENCY_CODE,
        of(
            "customer-price-group",
            "customer_price_group",
            "Customer Price Group",
            group=INVOICING,
            help="Whose prices the customer pays beside those for all customers and its own.",
        ),
        of("payment-terms", "payment_terms_code", "Payment Terms Code", group=INVOICING),
        Field("prices_including_vat", "Prices Including VAT", Kind.BOOLEAN, group=INVOICING),
        percent("invoice_discount_percent", "Invoice Discount %", group=INVOICING, help="Off every invoice."),
        text("vat_registration_no", "VAT Registration No.", 20, group=INVOICING),
        CUSTOMER_POSTING_GROUP_CODE,
        VAT_BUSINESS_POSTING_GROUP_CODE,
        of("shipment-method", "shipment_method_code", "Shipment Method Code", group=SHIPPING),
        of("shipping-agent", "shipping_agent_code", "Shipping Agent Code", group=SHIPPING),
    ),
)

CONTACT = Table(
    "contact",
    "Contact",
    "Contacts",
    model="Contact",
    key=("no",),
    title="name",
    numbered=True,
    fields=(
        code("no", "No.", 20, listed=True, searched=True, help="Left empty, the next number of the series is taken."),
        Field(
            "type",
            "Type",
            Kind.CHOICE,
            max_length=10,
            required=True,
            default="Company",
            listed=True,
            choices=(Choice("Company", "Company"), Choice("Person", "Person")),
        ),
        text(
            "name",
            "Name",
            100,
            required=True,
            listed=True,
            searched=True,
            help="Of a person: made of the first name, middle name and surname, or split into them when only it is given.",
        ),
        text("name_2", "Name 2", 50),
        of("contact", "company_no", "Company No.", listed=True, help="The company contact this person works for."),
        text("first_name", "First Name", 30, help="Of a person."),
        text("middle_name", "Middle Name", 30, help="Of a person."),
        text("surname", "Surname", 30, help="Of a person."),
        text("job_title", "Job Title", 30),
        code("salutation_code", "Salutation Code", 10),
        SALESPERSON_CODE,
        *_postal_address(),
        PHONE_NO,
        MOBILE_PHONE_NO,
        EMAIL,
        FAX_NO,
        HOME_PAGE,
        Field("pager", "Pager", Kind.PHONE, max_length=30, group=ADDRESS),
        CURRENCY_CODE,
    ),
)

SALESPERSON = Table(
    "salesperson",
    "Salesperson/Purchaser",
    "Salespeople/Purchasers",
    model="Salesperson",
    key=("code",),
    title="name",
    numbered=True,
    fields=(
        code("code", "Code", 20, listed=True, searched=True, help="Left empty, the next of the series is taken."),
        text("name", "Name", 50, required=True, listed=True, searched=True),
        Field("email", "E-Mail", Kind.EMAIL, max_length=80, listed=True, searched=True),
        Field("phone_no", "Phone No.", Kind.PHONE, max_length=30, listed=True, searched=True),
        text("job_title", "Job Title", 30, listed=True),
        Field("email_2", "E-Mail 2", Kind.EMAIL, max_length=80),
        Field("blocked", "Blocked", Kind.BOOLEAN, listed=True),
    ),
)
