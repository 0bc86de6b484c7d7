import ast
from pathlib import Path

import omnistate.demo
import pytest

# Whoever watches the day, or connects it with the engine, may know more than those who live in it.
AUDIENCE = {
    *("simulated_day", "day_workers", "day_router", "day_figures", "picture", "recount"),
    *("day_report", "routing_report", "day_routing", "screen"),
}
ROOMS = [
    path
    for path in sorted(Path(omnistate.demo.__path__[0]).glob("*.py"))
    if path.stem not in AUDIENCE
]
STANDARD = {"collections", "dataclasses", "datetime", "heapq", "itertools", "math", "random"} | {
    "typing",
    "zoneinfo",
}
OURS = ("omnistate.demo.", "omnistate_schemas.times", "omnistate_schemas.vocabulary")
CLOCKS = {"now", "today", "utcnow", "time_ns", "monotonic"}


@pytest.mark.parametrize("path", ROOMS, ids=lambda path: path.stem)
def test_the_world_sees_no_engine_and_no_clock(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            assert {name.name for name in node.names} <= STANDARD
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert module.split(".")[0] in STANDARD or module.startswith(OURS), module
        elif isinstance(node, ast.Attribute):
            assert node.attr not in CLOCKS, f"line {node.lineno}"
