"""How a made-up conversation is told, and what it comes to by day; what happens is its story's."""

from collections import defaultdict
from random import Random
from typing import Any, Final

from omnistate_schemas.times import DAY_MS, format_time

from tests.harness.events import make_event
from tests.projections.month_centre import CENTRE, CHANNELS, PEOPLE, THRESHOLDS_S

ACTIONS: Final = ("representative.hold", "representative.unhold", "representative.transfer")
# Day (the beginning of it), by what, whose.
Place = tuple[str, str, str]
Rounds = defaultdict[int, list[dict[str, Any]]]
Figures = defaultdict[Place, dict[str, int]]


class Tally:
    """One conversation; events go into rounds, and whatever it comes to into figures."""

    def __init__(
        self, rounds: Rounds, figures: Figures, random: Random, workstream: str, at_ms: int
    ) -> None:
        """It begins at `at_ms`; its id is what its workstream and its place in the month say."""
        self.rounds, self.figures, self.random, self.workstream = (
            rounds,
            figures,
            random,
            workstream,
        )
        self.id = f"{workstream}-{random.getrandbits(64):x}"
        self.counts = CHANNELS[workstream] != "record"
        self.at_ms = at_ms
        self.queue = random.choice([*THRESHOLDS_S])
        self.began_ms = at_ms
        self.queue_since_ms = at_ms
        self.person: str | None = None
        self.answered = False
        # Since when, and for how long on hold meanwhile.
        self.talking_ms = 0
        self.on_hold_ms = 0
        self.of_person_ms = self.of_queue_ms = self.of_all_ms = 0
        # Who writes up: since when, and in which queue they had it.
        self.writing: dict[str, tuple[int, str]] = {}
        self.round, self.topic, self.number = 0, "", 0

    def take(self, person: str) -> None:
        self.person, self.talking_ms, self.on_hold_ms = person, self.at_ms, 0

    def enter(self, queue: str) -> None:
        self.queue, self.queue_since_ms, self.person = queue, self.at_ms, None
        self.count("offered", 1, "queue")

    def spend(self) -> None:
        """The talk until now."""
        spent_ms, person = self.at_ms - self.talking_ms, str(self.person)
        self.count_for(person, self.queue, "talk_ms", spent_ms - self.on_hold_ms)
        self.count_for(person, self.queue, "hold_ms", self.on_hold_ms)
        self.of_person_ms += spent_ms
        self.of_queue_ms += spent_ms
        self.of_all_ms += spent_ms
        self.talking_ms, self.on_hold_ms = self.at_ms, 0

    def stop_talking(self) -> None:
        self.spend()
        self.leave_person()
        self.leave_queue()

    def leave_person(self) -> None:
        self.add("representative", str(self.person), "handled", 1)
        self.add("representative", str(self.person), "handle_ms", self.of_person_ms)
        self.of_person_ms = 0

    def leave_queue(self) -> None:
        self.count("handled", 1, "queue")
        self.count("handle_ms", self.of_queue_ms, "queue")
        self.of_queue_ms = 0

    def be_over(self) -> None:
        if self.answered:
            self.count("handled", 1, "workstream")
            self.count("handle_ms", self.of_all_ms, "workstream")

    def count_transfer(self, former: str) -> None:
        self.count_for(former, self.queue, "transfers", 1)
        if CENTRE["workstreams"][self.workstream]["wrap_up_after_transfer"]:
            self.writing[former] = self.at_ms, self.queue

    def end_writing(self, person: str) -> None:
        """They say so, or have it again, or all is over."""
        if person in self.writing:
            since_ms, queue = self.writing.pop(person)
            length_ms = self.at_ms - since_ms
            self.count_for(person, queue, "wrapped_up", 1)
            self.count_for(person, queue, "wrap_up_ms", length_ms)
            self.count_for(person, queue, "handle_ms", length_ms)

    def waited_ms(self) -> int:
        return self.at_ms - self.queue_since_ms

    def count(self, name: str, number: int, *bys: str) -> None:
        for by in bys:
            self.add(by, self.workstream if by == "workstream" else self.queue, name, number)

    def count_for(self, person: str, queue: str, name: str, number: int) -> None:
        self.add("workstream", self.workstream, name, number)
        self.add("queue", queue, name, number)
        self.add("representative", person, name, number)

    def add(self, by: str, id_: str, name: str, number: int) -> None:
        if self.counts:
            day = format_time(self.at_ms // DAY_MS * DAY_MS)
            self.figures[day, by, id_][name] += number

    def pass_time(self, least_s: int, most_s: int) -> int:
        """Some ms."""
        passed_ms = self.random.randrange(least_s * 1_000, most_s * 1_000)
        self.at_ms += passed_ms
        return passed_ms

    def say(self, type_: str, **data: Any) -> None:
        """On the topic of that type, and now and then so late that others are far ahead."""
        topic = "agent-actions" if type_ in ACTIONS else "channel-events"
        if self.topic not in {"", topic} or self.random.random() < 0.01:
            self.round += 1
        self.topic = topic
        self._append(type_, self.at_ms, data)

    def tell_overtaken(self) -> None:
        """What no longer is so when it is told: the other system says when it was."""
        data = {"queue_id": self.another_queue()}
        self._append("conversation.queued", self.at_ms - 1_000, data)

    def _append(self, type_: str, at_ms: int, data: dict[str, Any]) -> None:
        self.number += 1
        event = make_event(type_, self.id, f"{self.number}", data, time=format_time(at_ms))
        self.rounds[self.round].append(event)

    def another_queue(self) -> str:
        return self.random.choice([each for each in THRESHOLDS_S if each != self.queue])

    def another_person(self, person: str | None) -> str:
        return self.random.choice([each for each in PEOPLE if each != person])
