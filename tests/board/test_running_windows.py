"""Which windows run, by what changes and recorded inputs say of them."""

import json
from typing import Any

import pytest
from omnistate.process.projection import running_windows
from omnistate.process.projection.running_windows import RunningWindows
from omnistate.stream.ports import Record
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import CONVERSATION_STATES, RECORDED_INPUTS

NOW_MS = 1_772_442_000_000
CUSTOMER, REPRESENTATIVE = "customer_reconnect", "representative_reconnect"


def record(topic: str, id_: str, value: bytes | None) -> Record:
    return Record(topic, 0, 0, NOW_MS, id_.encode(), value, ())


def say(
    windows: RunningWindows,
    id_: str,
    sequence: int,
    timer: str | None,
    topic: str = RECORDED_INPUTS,
    due_s: float = 60,
    **members: Any,
) -> None:
    """What is published of a conversation, with its next timer."""
    at = format_time(NOW_MS + round(due_s * 1_000))
    data = {
        "conversation_id": id_,
        "sequence": sequence,
        "cause": {"type": "customer.disconnected"},
        "next_timer": {"name": timer, "at": at},
        **members,
    }
    if timer is None:
        del data["next_timer"]
    windows.take(record(topic, id_, json.dumps({"data": data}).encode()))


def running(windows: RunningWindows, after_s: float = 0) -> list[tuple[str, str, str | None]]:
    found = windows.list_next(NOW_MS + round(after_s * 1_000), 100)
    assert found.running == len(found.windows)
    return [(each.conversation_id, each.name, each.representative_id) for each in found.windows]


def test_a_window_runs_from_where_it_is_told_until_it_is_over() -> None:
    windows = RunningWindows()
    say(windows, "a", 3, CUSTOMER, representative_id="ana", due_s=60)
    say(windows, "b", 2, CUSTOMER, CONVERSATION_STATES, due_s=20)
    say(windows, "c", 1, "auto_close")
    assert running(windows) == [("b", CUSTOMER, None), ("a", CUSTOMER, "ana")]
    assert running(windows, 19.9) != running(windows, 20) == [("a", CUSTOMER, "ana")]
    found = windows.list_next(NOW_MS + 45_000, 100).windows
    assert [each.due_seconds for each in found] == [15.0]
    assert running(windows, 60) == []


def test_whoever_is_gone_is_named() -> None:
    windows = RunningWindows()
    lost = {"type": "representative.disconnected", "actor_id": "ben"}
    say(windows, "a", 3, REPRESENTATIVE, cause=lost, representative_id="ana")
    assert running(windows) == [("a", REPRESENTATIVE, "ben")]


@pytest.mark.parametrize("topic", [RECORDED_INPUTS, CONVERSATION_STATES])
@pytest.mark.parametrize("timer", [None, "auto_close"])
def test_what_comes_after_ends_it(topic: str, timer: str | None) -> None:
    windows = RunningWindows()
    say(windows, "a", 3, CUSTOMER)
    say(windows, "a", 3 if topic == RECORDED_INPUTS else 4, timer, topic)
    assert running(windows) == []
    say(windows, "a", 2, CUSTOMER)
    assert running(windows) == [], "told late"


def test_a_change_may_leave_it_running() -> None:
    windows = RunningWindows()
    say(windows, "a", 3, CUSTOMER, due_s=60)
    say(windows, "a", 4, CUSTOMER, CONVERSATION_STATES, representative_id="ana", due_s=60)
    assert running(windows) == [("a", CUSTOMER, "ana")]


def test_what_cannot_be_used_says_nothing() -> None:
    windows = RunningWindows()
    say(windows, "a", 3, CUSTOMER)
    for value in (None, b"not JSON", b'{"data": {}}', b"\xff"):
        windows.take(record(RECORDED_INPUTS, "a", value))
    say(windows, "a", 4, CUSTOMER, next_timer={"name": CUSTOMER, "at": "tomorrow"})
    say(windows, "a", 4, "of_tomorrow")
    assert running(windows) == [("a", CUSTOMER, None)]


def test_few_are_remembered_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running_windows, "RECENT_MAX", 2)
    windows = RunningWindows()
    for id_ in ("a", "b", "c"):
        say(windows, id_, 5, None)
    say(windows, "a", 4, CUSTOMER)
    say(windows, "c", 4, CUSTOMER)
    assert running(windows) == [("a", CUSTOMER, None)], "forgotten, and remembered"


def test_of_many_those_that_end_next_are_listed() -> None:
    windows = RunningWindows()
    for number in range(30):
        say(windows, f"c-{number}", 1, CUSTOMER, due_s=100 - number)
    found = windows.list_next(NOW_MS, 2)
    assert found.running == 30
    assert [each.conversation_id for each in found.windows] == ["c-29", "c-28"]
