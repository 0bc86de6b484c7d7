"""`omnistate figures` on a real cluster: history that was loaded, as its generator counts it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from omnistate_schemas.times import DAY_MS, format_time, parse_time_ms

from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.waiting import wait_until

CENTRE: dict[str, Any] = {
    "workstreams": {"line": {"channel": "voice", "authority": "upstream"}},
    "queues": {"support": {}, "sales": {"service_level_threshold": 60}},
}
THRESHOLDS_S = {"support": 20, "sales": 60}
MONTH = "2026-03-01T00:00:00Z"
CALLS = 120


class Month:
    """A month's calls, and what they come to by day and queue."""

    def __init__(self, seed: int) -> None:
        self.events: list[dict[str, Any]] = []
        self.figures: defaultdict[tuple[str, str], dict[str, float]] = defaultdict(
            lambda: defaultdict(float)
        )
        random = Random(seed)
        for number in range(CALLS):
            # Of one hour in the middle of a day, so that none goes over midnight.
            day_ms = parse_time_ms(MONTH) + random.randrange(30) * DAY_MS
            self._call(f"call-{number}", day_ms + random.randrange(36_000_000, 39_600_000), random)

    def _call(self, id_: str, at_ms: int, random: Random) -> None:
        queue = random.choice(["support", "sales"])
        row = self.figures[format_time(at_ms // DAY_MS * DAY_MS), queue]
        wait_s, talk_s, wrap_up_s = (random.randrange(1, 120) for _ in range(3))
        ana = {"representative_id": random.choice(["ana", "ben"])}
        start = {"channel": "voice", "workstream_id": "line", "queue_id": queue}
        self._tell(id_, at_ms, "conversation.started", start)
        row["offered"] += 1
        at_ms += wait_s * 1_000
        in_time = wait_s <= THRESHOLDS_S[queue]
        if random.random() < 0.2:
            self._tell(id_, at_ms, "conversation.ended", {})
            row["left_waiting"] += 1
            row["left_in_time"] += in_time
            return
        self._tell(id_, at_ms, "conversation.offered", ana)
        self._tell(id_, at_ms, "conversation.answered", ana)
        self._tell(id_, at_ms + talk_s * 1_000, "conversation.ended", {"by": "representative"})
        wrapped_ms = at_ms + (talk_s + wrap_up_s) * 1_000
        self._tell(id_, wrapped_ms, "conversation.wrapped_up", ana)
        row["accepted"] += 1
        row["accepted_in_time"] += in_time
        row["answer_seconds"] += wait_s
        row["talk_seconds"] += talk_s
        row["wrap_up_seconds"] += wrap_up_s
        row["handle_seconds"] += talk_s + wrap_up_s
        row["handled"] += 1

    def _tell(self, id_: str, at_ms: int, type_: str, data: dict[str, Any]) -> None:
        id_of_event = str(len(self.events))
        self.events.append(make_event(type_, id_, id_of_event, data, time=format_time(at_ms)))


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


def test_a_month_that_was_loaded_has_the_figures_of_its_generator(
    installation: Installation,
) -> None:
    seed = 7
    month = Month(seed)
    installation.set_up(CENTRE, partitions=2)
    installation.worker()
    installation.send(month.events)
    wait_until("taken", installation.caught_up)
    span = ("--from", MONTH, "--to", "2026-03-31T00:00:00Z")
    lines = installation.run("figures", *span, "--every", "1d", "--by", "queue", "--json")
    found = {
        (row["from"], row["queue_id"]): {
            name: number for name, number in row.items() if number and name in WANTED
        }
        for row in map(json.loads, lines.splitlines())
    }
    wanted = {
        key: {name: number for name, number in row.items() if number}
        for key, row in month.figures.items()
    }
    assert found == wanted, f"seed {seed}"
    (whole,) = map(json.loads, installation.run("figures", *span, "--json").splitlines())
    assert (whole["workstream_id"], whole["offered"]) == ("line", CALLS), f"seed {seed}"
    table = installation.run("figures", *span, "--by", "representative").splitlines()
    assert [each.split()[1] for each in table] == ["representative", "ana", "ben"]


WANTED = (
    *("offered", "accepted", "accepted_in_time", "answer_seconds", "left_waiting", "left_in_time"),
    *("handled", "handle_seconds", "talk_seconds", "wrap_up_seconds"),
)
