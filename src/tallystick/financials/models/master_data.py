"""Master data. Lengths and names are those of Business Central, and of the description in `tables`.

Blank text is '', never NULL. Columns have defaults in the database as well, so that a row inserted with plain SQL is
as good as one of ours. Reference columns of low variety carry no index: each would cost every insert, and they are
looked through only when a code is deleted.
"""

from django.db import models

from tallystick.financials.models.columns import MasterRecord, percentage, reference, text


class Country(MasterRecord):
    """A country or region."""

    code = models.CharField(max_length=10)
    name = text(50)
    iso_code = text(2)

    class Meta:
        verbose_name_plural = "countries"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_country_code")]

    def __str__(self) -> str:
        return self.code


class Currency(MasterRecord):
    """A currency. The company's `local_currency` names the one the books are kept in."""

    code = models.CharField(max_length=10)
    iso_code = text(3)
    description = text(60)
    symbol = text(10)
    amount_decimal_places = models.PositiveSmallIntegerField(default=2, db_default=2)
    unit_amount_decimal_places = models.PositiveSmallIntegerField(default=5, db_default=5)

    class Meta:
        verbose_name_plural = "currencies"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_currency_code")]

    def __str__(self) -> str:
        return self.code


class ExchangeRate(MasterRecord):
    """From `starting_date` on, `exchange_rate_amount` of the currency is `relational_exch_rate_amount` local currency."""

    currency = models.ForeignKey(Currency, on_delete=models.CASCADE, related_name="rates", db_index=False)
    starting_date = models.DateField()
    exchange_rate_amount = models.DecimalField(max_digits=15, decimal_places=6)
    relational_exch_rate_amount = models.DecimalField(max_digits=15, decimal_places=6)

    class Meta:
        indexes = [models.Index(fields=["company", "currency"], name="financials_exchangerate_of")]
        constraints = [
            models.UniqueConstraint(fields=["currency", "starting_date"], name="financials_exchangerate_date")
        ]

    def __str__(self) -> str:
        return f"{self.currency_id} from {self.starting_date}"


class PaymentTerms(MasterRecord):
    """When an invoice is due, and what an early payment saves."""

    code = models.CharField(max_length=10)
    description = text(100)
    due_date_calculation = text(32)
    discount_date_calculation = text(32)
    discount_percent = models.DecimalField(max_digits=8, decimal_places=5, default=0, db_default=0)

    class Meta:
        verbose_name_plural = "payment terms"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_paymentterms_code")]

    def __str__(self) -> str:
        return self.code


class ShipmentMethod(MasterRecord):
    """The terms of delivery."""

    code = models.CharField(max_length=10)
    description = text(100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_shipmentmethod_code")]

    def __str__(self) -> str:
        return self.code


class ShippingAgent(MasterRecord):
    """Who carries the goods."""

    code = models.CharField(max_length=10)
    name = text(50)
    internet_address = text(250)
    account_no = text(30)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_shippingagent_code")]

    def __str__(self) -> str:
        return self.code


class Salesperson(MasterRecord):
    """A salesperson or purchaser."""

    code = models.CharField(max_length=20)
    name = text(50)
    email = text(80)
    phone_no = text(30)
    job_title = text(30)
    email_2 = text(80)
    blocked = models.BooleanField(default=False, db_default=False)

    class Meta:
        verbose_name_plural = "salespeople"
        constraints = [models.UniqueConstraint(fields=["company", "code"], name="financials_salesperson_code")]

    def __str__(self) -> str:
        return self.code


class Contact(MasterRecord):
    """A company, or a person who may work for one."""

    no = models.CharField(max_length=20)
    type = models.CharField(max_length=10, default="Company", db_default="Company")
    name = text(100)
    name_2 = text(50)
    company_contact = reference("financials.Contact", "persons", index=True)
    first_name = text(30)
    middle_name = text(30)
    surname = text(30)
    job_title = text(30)
    salutation_code = text(10)
    salesperson = reference("financials.Salesperson")
    address = text(100)
    address_2 = text(50)
    post_code = text(20)
    city = text(30)
    country = reference("financials.Country")
    county = text(30)
    phone_no = text(30)
    mobile_phone_no = text(30)
    email = text(80)
    fax_no = text(30)
    home_page = text(80)
    pager = text(30)
    currency = reference("financials.Currency")

    class Meta:
        indexes = [models.Index(fields=["company", "name"], name="financials_contact_name")]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_contact_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.name}"


class Customer(MasterRecord):
    """Who buys. Its company contact, where its persons hang, is found through `BusinessRelation`."""

    no = models.CharField(max_length=20)
    name = text(100)
    name_2 = text(50)
    blocked = text(10)
    salesperson = reference("financials.Salesperson")
    credit_limit = models.DecimalField(max_digits=15, decimal_places=2, default=0, db_default=0)
    address = text(100)
    address_2 = text(50)
    post_code = text(20)
    city = text(30)
    country = reference("financials.Country")
    county = text(30)
    primary_contact = reference("financials.Contact", "primary_of", index=True)
    contact = text(100)
    phone_no = text(30)
    mobile_phone_no = text(30)
    email = text(80)
    fax_no = text(30)
    home_page = text(80)
    currency = reference("financials.Currency")
    customer_price_group = reference("financials.CustomerPriceGroup")
    customer_posting_group = reference("financials.CustomerPostingGroup")
    vat_business_posting_group = reference("financials.VATBusinessPostingGroup")
    vat_registration_no = text(20)
    prices_including_vat = models.BooleanField(default=False, db_default=False)
    invoice_discount_percent = percentage()
    payment_terms = reference("financials.PaymentTerms")
    shipment_method = reference("financials.ShipmentMethod")
    shipping_agent = reference("financials.ShippingAgent")

    class Meta:
        indexes = [models.Index(fields=["company", "name"], name="financials_customer_name")]
        constraints = [models.UniqueConstraint(fields=["company", "no"], name="financials_customer_no")]

    def __str__(self) -> str:
        return f"{self.no} {self.name}"


class BusinessRelation(MasterRecord):
    """Says that a company contact and a customer are one business."""

    contact = models.OneToOneField(Contact, on_delete=models.CASCADE, related_name="business_relation")
    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="business_relation")

    def __str__(self) -> str:
        return f"contact {self.contact_id} is customer {self.customer_id}"
