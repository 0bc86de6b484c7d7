"""Inputs that come too early or out of order: each is taken once, in its order.

See contract.md#early-inputs and contract.md#order-of-reports. Every record is read by a new owner.
"""

from itertools import permutations
from random import Random
from typing import Any

import pytest

from tests.stream.late_records import LateCentre

CALL: list[tuple[str, float, dict[str, Any]]] = [
    ("conversation.started", 0, {"queue_id": "support"}),
    ("conversation.queued", 0.5, {"queue_id": "support"}),
    ("conversation.offered", 1, {"representative_id": "ana"}),
    ("conversation.answered", 1, {"representative_id": "ana"}),
    ("conversation.ended", 2, {}),
    ("conversation.wrapped_up", 2, {"representative_id": "ana"}),
]
RULES = ["C1", "F2", "h:F2", "F4", "F5", "F6", "r:F6"]


def test_an_input_waits_for_its_start() -> None:
    centre = LateCentre()
    assert centre.come("conversation.answered", 0, 0, representative_id="ana") == []
    assert centre.tally == {}
    assert centre.come("conversation.started", 2.9, 0) == ["C1", "F4", "h:F4"]
    assert centre.tally == {"changed": 2}
    assert centre.wait(10) == []


def test_without_a_start_it_is_refused_three_seconds_later() -> None:
    centre = LateCentre()
    assert centre.come("customer.ended", 0, 0) == []
    assert centre.wait(2.999) == []
    assert centre.wait(3) == ["unknown_conversation"]
    assert centre.tally == {"rejected": 1}
    assert centre.tables.conversations == {}
    assert len(centre.tables.timers) == 0
    assert centre.come("conversation.started", 4, 4) == ["C1"]


def test_an_action_does_not_wait() -> None:
    centre = LateCentre()
    assert centre.come("representative.end", 0, 0, representative_id="ana") == [
        "unknown_conversation"
    ]
    assert centre.tables.conversations == {}


def test_invalid_data_and_duplicates_are_said_at_once() -> None:
    centre = LateCentre()
    assert centre.come("conversation.answered", 0, 0) == ["invalid_data"]
    assert centre.come("customer.ended", 0, 0, id_="same") == []
    assert centre.come("customer.ended", 1, 0, id_="same") == ["duplicate"]
    assert centre.come("representative.end", 1, 0, representative_id="ana") == [
        "unknown_conversation"
    ]
    assert centre.wait(3) == ["unknown_conversation"]


def test_several_are_taken_in_their_order() -> None:
    centre = LateCentre()
    centre.come("conversation.ended", 0, 2)
    centre.come("conversation.answered", 0.5, 1, representative_id="ana")
    centre.come("conversation.wrapped_up", 0.6, 2)
    assert centre.come("conversation.started", 1, 0) == ["C1", "F4", "h:F4", "F5", "F6", "r:F6"]


def test_who_hangs_up_ends_a_call_behind_its_answer() -> None:
    """A lost connection is a hang-up there, of an end's rank (contract.md#order-of-reports)."""
    centre = LateCentre()
    centre.come("customer.disconnected", 0, 1)
    centre.come("conversation.answered", 0.5, 1, representative_id="ana")
    assert centre.come("conversation.started", 1, 0) == ["C1", "F4", "h:F4", "B2"]


def test_a_start_that_is_refused_leaves_them_waiting() -> None:
    centre = LateCentre()
    centre.come("customer.ended", 0, 0)
    assert centre.come("conversation.started", 1, 0, workstream_id="no") == ["unknown_workstream"]
    assert centre.come("conversation.started", 2, 0) == ["C1", "O7"]


def test_one_more_than_may_wait_has_the_first_judged_at_once() -> None:
    centre = LateCentre()
    for number in range(16):
        assert centre.come("conversation.progressed", 0, 20 - number) == []
    assert centre.come("conversation.progressed", 0, 30) == ["unknown_conversation"]
    assert centre.wait(3) == ["unknown_conversation"] * 16


