"""The header MSCRM.SolutionUniqueName: what is made becomes part of that solution."""

from __future__ import annotations

from tallystick.sandbox.rows.write import Writing
from tallystick.sandbox.solutions import components
from tallystick.sandbox.webapi.call import Call


def stamp_of(writing: Writing) -> dict[str, object]:
    user = writing.caller.user_id
    return {"createdon": writing.now, "modifiedon": writing.now, "createdby": user, "modifiedby": user}


def add_to_named(call: Call, writing: Writing, kind: int, object_id: str) -> None:
    """Add a component to the solution that the request names, if it names one."""
    name = call.headers.get("mscrm.solutionuniquename").strip() or call.parameters.get("SolutionUniqueName", "").strip()
    if name:
        solution = components.solution_named(writing.transaction, name)
        components.add(writing.transaction, solution, kind, object_id, stamp_of(writing))
