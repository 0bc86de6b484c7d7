"""An operator's commands, each of them, on what is printed for an operator; mending, too."""

import functools
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.clients.connection import Connection

from tests.cluster.locked_centre import CENTRE, OPERATOR, PARTITIONS, LockedCentre
from tests.cluster.odd_batches import ZSTD, append, bomb
from tests.cluster.odd_inputs import stopped, subject_in
from tests.cluster.story_inputs import event
from tests.cluster.test_remade_topics import delete
from tests.harness.waiting import eventually, wait_until

pytestmark = pytest.mark.slow
TOPIC = "channel-events"


def started(subject: str) -> dict[str, Any]:
    data = {"channel": "live_chat", "workstream_id": "chat", "queue_id": "support"}
    return event(1, "conversation.started", subject, **data)


async def begun(centre: LockedCentre) -> set[str]:
    """The conversations that have changed."""
    return {each["subject"] for each in await centre.events("conversation-state-changes")}


async def test_every_command_runs_on_what_is_printed(
    locked: LockedCentre, redis_url: str, prefix: str, tmp_path: Path
) -> None:
    centre = LockedCentre(locked.broker, prefix, tmp_path)
    try:
        await centre.set_up()
        operator = centre.as_user(OPERATOR)
        operator.run("topics", "plan", "--replication-factor", "1")
        operator.lay_out(PARTITIONS)
        for group in ("conversation", "router"):
            operator.run("topics", "wait", "--group", group)
        operator.configure({**CENTRE, "queues": {"support": {}, "second": {}}})
        operator.configure(CENTRE, "--prune")
        first, second = (subject_in(number, PARTITIONS, "chat") for number in range(PARTITIONS))
        present = event(1, "representative.presence", "ana", presence="busy")
        operator.send([started(first), started(second), present])
        worker = centre.as_user("conversation").worker()
        async with centre.writer("desktop") as desktop:
            await desktop.write("agent-actions", event(2, "nobody.knows", first))
        await eventually(
            "both began", functools.partial(begun, centre), lambda seen: seen == {first, second}
        )
        wait_until("caught up", operator.caught_up)
        operator.run("lag")
        operator.run("router", "explain", first)
        operator.run("router", "waiting", "support")
        centre.as_user(OPERATOR, redis_url=redis_url).run("top", "--once")
        operator.run("figures", "--from", "2026-03-01T00:00:00Z", "--to", "2026-03-03T00:00:00Z")
        await eventually(
            "the dead letter", lambda: centre.events("dead-letters"), lambda found: len(found) == 1
        )
        assert "unknown_type" in operator.run("dead-letters", "list")
        assert "put 1 back" in operator.run("dead-letters", "redrive")
        await check_skipping(centre, worker, first)
        assert worker.stop() == 0
        operator.run("states", "rebuild")
        await check_adopting(centre)
        await check_accepting(centre)
        operator.run("audit", status=1)
    finally:
        centre.end()


async def check_skipping(centre: LockedCentre, worker: Any, subject: str) -> None:
    """Past a batch that nobody can read, which somebody with a password for it had written."""
    administrator = Connection(centre.broker.bootstrap, centre.prefix)
    offset = await append(administrator, TOPIC, 0, bomb(), ZSTD)
    wait_until("stopped", lambda: stopped(worker, 0))
    place = ("--topic", TOPIC, "--partition", "0", "--offset", str(offset))
    said = centre.as_user(OPERATOR).run("inputs", "skip", "--group", "conversation", *place)
    assert "passed over" in said
    wait_until("ready", worker.is_ready)


async def check_adopting(centre: LockedCentre) -> None:
    """On with an input that was made anew."""
    operator = centre.as_user(OPERATOR)
    await delete(Connection(centre.broker.bootstrap, centre.prefix), TOPIC)
    operator.lay_out(PARTITIONS)
    assert f"{PARTITIONS} partitions" in operator.run("inputs", "adopt", "--topic", TOPIC)


async def check_accepting(centre: LockedCentre) -> None:
    """On with tables that have lost their rows."""
    operator = centre.as_user(OPERATOR)
    lost = "conversation-conversations-changelog"
    await delete(Connection(centre.broker.bootstrap, centre.prefix), lost)
    operator.lay_out(PARTITIONS)
    said = operator.run("tables", "accept", "--group", "conversation")
    assert "is forgotten" in said