def test_more_bytes_than_may_wait_have_the_first_judged_at_once() -> None:
    centre = LateCentre()
    attributes = {f"n{number}": "x" * 200 for number in range(8)}
    said = [
        centre.come("conversation.updated", 0, number, attributes=attributes, more="y" * 2_000)
        for number in range(9)
    ]
    assert said.count([]) == 8, "eight of some 4 KiB are below 32 KiB"
    assert said[-1] == ["unknown_conversation"]


@pytest.mark.parametrize("seed", range(24))
def test_a_call_comes_out_alike_in_any_order(seed: int) -> None:
    orders = list(permutations(CALL))
    order = Random(seed).choice(orders)
    centre = LateCentre(settle_window=3)
    for place, (type_, happened_s, data) in enumerate(order):
        centre.come(type_, 2 + place * 0.1, happened_s, **data)
    centre.wait(6)
    expected = LateCentre(settle_window=3)
    for type_, happened_s, data in CALL:
        expected.come(type_, 2, happened_s, **data)
    expected.wait(6)
    words = [change["data"].get("rule") for change in expected.changes()]
    assert words == ["C1", None, "F2", "F2", "F4", "F5", "F6", "F6"]
    assert centre.changes() == expected.changes(), f"{seed}: {[each[0] for each in order]}"


def test_it_waits_until_its_time_and_the_window_are_over() -> None:
    centre = LateCentre(settle_window=2)
    centre.come("conversation.started", 0, 0)
    assert centre.come("conversation.answered", 10, 9, representative_id="ana") == []
    assert centre.wait(10.999) == []
    assert centre.wait(11) == ["F4", "h:F4"]
    assert centre.come("conversation.ended", 20, 17) == ["F5"], "its window is over already"
    assert centre.come("conversation.wrapped_up", 21, 99) == [], "at the latest then"
    assert centre.wait(23) == ["F6", "r:F6"]
    assert centre.tally == {"changed": 4}


def test_actions_do_not_wait_for_their_order() -> None:
    centre = LateCentre(settle_window=10)
    centre.come("conversation.started", 0, 0)
    assert centre.come("router.assign", 1, 1, representative_id="ana") == ["O1", "h:O1"]


def test_what_waits_is_known_and_is_no_timer_of_the_conversation() -> None:
    centre = LateCentre(settle_window=5)
    centre.come("conversation.started", 0, 0)
    centre.come("customer.ended", 1, 1, id_="same")
    assert centre.come("customer.ended", 2, 1, id_="same") == ["duplicate"]
    centre.come("router.assign", 3, 3, representative_id="ana")
    assert centre.changes()[-2]["data"]["next_timer"]["name"] == "auto_close"


def test_the_early_join_those_that_wait() -> None:
    centre = LateCentre(settle_window=5)
    centre.come("conversation.ended", 0, 0)
    assert centre.come("conversation.started", 1, 0) == ["C1"]
    centre.come("conversation.answered", 2, -0.5, representative_id="ana")
    assert centre.wait(10) == ["F4", "h:F4", "F5"]


def test_a_closed_conversation_is_remembered_while_something_waits() -> None:
    centre = LateCentre(settle_window=30, closed_retention=1)
    centre.come("conversation.started", 0, 0)
    centre.come("router.assign", 1, 1, representative_id="ana")
    centre.come("customer.ended", 2, 2)
    centre.come("supervisor.force_close", 3, 3, supervisor_id="sam")
    assert centre.wait(31) == []
    assert centre.tables.conversations
    assert centre.wait(32) == ["stale"]
    assert not centre.tables.conversations


def test_a_waiting_input_keeps_where_it_lay_and_its_trace() -> None:
    centre = LateCentre()
    centre.come("customer.ended", 0, 0)
    centre.come("conversation.started", 1, 0)
    ends = centre.outputs[-1].value
    assert ends is not None
    assert b'"input":{"topic":"channel-events","partition":0,"offset":0}' in ends


def test_nothing_depends_on_when_rows_are_read_back() -> None:
    def live(restart: bool) -> list[dict[str, Any]]:
        centre = LateCentre(restart=restart, settle_window=3)
        for place, (type_, happened_s, data) in enumerate(reversed(CALL)):
            centre.come(type_, 1 + place * 0.2, happened_s, **data)
        centre.wait(10)
        return centre.changes()

    assert live(restart=True) == live(restart=False)
