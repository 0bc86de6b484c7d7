"""However late a follower's reports come, and in whichever order, they come to the same.

contract.md#order-of-reports: for reports and facts of one conversation that are of different times
or ranks, at most sixteen that wait, each within the window and three seconds of the start. What the
outputs say of where an input lay and when it was taken is aside.
"""

import json
from typing import Any, NamedTuple

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st
from omnistate.core.conversation.waiting import WAITING_MAX

from tests.oracle.vocabulary import RANKS
from tests.stream.late_records import LateCentre

CHANNELS = {
    "live_chat": "live_chat",
    "persistent_chat": "persistent_chat",
    "messaging": "sms",
    "voice": "voice",
    "record": "record",
}
ANYBODY = ("ana", "ben", "eva")
SAID: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = (
    ("conversation.queued", ({"queue_id": "first"}, {"queue_id": "second"}, {})),
    ("conversation.offered", tuple({"representative_id": who} for who in ANYBODY)),
    ("conversation.answered", tuple({"representative_id": who} for who in ANYBODY)),
    (
        "conversation.offer_ended",
        tuple({"representative_id": who, "declined": who == "ana"} for who in ANYBODY),
    ),
    ("conversation.parked", ({},)),
    ("conversation.ended", ({}, {"by": "representative"}, {"by": "system"})),
    ("conversation.wrapped_up", ({}, *({"representative_id": who} for who in ANYBODY))),
    ("conversation.updated", ({"priority": 7}, {"units": 5}, {"attributes": {"case": "K-1"}})),
    ("conversation.progressed", ({},)),
    ("conversation.closed", ({"reason": "merged", "merged_into": "other"},)),
    ("customer.messaged", ({},)),
    ("customer.ended", ({},)),
    ("customer.disconnected", ({},)),
    ("representative.hold", ({"representative_id": "ana"},)),
    ("consult.ended", ({"representative_id": "ben"},)),
    ("record.deactivated", ({"outcome": "resolved"},)),
)
# What goes on in most calls, so that most days are eventful.
LIKELY = SAID[:3]


class Told(NamedTuple):
    """An input: when it happened and when it came, in milliseconds from the start."""

    happened_ms: int
    came_ms: int
    type: str
    data: dict[str, Any]
    id: str


class Follower(NamedTuple):
    """A conversation of another system's, and what it says of it."""

    kind: str
    window_s: int
    settings: dict[str, Any]
    reports: list[Told]


@st.composite
def followers(draw: st.DrawFn) -> Follower:
    """No two reports are of one time and rank, and each comes before its window is over."""
    kind, window_s = draw(st.sampled_from(tuple(CHANNELS))), draw(st.sampled_from((1, 3, 5)))
    found: dict[tuple[int, int], Told] = {}
    for number in range(draw(st.integers(2, WAITING_MAX))):
        type_, datas = draw(st.sampled_from(LIKELY) | st.sampled_from(SAID))
        # Whole seconds, as many systems tell them, and some between.
        happened_ms = draw(st.integers(0, 8)) * 1_000 + draw(st.sampled_from((0, 0, 1, 500)))
        late_ms = draw(st.integers(0, window_s * 1_000 - 1))
        told = Told(
            happened_ms, happened_ms + late_ms, type_, draw(st.sampled_from(datas)), f"i{number}"
        )
        found.setdefault((happened_ms, RANKS.get(type_, 0)), told)
    more = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "parallel_offers": st.sampled_from((1, 2)),
                "wrap_up_after_transfer": st.just(60),
                "block_capacity_for_wrap_up": st.sampled_from(("never", 60)),
                "reserve_on_offer": st.just(False),
            },
        )
    )
    return Follower(kind, window_s, more, list(found.values()))


def live(follower: Follower, reports: list[Told], start_ms: int = 0) -> LateCentre:
    """What comes of it when the reports come so; those of one instant as they stand."""
    centre = LateCentre(
        restart=False,
        channel=follower.kind,
        settle_window=follower.window_s,
        **follower.settings,
    )
    given_ = {"channel": CHANNELS[follower.kind], "queue_id": "first"}
    start = Told(0, start_ms, "conversation.started", given_, "start")
    for told in sorted([start, *reports], key=lambda each: each.came_ms):
        centre.come(told.type, told.came_ms / 1e3, told.happened_ms / 1e3, told.id, **told.data)
    centre.wait(30)
    return centre


def plain(centre: LateCentre, *, start_waits: bool) -> list[dict[str, Any]]:
    """What is told, without ids of outputs, and where and when an input was taken.

    Ids of holds derive from where the start lay; deadlines run on the engine's clock, so where the
    start comes late they go by it.
    """
    found = []
    for output in map(json.loads, (output.value or b"{}" for output in centre.outputs)):
        data = {name: it for name, it in output["data"].items() if name != "input"}
        if "hold_id" in data:
            data["hold_id"] = data["hold_id"].rpartition(".")[2]
        if start_waits and "next_timer" in data:
            data["next_timer"] = data["next_timer"]["name"]
        found.append({"type": output["type"], "data": data})
    return found


def in_order(follower: Follower) -> list[Told]:
    """As they happened, each in its instant."""
    ranked = sorted(follower.reports, key=lambda it: (it.happened_ms, RANKS.get(it.type, 0)))
    return [told._replace(came_ms=told.happened_ms) for told in ranked]


@pytest.mark.slow
@settings(max_examples=200)
@given(follower=followers(), data=st.data())
def test_reports_come_to_the_same_in_any_order(follower: Follower, data: st.DataObject) -> None:
    """The start first; all that differs is how late each is, and whatever overtakes what."""
    expected = live(follower, in_order(follower))
    shuffled = data.draw(st.permutations(follower.reports))
    found = live(follower, shuffled)
    note(f"{follower}")
    assert plain(found, start_waits=False) == plain(expected, start_waits=False)


@pytest.mark.slow
@settings(max_examples=200)
@given(follower=followers(), start_ms=st.integers(0, 2_999), data=st.data())
def test_so_they_do_where_the_start_comes_late(
    follower: Follower, start_ms: int, data: st.DataObject
) -> None:
    """What is there before it waits for it, and is taken in its order."""
    expected = live(follower, in_order(follower))
    shuffled = data.draw(st.permutations(follower.reports))
    found = live(follower, shuffled, start_ms)
    note(f"{follower}, start after {start_ms} ms")
    assert plain(found, start_waits=True) == plain(expected, start_waits=True)


@settings(max_examples=50)
@given(follower=followers(), start_ms=st.integers(0, 2_999))
def test_each_report_is_counted_once(follower: Follower, start_ms: int) -> None:
    """However late it came and long it waited, it has its one outcome."""
    centre = live(follower, follower.reports, start_ms)
    assert sum(centre.tally.values()) == len(follower.reports) + 1
    assert centre.tally["changed"] >= 1
