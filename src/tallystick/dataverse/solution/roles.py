"""The security roles of the solution, with no more than what is needed.

What Microsoft's connector asks for is in https://learn.microsoft.com/dynamics365/business-central/admin-setting-up-integration-with-dynamics-sales"""

from tallystick.dataverse.privileges import Right
from tallystick.dataverse.solution.parts import Role
from tallystick.dataverse.solution.tables import ACCOUNT_STATISTICS, COMPANY, CONNECTION

_READ = (Right.READ,)
# Setting a lookup takes Append on the row and AppendTo on the one it leads to.
_REFERRED_TO = (Right.READ, Right.APPEND_TO)
_SYNCHRONIZED = (Right.CREATE, Right.READ, Right.WRITE, Right.APPEND, Right.APPEND_TO)
# A row gets the owner that its salesperson stands for.
_OWNED = (*_SYNCHRONIZED, Right.ASSIGN)

INTEGRATION = Role(
    "Tallystick Integration User",
    "For the application user that synchronises with Financials, and for nobody else.",
    {
        "account": _OWNED,
        "contact": _OWNED,
        "opportunity": _OWNED,
        "quote": (Right.READ, Right.WRITE, Right.APPEND, Right.APPEND_TO),
        "salesorder": _OWNED,
        "invoice": _OWNED,
        # Price lists, prices, units and unit groups go by the privileges of products; lines by those of their document.
        "product": _SYNCHRONIZED,
        "transactioncurrency": _SYNCHRONIZED,
        "systemuser": _REFERRED_TO,
        "team": _REFERRED_TO,
        "businessunit": _READ,
        "organization": _READ,
        "role": _READ,
        "solution": _READ,
        COMPANY.name: _SYNCHRONIZED,
        CONNECTION.name: _SYNCHRONIZED,
        ACCOUNT_STATISTICS.name: _SYNCHRONIZED,
    },
    # Payment terms, shipment methods and shipping agents are options of choice columns.
    others=("prvWriteOptionSet", "prvPublishCustomization"),
)

AVAILABILITY = Role(
    "Tallystick Product Availability User",
    "For sellers who may see what is in stock in Financials, beside the role they sell with.",
    {COMPANY.name: _READ, CONNECTION.name: _READ, "product": _READ, "webresource": _READ},
)

ROLES = (INTEGRATION, AVAILABILITY)
