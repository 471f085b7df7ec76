"""Everything that writes to Financials.

Records of master data: `create`, `update`, `delete` for one, `save_many` and `delete_many` for pages of them; number
series in `numbers`; companies and users in `companies` and `users`; movements of stock in `item_journal`; what one does
with quotes, orders and credit memos in `sales`; what documents and postings take by default in `sales_setup`; the sales
cycle in `opportunities`; what is published in `web_services`, and the keys to it in `web_service_keys`.
"""

from tallystick.financials.problems import (
    FinancialsError,
    InvalidRecord,
    Problem,
    RecordMissing,
    SignInRefused,
    StaleRecord,
)
from tallystick.financials.services import (
    companies,
    item_journal,
    numbers,
    opportunities,
    sales,
    sales_setup,
    users,
    web_service_keys,
    web_services,
)
from tallystick.financials.services.deletion import delete, delete_many
from tallystick.financials.services.line_numbers import number_before
from tallystick.financials.services.records import create, save_many, update
from tallystick.financials.services.writes import (
    Delete,
    Deleted,
    Insert,
    Missing,
    Outcome,
    Refused,
    Saved,
    Stale,
    Update,
    Write,
)

__all__ = [
    "Delete",
    "Deleted",
    "FinancialsError",
    "Insert",
    "InvalidRecord",
    "Missing",
    "Outcome",
    "Problem",
    "RecordMissing",
    "Refused",
    "Saved",
    "SignInRefused",
    "Stale",
    "StaleRecord",
    "Update",
    "Write",
    "companies",
    "create",
    "delete",
    "delete_many",
    "item_journal",
    "number_before",
    "numbers",
    "opportunities",
    "sales",
    "sales_setup",
    "save_many",
    "update",
    "users",
    "web_service_keys",
    "web_services",
]
