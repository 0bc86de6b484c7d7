"""What gateways invent makes neither rows nor labels: 5,000 queues are one, `other`."""

import time
from typing import Any

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.configuration.configuration_follower import UnusableRecord
from omnistate.adapters.kafka.configuration.segment_follower import SegmentFollower
from omnistate.process.figures.figures_metrics import FiguresMetrics
from omnistate.projections.figures.counting import Counting
from omnistate.projections.figures.row_publication import rows_of
from omnistate.projections.figures.windows import WINDOW_S
from omnistate.projections.keys import OTHER
from omnistate_schemas.configuration import Queue, Workstream
from omnistate_schemas.read_change import ReadChange

from tests.projections.memory_topics import change

INVENTED = 5_000


def follower() -> SegmentFollower:
    """What is configured: a queue and a workstream."""

    def complain(unusable: UnusableRecord) -> None:
        raise AssertionError(unusable)

    found = SegmentFollower(Connection(brokers="nowhere:9092"), complain)
    found._put("queues", "support", Queue())
    found._put("workstreams", "chat", Workstream(channel="live_chat"))
    return found


def first(id_: str, workstream: str, queue: str | None) -> ReadChange:
    data = {
        **dict.fromkeys(ReadChange.model_fields),
        **change(id_, 1, "open")["data"],
        "workstream_id": workstream,
        "queue_id": queue,
        "channel": "live_chat",
        "detail": "queued",
        "reason": None,
        "state": "open",
        "internal": False,
        "rule": "C1",
        "transfer_count": 0,
        "abandoned": False,
        "cause": {"type": "conversation.started", "id": id_, "source": "/t", "actor_id": None},
    }
    return ReadChange.model_construct(**data)


def test_five_thousand_invented_queues_are_one_row_and_one_label() -> None:
    configured = follower()
    windows: dict[Any, Any] = {}
    now_s = time.time()

    def window_at(at_s: float) -> tuple[float, float]:
        return at_s // WINDOW_S * WINDOW_S, at_s // WINDOW_S * WINDOW_S + WINDOW_S - 0.1

    counting = Counting({}, windows, window_at, configured.threshold_ms, configured.segment_of)
    now_ms = round(now_s * 1_000)
    for number in range(INVENTED):
        counting.take(first(f"i-{number}", "chat", f"queue-{number}"), now_ms, 0, now_ms)
    counting.take(first("c-1", "chat", "support"), now_ms, 0, now_ms)
    counting.take(first("c-2", "chat", None), now_ms, 0, now_ms)
    counting.take(first("c-3", "invented", "support"), now_ms, 0, now_ms)
    assert counting.tally["counted"] == INVENTED + 3
    rows = rows_of(counting.parts({0}, now_s), now_s)
    offered = {
        (row.workstream_id, row.queue_id): row.counts.get("offered", 0)
        for row in rows
        if row.span.name == "current" and row.span.window_s == WINDOW_S
    }
    assert offered == {
        ("chat", ""): INVENTED + 2,
        ("chat", "support"): 1,
        ("chat", OTHER): INVENTED,
        (OTHER, ""): 1,
        (OTHER, "support"): 1,
    }
    assert len(windows) == 4
    tally = {str(outcome): number for outcome, number in counting.tally.items()}
    text = FiguresMetrics(lambda: rows, lambda: tally, lambda: True).expose().decode()
    assert "queue-1" not in text
    assert f'queue="{OTHER}"' in text
    assert len(text) < 100_000


def test_what_is_taken_away_counts_as_other_from_then_on() -> None:
    configured = follower()
    assert configured.segment_of("chat", "support") == ("chat", "support")
    assert configured.segment_of("chat", None) == ("chat", "")
    configured._put("queues", "support", None)
    configured._put("workstreams", "chat", None)
    assert configured.segment_of("chat", "support") == (OTHER, OTHER)
