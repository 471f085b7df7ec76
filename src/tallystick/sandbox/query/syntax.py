"""The syntax of $filter and $orderby: text to tokens to a tree. Knows nothing of tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto

import orjson

from tallystick.sandbox.errors import query_error

MAX_CONDITIONS = 500
MAX_DEPTH = 60


class LiteralKind(Enum):
    TEXT = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    NULL = auto()
    GUID = auto()
    MOMENT = auto()
    DAY = auto()
    LIST = auto()


@dataclass(frozen=True, slots=True)
class Literal:
    kind: LiteralKind
    value: object


@dataclass(frozen=True, slots=True)
class Path:
    """`a/b/c`: columns and navigation properties; `count` is set for `…/$count`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Logic:
    """`and` or `or` over two or more terms; kept flat, so that long chains do not nest."""

    operator: str
    terms: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    term: Node


@dataclass(frozen=True, slots=True)
class TextMatch:
    """contains, startswith or endswith."""

    function: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Named:
    """A `Microsoft.Dynamics.CRM.` query function with its arguments by name."""

    function: str
    arguments: Mapping[str, Literal]


@dataclass(frozen=True, slots=True)
class Lambda:
    """`path/any(v:condition)`, `path/all(…)`, or `path/any()` without a condition."""

    path: Path
    quantifier: str
    variable: str
    condition: Node | None


@dataclass(frozen=True, slots=True)
class Bare:
    """A boolean column standing alone."""

    path: Path


