"""What a setup file says. Reading it touches nothing but the file and the secrets that it names."""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.cli.refusal import Refusal

ORDERS = ("none", "legacy", "two-way")
SIGN_INS = ("secret", "certificate")
SECRET = "secret"  # noqa: S105 - the type of a setting that names where a secret is
Table = Mapping[str, Any]
# What there is to say, by table: what each value has to be.
SETTINGS: Mapping[str, Mapping[str, type | str]] = {
    "company": {"name": str, "create": bool, "local_currency": str, "switch_to_suite": bool},
    "financials": {"address": str},
    "environment": {
        "address": str,
        "tenant": str,
        "client_id": str,
        "secret": SECRET,
        "sign_in": str,
        "authority": str,
        "seconds": int,
    },
    "administrator": {"client_id": str, "secret": SECRET},
    "solution": {"import": bool},
    "item_availability": {"on": bool, "user": str},
    "sales_orders": {"integration": str, "handled_by": str},
    "data": {"mappings": list, "directions": dict},
    "finish": {"full_synchronization": bool, "wait": bool},
}
REQUIRED = (
    ("environment", "address"),
    ("environment", "tenant"),
    ("environment", "client_id"),
    ("environment", "secret"),
)
_KINDS: Mapping[object, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    list: "a list of texts",
    dict: "a table of texts",
    SECRET: 'where it is: { environment = "VARIABLE" } or { file = "PATH" }',
}


@dataclass(frozen=True, slots=True)
class Account:
    """An administrative account, used once and kept nowhere."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be set up. Blank texts stand for what the product decides by itself.

    `company` "" is the only one there is; `mappings` None is all of them; `directions` is by mapping, where it is not as
    shipped; `availability` is the user whose key Dynamics CRM gets, "" for no item availability."""

    company: str
    create_company: bool
    local_currency: str
    switch_to_suite: bool
    financials: str
    address: str
    tenant: str
    client_id: str
    secret: str = field(repr=False)
    sign_in: str
    authority: str
    seconds: int | None
    administrator: Account | None
    import_solution: bool
    availability: str
    orders: str
    orders_by: str
    mappings: tuple[str, ...] | None
    directions: Mapping[str, str]
    full_synchronization: bool
    wait: bool


