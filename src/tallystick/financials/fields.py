"""What a field of master data is: its kind, its measures, and where it is stored. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds, and so how it is written, checked and shown."""

    CODE = "code"  # upper-cased and trimmed: two spellings of a code are one code
    TEXT = "text"
    LONG_TEXT = "long text"  # of many lines
    EMAIL = "email"
    PHONE = "phone"
    URL = "url"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    REFERENCE = "reference"  # the id of a record of another table; people see and type its number or code
    DATE_FORMULA = "date formula"  # 30D, 1M+8D, CM


TEXT_KINDS = frozenset({Kind.CODE, Kind.TEXT, Kind.LONG_TEXT, Kind.EMAIL, Kind.PHONE, Kind.URL, Kind.DATE_FORMULA})

GENERAL = "General"
ADDRESS = "Address & Contact"
INVOICING = "Invoicing"
SHIPPING = "Shipping"
PRICES = "Prices"
INVENTORY = "Inventory"
PURCHASING = "Purchasing"
POSTING = "Posting"


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a choice field: as stored, and as shown."""

    value: str
    label: str


# "Company No." of a contact names another contact; `company_id` would be the company whose books these are.
RELATIONS: Mapping[str, str] = {
    "company_no": "company_contact",
    "reverses_transaction_no": "reverses",
    "reverses_entry_no": "reverses",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `max_length` counts characters; `digits` and `decimals` bound a decimal number.

    `digits` stays within 15, because SQLite keeps decimals as binary numbers that hold 15 digits exactly."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    max_length: int | None = None
    digits: int | None = None
    decimals: int | None = None
    least_decimals: int | None = None  # how many decimal places people are shown at least; None: all of them
    minimum: int | None = None
    maximum: int | None = None
    required: bool = False
    optional: bool = False  # a decimal that may be left open, which is not the same as 0
    default: object = None
    references: str | None = None
    choices: tuple[Choice, ...] = ()
    help: str = ""
    group: str = GENERAL
    listed: bool = False  # a column of the list page
    searched: bool = False  # looked into by the search box
    computed: str = ""  # nobody enters it: it follows from what this says

    # The name of a reference as a Django relation, and the database column, which is also the attribute of the Django
    # model that holds the plain value. Worked out once: they are asked for with every row.
    relation: str = attribute(init=False, repr=False)
    column: str = attribute(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive relation and column from the name."""
        relation = RELATIONS.get(self.name) or self.name.removesuffix("_code").removesuffix("_no")
        object.__setattr__(self, "relation", relation if self.references else self.name)
        object.__setattr__(self, "column", f"{relation}_id" if self.references else self.name)

    @property
    def blank(self) -> object:
        """The value an empty cell or an untouched new record has."""
        if self.default is not None:
            return self.default
        match self.kind:
            case Kind.BOOLEAN:
                return False
            case Kind.REFERENCE | Kind.DATE | Kind.INTEGER:
                return None
            case Kind.DECIMAL:
                return None if self.required or self.optional else Decimal(0)
            case _:
                return ""

    def number_text(self, number: Decimal, *, grouped: bool = False) -> str:
        """Return a decimal as people read it: `12.50`, and with `grouped` `1,234.50`."""
        text = f"{number:{',' if grouped else ''}.{self.decimals or 0}f}"
        if self.least_decimals is None or not self.decimals:
            return text
        whole, _, places = text.partition(".")
        places = places[: self.least_decimals] + places[self.least_decimals :].rstrip("0")
        return f"{whole}.{places}" if places else whole

    @property
    def type_name(self) -> str:
        """The type in words, with its length: `text 100`, `decimal 15,2`, `code of salesperson`, `choice`."""
        match self.kind:
            case Kind.REFERENCE:
                return f"code of {self.references}"
            case Kind.DECIMAL:
                return f"decimal {self.digits},{self.decimals}"
            case _:
                return f"{self.kind} {self.max_length}" if self.max_length else str(self.kind)
