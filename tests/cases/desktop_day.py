"""A day of people whose desktops come and go, told in the order of time; it decides nothing."""

import json
from typing import Any

import yaml
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    RECORDED_INPUTS,
    REJECTED_INPUTS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
    STATE_CHANGES,
)

from tests.audit.two_workers import TwoWorkers
from tests.cases.narrated_case import CASES, Output, Told, read_right, shorten, tell

OUTPUT_TOPICS = (STATE_CHANGES, CAPACITY_CHANGES, RECORDED_INPUTS, REJECTED_INPUTS)


class DesktopDay(TwoWorkers):
    """Of one case; `told` is what came of it, `pictures` what was last said of each person."""

    # One by one, so that what was said of one input can be told from what was of the next.
    batch_records = 1

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

    async def live(self) -> None:
        """From the first event until all is over."""
        await self.start()
        for event in self.events:
            await self.go_on(parse_time_ms(event["time"]))
            self._publish(event)
            await self.work()
        await self.go_on(self.until_ms)
        self.told.sort(key=lambda each: (each[0].at, each[0].conversation))

    def _publish(self, event: dict[str, Any]) -> None:
        if event["type"] != "representative.presence":
            self.send(event)
            return
        value = json.dumps(event).encode()
        self.log.append(REPRESENTATIVE_PRESENCE, event["subject"].encode(), value)

    def look(self) -> None:
        """Take down what has been said since."""
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
