"""Service figures counted from whole histories, by other code than the worker's and another way.

The worker sees one change at a time and keeps a memory; here every conversation is looked at as a
whole, with the times of its changes rather than what they say about seconds.
"""

from collections import Counter, defaultdict
from itertools import pairwise
from typing import Any

from omnistate_schemas.times import parse_time_ms

Event = dict[str, Any]
# Workstream, queue ("" = none), begin of the window in seconds, figure.
Figure = tuple[str, str, int, str]
WORKING = ("in_conversation", "wrapping_up")


def recount(
    events: list[Event], thresholds_ms: dict[str, int], window_s: int = 300
) -> Counter[Figure]:
    """Every figure that is not zero."""
    stories: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        stories[event["subject"]].append(event)
    found: Counter[Figure] = Counter()
    for story in stories.values():
        if story[0]["data"]["channel"] != "record":
            _recount_story(story, thresholds_ms, window_s, found)
    return +found


def _recount_story(
    story: list[Event], thresholds_ms: dict[str, int], window_s: int, found: Counter[Figure]
) -> None:
    # Edition 1 did not say when it happened.
    times = [parse_time_ms(event["data"].get("occurred_at", event["time"])) for event in story]
    data = [event["data"] for event in story]
    workstream = data[0]["workstream_id"]

    def add(name: str, number: int, place: int, queue: str | None) -> None:
        start_s = times[place] // 1_000 // window_s * window_s
        found[workstream, queue or "", start_s, name] += number

    def first(member: str, value: str) -> int:
        return next((n for n, each in enumerate(data) if each.get(member) == value), len(data))

    opened, answered = first("status", "open"), first("detail", "in_conversation")
    waited_ms: int | None = None
    if opened < answered:
        add("offered", 1, opened, data[opened].get("queue_id"))
    for n in (answered, *(n for n, each in enumerate(data) if each["abandoned"])):
        if n == len(data) or not opened < n or opened > answered:
            continue
        waited_ms = times[n] - times[opened]
        queue = data[n].get("queue_id")
        name = "abandoned" if data[n]["abandoned"] else "accepted"
        add(name, 1, n, queue)
        add(f"{name}_in_time", waited_ms <= thresholds_ms.get(queue, 20_000), n, queue)
        if name == "accepted":
            add("answer_ms", waited_ms, n, queue)

    worked_ms = wrapped_ms = 0
    for n, (before, after) in enumerate(pairwise(data), start=1):
        spent_ms = times[n] - times[n - 1]
        was, is_, queue = before.get("detail"), after.get("detail"), after.get("queue_id")
        worked_ms += spent_ms if was in WORKING else 0
        wrapped_ms += spent_ms if was == "wrapping_up" else 0
        if was == "wrapping_up" != is_:
            add("wrapped_up", 1, n, queue)
            add("wrap_up_ms", wrapped_ms, n, queue)
            wrapped_ms = 0
        transfers = after["transfer_count"] - before["transfer_count"]
        add("transfers", transfers, n, before.get("queue_id"))
        reopened = before["status"] == "waiting" and after["cause"]["type"].startswith("customer.")
        add("reopened", reopened and after["status"] == "open", n, queue)
    if data[-1]["status"] == "closed" and answered < len(data):
        add("handled", 1, len(data) - 1, data[-1].get("queue_id"))
        add("handle_ms", worked_ms, len(data) - 1, data[-1].get("queue_id"))
