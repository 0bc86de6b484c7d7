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
from .timers import earliest, running
from .wire import print_time
from .worlds import TAPE_LENGTH, World, draw_world

Day = tuple[list[bytes], dict[str, Any], str | None]

STEP_LENGTH = 20
SECOND, DAY = 1000, 86_400_000

GARBAGE: tuple[bytes, ...] = (
    b"   ",
    b"",
    b"{",
    b"[]",
    b"\xff\xfe",
    b'{"specversion": "1.0"}',
    b"x" * 65_537,
    b"{}" + b" " * 65_534,
)
SPOILT: tuple[dict[str, Any], ...] = (
    {"type": "customer.sneezed"},
    {"specversion": "0.3"},
    {"time": "2025-03-05T09:00:00"},
    {"time": 5},
    {"data": []},
    {"id": ""},
    {"subject": "s" * 257},
    {"source": None},
)
VALUES: tuple[Any, ...] = (None, "", 5, "x" * 257, True, [], "nowhere", "both")


class Diary:
    """A day that is being written."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.engine = Engine(world.config)
        self.now = world.beginning
        self._lag = 0
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
        # A time that goes back is one event's own; the next one comes later again.
        pause = self._draw_pause(tape)
        self.now += max(pause, 0)
        self._lag = min(pause, 0)
        if shape in (60, 61, 62) and self._events:
            self._repeat(tape)
            return
        conversation_id = self._draw_conversation(tape)
        row = self.engine.conversations.get(conversation_id)
        choose = nonsense if shape >= 52 else guess
        type_, data = choose(tape, self.world, conversation_id, row, self.now)
        event = self._envelope(tape, conversation_id, type_, data)
        if shape in (50, 51):
            self._spoil(tape, event)
        self._events.append(event)
        self._write_event(event)
        if tape.happens(200):
            self._burst(conversation_id)

    def draw_until(self, tape: Tape) -> str | None:
        """`--until`: none, now, later, much later, or earlier than the last event."""
        pause = tape.pick((None, 0, 60 * SECOND, DAY, 40 * DAY, 3600 * SECOND, -10 * SECOND))
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
        if choice < 28:
            return SECOND * (choice // 8)
        if choice < 34:
            return tape.pick((500, 1, 1999, 333))
        if choice < 46:
            due = self._next_due(tape)
            # At the moment itself most often.
            return max(0, due - self.now) + tape.pick((0, 0, -1, 1, 1000)) if due else 0
        if choice < 54:
            return SECOND * tape.pick((10, 20, 30, 60, 9))
        if choice < 57:
            return SECOND * tape.pick((120, 150, 180, 30))
        if choice < 58:
            return SECOND * tape.pick((600, 900, 1500, 1200))
        if choice < 60:
            return SECOND * tape.pick((3600, 7200, 86_400, 1_000_000))
        return tape.pick((-1, -5 * SECOND, -DAY))

    def _next_due(self, tape: Tape) -> int | None:
        """When a timer is due: the first of all, or any one that runs."""
        timers = [timer for row in self.engine.conversations.values() for timer in running(row)]
        timer = earliest(timers) if tape.number(4) < 3 or not timers else tape.pick(timers)
        # Seldom those that are far away: the rest of the day should still be a day.
        horizon = self.now + (2 * DAY if tape.happens(8) else 700 * SECOND)
        return timer.due if timer is not None and timer.due < horizon else None

    def _envelope(
        self, tape: Tape, conversation_id: str, type_: str, data: dict[str, Any]
    ) -> dict[str, Any]:
        time = print_time(self.now + self._lag)
        if tape.happens(12):
            time = tape.pick((time.replace("Z", "789+00:00"), time.replace("Z", "-00:00")))
        event = {
            "specversion": "1.0",
            "id": f"i{len(self._events)}",
            "source": tape.pick(("/gateway", "/desk")),
            "type": type_,
            "subject": conversation_id,
            "time": time,
            "data": data,
        }
        if tape.happens(10):
            event["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        return event

    def _repeat(self, tape: Tape) -> None:
        """An earlier input again: word for word, at the time now, or under another source."""
        event = dict(self._events[-1 - tape.number(len(self._events))])
        if tape.number(4):
            event["time"] = print_time(self.now)
        if tape.happens(6):
            event["source"] = "/elsewhere"
        self._write_event(event)

    def _spoil(self, tape: Tape, event: dict[str, Any]) -> None:
        """Take a member away or make it wrong; now and then the envelope."""
        if tape.happens(3):
            event |= tape.pick(SPOILT)
            return
        data = dict(event["data"])
        if data:
            name = tape.pick(sorted(data))
            value = tape.pick(VALUES)
            data[name] = value
            if value is None and tape.happens(2):
                del data[name]
        else:
            data["unasked"] = tape.pick(VALUES)
        event["data"] = data

    def _burst(self, conversation_id: str) -> None:
        """So many inputs that the earlier ones are no longer among the last 64."""
        for number in range(62):
            event = self._envelope(
                Tape(b""), conversation_id, "supervisor.monitor", {"supervisor_id": "sam"}
            )
            self._write_event(event | {"id": f"{event['id']}-{number}"})

    def _write_event(self, event: dict[str, Any]) -> None:
        self._write(json.dumps(event).encode())

    def _write(self, line: bytes) -> None:
        self.lines.append(line)
        self.engine.read(line)


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
