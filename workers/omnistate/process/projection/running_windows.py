"""The windows that run: whose connection has gone, and until when they may come back; pure.

From the last change of each conversation and the inputs that were recorded since: most windows
begin without a change. One that a customer's message ends is known of until its time is over, since
messages are published nowhere. It asks nobody.
"""

from collections import OrderedDict
from typing import Final, NamedTuple

import msgspec
from omnistate_schemas.read_api import RunningWindow, WindowsNow
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import CONVERSATION_STATES, RECORDED_INPUTS, TimerName

from omnistate.stream.ports import Record, UnreadableRecord

TOPICS: Final = (CONVERSATION_STATES, RECORDED_INPUTS)
WINDOWS: Final = frozenset({"customer_reconnect", "representative_reconnect"})
# What two topics say of one conversation may come a moment apart: so many are remembered by number.
RECENT_MAX: Final = 10_000


class _Timer(msgspec.Struct):
    name: TimerName
    at: str


class _Cause(msgspec.Struct):
    type: str
    actor_id: str | None = None


class _Said(msgspec.Struct):
    conversation_id: str
    sequence: int
    cause: _Cause
    next_timer: _Timer | None = None
    representative_id: str | None = None


class _Event(msgspec.Struct):
    data: _Said


class _Window(NamedTuple):
    ends_ms: int
    conversation_id: str
    name: TimerName
    representative_id: str | None


_READ: Final = msgspec.json.Decoder(_Event).decode


class RunningWindows:
    """One window of each conversation at most: its next timer."""

    def __init__(self) -> None:
        """Nothing was read yet."""
        self._windows: dict[str, _Window] = {}
        self._sequences: OrderedDict[str, int] = OrderedDict()

    def take(self, record: Record) -> None:
        """Read a record of one of the topics; what cannot be used says nothing."""
        if record.value is None or isinstance(record, UnreadableRecord):
            return
        try:
            said = _READ(record.value).data
            ends_ms = 0 if said.next_timer is None else parse_time_ms(said.next_timer.at)
        except (msgspec.DecodeError, ValueError):
            return
        id_ = said.conversation_id
        if said.sequence < self._sequences.get(id_, 0):
            return
        self._sequences[id_] = said.sequence
        self._sequences.move_to_end(id_)
        if len(self._sequences) > RECENT_MAX:
            self._sequences.popitem(last=False)
        if said.next_timer is None or said.next_timer.name not in WINDOWS:
            self._windows.pop(id_, None)
            return
        # Who is gone themselves, where it is a representative who was not the first.
        gone = said.cause.actor_id if said.cause.type == "representative.disconnected" else None
        who = gone or said.representative_id
        self._windows[id_] = _Window(ends_ms, id_, said.next_timer.name, who)

    def list_next(self, now_ms: int, limit: int) -> WindowsNow:
        """How many run at epoch `now_ms`, and those that end next."""
        over = [id_ for id_, each in self._windows.items() if each.ends_ms <= now_ms]
        for id_ in over:
            del self._windows[id_]
        return WindowsNow(
            running=len(self._windows),
            windows=[
                RunningWindow(
                    conversation_id=each.conversation_id,
                    name=each.name,
                    representative_id=each.representative_id,
                    due_seconds=(each.ends_ms - now_ms) / 1_000,
                )
                for each in sorted(self._windows.values())[:limit]
            ],
        )
