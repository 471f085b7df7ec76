"""Carrying out an import: everything a package brings, in one transaction, in the order in which it builds on itself."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tallystick.sandbox.errors import Refusal
from tallystick.sandbox.metadata import Choice, Column, Kind, Option, Required, Table, describe
from tallystick.sandbox.metadata.changes import add_key, place_column, schema_name
from tallystick.sandbox.metadata.model import stable_id
from tallystick.sandbox.metadata.new_tables import NewTable, add_table
from tallystick.sandbox.metadata.privileges import all_privileges
from tallystick.sandbox.metadata.relationships import NewLookup, add_lookup, add_pair, relationship_exists
from tallystick.sandbox.metadata.stored import column_definition, remember, remember_choice
from tallystick.sandbox.rows.values import SqlValue, new_id
from tallystick.sandbox.rows.write import Writing, create, write_values
from tallystick.sandbox.security import roles
from tallystick.sandbox.solutions import components
from tallystick.sandbox.solutions.check import HOLDING, check_dependencies, check_version, installed
from tallystick.sandbox.solutions.content import Content, LookupPart, RolePart, TablePart, WebResourcePart
from tallystick.sandbox.solutions.manifest import Manifest, Publisher
from tallystick.sandbox.store import Transaction, quoted


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one part: `what` is its kind, `warning` why a part of it was left out."""

    what: str
    name: str
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Import:
    """One import under way; `results` grows as parts are done."""

    writing: Writing
    manifest: Manifest
    solution: str
    results: list[Result] = field(default_factory=list)

    @property
    def transaction(self) -> Transaction:
        return self.writing.transaction

    @property
    def stamp(self) -> dict[str, object]:
        user = self.writing.caller.user_id
        return {"createdon": self.writing.now, "modifiedon": self.writing.now, "createdby": user, "modifiedby": user}

    def done(self, what: str, name: str, kind: int, object_id: str, warning: str = "") -> None:
        components.add(self.transaction, self.solution, kind, object_id, self.stamp)
        self.results.append(Result(what, name, warning))


def install(writing: Writing, manifest: Manifest, content: Content, *, holding: bool = False) -> Import:
    """Import a package. Raises 400 when it does not fit; the caller's transaction then undoes all of it.

    With `holding` a newer version of a managed solution is put beside the old one, to be promoted later."""
    transaction = writing.transaction
    present = installed(transaction.connection, manifest.name)
    check_version(manifest, present)
    if holding and (present is None or not manifest.managed):
        raise Refusal(
            400, "0x80048033", f"There is no managed solution {manifest.name} that the package could upgrade."
        )
    check_dependencies(transaction.connection, transaction.catalog, manifest, content)
    own = replace(manifest, name=f"{manifest.name}{HOLDING}") if holding else manifest
    run = Import(writing, own, _solution_row(writing, own))
    for part in _STEPS:
        part(run, content)
    run.results.extend(
        Result("ignored", name, "this environment has no use for such parts; they were left out")
        for name in content.ignored
    )
    return run


# ---- publisher and solution ------------------------------------------------------------------------------------------


def _solution_row(writing: Writing, manifest: Manifest) -> str:
    """The row of the solution, made or brought to this version; returns its id."""
    transaction = writing.transaction
    publisher = _publisher_row(writing, manifest.publisher)
    values: dict[str, SqlValue] = {
        "friendlyname": manifest.label, "version": manifest.version, "publisherid": publisher,
        "description": manifest.description or None, "ismanaged": int(manifest.managed),
        "solutionpackageversion": manifest.package_version or None,
    }  # fmt: skip
    present = installed(transaction.connection, manifest.name)
    table = transaction.catalog["solution"]
    if present is not None:
        write_values(writing, table, present.id, {**values, "updatedon": writing.now}, {"solutionid": present.id})
        return present.id
    user, row_id = writing.caller.user_id, new_id()
    transaction.put("solution", {
        "solutionid": row_id, "uniquename": manifest.name, **values, "isvisible": 1, "installedon": writing.now,
        "organizationid": writing.caller.organization, "createdon": writing.now, "modifiedon": writing.now,
        "createdby": user, "modifiedby": user,
    })  # fmt: skip
    transaction.count("created", "solution")
    return row_id


def _publisher_row(writing: Writing, publisher: Publisher) -> str:
    transaction = writing.transaction
    query = 'SELECT "publisherid" FROM "publisher" WHERE fold("uniquename") = fold(?)'
    found = transaction.connection.execute(query, (publisher.name,)).fetchone()
    if found is not None:
        return str(found[0])
    return create(writing, transaction.catalog["publisher"], {
        "uniquename": publisher.name, "friendlyname": publisher.label, "customizationprefix": publisher.prefix,
        "customizationoptionvalueprefix": publisher.option_prefix, "description": publisher.description or None,
        "emailaddress": publisher.email or None, "supportingwebsiteurl": publisher.website or None,
    })  # fmt: skip


