"""The tree of an expression."""

from dataclasses import dataclass
from enum import StrEnum

from tallystick.odata.edm import Property
from tallystick.odata.filter.tokens import Literal


class Comparison(StrEnum):
    """How two values are compared (OData URL Conventions 4.0, section 5.1.1.1)."""

    EQ = "eq"
    NE = "ne"
    GT = "gt"
    GE = "ge"
    LT = "lt"
    LE = "le"

    @property
    def flipped(self) -> "Comparison":
        """The same with the two sides exchanged."""
        return _FLIPPED.get(self, self)


_FLIPPED = {
    Comparison.GT: Comparison.LT,
    Comparison.LT: Comparison.GT,
    Comparison.GE: Comparison.LE,
    Comparison.LE: Comparison.GE,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A function of operands. Those in `parsing.PREDICATES` are true or false, the others are values."""

    function: str
    arguments: "tuple[Operand, ...]"


Operand = Property | Literal | Call


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands compared."""

    how: Comparison
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class In:
    """An operand that is one of several constants."""

    operand: Operand
    items: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """An operand that is true by itself: a property that is true or false, a function like `contains`."""

    operand: Operand


@dataclass(frozen=True, slots=True)
class Not:
    """What is so when the other is not."""

    expression: "Expression"


@dataclass(frozen=True, slots=True)
class And:
    """All of them."""

    parts: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """Any of them."""

    parts: "tuple[Expression, ...]"


Expression = Compare | In | Holds | Not | And | Or
