"""What gateways and desktops publish: the demo's day over and over, with slips of people.

Each pass over the day has conversations of its own, in causal order, and between them are those of
`rich_stories`. Slips (inputs left out, said twice, or out of place) make refusals, and
conversations that only a timer ends. Seeded.
"""

import copy
import random
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from omnistate_schemas.registry import ROUTES

from tests.chaos.rich_stories import tell_story
from tests.chaos.rich_workstreams import WORKSTREAMS

Json = dict[str, Any]
HEADERS: Final = (("content-type", b"application/cloudevents+json"),)
# Durations by which timers fire while a round lasts; wall-clock ones among them.
QUICK: Final[Json] = {
    "offer_timeout": 1,
    "reconnect_window": 2,
    "representative_reconnect_window": 2,
    "bot_inactivity": 4,
    "auto_close": {"open": 5, "active": 7, "wrap_up": 3, "waiting": 6, "resolved": 4},
    # Longer than any fault, so that no id is started again after it was forgotten.
    "closed_retention": 120,
}
LEFT_OUT, TWICE, ODD, PRESENCE = 0.05, 0.03, 0.05, 0.04
# s; the shortest lease that there is.
LEASE: Final = 10
# How many events of the day begin a story, and how often the next line of one is said.
STORY, LINE = 0.02, 0.3
PRESENCES: Final = ("available", "available", "busy", "do_not_disturb", "away", "offline")
_ENCODE: Final = msgspec.json.Encoder().encode


NOTHING: Final = "nothing"
COSTS_KEPT: Final = 5_000


class Event(NamedTuple):
    """One record for an input; `expected` is the code of the dead letter that it must become.

    Of one that nobody may ever hear of again it is NOTHING.
    """

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = HEADERS
    type: str = ""
    id: str = ""
    expected: str | None = None
    # Where it goes, where that is not its key's partition.
    partition: int | None = None


def make_event(type_: str, subject: str, id_: str, data: Json, time: str | None = None) -> Event:
    """An event of ours on the topic of its type."""
    value = {
        "specversion": "1.0",
        "id": id_,
        "source": "/chaos",
        "type": type_,
        "subject": subject,
        "time": time or datetime.now(UTC).isoformat(),
        "data": data,
    }
    return Event(ROUTES[type_], subject.encode(), _ENCODE(value), type=type_, id=id_)


def hurry(configuration: Json, *, gate: bool = True) -> Json:
    """The configuration with durations of seconds, and the workstreams of the stories.

    With a `gate` routers ask it for most of the day's work; a replay has none.
    """
    hurried = copy.deepcopy(configuration)
    for representative in hurried["representatives"].values():
        representative["default_presence"] = "available"
    for workstream in hurried["workstreams"].values():
        workstream["assign_through_gate"] = gate and _asks_gate(workstream)
    hurried["workstreams"].update(copy.deepcopy(WORKSTREAMS))
    for workstream in hurried["workstreams"].values():
        workstream.update(QUICK)
        if isinstance(workstream.get("block_capacity_for_wrap_up"), int):
            workstream["block_capacity_for_wrap_up"] = 30
    return hurried


def _asks_gate(workstream: Json) -> bool:
    """Chats and messages that are pushed: their routers' assignments become requests."""
    pushed = workstream.get("distribution", "push") == "push"
    return bool(pushed and workstream["channel"] != "voice")


