"""A day of people whose desktops come and go: both workers on one log, in memory.

What one says the other reads. The clock goes from one event, or one timer, to the next. It tells
in the order of time; it decides nothing.
"""

import json
from typing import Any

import yaml
from omnistate.stream.partition_task import PartitionTask
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
)

from tests.audit.audit_rig import OUTPUT_TOPICS, Rig
from tests.audit.downstream_rig import totals_task
from tests.cases.narrated_case import CASES, Output, Told, read_right, shorten, tell

Task = PartitionTask[Any]


class DesktopDay(Rig):
    """Of one case; `told` is what came of it, `pictures` what was last said of each person."""

    def __init__(self, name: str) -> None:
        folder = CASES / name
        lines = (folder / "events.jsonl").read_bytes().splitlines()
        self.events: list[dict[str, Any]] = [json.loads(each) for each in lines]
        self.day = self.events[0]["time"].partition("T")[0]
        self.until_ms = parse_time_ms(read_right(name).until)
        configuration = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
        super().__init__(configuration, parse_time_ms(self.events[0]["time"]) - 1)
        self.told: list[tuple[Told, Output]] = []
        self.pictures: dict[str, dict[str, Any]] = {}
        self._read: dict[tuple[str, int], int] = {}
        self._workers: list[Task] = []

    async def live(self) -> None:
        """From the first event until all is over."""
        await self.take_over()
        number = self.sizes[CAPACITY_CHANGES]
        self._workers = [*self.tasks, *(totals_task(self, each) for each in range(number))]
        for worker in self._workers[len(self.tasks) :]:
            await worker.start()
        for event in self.events:
            await self._go_on(parse_time_ms(event["time"]))
            self._publish(event)
            await self._work()
        await self._go_on(self.until_ms)
        self.told.sort(key=lambda each: (each[0].at, each[0].conversation))

    def _publish(self, event: dict[str, Any]) -> None:
        if event["type"] != "representative.presence":
            self.send(event)
            return
        value = json.dumps(event).encode()
        self.log.append(REPRESENTATIVE_PRESENCE, event["subject"].encode(), value)

    async def _go_on(self, until_ms: int) -> None:
        """To that moment, with whatever is due before it or then."""
        while True:
            due = [each.processor.due_ms for each in self._workers]
            due_ms = min((each for each in due if each is not None), default=until_ms)
            self.now_ms = max(self.now_ms, min(due_ms, until_ms))
            if due_ms > until_ms:
                break
            for worker in self._workers:
                if worker.processor.due_ms is not None:
                    await worker.fire_timers(self.now_ms)
            await self._work()
            if due_ms == until_ms:
                break
        self.now_ms = until_ms

    async def _work(self) -> None:
        """All is read by everybody, one record after the other."""
        self._look()
        moved = True
        while moved:
            moved = False
            for worker in self._workers:
                while (await worker.run_batch(1)).records:
                    moved = True
                    self._look()

    def _look(self) -> None:
        outputs: list[Output] = []
        for topic in (*OUTPUT_TOPICS, REPRESENTATIVE_CAPACITY):
            for number in range(self.sizes[topic]):
                place = topic, number
                for record in self.log.read(topic, number, self._read.get(place, 0)):
                    self._read[place] = record.offset + 1
                    outputs.append({"topic": topic, "value": json.loads(record.value or b"")})
        pictures = [each for each in outputs if each["topic"] == REPRESENTATIVE_CAPACITY]
        # What timers did to several at once lies by topic, and is told by conversation.
        others = [each for each in outputs if each["topic"] != REPRESENTATIVE_CAPACITY]
        others.sort(
            key=lambda each: (each["value"]["data"]["conversation_id"], each["value"]["time"])
        )
        self.told += tell(others, self.day)
        for picture in pictures:
            self._see(picture["value"])

    def _see(self, value: dict[str, Any]) -> None:
        """Presence, where it is another one than before, or rests on something else."""
        data = value["data"]
        who = data["representative_id"]
        words = f"{data['presence']} {data['presence_reason']}"
        before = self.pictures.get(who)
        self.pictures[who] = data
        if before is not None and words != f"{before['presence']} {before['presence_reason']}":
            at = shorten(value["time"], self.day)
            self.told.append((Told(at, who, data["cause"]["type"], words), data))
