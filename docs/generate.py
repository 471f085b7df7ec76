"""Writes the reference pages that are read off the program: `python docs/generate.py`.

A test fails while a page differs from what this writes, so that the reference and the program cannot drift apart."""

import argparse
import inspect
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import typer.main

from tallystick.cli.app import app
from tallystick.engine import FINANCE, SALES, FieldMapping, TableMapping, errors
from tallystick.financials import access
from tallystick.financials.permissions import Permission, PermissionSet
from tallystick.financials.tables import TABLES, Field
from tallystick.integration import mappings
from tallystick.odata.edm import EntitySet, Property
from tallystick.odata.sets import ENTITY_SETS
from tallystick.sandbox import options as sandbox_options

REFERENCE = Path(__file__).resolve().parent / "reference"
NOTE = "<!-- Written by docs/generate.py; change the program, not this page. -->"
NOTHING = "–"


def pages() -> dict[str, str]:
    """Return every generated page by its file name in docs/reference."""
    return {
        "command-line.md": command_line(),
        "mappings.md": table_mappings(),
        "tables.md": tables(),
        "errors.md": error_family(),
        "odata-sets.md": odata_sets(),
        "permission-sets.md": permission_sets(),
    }


def page(title: str, *blocks: str) -> str:
    """Return a page: its title, the note that it is generated, its blocks."""
    return "\n\n".join((f"# {title}", NOTE, *(block for block in blocks if block))) + "\n"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a cell is made to fit on its line."""
    lines = [headings, ["---"] * len(headings), *([_cell(cell) or NOTHING for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# The command line


def command_line() -> str:
    root: Any = typer.main.get_command(app)
    blocks = [
        "Every command works on one installation, its home, and on one company in it. It exits with 0 when what was asked "
        "is done, with 1 when it is done but something failed, and with 2 when it could not be asked: then nothing was "
        "changed, and a sentence on standard error says what to do. `--json` prints one JSON document on standard output; "
        "its shapes are in [JSON](json.md).",
        "Options that every command takes, before or after its name:",
        _options(parameter for parameter in root.params if parameter.name in ("home", "company")),
    ]
    for name, command in root.commands.items():
        blocks += _sandbox() if name == "sandbox" else _command(name, command)
    return page("Command line", *blocks)


def _command(name: str, command: Any, *, level: int = 2) -> Iterator[str]:
    nested = getattr(command, "commands", None)
    if nested is not None:
        yield f"{'#' * level} tally {name}"
        yield command.help
        for part, inner in nested.items():
            yield from _command(f"{name} {part}", inner, level=level + 1)
    else:
        yield from _described(name, command, level=level)


def _described(name: str, command: Any, *, level: int) -> Iterator[str]:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    choices = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    yield f"{'#' * level} tally {name}"
    yield inspect.cleandoc(command.help or "")
    yield f"```text\n{' '.join((f'tally {name}', *(_shown(argument) for argument in arguments)))}\n```"
    if arguments:
        yield table(("Argument", ""), ((f"`{_metavar(one)}`", one.help or "") for one in arguments))
    if choices:
        yield _options(choices)


def _shown(argument: Any) -> str:
    name = _metavar(argument)
    return name if argument.required or name.startswith("[") else f"[{name}]"


def _metavar(parameter: Any) -> str:
    return parameter.metavar or parameter.name.upper()


def _options(parameters: Iterable[Any]) -> str:
    rows = [
        (
            f"`{_spelled(parameter)}`",
            _with_default(parameter.help or "", parameter),
            "yes" if parameter.required else "",
        )
        for parameter in parameters
        if parameter.name != "help"
    ]
    return table(("Option", "", "Required"), rows)


def _spelled(parameter: Any) -> str:
    names = " / ".join((*parameter.opts, *parameter.secondary_opts))
    return names if parameter.is_flag else f"{names} {parameter.metavar or 'VALUE'}"


def _with_default(help_text: str, parameter: Any) -> str:
    default = parameter.default
    if parameter.is_flag and parameter.secondary_opts:
        return f"{help_text} Default: {(parameter.opts if default else parameter.secondary_opts)[0]}."
    shown = not parameter.is_flag and isinstance(default, str | int) and default != ""
    return f"{help_text} Default: {default}." if shown else help_text


def _sandbox() -> Iterator[str]:
    yield "## tally sandbox"
    yield (
        "Run a Dataverse environment on this machine, in a process of its own, until Ctrl-C or SIGTERM. What it answers is "
        "in [the sandbox](sandbox.md). Here `--data` may be left out: then it is `sandbox` in the home."
    )
    parser = sandbox_options._parser()
    rows = [
        (
            f"`{_sandbox_option(one)}`",
            _filled(one),
            "yes" if one.required and "--data" not in one.option_strings else "",
        )
        for one in parser._actions
        if "--help" not in one.option_strings
    ]
    yield table(("Option", "", "Required"), rows)


def _sandbox_option(action: argparse.Action) -> str:
    shown = action.metavar or ("CODE" if action.choices else action.dest.upper())
    return f"{action.option_strings[-1]} {shown}"


def _filled(action: argparse.Action) -> str:
    return (action.help or "") % {"default": action.default}


# Mappings


def table_mappings() -> str:
    index = table(
        ("Mapping", "Financials", "Dynamics CRM", "Direction", "After"),
        (
            (
                f"[{mapping.name}](#{anchor(mapping.name)})",
                mapping.label(FINANCE),
                f"`{mapping.sales}`",
                mapping.direction.value,
                ", ".join(mapping.after),
            )
            for mapping in mappings.ALL
        ),
    )
    intro = (
        "The shipped integration table mappings, in the order in which they run. Whether a mapping is on, who wins "
        "conflicts, what becomes of deletions, whether cycles create records, and the brake are settings of each "
        "connection; this is how they begin. What the columns mean is explained below."
    )
    return page("Integration table mappings", intro, index, *map(_mapping, mappings.ALL), _LEGEND)


_LEGEND = """\
## What the columns mean

