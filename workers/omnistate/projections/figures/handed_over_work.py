"""Wrap-ups after a hand-over in spans: who wrote up, for which workstream and queue, when; pure.

A hold says by the engine's clock from when until when; the change of its first step where it
counts, and the changes and recorded inputs of both steps when they happened. Holds are told first,
so that nothing else need be remembered.
"""

from collections.abc import Iterator
from typing import NamedTuple

from omnistate_schemas.read_change import ReadChange

from omnistate.projections.figures.wrap_up_holds import (
    ENDED_BY_TIMER,
    Step,
    WrapUpHold,
    WrapUpHolds,
    read_end,
    step_of,
)


class WrapUp(NamedTuple):
    """What somebody wrote up after a hand-over: where they had it, when it was over, how long."""

    workstream_id: str
    # Empty: in none.
    queue_id: str
    representative_id: str
    on_ms: int
    length_ms: int


class _HandOver(NamedTuple):
    workstream_id: str
    queue_id: str
    on_ms: int


class HandedOverWork:
    """Told of holds, then of recorded inputs and changes in any order; then it knows."""

    def __init__(self) -> None:
        self._holds = WrapUpHolds()
        self._ended: list[WrapUpHold] = []
        # When each step that matters happened; None: nothing has said so.
        self._moments: dict[Step, int | None] = {}
        self._hand_overs: dict[tuple[Step, str], _HandOver] = {}

    def take_hold(self, value: bytes | None) -> None:
        """A record of `capacity-changes`. Raises NoChange."""
        ended = self._holds.take(value)
        if ended is not None:
            self._ended.append(ended)
            self._moments |= {ended.began: None, ended.ended: None}

    def take_recorded(self, value: bytes | None) -> None:
        """A record of `recorded-inputs`. Raises NoChange."""
        found = read_end(value)
        if found is not None and found[0] in self._moments:
            step, on_ms = found
            self._moments[step] = on_ms

    def take_change(self, change: ReadChange, at_ms: int, on_ms: int) -> None:
        """A change of a conversation that counts, which came about at `on_ms`."""
        step = step_of(change.conversation_id, at_ms, change.cause)
        if step not in self._moments:
            return
        self._moments[step] = on_ms
        former_id = change.previous_representative_id
        if former_id is not None and former_id != change.representative_id:
            queue_id = change.previous_queue_id or ""
            self._hand_overs[step, former_id] = _HandOver(change.workstream_id, queue_id, on_ms)

    def wrap_ups(self) -> Iterator[WrapUp]:
        """Those that are over, and whose hand-over was told."""
        for hold in self._ended:
            hand_over = self._hand_overs.get((hold.began, hold.representative_id))
            if hand_over is None:
                continue
            workstream_id, queue_id, since_ms = hand_over
            ended_ms = self._moments[hold.ended]
            if ended_ms is None or hold.rule == ENDED_BY_TIMER:
                ended_ms = since_ms + hold.length_ms
            length_ms = max(ended_ms - since_ms, 0)
            yield WrapUp(workstream_id, queue_id, hold.representative_id, ended_ms, length_ms)
