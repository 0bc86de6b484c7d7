"""What was written up after a hand-over lately, in windows; pure, and remembered by nobody.

Holds of role `wrap_up` lie beside the changes, by representative, so each worker is told of all of
them, anew after a restart, and counts those of the conversations that are its own. A hold that is
told of again is the same one. By the engine's clock it was as long as it counts.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final

from omnistate.projections.figures.counting_rows import decode_memory
from omnistate.projections.figures.service_figures import HandOver, Memory
from omnistate.projections.figures.windows import KEPT_S, WINDOW_S, PartitionCounts, Segment
from omnistate.projections.figures.wrap_up_holds import WrapUpHold, WrapUpHolds

# The longest that `wrap_up_after_transfer` may be.
LONGEST_S: Final = 3_600
# Holds that began before then count in no window that is kept.
TOLD_S: Final = KEPT_S + WINDOW_S + LONGEST_S


class RecentWrapUps:
    """Those that ended within the windows that are kept."""

    def __init__(self, segment_of: Callable[[str, str | None], tuple[str, str]]) -> None:
        """`segment_of` says under which workstream and queue (none: empty) they are kept."""
        self._segment_of = segment_of
        self._holds = WrapUpHolds()
        self._ended: dict[str, WrapUpHold] = {}

    def take(self, value: bytes | None) -> None:
        """A record of `capacity-changes`. Raises NoChange."""
        ended = self._holds.take(value)
        if ended is not None:
            self._ended[ended.hold_id] = ended

    def forget(self, now_s: float) -> None:
        """Drop what no window has any more that is kept at `now_s`."""
        since_ms = round((now_s - TOLD_S) * 1_000)
        self._holds.forget_before(since_ms)
        self._ended = {
            id_: each for id_, each in self._ended.items() if each.began.at_ms >= since_ms
        }

    def parts(
        self, conversations: Mapping[str, list[Any]], partitions: Collection[int], now_s: float
    ) -> Iterator[PartitionCounts]:
        """What they come to in these partitions; `conversations` is what is remembered of each."""
        for hold in self._ended.values():
            row = conversations.get(hold.began.conversation_id)
            if row is None:
                continue
            _, partition, memory = decode_memory(row)
            hand_over = _find(memory, hold)
            if partition not in partitions or hand_over is None:
                continue
            over_s = (hand_over.on_ms + hold.length_ms) // 1_000
            start_s = over_s // WINDOW_S * WINDOW_S
            if start_s < now_s - KEPT_S - WINDOW_S:
                continue
            length_ms = hold.length_ms
            counts = {"wrapped_up": 1, "wrap_up_ms": length_ms, "handle_ms": length_ms}
            segment = self._segment_of(hand_over.workstream_id, hand_over.queue_id)
            yield PartitionCounts(Segment(partition, *segment), start_s, counts)


def _find(memory: Memory, hold: WrapUpHold) -> HandOver | None:
    """The hand-over that it began with."""
    began = (hold.began.at_ms, hold.representative_id)
    of_then = (each for each in memory.hand_overs if (each.at_ms, each.representative_id) == began)
    return next(of_then, None)
