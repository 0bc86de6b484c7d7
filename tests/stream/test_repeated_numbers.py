"""The shortcut takes no repeated member, whatever the type of its value."""

import json

import pytest
from omnistate.stream.cloudevents import DeadLetter
from omnistate.stream.conversation.decoding import decode_in_full, decode_record
from omnistate.stream.ports import Record

HEAD = (
    '{"specversion":"1.0","id":"e1","source":"/desktops/ana","subject":"chat-1",'
    '"time":"2026-03-02T07:09:45.548Z","type":"representative.extend_wrap_up","data":'
)


def extension(data: str) -> Record:
    """A record of a wrap-up that is extended, with this text as its data."""
    text = f"{HEAD}{data}}}".encode()
    return Record("agent-actions", 0, 1, 1_772_435_385_548, b"chat-1", text)


@pytest.mark.parametrize("decode", [decode_record, decode_in_full])
def test_a_number_that_is_repeated_is_undecodable(decode: object) -> None:
    assert callable(decode)
    once = json.dumps({"representative_id": "ana", "seconds": 60}, separators=(",", ":"))
    assert not isinstance(decode(extension(once), 1), DeadLetter)
    twice = decode(extension(f'{once[:-1]},"seconds":61}}'), 1)
    assert isinstance(twice, DeadLetter)
    assert (twice.code, twice.message) == ("undecodable", "a member is repeated")
