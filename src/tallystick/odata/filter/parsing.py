"""Reads a `$filter` by recursive descent: one method per rule of the grammar, weakest operator first.

    or          and { "or" and }
    and         unary { "and" unary }
    unary       "not" unary | comparison
    comparison  operand [ ( "eq" | "ne" | … ) operand | "in" "(" literals ")" ]
    operand     "(" or ")" | literal | property | function "(" operand { "," operand } ")"

How deep it goes and how much it compares is bounded, so that nobody's expression can exhaust the stack or the database.
"""

from collections.abc import Mapping

from tallystick.odata.edm import Property
from tallystick.odata.errors import ODataError, bad_request, not_implemented
from tallystick.odata.filter.syntax import (
    And,
    Call,
    Compare,
    Comparison,
    Expression,
    Holds,
    In,
    Not,
    Operand,
    Or,
)
from tallystick.odata.filter.tokens import Literal, Token, tokens_of

DEEPEST = 40  # parentheses, nots and calls within each other
MOST_CONDITIONS = 200  # SQLite refuses an expression of a thousand levels, and counts a chain of `or` as levels
MOST_ITEMS = 500  # of an `in`
PREDICATES = frozenset({"contains", "startswith", "endswith"})
ARITIES = {**dict.fromkeys(PREDICATES, 2), "tolower": 1, "toupper": 1, "trim": 1, "length": 1}
COMPARISONS = {how.value: how for how in Comparison}
# OData 4.0 knows these as well.
ELSEWHERE = frozenset(
    (
        *("add", "sub", "mul", "div", "mod", "has", "any", "all", "concat", "indexof", "substring", "round", "floor"),
        *("year", "month", "day", "hour", "minute", "second", "fractionalseconds", "date", "time", "now", "ceiling"),
        *("totaloffsetminutes", "mindatetime", "maxdatetime", "cast", "isof"),
    )
)
TARGET = "$filter"


def parse_filter(text: str, properties: Mapping[str, Property]) -> Expression:
    """Return the tree of a filter over these properties. Raises `ODataError` 400, or 501 for what is not supported."""
    return _Parser(text, properties).whole()


class _Parser:
    """Walks the tokens once, from left to right."""

    def __init__(self, text: str, properties: Mapping[str, Property]) -> None:
        self._tokens = tuple(tokens_of(text, TARGET))
        self._properties = properties
        self._next = 0
        self._depth = 0
        self._conditions = 0

    def whole(self) -> Expression:
        expression = self._condition(self._or())
        if (rest := self._peek()) is not None:
            raise self._unexpected(rest)
        return expression

    # The rules. A parenthesis may hold a value or a condition, so what is in it is decided when it is used.

    def _or(self) -> Expression | Operand:
        parts = [self._and()]
        while self._take("or"):
            parts.append(self._and())
        return parts[0] if len(parts) == 1 else Or(tuple(map(self._condition, parts)))

    def _and(self) -> Expression | Operand:
        parts = [self._unary()]
        while self._take("and"):
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else And(tuple(map(self._condition, parts)))

    def _unary(self) -> Expression | Operand:
        if not self._take("not"):
            return self._comparison()
        self._deeper()
        inner = self._condition(self._unary())
        self._depth -= 1
        return Not(inner)

    def _comparison(self) -> Expression | Operand:
        left = self._operand()
        token = self._peek()
        if token is None or token.literal is not None:
            return left
        if token.text == "in":
            self._next += 1
            return self._counted(In(self._value(left, token), self._items()))
        if (how := COMPARISONS.get(token.text)) is not None:
            self._next += 1
            return self._counted(Compare(how, self._value(left, token), self._value(self._operand(), token)))
        if token.text.lower() in ELSEWHERE:
            raise not_implemented(f"{TARGET}: {token.text} is not supported by this service.", TARGET)
        return left

    def _operand(self) -> Expression | Operand:
        token = self._peek()
        if token is None:
            raise bad_request(f"{TARGET} ends where a property or a value has to follow.", TARGET)
        self._next += 1
        if token.literal is not None:
            return token.literal
        if token.text == "(":
            return self._parenthesis()
        following = self._peek()
        if following is not None and following.text == "(" and following.literal is None:
            return self._call(token)
        return self._property(token)

    def _parenthesis(self) -> Expression | Operand:
        self._deeper()
        inner = self._or()
        self._expect(")")
        self._depth -= 1
        return inner

    def _call(self, token: Token) -> Call:
        arity = ARITIES.get(token.text)
        if arity is None:
            if token.text.lower().rpartition("/")[2] in ELSEWHERE:
                raise not_implemented(f"{TARGET}: {token.text} is not supported by this service.", TARGET)
            raise bad_request(
                f"{TARGET}: there is no function {token.text}; there are {', '.join(sorted(ARITIES))}.", TARGET
            )
        self._deeper()
        self._expect("(")
        arguments = [self._value(self._operand(), token)]
        while self._take(","):
            arguments.append(self._value(self._operand(), token))
        self._expect(")")
        self._depth -= 1
        if len(arguments) != arity:
            raise bad_request(f"{TARGET}: {token.text} takes {arity} values, not {len(arguments)}.", TARGET)
        return Call(token.text, tuple(arguments))

    def _items(self) -> tuple[Literal, ...]:
        self._expect("(")
        items = [self._constant()]
        while self._take(","):
            items.append(self._constant())
        self._expect(")")
        if len(items) > MOST_ITEMS:
            raise bad_request(f"{TARGET}: an in has {len(items):,} values; at most {MOST_ITEMS} are read.", TARGET)
        return tuple(items)

    def _constant(self) -> Literal:
        token = self._peek()
        if token is None or token.literal is None:
            raise bad_request(f"{TARGET}: in is followed by values in parentheses, like ('A','B').", TARGET)
        self._next += 1
        return token.literal

    def _property(self, token: Token) -> Property:
        try:
            return self._properties[token.text]
        except KeyError:
            raise no_such_property(token.text, self._properties, TARGET) from None

    # What a rule asks of its parts

    def _condition(self, part: Expression | Operand) -> Expression:
        if isinstance(part, Property | Literal | Call):
            return self._counted(Holds(part))
        return part

    def _value(self, part: Expression | Operand, token: Token) -> Operand:
        if isinstance(part, Property | Literal | Call):
            return part
        raise bad_request(f"{TARGET}: {token.text} takes values, not conditions.", TARGET)

    def _counted(self, condition: Compare | In | Holds) -> Expression:
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            raise bad_request(
                f"{TARGET} has more than {MOST_CONDITIONS} conditions. Use in, or ask in several requests.", TARGET
            )
        return condition

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise bad_request(f"{TARGET} is nested more than {DEEPEST} levels deep.", TARGET)

    # The tokens

    def _peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, text: str) -> bool:
        token = self._peek()
        if token is None or token.literal is not None or token.text != text:
            return False
        self._next += 1
        return True

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(self._peek(), f"{text} is missing")

    def _unexpected(self, token: Token | None, why: str = "it does not belong there") -> ODataError:
        where = f"at character {token.place + 1}, before {token.text[:30]}" if token is not None else "at the end"
        return bad_request(f"{TARGET} cannot be understood {where}: {why}.", TARGET)


def no_such_property(name: str, properties: Mapping[str, Property], target: str) -> ODataError:
    """The refusal of a name that the set does not have."""
    return bad_request(f"{target}: there is no property {name[:60]!r}; there are {', '.join(properties)}.", target)
