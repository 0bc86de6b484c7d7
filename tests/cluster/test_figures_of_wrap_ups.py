"""The figures worker and what is written up after hand-overs, before and after its restart."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.figure_topics import Figures, expected, shown
from tests.harness.events import make_event
from tests.harness.installation import Installation, installed
from tests.harness.topics import Written, read_events, write
from tests.harness.waiting import eventually, wait_until
from tests.projections.wrap_up_recount import recount_wrap_ups

CENTRE: dict[str, Any] = {
    "workstreams": {"chat": {"channel": "live_chat", "wrap_up_after_transfer": 3_600}},
    "queues": {"support": {}, "sales": {}},
}
ANA = {"representative_id": "ana"}
CALLS = 6
TOPICS = ("conversation-state-changes", "capacity-changes", "recorded-inputs")


def tell() -> list[dict[str, Any]]:
    """Somebody hands over; half of them say when they are done, and half are at it for an hour."""
    start = {"channel": "live_chat", "workstream_id": "chat", "queue_id": "support"}
    to = {"kind": "queue", "id": "sales"}
    steps: list[tuple[str, dict[str, Any]]] = [
        ("conversation.started", start),
        ("representative.pick", ANA),
        ("representative.transfer", {**ANA, "to": to}),
        ("representative.close_session", ANA),
    ]
    return [
        make_event(type_, f"chat-{number}", str(step), data)
        for number in range(CALLS)
        for step, (type_, data) in enumerate(steps[: 4 if number % 2 else 3])
    ]


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


async def recount(found: Installation) -> Figures:
    """What the changes say, and beside them what is written up, by the engine's clock."""
    outputs: list[dict[str, Any]] = [
        {"topic": topic, "value": event}
        for topic in TOPICS
        for event in await read_events(found.brokers, f"{found.prefix}{topic}")
    ]
    for output in outputs:
        output["value"]["data"].pop("input", None)
    # As one step stands together where it is told: changes, then releases and holds.
    order = {topic: place for place, topic in enumerate(TOPICS)}
    outputs.sort(
        key=lambda each: (
            each["value"]["data"]["conversation_id"],
            each["value"]["time"],
            each["value"]["causationid"],
            order[each["topic"]],
        )
    )
    sums = await expected(found, {})
    for told in recount_wrap_ups(outputs):
        for queue in (told.queue, ""):
            sums[told.workstream, queue, "wrapped_up"] += 1
            sums[told.workstream, queue, "wrap_up_ms"] += told.length_ms
            sums[told.workstream, queue, "handle_ms"] += told.length_ms
    return +sums


async def test_what_is_written_up_is_counted_once_also_by_whoever_takes_over(
    installation: Installation,
) -> None:
    installation.set_up(CENTRE, partitions=2)
    installation.worker()
    worker = installation.worker("figures")
    installation.send(tell())
    released = f"{installation.prefix}capacity-changes"
    # Each is held as primary and released, and held to write up; half of that is over.
    wanted_records = CALLS * 3 + CALLS // 2
    await eventually(
        "holds",
        lambda: read_events(installation.brokers, released),
        lambda seen: len(seen) == wanted_records,
    )
    wanted = await recount(installation)
    assert wanted["chat", "support", "wrapped_up"] == CALLS // 2
    assert ("chat", "sales", "wrapped_up") not in wanted
    wait_until("the same figures", lambda: shown(worker) == wanted)

    # What nobody can have published is counted, and nothing else comes of it.
    wrong = b'{"type": "capacity.held", "data": {"role": "wrap_up"}}'
    await write(installation.brokers, Written(released, b"ana", wrong, 0))
    metric = "omnistate_followed_unusable_total"
    wait_until("unusable", lambda: worker.metric(metric, topic="capacity-changes") == 1)
    assert shown(worker) == wanted
    wait_until("committed", lambda: installation.caught_up("figures"))
    worker.kill()
    worker = installation.worker("figures")
    wait_until("the same figures", lambda: shown(worker) == wanted)
    assert worker.end_in_time() == 0
    assert "Traceback" not in worker.log()
