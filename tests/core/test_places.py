"""Who adds something to the law is led from place to place by what the import says.

Each task begins with what is new. Whatever then is forgotten is complained of, and mended by the
next edit; when nothing is complained of any more, the engine does what was added.
"""

import json
from pathlib import Path
from typing import Final

import pytest

from tests.core.additions import TASKS
from tests.core.source_copy import SourceCopy

Data = dict[str, str]
# What is replayed in the end: the members of its start, further inputs, outcomes and rules.
REPLAYS: Final[dict[str, tuple[Data, list[tuple[str, Data]], str]]] = {
    "an input type": ({"channel": "sms"}, [("customer.typed", {})], "changed recorded C1"),
    "a rule": (
        {"channel": "sms", "scheduled_for": "2026-03-02T10:00:00Z"},
        [("router.close", {"reason": "failure"})],
        "changed changed C4 Q9",
    ),
    "a channel kind": (
        {"channel": "email"},
        [
            ("router.assign", {"representative_id": "ana"}),
            ("representative.accept", {"representative_id": "ana"}),
            ("representative.close_session", {"representative_id": "ana"}),
        ],
        "changed changed changed changed C1 O1 A1 B9",
    ),
}
REPLAY: Final = """
import json, sys
from omnistate import Directory, Replay
from omnistate_schemas import Workstream
channel, lines = json.loads(sys.stdin.read())
replay = Replay(Directory({"w": Workstream(channel=channel)}))
outputs = [json.loads(line)["value"]["data"] for line in replay.feed(map(str.encode, lines))]
said = [*replay.tally.elements(), *(each["rule"] for each in outputs if "state" in each)]
print(*said)
"""


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_who_adds_something_is_led_to_every_place(task: str, tmp_path: Path) -> None:
    sources = SourceCopy(tmp_path)
    for step in TASKS[task]:
        if step.complaint:
            said = sources.complain()
            assert said is not None, step
            assert said.startswith(step.complaint), said
        sources.edit_each(step.path, step.pattern, step.text)
    assert sources.complain() is None
    if task in REPLAYS:
        start, inputs, expected = REPLAYS[task]
        done = sources.run(REPLAY, stdin=json.dumps([start["channel"], lines_of(start, inputs)]))
        assert (done.stdout.strip(), done.stderr) == (expected, "")


def lines_of(start: Data, inputs: list[tuple[str, Data]]) -> list[str]:
    """A conversation's inputs, a minute apart."""
    started = ("conversation.started", {"workstream_id": "w", **start})
    return [
        json.dumps(
            {
                "specversion": "1.0",
                "id": f"i{number}",
                "source": "/tests",
                "type": type_,
                "subject": "c1",
                "time": f"2026-03-02T09:0{number}:00Z",
                "data": data,
            }
        )
        for number, (type_, data) in enumerate([started, *inputs])
    ]
