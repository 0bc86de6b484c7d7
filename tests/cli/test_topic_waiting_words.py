"""What `omnistate topics wait` says, how often, and what it ends with, on a clock of the test's."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
from omnistate.adapters.kafka.admin.readiness import Readiness
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterRefusal, Unreachable
from omnistate.cli import topic_waiting
from omnistate.cli.topic_waiting import await_topics
from omnistate.process.errors import GivenUp, Unusable
from omnistate.stream.topology import load_topology

MISSING = Readiness("topic queues is missing", {}, only_missing=True)
WRONG = Readiness("topic queues has cleanup.policy=delete", {})
FIT = Readiness(None, {})
Seen = Readiness | Exception


class Waiting:
    """A run against a cluster that shows one thing after the other; the last one for ever."""

    def __init__(self, seen: Sequence[Seen], monkeypatch: pytest.MonkeyPatch) -> None:
        self.seen, self.now_s, self.looks = list(seen), 0.0, 0
        monkeypatch.setattr(topic_waiting, "open_cluster", self.open)

    @asynccontextmanager
    async def open(self, _: Connection, timeout_s: float) -> AsyncIterator["Waiting"]:
        assert timeout_s > 0
        yield self

    async def readiness(self, *_: Any) -> Readiness:
        found = self.seen[min(self.looks, len(self.seen) - 1)]
        self.looks += 1
        if isinstance(found, Exception):
            raise found
        return found

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now_s += seconds

    async def run(self, timeout_s: float | None = None, group: str = "figures") -> None:
        await await_topics(
            Connection(), load_topology(), group, timeout_s, self.sleep, lambda: self.now_s
        )


async def test_it_says_once_what_is_new_and_then_ever_more_rarely(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting = Waiting([Unreachable("nobody"), WRONG, *[MISSING] * 30, FIT], monkeypatch)
    await waiting.run()
    said = capsys.readouterr().err.splitlines()
    assert said[:3] == [
        "omnistate topics wait: waiting: nobody",
        "omnistate topics wait: waiting, 1 s so far: topic queues has cleanup.policy=delete",
        "omnistate topics wait: waiting, 3 s so far: topic queues is missing",
    ]
    at_s = [float(line.split()[4]) for line in said[2:]]
    pauses = [later - earlier for earlier, later in pairwise(at_s)]
    assert len(pauses) == 3
    assert pauses == sorted(pauses)
    # A worker behind it need not wait for long.
    assert waiting.now_s / waiting.looks < 5


@pytest.mark.parametrize(
    ("seen", "error", "says"),
    [
        (MISSING, GivenUp, r"not within 7 s: topic queues is missing"),
        (WRONG, GivenUp, r"not within 7 s: topic queues has cleanup"),
        (Unreachable("nobody"), Unreachable, "nobody"),
    ],
)
async def test_after_the_time_it_looks_once_more_and_gives_up(
    seen: Seen, error: type[Exception], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = Waiting([seen], monkeypatch)
    with pytest.raises(error, match=says):
        await waiting.run(7)
    assert waiting.now_s == 7
    fit = Waiting([MISSING, MISSING, MISSING, FIT], monkeypatch)
    await fit.run(7)


async def test_who_refuses_us_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Waiting([MISSING, ClusterRefusal("no such user"), FIT], monkeypatch)
    with pytest.raises(ClusterRefusal):
        await waiting.run()
    with pytest.raises(Unusable, match="--group router-to-be"):
        await waiting.run(group="router-to-be")
    assert waiting.looks == 2
    await Waiting([FIT], monkeypatch).run(0, "lag")
