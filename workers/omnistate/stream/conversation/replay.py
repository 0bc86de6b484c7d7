"""Replay: the engine over a file's events, as one partition with the file's order and times.

Constant memory in the length of the file: nothing is kept but the tables of what is remembered.
"""

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from omnistate_schemas.registry import INPUTS

from omnistate.core.directory import Directory
from omnistate.stream.cloudevents import Undecodable, read_event
from omnistate.stream.conversation.decoding import read_input
from omnistate.stream.conversation.partition_state import describe_state
from omnistate.stream.conversation.step import Step
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.ports import Outgoing

BATCH: Final = 1_000
_ENCODE: Final = msgspec.json.Encoder().encode


class Replay:
    """One run over events; `tally` counts inputs by outcome and timers."""

    def __init__(self, directory: Directory) -> None:
        """Start with empty tables under a configuration that does not change."""
        self.tables = Tables()
        self.tally: Tally[str] = Tally()
        # How many events have a time before the clock, and the number of the first one's line.
        self.went_back = 0
        self.first_back: int | None = None
        self._line = 0
        self._last_ms: int | None = None
        self._directory = directory
        self._offsets: dict[str, int] = dict.fromkeys((kind.topic for kind in INPUTS.values()), 0)

    def feed(self, lines: Iterable[bytes], batch_lines: int = BATCH) -> Iterator[bytes]:
        """The output lines, with their ends, of event lines without theirs; blank ones are nothing.

        How many lines make a batch changes nothing but how soon outputs come.
        """
        batch: list[tuple[int, bytes]] = []
        for line in lines:
            self._line += 1
            if line.strip():
                batch.append((self._line, line))
                if len(batch) >= batch_lines:
                    yield from self._run(batch)
                    batch = []
        if batch:
            yield from self._run(batch)

    def advance(self, until_ms: int) -> Iterator[bytes]:
        """The output lines of timers due at `until_ms` or before."""
        done = False
        while not done:
            step = Step(self.tables, self._directory)
            done = step.fire_timers(until_ms)
            yield from self._finish(step)

    def _note_time(self, time_ms: int, number: int) -> None:
        if self._last_ms is None or time_ms >= self._last_ms:
            self._last_ms = time_ms
            return
        self.went_back += 1
        if self.first_back is None:
            self.first_back = number

    def _run(self, lines: list[tuple[int, bytes]]) -> Iterator[bytes]:
        step = Step(self.tables, self._directory)
        dead: list[tuple[int, bytes]] = []
        for number, line in lines:
            try:
                envelope, time_ms = read_event(line, ())
            except Undecodable as error:
                step.count("dead_letter")
                dead.append((len(step.outputs), describe_dead_line(line, error.code)))
                continue
            self._note_time(time_ms, number)
            topic = INPUTS[envelope["type"]].topic
            offset = self._offsets[topic]
            self._offsets[topic] = offset + 1
            input_ = read_input(envelope, topic, 0, offset, len(line))
            while not step.apply(input_, time_ms):
                yield from self._finish(step, dead)
                step, dead = Step(self.tables, self._directory), []
        yield from self._finish(step, dead)

    def _finish(self, step: Step, dead: Iterable[tuple[int, bytes]] = ()) -> Iterator[bytes]:
        batch = step.finish()
        self.tables.commit(batch)
        self.tally.update(batch.tally)
        written = 0
        for position, line in dead:
            yield from map(describe_output, batch.outputs[written:position])
            yield line
            written = position
        yield from map(describe_output, batch.outputs[written:])

    def state(self) -> dict[str, Any]:
        """What `--state` prints."""
        return describe_state(self.tables, self._directory)


def describe_output(outgoing: Outgoing) -> bytes:
    """One line of replay's output: topic, key and the event."""
    key = None if outgoing.key is None else outgoing.key.decode()
    return b'{"topic":%b,"key":%b,"value":%b}\n' % (
        _ENCODE(outgoing.topic),
        _ENCODE(key),
        outgoing.value or b"null",
    )


def describe_dead_line(line: bytes, code: str) -> bytes:
    """One line of replay's output for a line that is no event: its text and why."""
    text = line.decode(errors="replace")
    return _ENCODE({"topic": "dead-letters", "key": None, "value": text, "error": code}) + b"\n"
