"""contract.md#order: however a follower's reports arrive, they come to the same.

`id`, `time` and `input` aside, where no two are of one time and rank.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .model import run
from .scenes import CHANNEL_OF_KIND, config_of, encode, event
from .vocabulary import KINDS, RANKS

pytestmark = pytest.mark.slow

WINDOW = 3
REPORTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("conversation.queued", {"queue_id": "second"}),
    ("conversation.offered", {"representative_id": "ana"}),
    ("conversation.offered", {"representative_id": "ben"}),
    ("conversation.answered", {"representative_id": "ana"}),
    ("conversation.answered", {"representative_id": "ben"}),
    ("conversation.offer_ended", {"representative_id": "ben", "declined": True}),
    ("conversation.parked", {}),
    ("conversation.ended", {"by": "customer"}),
    ("conversation.wrapped_up", {"representative_id": "ana"}),
    ("customer.messaged", {}),
    ("customer.ended", {}),
    ("customer.disconnected", {}),
    ("record.deactivated", {"outcome": "resolved"}),
)


@st.composite
def told(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Reports and facts of one conversation, no two of one time and rank."""
    found: list[dict[str, Any]] = []
    taken: set[tuple[int, int]] = set()
    for number in range(draw(st.integers(1, 12))):
        type_, data = draw(st.sampled_from(REPORTS))
        # In steps of half a second, so that some are of one time; what comes as late as the window
        # is long does not wait.
        half = draw(st.integers(0, 2 * WINDOW - 1))
        told = event(type_, half / 2, data, f"{type_}-{number}")
        places = {(half, rank) for rank in ranks_of(type_)}
        if not places & taken:
            found.append(told)
            taken |= places
    return found


def ranks_of(type_: str) -> set[int]:
    """Those that it may have, by the kind: a call ends with the customer's connection."""
    if type_ == "customer.disconnected":
        return {0, RANKS["customer.ended"]}
    return {RANKS.get(type_, 0)}


def changes(lines: list[bytes], kind: str, *, aside: tuple[str, ...]) -> list[Any]:
    """The state changes of a run, with what may differ left out."""
    config = config_of(kind, authority="upstream", settle_window=WINDOW, wrap_up_after_transfer=30)
    outputs, _ = run(lines, config, "2025-03-05T09:10:00Z")
    return [
        {name: member for name, member in record["value"]["data"].items() if name not in aside}
        for record in outputs
        if record["value"]["type"] == "conversation.state_changed"
    ]


def start_of(kind: str) -> dict[str, Any]:
    data = {"channel": CHANNEL_OF_KIND[kind], "workstream_id": "desk", "queue_id": "first"}
    return event("conversation.started", 0, data, "start")


@given(kind=st.sampled_from(KINDS), reports=told(), data=st.data())
def test_any_order_of_reports(
    kind: str, reports: list[dict[str, Any]], data: st.DataObject
) -> None:
    """After the start, whatever comes within the window."""
    shuffled = data.draw(st.permutations(reports))
    in_order = sorted(reports, key=lambda each: each["time"])
    aside = ("input",)
    one = changes(encode([start_of(kind), *in_order]), kind, aside=aside)
    assert changes(encode([start_of(kind), *shuffled]), kind, aside=aside) == one


@given(kind=st.sampled_from(KINDS), reports=told(), data=st.data())
def test_any_place_of_the_start(
    kind: str, reports: list[dict[str, Any]], data: st.DataObject
) -> None:
    """The start, too, may come up to three seconds late; timers then run from when it came."""
    shuffled = data.draw(st.permutations([start_of(kind), *reports]))
    in_order = [start_of(kind), *sorted(reports, key=lambda each: each["time"])]
    aside = ("input", "next_timer")
    one = changes(encode(in_order), kind, aside=aside)
    assert changes(encode(shuffled), kind, aside=aside) == one
