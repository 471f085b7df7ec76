"""SALESPEOPLE: salespeople and purchasers follow the users of Dynamics CRM."""

from tallystick.engine import SALES, TO_FINANCE, DeletionPolicy, FieldMapping, TableMapping, is_one_of

SALESPEOPLE = TableMapping(
    "SALESPEOPLE",
    finance="salesperson",
    sales="systemuser",
    label_finance="Salesperson",
    label_sales="User",
    direction=TO_FINANCE,
    # The user administration of Dynamics CRM is where people come and go; Financials takes over what it says.
    first=SALES,
    deletions=DeletionPolicy.UNCOUPLE,
    conditions=(
        is_one_of(SALES, "isdisabled", False, text="The user is disabled."),
        is_one_of(SALES, "islicensed", True, text="The user has no licence."),
        is_one_of(SALES, "isintegrationuser", False, text="The user is an integration user, not a person."),
    ),
    fields=(
        FieldMapping("email", "internalemailaddress", TO_FINANCE, match=1),
        FieldMapping("name", "fullname", TO_FINANCE),
        FieldMapping("phone_no", "mobilephone", TO_FINANCE),
        FieldMapping("job_title", "jobtitle", enabled=False),
        FieldMapping("email_2", "personalemailaddress", enabled=False),
    ),
)
