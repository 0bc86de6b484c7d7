"""What is on Kafka after `send` is what `omnistate replay` says of the inputs, timers included.

The brokers' append times are the engine's clock, so the inputs are read back with them, partition
by partition, and replayed. What differs then is the partition's number, and nothing else.
"""

import json
import re
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import yaml
from aiokafka import ConsumerRecord
from omnistate_schemas.times import format_time

from tests.harness.installation import Installation, installed
from tests.harness.topics import read_records
from tests.harness.waiting import wait_until

PARTITIONS = 3
INPUTS = ("channel-events", "agent-actions")
OUTPUTS = (
    "conversation-state-changes",
    "recorded-inputs",
    "rejected-inputs",
    "capacity-changes",
)
# Everything that the day's inputs lead to has happened so long after them.
QUICK = {
    "offer_timeout": 2,
    "reconnect_window": 1,
    "representative_reconnect_window": 1,
    "bot_inactivity": 3,
    "auto_close": {"open": 3, "active": 4, "wrap_up": 2, "waiting": 4, "resolved": 2},
}


async def test_kafka_and_replay_agree(brokers: str, prefix: str, tmp_path: Path) -> None:
    day = tmp_path / "day"
    with installed(brokers, prefix, tmp_path) as found:
        found.run("demo", "--conversations", "200", "--seed", "5", "--out", str(day))
        configuration = yaml.safe_load((day / "config.yaml").read_text())
        for workstream in configuration["workstreams"].values():
            workstream.update(QUICK)
        found.set_up(configuration, PARTITIONS)
        workers = [found.worker(), found.worker()]
        # What desktops forget is left to timers.
        lines = (day / "inputs.jsonl").read_text().splitlines()
        told = _without_followers([json.loads(line) for line in lines], configuration)
        inputs = [each for each in told if not _is_forgotten(each)]
        found.send(inputs, "--rate", "1500")
        wait_until("read everything", found.caught_up)
        wait_until("timers", lambda: _is_quiet(found))
        fired = sum(worker.metric("omnistate_timers_fired_total") for worker in workers)
        assert fired > 30
        assert [worker.stop() for worker in workers] == [0, 0]
        await _compare(found)


def _without_followers(
    inputs: list[dict[str, Any]], configuration: dict[str, Any]
) -> list[dict[str, Any]]:
    """All but what another system decides: its reports go by their own times, which are lost."""
    following = {
        name
        for name, workstream in configuration["workstreams"].items()
        if workstream.get("authority") == "upstream"
    }
    assert following
    subjects = {
        each["subject"] for each in inputs if each["data"].get("workstream_id") in following
    }
    return [each for each in inputs if each["subject"] not in subjects]


def _is_forgotten(event: dict[str, Any]) -> bool:
    late = sum(event["subject"].encode()) % 3 == 0
    return event["type"] == "representative.close_session" or (
        late and event["type"] in {"representative.accept", "representative.end"}
    )


def _is_quiet(found: Installation) -> bool:
    """No timer has fired for longer than the quick settings give any of them."""

    def fired() -> float:
        return sum(worker.metric("omnistate_timers_fired_total") for worker in found.workers)

    before = fired()
    time.sleep(5.5)
    return before == fired() > 0


async def _compare(found: Installation) -> None:
    inputs = {topic: await read_records(found.brokers, found.prefix + topic) for topic in INPUTS}
    outputs = {topic: await read_records(found.brokers, found.prefix + topic) for topic in OUTPUTS}
    compared = 0
    for number in range(PARTITIONS):
        expected = await _replay(found, number, inputs)
        for topic in ("conversation-state-changes", "recorded-inputs", "rejected-inputs"):
            seen = [each.value for each in outputs[topic] if each.partition == number]
            assert seen == expected[topic], (topic, number)
            compared += len(seen)
        changed = [each.value for each in outputs["capacity-changes"]]
        held = _by_representative(changed, number)
        assert held == _by_representative(expected["capacity-changes"], number)
        compared += sum(map(len, held.values()))
    assert compared > 800


async def _replay(
    found: Installation, number: int, inputs: dict[str, list[ConsumerRecord]]
) -> dict[str, list[bytes]]:
    """What replay says of a partition's inputs, at the times at which they were appended."""
    merged = sorted(
        (each.timestamp, rank, each.offset, each.value)
        for rank, topic in enumerate(INPUTS)
        for each in inputs[topic]
        if each.partition == number
    )
    events = []
    for at_ms, _, _, value in merged:
        event = json.loads(value)
        events.append({**event, "time": format_time(at_ms)})
    path = found.write_events(events, f"partition-{number}.jsonl")
    position = await read_records(found.brokers, f"{found.prefix}conversation-positions-changelog")
    clock_ms = max(
        json.loads(each.value)["clock_ms"] or 0 for each in position if each.partition == number
    )
    config = str(found.config_path)
    printed = found.run(
        *("replay", str(path), "--config", config, "--until", format_time(clock_ms))
    )
    by_topic: dict[str, list[bytes]] = defaultdict(list)
    for line in printed.splitlines():
        topic = json.loads(line)["topic"]
        value = re.search(r'"value":(.*)}$', line)
        assert value is not None
        by_topic[topic].append(_renumbered(value[1], number).encode())
    return by_topic


def _renumbered(value: str, number: int) -> str:
    """The output as if replay's partition had this number."""
    value = value.replace('"partition":0,', f'"partition":{number},')
    value = re.sub(r'"(id|hold_id)":"0-', rf'"\1":"{number}-', value, count=2)
    return re.sub(r'("id":"(?:channel-events|agent-actions))-0-', rf"\1-{number}-", value, count=1)


def _by_representative(values: list[bytes], number: int) -> dict[str, list[Any]]:
    """Holds, releases and declines of one partition, by representative, in their order."""
    found: dict[str, list[Any]] = defaultdict(list)
    for value in values:
        event = json.loads(value)
        # A decline moves nothing: of its partition its id alone speaks.
        if event["id"].partition("-")[0] == str(number):
            found[event["subject"]].append(event)
    return {
        subject: sorted(events, key=lambda each: each["data"].get("partition_sequence", 0))
        for subject, events in found.items()
    }
