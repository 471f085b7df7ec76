"""What Financials keeps. Read through `queries`, write through `services`; both keep the rules the columns cannot."""

from tallystick.financials.models.change import Change, ChangeCounter
from tallystick.financials.models.columns import MasterRecord
from tallystick.financials.models.finance import (
    CreditWarning,
    CustomerPostingGroup,
    GLAccount,
    ProductPostingGroup,
    SalesSetup,
    VATBusinessPostingGroup,
    VATPostingSetup,
    VATProductPostingGroup,
)
from tallystick.financials.models.items import (
    Item,
    ItemUnitOfMeasure,
    Resource,
    ResourceUnitOfMeasure,
    UnitOfMeasure,
)
from tallystick.financials.models.ledger import ItemLedgerEntry
from tallystick.financials.models.ledgers import (
    CustomerLedgerEntry,
    DetailedCustomerLedgerEntry,
    GLEntry,
    LedgerTransaction,
    VATEntry,
)
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
from tallystick.financials.models.opportunities import Opportunity
from tallystick.financials.models.people import Company, Experience, Membership, NumberSeries, Role, SignInLink, User
from tallystick.financials.models.posted import (
    CustomerPayment,
    PostedCreditMemo,
    PostedCreditMemoLine,
    SalesInvoice,
    SalesInvoiceLine,
    SalesShipment,
    SalesShipmentLine,
)
from tallystick.financials.models.prices import CustomerPriceGroup, PriceList, PriceListLine
from tallystick.financials.models.purchases import ItemJournalLine, PurchaseOrder, PurchaseOrderLine
from tallystick.financials.models.sales import (
    ArchivedDocument,
    SalesCreditMemo,
    SalesCreditMemoLine,
    SalesOrder,
    SalesOrderLine,
    SalesQuote,
    SalesQuoteLine,
)
from tallystick.financials.models.web_services import PublishedWebService, WebServiceKey, WebServiceUse
from tallystick.financials.posting.kinds import DetailedEntryType, DocumentType, EntryType

__all__ = [
    "ArchivedDocument",
    "BusinessRelation",
    "Change",
    "ChangeCounter",
    "Company",
    "Contact",
    "Country",
    "CreditWarning",
    "Currency",
    "Customer",
    "CustomerLedgerEntry",
    "CustomerPayment",
    "CustomerPostingGroup",
    "CustomerPriceGroup",
    "DetailedCustomerLedgerEntry",
    "DetailedEntryType",
    "DocumentType",
    "EntryType",
    "ExchangeRate",
    "Experience",
    "GLAccount",
    "GLEntry",
    "Item",
    "ItemJournalLine",
    "ItemLedgerEntry",
    "ItemUnitOfMeasure",
    "LedgerTransaction",
    "MasterRecord",
    "Membership",
    "NumberSeries",
    "Opportunity",
    "PaymentTerms",
    "PostedCreditMemo",
    "PostedCreditMemoLine",
    "PriceList",
    "PriceListLine",
    "ProductPostingGroup",
    "PublishedWebService",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Resource",
    "ResourceUnitOfMeasure",
    "Role",
    "SalesCreditMemo",
    "SalesCreditMemoLine",
    "SalesInvoice",
    "SalesInvoiceLine",
    "SalesOrder",
    "SalesOrderLine",
    "SalesQuote",
    "SalesQuoteLine",
    "SalesSetup",
    "SalesShipment",
    "SalesShipmentLine",
    "Salesperson",
    "ShipmentMethod",
    "ShippingAgent",
    "SignInLink",
    "UnitOfMeasure",
    "User",
    "VATBusinessPostingGroup",
    "VATEntry",
    "VATPostingSetup",
    "VATProductPostingGroup",
    "WebServiceKey",
    "WebServiceUse",
]
