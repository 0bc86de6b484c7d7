"""A hypothesis strategy of whole days: lines of EVENTS.jsonl, a configuration, `--until`.

The reference model runs along while a day is made, so that most inputs suit what has happened and
many come at, just before or just after the moment when a timer is due.

`days()` is for hypothesis; `day_of(seed)` makes a day without it, for long soaks.
"""

from __future__ import annotations

import json
import random
from typing import Any

from hypothesis import strategies as st

from .choices import Tape
from .guesses import guess, nonsense
from .model import Engine
from .refusals import GATE
from .spoilt import GARBAGE, dress, spoil
from .wire import print_time
from .worlds import TAPE_LENGTH, World, draw_world

Day = tuple[list[bytes], dict[str, Any], str | None]

STEP_LENGTH = 28
SECOND, DAY = 1000, 86_400_000

# How late an input comes: seconds in the order of clocks that disagree, and hours.
DELAYS = (500, 1_000, 2_000, 4_000, 1, 10_000, 90_000, 2 * 3_600_000)


class Diary:
    """A day that is being written."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = Engine(world.config)
        self.now = world.beginning
        self.lines: list[bytes] = []
        self._events: list[dict[str, Any]] = []
        # The conversations of now; one that has closed is followed by another of its kind.
        self._ids = list(world.conversations)

    def add(self, tape: Tape) -> None:
        """One more input, or one more piece of nonsense."""
        shape = tape.number(64)
        if shape == 63:
            self._write(tape.pick(GARBAGE))
            return
        self.now += self._draw_pause(tape)
        if shape in (60, 61, 62) and self._events:
            self._repeat(tape)
            return
        conversation_id = self._draw_conversation(tape)
        row = self.engine.conversations.get(conversation_id)
        choose = nonsense if shape >= 54 else guess
        type_, data = choose(tape, self.world, conversation_id, row, self.now)
        event = self._envelope(tape, conversation_id, type_, data)
        if shape in (52, 53):
            event = spoil(tape, event)
        self._events.append(event)
        self._write_event(event)
        if tape.happens(120):
            self._burst(tape, conversation_id)

    def draw_until(self, tape: Tape) -> str | None:
        """`--until`: none, now, later, or much later."""
        pause = tape.pick((None, 0, 60 * SECOND, DAY, 40 * DAY, 3600 * SECOND, 2 * SECOND))
        return None if pause is None else print_time(self.now + pause)

    def _draw_conversation(self, tape: Tape) -> str:
        if tape.happens(64):
            return "nobody"
        place = tape.number(len(self._ids))
        row = self.engine.conversations.get(self._ids[place])
        if row is not None and row.stage == "closed" and tape.happens(2):
            name, _, number = self._ids[place].partition(".")
            self._ids[place] = f"{name}.{int(number or 0) + 1}"
        return self._ids[place]

    def _draw_pause(self, tape: Tape) -> int:
        choice = tape.number(64)
        if choice < 30:
            return SECOND * (choice // 10)
        if choice < 37:
            return tape.pick((500, 1, 1999, 333))
        if choice < 49:
            due = self._next_due(tape)
            # At the moment itself most often.
            return max(0, due - self.now + tape.pick((0, 0, -1, 1, 1000))) if due else 0
        if choice < 57:
            return SECOND * tape.pick((10, 20, 30, 60, 9))
        if choice < 60:
            return SECOND * tape.pick((120, 150, 180, 30))
        if choice < 62:
            return SECOND * tape.pick((600, 900, 1500, 1200))
        return SECOND * tape.pick((3600, 7200, 86_400, 1_000_000))

    def _draw_delay(self, tape: Tape, conversation_id: str) -> int:
        """An input may come late; often so where another system tells of it."""
        row = self.engine.conversations.get(conversation_id)
        is_told = row is not None and row.settings.upstream
        return tape.pick(DELAYS) if tape.happens(3 if is_told else 10) else 0

    def _next_due(self, tape: Tape) -> int | None:
        """When a timer is due: the first of all, or any one that runs."""
        first = self.engine.next_timer()
        if first is None:
            return None
        timer = first[1]
        if tape.number(4) == 3:
            timer = tape.pick(self.engine.timers_of(tape.pick(self._known())))
        # Seldom those that are far away: the rest of the day should still be a day.
        horizon = self.now + (2 * DAY if tape.happens(8) else 700 * SECOND)
        return timer.due if timer.due < horizon else None

    def _known(self) -> list[str]:
        """The conversations of which a timer runs."""
        known = {*self.engine.conversations, *self.engine.waiting_room.conversation_ids()}
        return sorted(id_ for id_ in known if self.engine.timers_of(id_))

    def _envelope(
        self, tape: Tape, conversation_id: str, type_: str, data: dict[str, Any]
    ) -> dict[str, Any]:
        time = print_time(self.now - self._draw_delay(tape, conversation_id))
        if tape.happens(12):
            time = tape.pick((time.replace("Z", "789+00:00"), time.replace("Z", "-00:00")))
        event = {
            "specversion": "1.0",
            "id": f"i{len(self._events)}",
            "source": _source_of(tape, type_, data),
            "type": type_,
            "subject": conversation_id,
            "time": time,
            "data": data,
        }
        if tape.happens(10):
            event["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        if tape.happens(40):
            event = dress(tape, event)
        return event

    def _repeat(self, tape: Tape) -> None:
        """An earlier input again: word for word, at the time now, or under another source."""
        event = dict(self._events[-1 - tape.number(len(self._events))])
        if tape.number(4):
            event["time"] = print_time(self.now)
        if tape.happens(6):
            event["source"] = "/elsewhere"
        self._write_event(event)

    def _burst(self, tape: Tape, conversation_id: str) -> None:
        """So many inputs that the earlier ones are forgotten, or too many wait for their turn."""
        type_, count = tape.pick(
            (
                ("supervisor.monitor", 50),
                ("customer.messaged", 20),
                ("conversation.progressed", 18),
                ("conversation.queued", 18),
                ("supervisor.leave", 5),
            )
        )
        subject = conversation_id if tape.happens(2) else "nobody"
        filler = "x" * 8_000 if count == 5 else ""
        for number in range(count):
            data = {"supervisor_id": "sam"} if type_.startswith("supervisor") else {}
            event = self._envelope(Tape(b""), subject, type_, data)
            identity = {"id": f"{event['id']}-{number}"}
            self._write_event(event | identity | ({"filler": filler} if filler else {}))

    def _write_event(self, event: dict[str, Any]) -> None:
        self._write(json.dumps(event).encode())

    def _write(self, line: bytes) -> None:
        self.lines.append(line)
        self.engine.read(line)


def _source_of(tape: Tape, type_: str, data: dict[str, Any]) -> str:
    """Whoever says it; a reservation is mostly a gate's."""
    if type_ == "router.assign" and "reservation" in data and not tape.happens(8):
        return GATE
    return tape.pick(("/gateway", "/desk"))


def write_day(world: bytes, steps: list[bytes]) -> Day:
    """The day that the tapes tell of."""
    tape = Tape(world)
    diary = Diary(draw_world(tape))
    for step in steps:
        diary.add(Tape(step))
    return diary.lines, diary.world.config, diary.draw_until(tape)


def day_of(seed: int) -> Day:
    """The day of a seed, without hypothesis."""
    source = random.Random(seed)
    count = source.randint(5, 60)
    return write_day(
        source.randbytes(TAPE_LENGTH), [source.randbytes(STEP_LENGTH) for _ in range(count)]
    )


@st.composite
def days(draw: st.DrawFn) -> Day:
    """Days of 5 to 60 inputs."""
    world = draw(st.binary(min_size=TAPE_LENGTH, max_size=TAPE_LENGTH))
    least = draw(st.sampled_from((5, 40, 25)))
    step = st.binary(min_size=STEP_LENGTH, max_size=STEP_LENGTH)
    return write_day(world, draw(st.lists(step, min_size=least, max_size=60)))