class Traffic:
    """An endless stream of events; the same seed and day make the same stream."""

    def __init__(
        self,
        day: list[Json],
        seed: str,
        configuration: Json | None = None,
        *,
        slips: bool = True,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`slips` are people's, stories are there with them; `now` is asked for every input.

        Where a `configuration` says so, routers ask the gate.
        """
        self._day = day
        self._workstreams: Json = (configuration or {}).get("workstreams", {})
        # Of conversations of late: what they cost, where the gate is to be asked.
        self._costs: dict[str, Json] = {}
        self._now = now
        # What is still to be said of each story that has begun.
        self._stories: list[deque[Event]] = []
        self._story_count = 0
        self._random = random.Random(seed)
        self._slips = slips
        self._representatives = sorted(
            {each["data"]["representative_id"] for each in day if _names_representative(each)}
        )
        # Conversations of late, for whoever wants to say something about one.
        self.subjects: list[str] = []

    def __iter__(self) -> Iterator[Event]:
        number = 0
        while True:
            for event in self._day:
                yield from self._say(event, f"p{number}.")
                if self._slips:
                    yield from self._tell()
            number += 1

    def _tell(self) -> Iterator[Event]:
        """Begin a story now and then, and go on with those that have begun."""
        if self._random.random() < STORY:
            self._stories.append(deque(self._begin_story()))
        for story in self._stories:
            if self._random.random() < LINE:
                yield story.popleft()
        self._stories = [story for story in self._stories if story]

    def _begin_story(self) -> Iterator[Event]:
        """All of a story, by the clock of its beginning; one line in thirty is said twice."""
        self._story_count += 1
        subject, began = f"story-{self._story_count}", self._now()
        self.subjects = [*self.subjects[-200:], subject]
        for number, line in enumerate(tell_story(self._random, self._representatives)):
            data, at = line.data, began + timedelta(seconds=line.at_s)
            if line.due:
                data = {**data, line.due: (at + timedelta(seconds=line.due_s)).isoformat()}
            said = make_event(line.type, subject, f"{subject}.{number}", data, at.isoformat())
            yield from [said] * (2 if self._random.random() < TWICE else 1)

    def _say(self, event: Json, prefix: str) -> Iterator[Event]:
        chance = self._random.random() if self._slips else 1.0
        started = event["type"] == "conversation.started"
        if chance < LEFT_OUT and not started:
            return
        subject, id_ = prefix + event["subject"], prefix + event["id"]
        data = event["data"]
        if started:
            self.subjects = [*self.subjects[-200:], subject]
            if data.get("scheduled_for"):
                soon = self._now() + timedelta(seconds=self._random.randint(1, 4))
                data = {**data, "scheduled_for": soon.isoformat()}
            self._note_cost(subject, data)
        at = self._now().isoformat()
        if event["type"] == "router.assign" and subject in self._costs:
            asked = {**self._costs[subject], "conversation_id": subject}
            said = make_event("assignment.requested", data["representative_id"], id_, asked, at)
        else:
            said = make_event(event["type"], subject, id_, data, at)
        yield said
        if LEFT_OUT <= chance < LEFT_OUT + TWICE:
            yield said
        elif LEFT_OUT + TWICE <= chance < LEFT_OUT + TWICE + ODD:
            type_, data = self._draw_odd()
            yield make_event(type_, subject, f"{id_}-odd", data, self._now().isoformat())
        if self._slips and self._random.random() < PRESENCE:
            yield from self._set_presence(f"{id_}-presence")

    def _note_cost(self, subject: str, data: Json) -> None:
        workstream: Json = self._workstreams.get(data["workstream_id"]) or {}
        if not workstream.get("assign_through_gate"):
            return
        own = workstream.get("profiles", [])
        units = data.get("units", workstream.get("units", 0 if own else 30))
        profiles = list(dict.fromkeys((*own, *data.get("profiles", []))))
        self._costs[subject] = {"units": units, "profiles": profiles}
        if len(self._costs) > COSTS_KEPT:
            del self._costs[next(iter(self._costs))]

    def _set_presence(self, id_: str) -> Iterator[Event]:
        """Somebody sets a presence, now and then twice over."""
        data: Json = {"presence": self._random.choice(PRESENCES)}
        if self._random.random() < 0.3:
            data["supervisor_id"] = "marta"
        if self._random.random() < 0.5:
            data["lease_seconds"] = LEASE
        who = self._random.choice(self._representatives)
        said = make_event("representative.presence", who, id_, data, self._now().isoformat())
        yield from [said] * self._random.choice((1, 1, 2))

    def _draw_odd(self) -> tuple[str, Json]:
        """Something that may or may not be possible just now."""
        who = {"representative_id": self._random.choice(self._representatives)}
        boss = {"supervisor_id": "marta"}
        return self._random.choice(
            [
                ("router.assign", who),
                ("representative.accept", who),
                ("representative.reject", who),
                ("representative.end", who),
                ("representative.disconnected", who),
                ("representative.close_session", who),
                ("representative.pick", who),
                ("consult.started", {**who, "via": "queue"}),
                ("supervisor.assign", {**boss, **who}),
                ("supervisor.force_close", boss),
                ("customer.disconnected", {}),
                ("customer.messaged", {}),
                ("router.move", {"queue_id": "support", "overflow": True}),
                # A member is missing.
                ("representative.transfer", who),
            ]
        )


def _names_representative(event: Json) -> bool:
    return isinstance(event["data"].get("representative_id"), str)