- **Direction**: which way values travel. A row never goes further than its mapping does.
- **Through**: the value is a reference, and is translated through the couplings of the mapping named. While the record
  referred to is not coupled, the record waits.
- **Match**: the group in which the field counts when records are matched. Group 1 is tried first; all fields of a group
  must be filled and agree, capitals aside.
- **never blanks**: a blank is not sent to the other side. **waits alone**: while the reference is not coupled, this field
  waits and the rest of the record goes. **on creation**: written when the counterpart is created, then left alone.
  **off**: shipped switched off.
- **Left out**: rows of which this is true take no part; the sentence is what their state shows."""


def _mapping(mapping: TableMapping) -> str:
    creates = "cycles too" if mapping.creates else "only a full synchronization, or a person"
    facts = [
        f"{mapping.label(FINANCE)} (`{mapping.finance}`) and {mapping.label(SALES)} (`{mapping.sales}`).",
        "",
        f"- Direction: {mapping.direction.value}",
        f"- Runs after: {', '.join(mapping.after) or 'nothing'}",
        f"- Missing counterparts are created by: {creates}",
        f"- At the first agreement the values of {mapping.first.title} are taken where both sides are filled and differ",
        f"- A field that both sides changed: {mapping.conflicts.value}",
        f"- A deleted counterpart: {mapping.deletions.value}",
        f"- A run stops and asks beyond {mapping.max_share} % of the coupled records deleted, uncoupled or blanked"
        f" ({mapping.max_free} always pass)",
    ]
    facts += [f"- Left out: {one.text} ({one.side.title}, `{one.field}`)" for one in mapping.conditions]
    facts += [f"- A new record in {one.side.title} gets `{one.field}` = {one.value}" for one in mapping.constants]
    rows = table(
        ("Financials", "Dynamics CRM", "Direction", "Through", "Match", ""),
        (_field_mapping(mapping, row) for row in mapping.fields),
    )
    return "\n\n".join((f"## {mapping.name}", "\n".join(facts), rows))


def _field_mapping(mapping: TableMapping, row: FieldMapping) -> Sequence[str]:
    narrower = mapping.direction if row.direction.value == "both" else row.direction
    flags = {
        "never blanks": row.not_null,
        "waits alone": row.clear_if_uncoupled,
        "on creation": row.create_only,
        "off": not row.enabled,
    }
    return (
        f"`{row.finance}`",
        f"`{row.sales}`",
        narrower.value,
        row.via.mapping if row.via else "",
        str(row.match or ""),
        ", ".join(name for name, holds in flags.items() if holds),
    )


# The tables of Financials


def tables() -> str:
    intro = (
        "The tables of Financials as `tally fields`, `tally import` and `tally export` know them. The key tells a record "
        "from the others of its company: a file finds the record by it."
    )
    return page("Tables and fields of Financials", intro, *(_table(one) for one in TABLES.values()))


def _table(described: Any) -> str:
    facts = f"`{described.name}`; key: {', '.join(f'`{name}`' for name in described.key)}."
    if described.numbered:
        facts += " An empty number is drawn from the number series."
    rows = table(("Field", "Label", "Type", "Length", "Required", "Holds"), (_field(one) for one in described.fields))
    return f"## {described.label_plural}\n\n{facts}\n\n{rows}"


def _field(field: Field) -> Sequence[str]:
    choices = ", ".join(f"`{choice.value}`" if choice.value else "blank" for choice in field.choices)
    holds = choices or (f"number or code of a `{field.references}`" if field.references else field.help)
    size = f"{field.decimals} decimals" if field.decimals else str(field.max_length or "")
    return f"`{field.name}`", field.label, field.kind.value, size, "yes" if field.required else "", holds


# Web services


def odata_sets() -> str:
    intro = (
        "The sets of records that a company can publish through [the OData service](odata.md). References are the codes of "
        "the other records."
    )
    return page("Sets and properties of the OData service", intro, *map(_odata_set, ENTITY_SETS.values()))


def _odata_set(one: EntitySet) -> str:
    facts = f"{one.help} Key: {', '.join(f'`{name}`' for name in one.key)}."
    rows = table(("Property", "Type", "Size", "Null", "Holds"), map(_odata_property, one.properties))
    return f"## {one.name}\n\n{facts}\n\n{rows}"


def _odata_property(one: Property) -> Sequence[str]:
    size = str(one.max_length or "") if one.scale is None else f"{one.precision},{one.scale}"
    return f"`{one.name}`", one.type.removeprefix("Edm."), size, "yes" if one.nullable else "", one.help


# Permission sets


def permission_sets() -> str:
    intro = (
        "What people may do in a company is said by their permission sets there. Somebody may have several: together they "
        "allow what each allows. Services check them, so a page, a file and a request by hand are refused alike; "
        "pages show only what the person may see and do. Commands of `tally` are not checked: who can run them can do "
        "everything."
    )
    sets = table(("Set", "Called", "For"), ((f"`{one.value}`", one.label, one.explanation) for one in PermissionSet))
    allowed = table(
        ("Allows to", *(one.label for one in PermissionSet)),
        ((one.value, *("yes" if one in each.permissions else "" for each in PermissionSet)) for one in Permission),
    )
    groups = table(
        ("Tables", "Who reads them may", "Who enters them may", "Names"),
        (
            (
                group.label,
                group.reading.value,
                group.writing.value,
                ", ".join(f"`{name}`" for name in TABLES if name in group.tables),
            )
            for group in access.GROUPS
        ),
    )
    return page(
        "Permission sets", intro, sets, "## What each set allows", allowed, "## What the tables ask for", groups, _SETS
    )


_SETS = """\
Nobody enters what postings write. Where amounts are posted to (accounts, posting groups) decides what the books say, so
changing it needs the permission to change settings.

