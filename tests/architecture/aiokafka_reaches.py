"""Which private parts of aiokafka a source file reaches for, found in its syntax tree."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
WORKERS = ROOT / "workers" / "omnistate"
INTERNALS = WORKERS / "adapters" / "kafka" / "internals"
# What aiokafka documents, and what its public methods ask for.
PUBLIC = {
    "aiokafka",
    "aiokafka.abc",
    "aiokafka.admin",
    "aiokafka.admin.config_resource",
    "aiokafka.errors",
    "aiokafka.structs",
}
CLIENTS = {"AIOKafkaAdminClient", "AIOKafkaClient", "AIOKafkaConsumer", "AIOKafkaProducer"}
# Public in spite of their names.
NAMED_TUPLE = {"_asdict", "_fields", "_make", "_replace"}


class Reach(NamedTuple):
    """A private member or module, and where it is named."""

    name: str
    path: Path
    line: int

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.name}"


def private_members(path: Path) -> Iterator[Reach]:
    """Every private attribute of anything but the file's own objects, by `.` or by its name."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Attribute(value=ast.Name(id="self" | "cls")):
                continue
            case ast.Attribute(attr=name) if _is_private(name):
                yield Reach(name, path, node.lineno)
            case ast.Call(
                func=ast.Name(id="getattr" | "setattr" | "hasattr" | "delattr"),
                args=[_, ast.Constant(value=str(name)), *_],
            ) if _is_private(name):
                yield Reach(name, path, node.lineno)


def private_modules(path: Path) -> Iterator[Reach]:
    """Every module of aiokafka that is imported and that it does not promise to keep."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module)):
                names = [module]
            case ast.Import():
                names = [alias.name for alias in node.names]
            case _:
                continue
        for name in names:
            if name.partition(".")[0] == "aiokafka" and name not in PUBLIC:
                yield Reach(name, path, node.lineno)


def client_makers(path: Path) -> Iterator[Reach]:
    """Every call that makes a client of aiokafka's."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in CLIENTS:
                yield Reach(name, path, node.lineno)


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.endswith("__") and name not in NAMED_TUPLE
