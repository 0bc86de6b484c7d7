"""Figures of segments counted from whole histories, slowly, by statuses and times alone.

Nothing of the counting's is used: waits are found by who waits, not by `queue_since`; work by the
runs in which one person, or one queue, has it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from typing import Any

from omnistate_schemas.times import parse_time_ms

Event = dict[str, Any]
# By what, id ("" = none), figure.
Figure = tuple[str, str, str]
WORKING = ("in_conversation", "wrapping_up")


def stories_of(events: Iterable[Event]) -> Iterator[list[Event]]:
    """The changes of each conversation that is no record."""
    stories: defaultdict[str, list[Event]] = defaultdict(list)
    for event in events:
        stories[event["subject"]].append(event["data"])
    return (story for story in stories.values() if story[0]["channel"] != "record")


def recount_span(events: Iterable[Event], thresholds_ms: dict[str, int]) -> Counter[Figure]:
    """Every figure that is not zero; of workstreams those alone that the worker does not have."""
    found: Counter[Figure] = Counter()
    for story in stories_of(events):
        times = [parse_time_ms(each["occurred_at"]) for each in story]
        _recount_waits(story, times, thresholds_ms, found)
        _recount_offers(story, found)
        _recount_work(story, times, found)
        _recount_hold(story, found)
    return +found


def _add(found: Counter[Figure], change: Event, name: str, number: int, **whose: str) -> None:
    found["workstream", change["workstream_id"], name] += number
    for by, id_ in whose.items():
        found[by, id_, name] += number


def _recount_waits(
    story: list[Event], times: list[int], thresholds_ms: dict[str, int], found: Counter[Figure]
) -> None:
    wait: tuple[str, int] | None = None
    for change, at_ms in zip(story, times, strict=True):
        queue = change.get("queue_id", "")
        waits = change["status"] == "open" or change.get("detail") == "awaiting_acceptance"
        if change["status"] == "open" and (wait is None or wait[0] != queue):
            wait = queue, at_ms
            found["queue", queue, "offered"] += 1
        elif wait is not None and not waits:
            place, since_ms = wait
            in_time = at_ms - since_ms <= thresholds_ms.get(place, 20_000)
            if change.get("detail") == "in_conversation":
                for whose in (("queue", place), ("representative", change["representative_id"])):
                    found[*whose, "accepted"] += 1
                    found[*whose, "accepted_in_time"] += in_time
                    found[*whose, "answer_ms"] += at_ms - since_ms
            elif change.get("reason") == "customer_left_open":
                _add(found, change, "left_waiting", 1, queue=place)
                _add(found, change, "left_in_time", in_time, queue=place)
            wait = None


def _recount_offers(story: list[Event], found: Counter[Figure]) -> None:
    nothing: Event = {}
    for before, after in pairwise([nothing, *story]):
        had, has = (each.get("offered_representative_ids", []) for each in (before, after))
        for person in set(has) - set(had):
            found["representative", person, "offered"] += 1
        skipped = set(after.get("skipped_representative_ids", []))
        declined = after["rule"] in {"A2", "A3"} or (
            after["rule"] == "F3" and skipped > set(before.get("skipped_representative_ids", []))
        )
        if declined:
            (person,) = set(had) - set(has)
            queue = before.get("queue_id", "")
            _add(found, after, "declines", 1, queue=queue, representative=person)
        transfers = after["transfer_count"] - before.get("transfer_count", 0)
        found["queue", before.get("queue_id", ""), "transfers"] += transfers
        if transfers:
            found["representative", before["representative_id"], "transfers"] += transfers
        reopened = before.get("status") == "waiting" and after["rule"] == "X1"
        found["queue", after.get("queue_id", ""), "reopened"] += reopened


def _recount_work(story: list[Event], times: list[int], found: Counter[Figure]) -> None:
    stretches = [
        (change, end_ms - at_ms)
        for change, (at_ms, end_ms) in zip(story[:-1], pairwise(times), strict=True)
    ]
    for by, member in (("queue", "queue_id"), ("representative", "representative_id")):

        def place(stretch: tuple[Event, int], member: str = member) -> str | None:
            change, _ = stretch
            return change.get(member, "") if change.get("detail") in WORKING else None

        done = 0
        for id_, run in groupby(stretches, place):
            own = list(run)
            done += len(own)
            if id_ is not None and (done < len(stretches) or place((story[-1], 0)) != id_):
                found[by, id_, "handled"] += 1
                found[by, id_, "handle_ms"] += sum(spent_ms for _, spent_ms in own)
    wrapped_ms = 0
    for (change, spent_ms), after in zip(stretches, story[1:], strict=True):
        whose = {"queue": change.get("queue_id", "")}
        whose["representative"] = change.get("representative_id", "")
        if change.get("detail") == "in_conversation":
            _add(found, change, "talk_ms", spent_ms, **whose)
        if change.get("detail") == "wrapping_up":
            wrapped_ms += spent_ms
            if after.get("detail") != "wrapping_up":
                for by, id_ in whose.items():
                    found[by, id_, "wrapped_up"] += 1
                    found[by, id_, "wrap_up_ms"] += wrapped_ms
                wrapped_ms = 0


def _recount_hold(story: list[Event], found: Counter[Figure]) -> None:
    """The last word on each person's hold; it is not talk."""
    held_s = 0.0
    nothing: Event = {}
    for before, after in pairwise([nothing, *story]):
        now_s = after.get("hold_seconds", 0.0)
        spent_ms = round((now_s - held_s) * 1_000)
        person, queue = before.get("representative_id", ""), before.get("queue_id", "")
        _add(found, after, "hold_ms", spent_ms, queue=queue, representative=person)
        _add(found, after, "talk_ms", -spent_ms, queue=queue, representative=person)
        changed = after.get("representative_id") != before.get("representative_id")
        held_s = 0.0 if changed else now_s