# ---- definitions -----------------------------------------------------------------------------------------------------


def _choices(run: Import, content: Content) -> None:
    for choice in content.choices:
        known = run.transaction.catalog.choices.get(choice.name)
        if known is not None and not known.custom:
            raise Refusal(400, "0x80048033", f"The choice {choice.name} is part of the system and cannot be imported.")
        remember_choice(run.transaction, choice if known is None else _merged_choice(known, choice))
        run.done("optionset", choice.name, components.CHOICE, choice.id)


def _merged_choice(known: Choice, brought: Choice) -> Choice:
    """Values that only this environment has stay."""
    return replace(brought, options=_merged(known.options, brought.options))


def _merged(known: tuple[Option, ...], brought: tuple[Option, ...]) -> tuple[Option, ...]:
    values = {option.value for option in brought}
    return (*brought, *(option for option in known if option.value not in values))


def _tables(run: Import, content: Content) -> None:
    for part in content.tables:
        table = run.transaction.catalog.get(part.name)
        made = table is None
        if table is None:
            table = _new_table(run, part)
        elif part.change_tracking and not table.change_tracking and table.trackable:
            table = remember(run.transaction, "tracking", table, "", definition=True)
        for column in part.columns:
            _column(run, part.name, column)
        if made or table.custom:
            run.done("entity", part.name, components.TABLE, table.metadata_id)


def _new_table(run: Import, part: TablePart) -> Table:
    schema_name({"SchemaName": part.schema})
    primary = _primary_name(part)
    ownership = part.ownership or "UserOwned"
    new = NewTable(
        part.schema, part.label, part.plural, primary, "OrganizationOwned" if ownership == "OrgOwned" else ownership,
        part.description, part.set_name.lower(), part.change_tracking, part.has_notes,
    )  # fmt: skip
    table = add_table(run.transaction, new)
    roles.register_table(run.transaction, table)
    return table


def _primary_name(part: TablePart) -> Column:
    """The column marked as primary name; without a mark `<prefix>_name`, else the first text column."""
    texts = [column for column in part.columns if column.kind is Kind.STRING]
    usual = f"{part.name.partition('_')[0]}_name"
    marked = [column for column in texts if column.name == part.primary_name]
    found = (*marked, *(column for column in texts if column.name == usual), *texts)
    if not found:
        raise Refusal(400, "0x80048033", f"The table {part.schema} has no text column that could be its primary name.")
    return found[0]


def _column(run: Import, table_name: str, column: Column) -> None:
    """A new column, or a custom one brought to what the package says. A lookup waits for its relationship."""
    table = run.transaction.catalog[table_name]
    known = table.columns.get(column.name)
    if column.kind is Kind.LOOKUP:
        return
    if known is None:
        schema_name({"SchemaName": column.schema})
        place_column(run.transaction, table, column)
    elif column.kind is Kind.STATUS and table.custom and column.options:
        remember(
            run.transaction, "column", table, known.name, column_definition(replace(known, options=column.options))
        )
        return
    elif not known.custom:
        return
    else:
        _changed_column(run, table, known, column)
    made = run.transaction.catalog[table_name]
    run.done("attribute", f"{table_name}.{column.name}", components.COLUMN, describe.column_id(made, column))


def _changed_column(run: Import, table: Table, known: Column, brought: Column) -> None:
    if known.kind is not brought.kind:
        raise Refusal(
            400, "0x80048033",
            f"The column {brought.name} of {table.name} is of the type {known.kind.value}; the package has "
            f"{brought.kind.value}. "
            "The type of a column cannot be changed.",
        )  # fmt: skip
    kept = replace(
        brought, primary_name=known.primary_name, primary_id=known.primary_id, schema=known.schema,
        options=brought.options if brought.global_choice else _merged(known.options, brought.options),
    )  # fmt: skip
    remember(run.transaction, "column", table, known.name, column_definition(kept))


def _lookups(run: Import, content: Content) -> None:
    schemas = {(table.name, column.name): column for table in content.tables for column in table.columns}
    for part in content.lookups:
        _one_lookup(run, part, schemas)


