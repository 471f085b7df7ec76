"""What happens to the rows that point to a deleted row."""

from __future__ import annotations

from enum import StrEnum

from tallystick.sandbox.metadata.model import Column, Kind, Table


class OnDelete(StrEnum):
    CASCADE = "Cascade"
    RESTRICT = "Restrict"
    REMOVE_LINK = "RemoveLink"


_RESTRICTING = frozenset({"transactioncurrency", "businessunit", "organization"})
_PARENTS = frozenset({
    ("role", "parentrootroleid"),  # the copies in other business units go with the role
    ("role", "businessunitid"),
    ("uom", "uomscheduleid"), ("productpricelevel", "pricelevelid"), ("productpricelevel", "productid"),
    ("quotedetail", "quoteid"), ("salesorderdetail", "salesorderid"), ("invoicedetail", "invoiceid"),
    ("solutioncomponent", "solutionid"),
})  # fmt: skip
"""Lookups to the row without which there is nothing left of this one."""
_DOCUMENTS = frozenset(
    {"opportunity", "quote", "salesorder", "invoice", "quotedetail", "salesorderdetail", "invoicedetail"}
)
_ON_DOCUMENTS = frozenset({"pricelevel", "product", "uom"})
_HISTORY = frozenset({"createdby", "modifiedby", "createdonbehalfby", "modifiedonbehalfby"})


def on_delete(table: Table, column: Column, target: str) -> OnDelete:
    """The delete behaviour of the relationship from `table.column` to `target`. The service documents few of them."""
    if column.on_delete:
        return OnDelete(column.on_delete)
    if column.kind is Kind.CUSTOMER or (table.name, column.name) in _PARENTS:
        return OnDelete.CASCADE
    if column.name in _HISTORY:
        return OnDelete.REMOVE_LINK
    if column.kind is Kind.OWNER or target in _RESTRICTING:
        return OnDelete.RESTRICT
    if table.name in _DOCUMENTS and target in _ON_DOCUMENTS:
        return OnDelete.RESTRICT
    return OnDelete.REMOVE_LINK
