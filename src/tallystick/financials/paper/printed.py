"""What the paper of a document calls its customer, currency and the like, on the day it is posted.

It is kept with the posted document, so that a later print says the same when records were renamed meanwhile."""

from typing import Any

from tallystick.financials.models import Company, Country, Currency, PostedCreditMemo, SalesInvoice


def printed_names(company: Company, document: SalesInvoice | PostedCreditMemo) -> dict[str, Any]:
    """Return the texts as they are now, as plain JSON values; nine queries for a document that is not stored yet."""
    terms = document.payment_terms
    return {
        "letterhead": _letterhead(company),
        "contact": " · ".join(filter(None, (company.phone_no, company.email))),
        "customer_no": document.customer.no if document.customer else "",
        "currency": document.currency.code if document.currency else company.local_currency,
        "places": _places(company, document.currency),
        "payment_terms": (terms.description or terms.code) if terms else "",
        "salesperson": document.salesperson.name if document.salesperson else "",
        "shipment_method": document.shipment_method.description if document.shipment_method else "",
        "bill_to_country": document.bill_to_country.name if document.bill_to_country else "",
        "ship_to_country": document.ship_to_country.name if document.ship_to_country else "",
    }


def _letterhead(company: Company) -> list[str]:
    country = Country.objects.filter(company=company, code=company.country_code).values_list("name", flat=True).first()
    town = " ".join(filter(None, (company.post_code, company.city)))
    parts = (str(company), company.address, company.address_2, town, country or company.country_code)
    return [part for part in parts if part]


def _places(company: Company, currency: Currency | None) -> int:
    if currency:
        return int(currency.amount_decimal_places)
    local = Currency.objects.filter(company=company, code=company.local_currency)
    return local.values_list("amount_decimal_places", flat=True).first() or 0
