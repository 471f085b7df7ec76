"""What Financials keeps. Read through `queries`, write through `services`; both keep the rules the columns cannot."""

from tallystick.financials.models.change import Change, ChangeCounter
from tallystick.financials.models.columns import MasterRecord
from tallystick.financials.models.items import (
    Item,
    ItemUnitOfMeasure,
    Resource,
    ResourceUnitOfMeasure,
    UnitOfMeasure,
)
from tallystick.financials.models.ledger import EntryType, ItemLedgerEntry
from tallystick.financials.models.master_data import (
    BusinessRelation,
    Contact,
    Country,
    Currency,
    Customer,
    ExchangeRate,
    PaymentTerms,
    Salesperson,
    ShipmentMethod,
    ShippingAgent,
)
from tallystick.financials.models.people import Company, Experience, Membership, NumberSeries, Role, SignInLink, User
from tallystick.financials.models.prices import CustomerPriceGroup, PriceList, PriceListLine
from tallystick.financials.models.web_services import PublishedWebService, WebServiceKey, WebServiceUse

__all__ = [
    "BusinessRelation",
    "Change",
    "ChangeCounter",
    "Company",
    "Contact",
    "Country",
    "Currency",
    "Customer",
    "CustomerPriceGroup",
    "EntryType",
    "ExchangeRate",
    "Experience",
    "Item",
    "ItemLedgerEntry",
    "ItemUnitOfMeasure",
    "MasterRecord",
    "Membership",
    "NumberSeries",
    "PaymentTerms",
    "PriceList",
    "PriceListLine",
    "PublishedWebService",
    "Resource",
    "ResourceUnitOfMeasure",
    "Role",
    "Salesperson",
    "ShipmentMethod",
    "ShippingAgent",
    "SignInLink",
    "UnitOfMeasure",
    "User",
    "WebServiceKey",
    "WebServiceUse",
]