## Rules

- A company keeps one administrator who can sign in: the last one cannot be removed, switched off or given less.
- Nobody gives a permission set that allows more than they may themselves.
- Without any set left, somebody does not work in the company any more, and does not find it.
- Another company looks the same as one that does not exist: 404. What a set does not allow is answered with 403 and a page
  that says what is missing and who can give it.
- A sign-in link, and switching an account off, concern every company of its owner: only who administers all of them may.
- Every change is kept, with who made it: Changes of Settings under Administration, or `tally audit`."""


# Errors


def error_family() -> str:
    intro = (
        "Every error is a `TallyError`. It says what happened, to which record, and what to do; `retry` says when trying "
        "again may help, and is all that jobs decide from. Users see the sentence, never the name of the class."
    )
    family = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, errors.TallyError)]
    ordered = sorted(family, key=lambda one: inspect.getsourcelines(one)[1])
    rows = table(
        ("Error", "Kind of", "Try again", "Meaning"),
        (
            (f"`{one.__name__}`", f"`{one.__base__.__name__}`", one.retry.value, inspect.getdoc(one) or "")
            for one in ordered
            if one is not errors.TallyError
        ),
    )
    return page("Errors", intro, rows, _RETRIES)


_RETRIES = """\
## When something is tried again

- **after wait**: by itself, as soon as the other side allows it. The run pauses and goes on where it was.
- **next run**: by itself, with the next run of the mapping.
- **after fix**: when a person has changed something and asks for it with Retry or `tally issues --retry all`. A connection
  that is refused for good is switched off, so that nobody's account is locked by asking again every few seconds.
- **never**: not by itself. A run that met something we believed impossible ends, and the worker's log has the details.

A single record that is refused stops no other record. Only what concerns a whole request ends a run."""


def anchor(heading: str) -> str:
    """Return the anchor that forges give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def main() -> None:
    for name, text in pages().items():
        (REFERENCE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
