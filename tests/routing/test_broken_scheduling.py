"""Each property of scheduling fails where a router is broken so that it should."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import msgspec
import pytest
from omnistate.core.router import giving
from omnistate.core.router.actions import Action
from omnistate.core.router.work import Work
from omnistate.stream.ports import Outgoing
from omnistate.stream.router import routing
from omnistate.stream.router.action_records import encode_action
from omnistate.stream.router.pictured_records import PicturedRecords
from omnistate_schemas.configuration import Configuration
from omnistate_schemas.queue import Queue

from tests.routing import simulated_routers
from tests.routing.followed_log import FollowedLog
from tests.routing.scheduling_run import SchedulingRun

SEEDS = range(1, 13)
Break = Callable[[pytest.MonkeyPatch], None]


def no_work_for_the_free(patch: pytest.MonkeyPatch) -> None:
    """Whoever has room again does not look for work."""
    patch.setattr(giving, "_find_turn", lambda *_: None)


def last_come_first_served(patch: pytest.MonkeyPatch) -> None:
    read = Work.__init__

    def read_backwards(self: Work, *given: Any) -> None:
        read(self, *given)
        queue, own, queued_ms, id_ = self.key
        object.__setattr__(self, "key", (queue, own, -queued_ms, id_))

    patch.setattr(Work, "__init__", read_backwards)


def configure_otherwise(patch: pytest.MonkeyPatch, **members: Any) -> None:
    configure = PicturedRecords.configure

    def otherwise(
        self: PicturedRecords, topic: str, id_: str, configured: Configuration | None
    ) -> None:
        if isinstance(configured, Queue):
            configured = configured.model_copy(update=members)
        configure(self, topic, id_, configured)

    patch.setattr(PicturedRecords, "configure", otherwise)


def declines_not_counted(patch: pytest.MonkeyPatch) -> None:
    configure_otherwise(patch, max_declines=100)


def overflow_forgotten(patch: pytest.MonkeyPatch) -> None:
    configure_otherwise(patch, overflow=[])


def decisions_without_names(patch: pytest.MonkeyPatch) -> None:
    """What is sent names no change that it was decided on, and each copy has an id of its own."""
    numbers = count()

    def encode(action: Action, now_ms: int) -> Outgoing:
        record = encode_action(action, now_ms)
        event = msgspec.json.decode(record.value or b"")
        event["id"] += f"-{next(numbers)}"
        event["data"].pop("expected_sequence", None)
        return Outgoing(record.topic, record.key, msgspec.json.encode(event), record.headers)

    patch.setattr(routing, "encode_action", encode)
    # And all of it comes twice, the second time when much has happened.
    append = simulated_routers.SimulatedRouters.append

    def append_twice(
        self: simulated_routers.SimulatedRouters,
        records: Sequence[Outgoing],
        *,
        late: bool = False,
    ) -> None:
        append(self, records, late=late)
        if not late:
            self.centre.after(8, lambda: append(self, records, late=True))

    patch.setattr(simulated_routers.SimulatedRouters, "append", append_twice)


def past_forgotten(patch: pytest.MonkeyPatch) -> None:
    """A new router follows its topics from now on, and never reads what they say already."""
    follow = FollowedLog.__init__

    def follow_from_now(self: FollowedLog, log: Any, whole: Any, from_now: Any) -> None:
        follow(self, log, (), [*whole, *from_now])

    patch.setattr(FollowedLog, "__init__", follow_from_now)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("how", "what"),
    [
        (no_work_for_the_free, {"idle"}),
        (last_come_first_served, {"order"}),
        (declines_not_counted, {"declines"}),
        (overflow_forgotten, {"overflow"}),
        (decisions_without_names, {"twice", "overflow"}),
        (past_forgotten, {"idle"}),
    ],
)
async def test_a_broken_router_is_noticed(
    monkeypatch: pytest.MonkeyPatch, how: Break, what: set[str]
) -> None:
    how(monkeypatch)
    found: set[str] = set()
    for seed in SEEDS:
        verdict = await SchedulingRun(seed).run()
        found |= {fault.what for fault in verdict.faults}
        if what <= found:
            return
    pytest.fail(f"{sorted(what - found)} were not noticed")
