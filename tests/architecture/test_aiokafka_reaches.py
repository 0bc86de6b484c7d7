"""One package alone reaches into aiokafka, and says of each reach what it is for."""

from pathlib import Path

import pytest
from omnistate.adapters.kafka import internals

from tests.architecture.aiokafka_reaches import (
    INTERNALS,
    ROOT,
    WORKERS,
    client_makers,
    private_members,
    private_modules,
)

# Into Faust, which knows no other way to be ended or mended: not into aiokafka.
FAUST_HOST = WORKERS / "process" / "faust_host.py"
FAUST = {FAUST_HOST, WORKERS / "process" / "faust_client.py"}
SOURCES = sorted(WORKERS.rglob("*.py"))


def test_nothing_else_reaches_into_aiokafka() -> None:
    others = [path for path in SOURCES if INTERNALS not in path.parents]
    assert len(others) < len(SOURCES)
    reaches = [
        str(reach)
        for path in others
        for reach in (*private_modules(path), *(private_members(path) if path not in FAUST else ()))
    ]
    assert reaches == []


def test_no_linter_is_told_to_look_away() -> None:
    silenced = {path for path in SOURCES if "SLF001" in path.read_text()}
    assert silenced == {FAUST_HOST}


def test_every_reach_is_told() -> None:
    reached = {
        reach.name.rpartition(".")[2]
        for path in INTERNALS.rglob("*.py")
        for reach in private_members(path)
    }
    assert len(reached) > 20
    told = internals.__doc__ or ""
    assert sorted(name for name in reached if f"`{name}`" not in told.replace(".", "`.`")) == []


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("member._fetcher.close()", ["_fetcher"]),
        ("self._member._fetcher.close()", ["_fetcher"]),
        ("getattr(fetch, '_partition_records', None)", ["_partition_records"]),
        ("setattr(member, '_fetcher', None)", ["_fetcher"]),
        ("self._member.close(); cls._one = type(self).__name__", []),
        ("from aiokafka.conn import CloseReason", ["aiokafka.conn"]),
        ("import aiokafka.client as client", ["aiokafka.client"]),
        ("from aiokafka import AIOKafkaConsumer", []),
    ],
)
def test_a_reach_is_found(line: str, found: list[str], tmp_path: Path) -> None:
    path = tmp_path / "offender.py"
    path.write_text(line)
    assert [each.name for each in (*private_members(path), *private_modules(path))] == found


def test_the_sources_are_those_of_the_repository() -> None:
    assert (ROOT / "pyproject.toml").is_file()
    assert WORKERS / "adapters" / "kafka" / "worker" / "kafka_partition.py" in SOURCES


def test_only_a_connection_makes_clients() -> None:
    makers = {path for path in SOURCES if any(True for _ in client_makers(path))}
    assert makers == {WORKERS / "adapters" / "kafka" / "clients" / "connection.py"}
