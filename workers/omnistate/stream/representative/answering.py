"""A request at a desk, and what is said to it: a grant that the engine can read, or why not.

It counts nothing and publishes nothing: that is the step's.
"""

from typing import NamedTuple

from omnistate_schemas.times import format_time

from omnistate.core.representative.gate import Refusal
from omnistate.stream.cloudevents import RECORD_BYTES_MAX
from omnistate.stream.ports import Outgoing, Record
from omnistate.stream.representative.desk_overlay import TouchedDesk
from omnistate.stream.representative.representative_inputs import Asked
from omnistate.stream.representative.spoken import encode_assignment, encode_refusal


class Answer(NamedTuple):
    """What is published; `code` says why it is no grant."""

    said: Outgoing
    code: str | None


def answer_request(desk: TouchedDesk, asked: Asked, record: Record, now_ms: int) -> Answer:
    """Grant what was asked for in a `record`, or refuse it: then nothing has changed.

    `now_ms` is the partition's clock, epoch milliseconds.
    """
    found = _grant(desk, asked, now_ms)
    if isinstance(found, Outgoing):
        return Answer(found, None)
    return Answer(encode_refusal(found, asked, record, format_time(now_ms)), found.code)


def _grant(desk: TouchedDesk, asked: Asked, now_ms: int) -> Outgoing | Refusal:
    if asked.request is None:
        return Refusal("invalid_data", asked.problem or "")
    given = desk.desk.ask(asked.request, now_ms)
    if isinstance(given, Refusal):
        return given
    said = encode_assignment(given, asked, desk.name_next(now_ms), format_time(now_ms))
    size = len(said.value or b"")
    if size > RECORD_BYTES_MAX:
        # The engine would put it aside, and nothing would ever end the grant.
        return Refusal(
            "too_large", f"The offer would take {size} bytes; {RECORD_BYTES_MAX} are the most."
        )
    desk.desk.give(given)
    desk.said()
    return said
