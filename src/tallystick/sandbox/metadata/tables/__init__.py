"""The shipped tables, one file each (small ones share). A table is added by adding its definition to `TABLES`."""

from tallystick.sandbox.metadata.model import ManyToMany, Table
from tallystick.sandbox.metadata.tables.account import ACCOUNT
from tallystick.sandbox.metadata.tables.choices import CHOICES
from tallystick.sandbox.metadata.tables.contact import CONTACT
from tallystick.sandbox.metadata.tables.currency import TRANSACTIONCURRENCY
from tallystick.sandbox.metadata.tables.documents import INVOICE, OPPORTUNITY, QUOTE, SALESORDER
from tallystick.sandbox.metadata.tables.lines import INVOICEDETAIL, QUOTEDETAIL, SALESORDERDETAIL
from tallystick.sandbox.metadata.tables.organization import BUSINESSUNIT, ORGANIZATION
from tallystick.sandbox.metadata.tables.people import INTERSECTS, RELATIONS, ROLE, SYSTEMUSER, TEAM
from tallystick.sandbox.metadata.tables.products import PRICELEVEL, PRODUCT, PRODUCTPRICELEVEL, UOM, UOMSCHEDULE
from tallystick.sandbox.metadata.tables.security import PRIVILEGE, ROLE_PRIVILEGES_RELATION, ROLEPRIVILEGES
from tallystick.sandbox.metadata.tables.solutions import (
    ASYNCOPERATION,
    IMPORTJOB,
    PUBLISHER,
    SOLUTION,
    SOLUTIONCOMPONENT,
    WEBRESOURCE,
)

TABLES: tuple[Table, ...] = (
    ACCOUNT,
    CONTACT,
    TRANSACTIONCURRENCY,
    UOMSCHEDULE,
    UOM,
    PRODUCT,
    PRICELEVEL,
    PRODUCTPRICELEVEL,
    OPPORTUNITY,
    QUOTE,
    QUOTEDETAIL,
    SALESORDER,
    SALESORDERDETAIL,
    INVOICE,
    INVOICEDETAIL,
    PUBLISHER,
    SOLUTION,
    SOLUTIONCOMPONENT,
    IMPORTJOB,
    ASYNCOPERATION,
    WEBRESOURCE,
    SYSTEMUSER,
    TEAM,
    ROLE,
    BUSINESSUNIT,
    ORGANIZATION,
    PRIVILEGE,
    ROLEPRIVILEGES,
    *INTERSECTS,
)
__all__ = ["CHOICES", "MANY_TO_MANY", "TABLES"]
MANY_TO_MANY: tuple[ManyToMany, ...] = (*RELATIONS, ROLE_PRIVILEGES_RELATION)