def _one_lookup(run: Import, part: LookupPart, brought: Mapping[tuple[str, str], Column]) -> None:
    catalog = run.transaction.catalog
    table = catalog.get(part.table)
    known = table.columns.get(part.column) if table is not None else None
    if table is None or catalog.get(part.target) is None:
        raise Refusal(
            400, "0x80048033",
            f"The relationship {part.name} is between {part.table} and {part.target}, which are not both in this "
            f"environment.",
        )  # fmt: skip
    if known is not None and not known.custom:
        return  # comes with the table: owner, created by, currency
    if known is not None and known.targets != (part.target,):
        raise Refusal(
            400, "0x80048033",
            f"The relationship {part.name}: the column {part.column} of {part.table} cannot point to "
            f"{part.target} as well.",
        )  # fmt: skip
    if known is None:
        described = brought.get((part.table, part.column))
        schema = described.schema if described else part.column
        add_lookup(run.transaction, NewLookup(
            part.name, part.table, part.target, schema, described.label if described else schema, part.on_delete,
            described.required if described else Required.NONE,
        ))  # fmt: skip
    relation = stable_id("relationship", part.name, part.table, part.target)
    run.done("entityrelationship", part.name, components.ENTITY_RELATIONSHIP, relation)


def _pairs(run: Import, content: Content) -> None:
    for part in content.pairs:
        if not relationship_exists(run.transaction.catalog, part.name):
            add_pair(run.transaction, part.name, part.first, part.second, part.intersect)
        relation = stable_id("relationship", part.name)
        run.done("entityrelationship", part.name, components.ENTITY_RELATIONSHIP, relation)


def _keys(run: Import, content: Content) -> None:
    for part in content.tables:
        for key in part.keys:
            table = run.transaction.catalog[part.name]
            known = next((one for one in table.keys if one.name == key.schema.lower()), None)
            if known is None:
                label = {"LocalizedLabels": [{"Label": key.label}]}
                given = {"SchemaName": key.schema, "KeyAttributes": list(key.columns), "DisplayName": label}
                known = add_key(run.transaction, table, given)
            run.done("entitykey", f"{part.name}.{known.name}", components.KEY, known.metadata_id)


# ---- roles and web resources -----------------------------------------------------------------------------------------


def _roles(run: Import, content: Content) -> None:
    for part in content.roles:
        unknown = _one_role(run, part)
        warning = (
            f"privileges that this environment does not have were left out: {', '.join(unknown)}" if unknown else ""
        )
        run.done("role", part.name, components.ROLE, part.id, warning)


def _one_role(run: Import, part: RolePart) -> list[str]:
    """The role with exactly these privileges; returns the names of privileges that nobody knows here."""
    transaction = run.transaction
    table = transaction.catalog["role"]
    query = 'SELECT "parentrootroleid" FROM "role" WHERE "roleid" = ?'
    found = transaction.connection.execute(query, (part.id,)).fetchone()
    if found is None:
        create(run.writing, table, {"roleid": part.id, "name": part.name})
    elif found[0] != part.id:
        raise Refusal(400, "0x80048033", f"The role {part.name} has the id of a role's copy in another business unit.")
    else:
        root = roles.root_of(transaction, part.id)
        write_values(run.writing, table, root, {"name": part.name}, {"roleid": root})
        roles.revoke_all(transaction, root)
    query = 'UPDATE "role" SET "ismanaged" = ? WHERE "parentrootroleid" = ?'
    transaction.connection.execute(query, (int(run.manifest.managed), part.id))
    known = all_privileges(transaction.catalog)
    roles.grant(transaction, part.id, {name: depth for name, depth in part.grants.items() if name in known})
    return sorted(name for name in part.grants if name not in known)


def _web_resources(run: Import, content: Content) -> None:
    for part in content.web_resources:
        row_id = _one_web_resource(run, part)
        run.done("webresource", part.name, components.WEB_RESOURCE, row_id)


def _one_web_resource(run: Import, part: WebResourcePart) -> str:
    transaction = run.transaction
    table = transaction.catalog["webresource"]
    values: dict[str, SqlValue] = {
        "displayname": part.label or None, "description": part.description or None,
        "content": b64encode(part.content).decode(),
        "ismanaged": int(run.manifest.managed),
    }  # fmt: skip
    query = f'SELECT "webresourceid" FROM {quoted(table.name)} WHERE fold("name") = fold(?)'  # noqa: S608 (a fixed name)
    found = transaction.connection.execute(query, (part.name,)).fetchone()
    if found is not None:
        write_values(run.writing, table, str(found[0]), values, {"webresourceid": found[0]})
        return str(found[0])
    fixed = {"webresourceid": part.id, "name": part.name, "webresourcetype": part.kind}
    create(run.writing, table, {**fixed, "content": values["content"]})
    write_values(run.writing, table, part.id, values, {"webresourceid": part.id})
    return part.id


_STEPS: tuple[Callable[[Import, Content], None], ...] = (
    _choices, _tables, _lookups, _pairs, _keys, _roles, _web_resources,
)  # fmt: skip
