"""Which mapping before which."""

from collections.abc import Iterable, Sequence
from graphlib import CycleError, TopologicalSorter

from tallystick.engine.errors import SetupError
from tallystick.engine.mapping import TableMapping


def in_order(mappings: Iterable[TableMapping]) -> Sequence[TableMapping]:
    """Return the mappings so that each comes after those it depends on; mappings not in the list do not count.

    Raises SetupError naming the circle when there is one."""
    return [mapping for wave in waves(mappings) for mapping in wave]


def waves(mappings: Iterable[TableMapping]) -> Sequence[Sequence[TableMapping]]:
    """Return the mappings in waves: those of one wave do not depend on each other and may run side by side.

    Raises SetupError naming the circle when there is one."""
    by_name = {mapping.name: mapping for mapping in mappings}
    sorter = TopologicalSorter(
        {name: [other for other in mapping.after if other in by_name] for name, mapping in by_name.items()}
    )
    try:
        sorter.prepare()
    except CycleError as exc:
        circle = " → ".join(exc.args[1])
        raise SetupError(
            f"The mappings depend on each other in a circle: {circle}.", hint="Take one dependency out."
        ) from exc
    found: list[list[TableMapping]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append([by_name[name] for name in by_name if name in ready])
        sorter.done(*ready)
    return found
