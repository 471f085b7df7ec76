"""The side in dictionaries keeps what every side promises, so what the engine's tests show holds for real ones."""

import pytest
from tests.contract.side_contract import SideContract, Workplace
from tests.engine.world import CUSTOMERS

from tallystick.engine import FINANCE, Kind, Shape
from tallystick.engine.memory import MemorySide


class TestMemorySide(SideContract):
    @pytest.fixture
    def place(self) -> Workplace:
        texts = {name: Shape(Kind.TEXT, 100) for name in ("name", "city", "person", "friend", "blocked")}
        side = MemorySide(FINANCE, {"customer": {**texts, "credit": Shape(Kind.DECIMAL, scale=2)}})
        side.refuses = lambda _table, fields: "No such city." if fields.get("city") == "Nowhere" else None
        return Workplace(
            side,
            CUSTOMERS,
            lambda number: {"name": f"N {number}", "city": "Kiel"},
            "city",
            edit=lambda record_id, fields: side.edit("customer", record_id, fields),
            remove=lambda record_id: side.remove("customer", record_id),
            refused={"city": "Nowhere"},
            expire=side.expire_feed,
            decimal="credit",
        )