def read_plan(path: Path) -> Plan:
    """Return what a file says. Raises Refusal with a sentence for each thing that is wrong with it, and where."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise Refusal(f"There is no file {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refusal(f"{path} is no TOML file: {error}.", "Correct it there; nothing was changed.") from None
    wrong = list(wrong_with(given))
    secrets: dict[str, str] = {}
    for table in ("environment", "administrator"):
        reference = given[table].get("secret") if isinstance(given.get(table), dict) else None
        if isinstance(reference, dict) and _is_reference(reference):
            found, problem = _secret(f"{table}.secret", reference, path.parent)
            secrets[table] = found
            wrong += problem
    if wrong:
        raise Refusal("\n".join([f"{path} was not carried out, and nothing was changed:", *wrong]))
    return _plan(given, secrets)


def wrong_with(given: Table) -> Iterator[str]:
    """Every sentence that has to be said about the form of a file."""
    for name, table in given.items():
        if name not in SETTINGS:
            yield f"There is no table [{name}].{_meant(name, SETTINGS)} There are {_listed(SETTINGS)}."
        elif not isinstance(table, dict):
            yield f"{name} has to be a table: [{name}]."
        else:
            yield from _wrong_in(name, table)
    for name, setting in REQUIRED:
        table = given.get(name)
        if not isinstance(table, dict) or table.get(setting) in ("", None):
            yield f"{name}.{setting} is missing."
    yield from _wrong_together(given)


def _wrong_in(name: str, table: Table) -> Iterator[str]:
    for setting, value in table.items():
        kind = SETTINGS[name].get(setting)
        if kind is None:
            known = SETTINGS[name]
            yield f"There is no setting {name}.{setting}.{_meant(setting, known)} [{name}] has {_listed(known)}."
        elif not _is(value, kind):
            if kind == SECRET and isinstance(value, str):
                yield f"{name}.{setting} must not be in the file itself; write {_KINDS[kind]}."
            else:
                yield f"{name}.{setting} has to be {_KINDS[kind]}."


def _wrong_together(given: Table) -> Iterator[str]:
    def said(table: str, setting: str) -> Any:
        found = given.get(table)
        return found.get(setting) if isinstance(found, dict) else None

    for setting, choices in ((("environment", "sign_in"), SIGN_INS), (("sales_orders", "integration"), ORDERS)):
        value = said(*setting)
        if isinstance(value, str) and value not in choices:
            yield f"{'.'.join(setting)} cannot be {value!r}; choose {', '.join(choices)}."
    if said("item_availability", "on") is True and not said("item_availability", "user"):
        yield "item_availability.user is missing: say whose web service key Dynamics CRM is to use."
    without = said("solution", "import") is False
    if without and said("item_availability", "on") is True:
        yield "Item availability needs the solution: solution.import is false, and item_availability.on is true."
    if without and said("sales_orders", "integration") in ("legacy", "two-way"):
        yield "Sales order integration needs the solution: solution.import is false."
    if "administrator" in given and not (said("administrator", "client_id") and said("administrator", "secret")):
        yield "[administrator] needs both client_id and secret; leave it out where the solution is imported already."
    if said("company", "create") is True and not said("company", "name"):
        yield "company.name is missing: a company that is to be made needs one."


def _is(value: object, kind: type | str) -> bool:
    if kind == SECRET:
        return _is_reference(value)
    if kind is list:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if kind is dict:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind) if isinstance(kind, type) else False


def _is_reference(value: object) -> bool:
    return isinstance(value, dict) and len(value) == 1 and set(value) <= {"environment", "file"} and all(value.values())


def _meant(typed: str, known: Mapping[str, object]) -> str:
    near = difflib.get_close_matches(typed, known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def _listed(names: Mapping[str, object]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _secret(name: str, reference: Mapping[str, str], folder: Path) -> tuple[str, Sequence[str]]:
    """Return the secret that a reference leads to, or what is wrong with it."""
    if variable := reference.get("environment"):
        found = os.environ.get(variable, "")
        return found, [] if found else [f"{name}: the environment variable {variable} is not set."]
    path = folder / reference["file"]
    try:
        found = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        return "", [f"{name}: {path} cannot be read: {getattr(error, 'strerror', None) or 'it is no text'}."]
    return found, [] if found else [f"{name}: {path} is empty."]


def _plan(given: Table, secrets: Mapping[str, str]) -> Plan:
    def table(name: str) -> Table:
        found: Table = given.get(name, {})
        return found

    company, environment, stock = table("company"), table("environment"), table("item_availability")
    account = table("administrator")
    return Plan(
        company=company.get("name", ""),
        create_company=company.get("create", False),
        local_currency=company.get("local_currency", "EUR"),
        switch_to_suite=company.get("switch_to_suite", False),
        financials=table("financials").get("address", ""),
        address=environment["address"],
        tenant=environment["tenant"],
        client_id=environment["client_id"],
        secret=secrets["environment"],
        sign_in=environment.get("sign_in", "secret"),
        authority=environment.get("authority", ""),
        seconds=environment.get("seconds"),
        administrator=Account(account["client_id"], secrets["administrator"]) if account else None,
        import_solution=table("solution").get("import", True),
        availability=stock.get("user", "") if stock.get("on") else "",
        orders=table("sales_orders").get("integration", "none"),
        orders_by=table("sales_orders").get("handled_by", ""),
        mappings=_names(table("data")["mappings"]) if "mappings" in table("data") else None,
        directions={name.strip().upper(): way for name, way in table("data").get("directions", {}).items()},
        full_synchronization=table("finish").get("full_synchronization", True),
        wait=table("finish").get("wait", True),
    )


def _names(given: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.strip().upper() for name in given)
