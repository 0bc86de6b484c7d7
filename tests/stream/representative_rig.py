"""A desk: the representative worker over the embedded log, what it is told and what it tells."""

import json
from collections.abc import Iterable
from typing import Any

from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.cli.configuration_file import build_directory
from omnistate.core.directory import Directory
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.representative.totals_processor import (
    TotalsProcessor,
    process_representatives,
)
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.presence import RepresentativeCapacityChanged
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
)

from tests.harness.events import make_event

INPUTS = (REPRESENTATIVE_PRESENCE, CAPACITY_CHANGES, ASSIGNMENT_REQUESTS)
TABLES = ("totals", "holdings", "positions")
HERE = {"default_presence": "available"}
CENTRE = {
    "capacity_profiles": {"chat": {"limit": 2}, "call": {"limit": 1, "blocking": True}},
    "representatives": {
        "ana": {"units": 100, "profiles": {"chat": None}, **HERE},
        "bob": {"units": 60, **HERE},
    },
}


def directory_of(centre: dict[str, Any]) -> Directory:
    return build_directory(ContactCentre.model_validate(centre))


class RepresentativeRig:
    """One partition of the representative worker on an embedded log."""

    def __init__(self, directory: Directory) -> None:
        self.now_ms = 1_000_000
        topics = (*INPUTS, REPRESENTATIVE_CAPACITY, AGENT_ACTIONS, REJECTED_INPUTS, DEAD_LETTERS)
        tables = [f"representative-{table}-changelog" for table in TABLES]
        self.log = MemoryLog(dict.fromkeys((*topics, *tables), 1), lambda: self.now_ms)
        self.directory = directory
        self.numbers: dict[tuple[str, int], int] = {}
        self.count = 0
        # Extension attributes of whatever is said.
        self.trace: dict[str, str] = {}

    async def take_over(self) -> PartitionTask[TotalsProcessor]:
        partition = MemoryPartition(self.log, "representative", 0, INPUTS, TABLES)
        task = PartitionTask(partition, process_representatives(self.directory))
        await task.start()
        return task

    def hold(
        self, id_: str, units: int, partition: int = 0, skip: int = 0, **profiles: int
    ) -> None:
        """A capacity change that leaves these counters in a partition."""
        number = self.numbers.get((id_, partition), 0) + 1 + skip
        self.numbers[id_, partition] = number
        self.say(id_, units, partition, number, **profiles)

    def say(self, id_: str, units: int, partition: int, number: int, **profiles: int) -> None:
        data = {
            "representative_id": id_,
            "conversation_id": f"chat-{partition}-{number}",
            "hold_id": f"{partition}-{number}.h1",
            "role": "primary",
            "units": units,
            "partition": partition,
            "partition_sequence": number,
            "partition_units": units,
            "partition_profiles": profiles,
        }
        self._append(CAPACITY_CHANGES, "capacity.held", id_, data, f"{partition}-{number}")

    def tell(self, type_: str, id_: str, data: dict[str, Any]) -> None:
        """Something on the topic of capacity changes, with no more members than these."""
        self.count += 1
        members = {"representative_id": id_, **data}
        self._append(CAPACITY_CHANGES, type_, id_, members, f"told-{self.count}")

    def set(self, id_: str, presence: str, supervisor_id: str | None = None) -> None:
        data = {"presence": presence, "supervisor_id": supervisor_id}
        self.count += 1
        self._append(REPRESENTATIVE_PRESENCE, "representative.presence", id_, data, str(self.count))

    def _append(self, topic: str, type_: str, id_: str, data: Any, event_id: str) -> None:
        event = make_event(type_, id_, event_id, data, time="2026-03-02T09:00:00Z") | self.trace
        self.now_ms += 10
        self.log.append(topic, id_.encode(), json.dumps(event).encode())

    def told(self) -> list[dict[str, Any]]:
        """Everything published, in order; each is valid by the published model."""
        found = []
        for record in self.log.read(REPRESENTATIVE_CAPACITY, 0, 0):
            assert record.value is not None
            event = json.loads(record.value)
            RepresentativeCapacityChanged.model_validate(event)
            assert record.key == event["subject"].encode()
            found.append(event["data"])
        return found

    def last(self, id_: str) -> dict[str, Any]:
        return next(each for each in reversed(self.told()) if each["representative_id"] == id_)


async def drain(task: PartitionTask[TotalsProcessor], now_ms: int) -> None:
    while (await task.run_batch()).records:
        continue
    while task.processor.due_ms is not None:
        await task.fire_timers(now_ms)


async def run(
    acts: Iterable[tuple[Any, ...]], centre: dict[str, Any] = CENTRE
) -> RepresentativeRig:
    """A desk after these acts, each in a batch of its own."""
    desk = RepresentativeRig(directory_of(centre))
    task = await desk.take_over()
    await drain(task, desk.now_ms)
    for name, *arguments in acts:
        kwargs = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
        getattr(desk, name)(*arguments, **kwargs)
        await drain(task, desk.now_ms)
    return desk
