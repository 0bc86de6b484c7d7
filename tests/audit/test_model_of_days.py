"""Where the read model should list conversations: the audit's own fold against the tests' one."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from omnistate.audit.model_fold import fold_states
from omnistate.audit.model_layout import count, index, is_index
from omnistate.stream.ports import Record

from tests.harness.engine_run import run
from tests.oracle.random_days import Day, days
from tests.projections.fold import EPOCH, fold, milliseconds


class Topic:
    """One partition of `conversation-states`."""

    def __init__(self, events: list[dict[str, Any]]) -> None:
        self._records = [
            Record("conversation-states", 0, offset, 1, each["subject"].encode(), _text(each))
            for offset, each in enumerate(events)
        ]

    async def beginnings(self, _: str) -> list[int]:
        return [0]

    async def ends(self, _: str) -> list[int]:
        return [len(self._records)]

    async def records(self, *_: Any) -> AsyncIterator[list[Record]]:
        yield self._records


def _text(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(day=days())
async def test_both_folds_list_the_same(day: Day) -> None:
    outputs, _ = run(*day)
    events = [each["value"] for each in outputs if each["topic"] == "conversation-state-changes"]
    at_ms = max((milliseconds(each["time"]) for each in events), default=0)
    topic: Any = Topic(events)
    known = await fold_states(topic, {("conversation-states", 0): len(events)}, at_ms)
    now = EPOCH + timedelta(milliseconds=at_ms)
    told = fold([(each["subject"], each) for each in events], (), now).keys
    wanted: dict[str, Any] = {name: told[name] for name in told if is_index(name)}
    found = {
        name: set(members) if isinstance(wanted.get(name), set) else members
        for name, members in index(known).items()
    }
    assert found == wanted
    counts = {field: str(number) for field, number in count(known).items()}
    assert counts == told.get("omnistate:counts", {})