Operand = Literal | Path
Node = Comparison | Logic | Not | TextMatch | Named | Lambda | Bare

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<guid>[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})
    | (?P<moment>\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:\d\d))
    | (?P<day>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?)(?![\w.])
    | (?P<list>\[(?:[^\]"']|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')*\])
    | (?P<alias>@[A-Za-z_]\w*)
    | (?P<name>[A-Za-z_$][\w]*(?:\.[A-Za-z_]\w*)*)
    | (?P<mark>[(),/:=])
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    tokens, at, end = [], 0, len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at, end)
        if found is None or found.lastgroup is None:
            raise query_error(f"Syntax error at position {at} in '{text[:200]}'.")
        tokens.append(_Token(found.lastgroup, found[found.lastgroup]))
        at = found.end()
    return tokens


def parse_filter(text: str, aliases: Mapping[str, str]) -> Node:
    """The tree of a $filter. `aliases` gives the text of each parameter alias (`@p1`)."""
    parser = _Parser(text, aliases)
    node = parser.either(0)
    parser.finish()
    return node


def parse_literal(text: str) -> Literal | None:
    """A literal standing alone, or None."""
    try:
        tokens = _tokens(text)
    except Exception:  # noqa: BLE001, RUF100 (any refusal means: not a literal)
        return None
    return _literal(tokens[0]) if len(tokens) == 1 else None


def _literal(token: _Token) -> Literal | None:
    match token.kind:
        case "text":
            return Literal(LiteralKind.TEXT, token.text[1:-1].replace("''", "'"))
        case "guid":
            return Literal(LiteralKind.GUID, token.text.lower())
        case "moment":
            return Literal(LiteralKind.MOMENT, token.text)
        case "day":
            return Literal(LiteralKind.DAY, token.text)
        case "number":
            return Literal(LiteralKind.NUMBER, Decimal(token.text))
        case "list":
            return Literal(LiteralKind.LIST, _list(token.text))
        case "name" if token.text in ("true", "false"):
            return Literal(LiteralKind.BOOLEAN, token.text == "true")
        case "name" if token.text == "null":
            return Literal(LiteralKind.NULL, None)
    return None


_QUOTED = re.compile(r"'((?:[^']|'')*)'")


def _list(text: str) -> list[object]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        inner = [one.replace("''", "'") for one in _QUOTED.findall(text)]
        if not inner and text.strip("[] "):
            raise query_error(f"The list {text[:200]} cannot be read; write it as a JSON array of strings.") from None
        return list(inner)
    if not isinstance(found, list):
        raise query_error(f"The list {text[:200]} cannot be read; write it as a JSON array of strings.")
    return found


class _Parser:
    """Recursive descent: or → and → not → comparison. Depth and number of conditions are limited."""

    def __init__(self, text: str, aliases: Mapping[str, str], *, alias_depth: int = 0) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = 0
        self._aliases = aliases
        self._alias_depth = alias_depth
        self._conditions = 0

    def finish(self) -> None:
        if self._at != len(self._tokens):
            raise self._error()

    def _error(self) -> Exception:
        where = self._tokens[self._at].text if self._at < len(self._tokens) else "end of expression"
        return query_error(f"Syntax error near '{where[:60]}' in '{self._text[:200]}'.")

    def _peek(self, offset: int = 0) -> _Token:
        at = self._at + offset
        return self._tokens[at] if at < len(self._tokens) else _Token("end", "")

    def _accept(self, text: str) -> bool:
        if self._peek().text == text and self._peek().kind in ("mark", "name"):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._error()

    def either(self, depth: int) -> Node:
        return self._chain("or", lambda: self._both(depth))

    def _both(self, depth: int) -> Node:
        return self._chain("and", lambda: self._negation(depth))

    def _chain(self, operator: str, term: object) -> Node:
        assert callable(term)  # noqa: S101 (for the type checker)
        terms: list[Node] = [term()]
        while self._accept(operator):
            terms.append(term())
        return terms[0] if len(terms) == 1 else Logic(operator, tuple(terms))

    def _negation(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise query_error(f"The expression is nested more than {MAX_DEPTH} levels deep.")
        if self._peek().text == "not" and self._peek().kind == "name":
            self._at += 1
            return Not(self._negation(depth + 1))
        if self._accept("("):
            node = self.either(depth + 1)
            self._expect(")")
            return node
        return self._condition(depth)

    def _condition(self, depth: int) -> Node:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            raise query_error(f"A query may have at most {MAX_CONDITIONS} conditions.")
        token = self._peek()
        if token.kind == "name" and self._peek(1).text == "(":
            if token.text in ("contains", "startswith", "endswith"):
                return self._text_match()
            if "." in token.text:
                return self._named()
            raise query_error(f"An unknown function with name '{token.text}' was found.")
        left = self._operand()
        if isinstance(left, Path) and self._peek().text == "(" and left.names[-1] in ("any", "all"):
            return self._lambda(left, depth)
        operator = self._peek()
        if operator.kind == "name" and operator.text in ("eq", "ne", "gt", "ge", "lt", "le"):
            self._at += 1
            return Comparison(operator.text, left, self._operand())
        if operator.kind == "name" and operator.text not in ("and", "or"):
            raise query_error(f"The operator '{operator.text}' is not supported.")
        if isinstance(left, Path):
            return Bare(left)
        raise self._error()

    def _text_match(self) -> Node:
        function = self._peek().text
        self._at += 2
        left = self._operand()
        self._expect(",")
        right = self._operand()
        self._expect(")")
        return TextMatch(function, left, right)

    def _named(self) -> Node:
        function = self._peek().text
        self._at += 2
        arguments: dict[str, Literal] = {}
        while not self._accept(")"):
            name = self._peek()
            if name.kind != "name":
                raise self._error()
            self._at += 1
            self._expect("=")
            value = self._operand()
            if not isinstance(value, Literal):
                raise self._error()
            arguments[name.text] = value
            if not self._accept(",") and self._peek().text != ")":
                raise self._error()
        return Named(function, arguments)

    def _lambda(self, path: Path, depth: int) -> Node:
        quantifier = path.names[-1]
        collection = Path(path.names[:-1])
        self._expect("(")
        if quantifier == "any" and self._accept(")"):
            return Lambda(collection, "any", "", None)
        variable = self._peek()
        if variable.kind != "name":
            raise self._error()
        self._at += 1
        self._expect(":")
        condition = self.either(depth + 1)
        self._expect(")")
        return Lambda(collection, quantifier, variable.text, condition)

    def _operand(self) -> Operand:
        token = self._peek()
        self._at += 1
        if token.kind == "alias":
            return self._alias(token.text)
        literal = _literal(token)
        if literal is not None:
            return literal
        if token.kind != "name":
            self._at -= 1
            raise self._error()
        names = [token.text]
        while self._peek().text == "/" and self._peek(1).kind == "name":
            names.append(self._peek(1).text)
            self._at += 2
        return Path(tuple(names))

    def _alias(self, name: str) -> Operand:
        text = self._aliases.get(name)
        if text is None or self._alias_depth > 3:
            raise query_error(f"The parameter alias '{name}' has no value in the URL.")
        inner = _Parser(text, self._aliases, alias_depth=self._alias_depth + 1)
        operand = inner._operand()
        inner.finish()
        return operand


@dataclass(frozen=True, slots=True)
class Order:
    path: Path
    descending: bool


def parse_order(text: str) -> tuple[Order, ...]:
    """$orderby as its terms."""
    orders = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or (len(words) == 2 and words[1] not in ("asc", "desc")):
            raise query_error(f"Syntax error in $orderby '{text[:200]}'.")
        names = tuple(words[0].split("/"))
        if not all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in names):
            raise query_error(f"Syntax error in $orderby '{text[:200]}'.")
        orders.append(Order(Path(names), words[-1] == "desc" and len(words) == 2))
    return tuple(orders)
