"""Records that come at other times than they say, over tables that are read back after each."""

import json
from typing import Any

from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Outgoing, Record, Write
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.registry import INPUTS
from omnistate_schemas.times import format_time

from tests.harness.events import make_event

START_MS = 1_772_445_600_000


def brief(output: Outgoing) -> str:
    """The rule or the code of an output, with the conversation."""
    event = json.loads(output.value or b"{}")
    data, name = event["data"], event["type"].rpartition(".")[2]
    word = data.get("rule") or data.get("code") or name
    return f"{name[0]}:{word}" if event["type"].startswith("capacity") else word


class LateCentre:
    """One partition; after each record a new owner reads the rows that the former one wrote."""

    def __init__(self, restart: bool = True, **settings: Any) -> None:
        workstream = {"channel": "voice", "authority": "upstream", **settings}
        configuration = {"workstreams": {"calls": workstream}}
        self.directory = build_directory(ContactCentre.model_validate(configuration))
        self.tables = Tables()
        self.outputs: list[Outgoing] = []
        self.tally: dict[str, int] = {}
        self._restart = restart
        self._offsets: dict[str, int] = {}
        self._ids = 0

    def come(
        self, type_: str, at_s: float, happened_s: float, id_: str | None = None, **data: Any
    ) -> list[str]:
        """A record whose timestamp is `at_s`, about something that happened at `happened_s`."""
        self._ids += 1
        if type_ == "conversation.started":
            data = {"channel": "voice", "workstream_id": "calls", **data}
        time = format_time(START_MS + round(happened_s * 1_000))
        event = make_event(type_, "c", id_ or f"i{self._ids}", data, time=time)
        topic = INPUTS[type_].topic
        offset = self._offsets[topic] = self._offsets.get(topic, -1) + 1
        at_ms = START_MS + round(at_s * 1_000)
        record = Record(topic, 0, offset, at_ms, b"c", json.dumps(event).encode())
        step = Step(self.tables, self.directory)
        assert step.take(record)
        return self._finish(step)

    def wait(self, at_s: float) -> list[str]:
        step = Step(self.tables, self.directory)
        assert step.fire_timers(START_MS + round(at_s * 1_000))
        return self._finish(step)

    def _finish(self, step: Step) -> list[str]:
        batch = step.finish()
        self.tables.commit(batch)
        for outcome, count in batch.tally.items():
            self.tally[outcome] = self.tally.get(outcome, 0) + count
        self.outputs += batch.outputs
        if self._restart:
            self._read_back()
        return [brief(output) for output in batch.outputs]

    def _read_back(self) -> None:
        """The tables as the next owner restores them."""
        former, self.tables = self.tables, Tables()
        writes = [
            Write("conversations", id_.encode(), it) for id_, it in former.conversations.items()
        ]
        writes += [Write("counters", id_.encode(), it) for id_, it in former.counters.items()]
        self.tables.merge(writes)
        self.tables.settings = former.settings
        self.tables.clock_ms = former.clock_ms
        self.tables.index()

    def changes(self) -> list[dict[str, Any]]:
        """What was published of the conversation; `time`, `id`, `input` and deadlines aside.

        Timers run on the engine's clock, so their deadlines go by when a start came; ids of holds
        by where it lay.
        """
        found = []
        for output in self.outputs:
            event = json.loads(output.value or b"{}")
            data = event["data"]
            data.pop("input", None)
            data.get("next_timer", {}).pop("at", None)
            if "hold_id" in data:
                data["hold_id"] = data["hold_id"].rpartition(".")[2]
            data.get("cause", {}).pop("id", None)
            found.append({"type": event["type"], "data": data})
        return found
