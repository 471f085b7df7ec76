"""What a table of master data is. Standard library only."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from tallystick.financials.fields import Field, Kind

LINE_NO = "line_no"
LINE_STEP = 10_000  # between line numbers, so that there is room to put lines in between


@dataclass(frozen=True, slots=True)
class Table:
    """One table of master data. `name` is what the command line, the change feed and mappings call it.

    `key` names the fields that tell a record from the others of its company; in a file they find the record."""

    name: str
    label: str
    label_plural: str
    model: str
    fields: tuple[Field, ...] = attribute(repr=False)
    key: tuple[str, ...]
    title: str  # the field people know a record by, next to its key
    numbered: bool = False  # an empty number is drawn from the number series of this table
    part_of: str = ""  # the reference to what the record is a part of; it goes when that goes
    posted: bool = False  # only postings write it, and nobody changes it afterwards
    followed: bool = True  # whether the change feed tells of its records; without it they have no version

    # Worked out once: they are asked for with every row.
    by_name: Mapping[str, Field] = attribute(init=False, repr=False, compare=False)
    references: tuple[Field, ...] = attribute(init=False, repr=False, compare=False)
    blanks: Mapping[str, object] = attribute(init=False, repr=False, compare=False)
    searched_codes: tuple[str, ...] = attribute(init=False, repr=False, compare=False)
    searched_texts: tuple[str, ...] = attribute(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Gather the fields by name, those that name records of other tables, what they hold when blank, and the columns
        that a search looks into."""
        object.__setattr__(self, "by_name", {field.name: field for field in self.fields})
        object.__setattr__(self, "references", tuple(field for field in self.fields if field.references))
        object.__setattr__(self, "blanks", {field.column: field.blank for field in self.fields})
        searched = [field for field in self.fields if field.searched]
        codes = tuple(field.column for field in searched if field.kind is Kind.CODE)
        object.__setattr__(self, "searched_codes", codes)
        object.__setattr__(self, "searched_texts", tuple(f.column for f in searched if f.kind is not Kind.CODE))

    @property
    def db_table(self) -> str:
        """The name of the SQL table."""
        return f"financials_{self.model.lower()}"

    @property
    def lined(self) -> bool:
        """Whether an empty line number becomes the next one of what the record is a part of."""
        return self.key[-1] == LINE_NO

    def blank_row(self) -> dict[str, object]:
        """Return the columns of a record in which nothing was entered."""
        return dict(self.blanks)

    def field(self, name: str) -> Field:
        """Return the field of that name; `KeyError` names what there is."""
        try:
            return self.by_name[name]
        except KeyError:
            raise KeyError(f"{self.label} has no field {name!r}; it has {', '.join(self.by_name)}.") from None


def code(name: str, label: str, length: int, **more: object) -> Field:
    """Return a field for a code or number."""
    return Field(name, label, Kind.CODE, max_length=length, **more)  # type: ignore[arg-type]  # keywords of Field


def text(name: str, label: str, length: int, **more: object) -> Field:
    """Return a field for text."""
    return Field(name, label, max_length=length, **more)  # type: ignore[arg-type]  # keywords of Field


def day(name: str, label: str, **more: object) -> Field:
    """Return a field for a date."""
    return Field(name, label, Kind.DATE, **more)  # type: ignore[arg-type]  # keywords of Field


def money(name: str, label: str, **more: object) -> Field:
    """Return a field for an amount, in whatever currency: people see two decimal places, three where there are."""
    measures = {"digits": 15, "decimals": 3, "least_decimals": 2, **more}
    return Field(name, label, Kind.DECIMAL, **measures)  # type: ignore[arg-type]  # keywords of Field


def percent(name: str, label: str, **more: object) -> Field:
    """Return a field for a percentage from 0 to 100."""
    measures = {"digits": 8, "decimals": 5, "least_decimals": 0, "minimum": 0, "maximum": 100, **more}
    return Field(name, label, Kind.DECIMAL, **measures)  # type: ignore[arg-type]  # keywords of Field


def of(table: str, name: str, label: str, **more: object) -> Field:
    """Return a field that names a record of `table`."""
    return Field(name, label, Kind.REFERENCE, references=table, **more)  # type: ignore[arg-type]  # keywords of Field


def quantity(name: str, label: str, **more: object) -> Field:
    """Return a field for a quantity, price or factor of up to five decimal places."""
    measures = {"digits": 15, "decimals": 5, "least_decimals": 0, **more}
    return Field(name, label, Kind.DECIMAL, **measures)  # type: ignore[arg-type]  # keywords of Field
