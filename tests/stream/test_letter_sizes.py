"""A dead letter keeps what its topic takes, whatever a compressed batch had in it."""

import pytest
from omnistate.adapters.kafka.dead_letters.letter import find_obstacle, read_letter
from omnistate.stream.cloudevents import LETTER_BYTES_MAX, DeadLetter, encode_dead_letter
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.ports import Headers, Outgoing, Record
from omnistate.stream.topology import load_topology

from tests.stream.sizes import room_left

KEY, HEADERS = b"c1", (("content-type", b"text/plain"),)


def letter_of(
    value: bytes | None, key: bytes | None = KEY, headers: Headers = HEADERS
) -> tuple[Outgoing, dict[str, bytes | None]]:
    """The dead letter of a record, and its headers by name."""
    dead = decode_record(Record("channel-events", 3, 17, 5, key, value, headers), 1)
    assert isinstance(dead, DeadLetter)
    out = encode_dead_letter(dead)
    assert room_left(out.topic, out.key, out.value, out.headers) > 0
    return out, dict(out.headers)


def test_what_fits_is_kept() -> None:
    value = b"x" * (LETTER_BYTES_MAX - 100)
    out, headers = letter_of(value)
    assert (out.key, out.value, out.headers[:1]) == (KEY, value, HEADERS)
    assert headers["omnistate-error"] == b"oversized"


def test_what_does_not_fit_is_named() -> None:
    out, headers = letter_of(b"x" * 16_000_000)
    assert (out.key, out.value, out.headers[:1]) == (KEY, None, HEADERS)
    assert headers["omnistate-error"] == b"oversized"
    assert headers["omnistate-error-message"] == (
        b"16000000 bytes; 65536 are the most; not kept here: it takes 16000060 bytes"
    )
    assert headers["omnistate-origin"] == b"channel-events/3/17"
    letter = read_letter(Record(out.topic, 0, 0, 5, out.key, out.value, out.headers))
    assert find_obstacle(letter, load_topology()) == "it was too large to be kept"


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        (b"k" * 3_000_000, HEADERS),
        (KEY, (("h", b"x" * 3_000_000),)),
        (KEY, tuple((f"{n}" + "\U00010000" * 250, None) for n in range(3_000))),
        (None, (("h" * 3_000_000, b"x"),)),
    ],
)
def test_keys_and_headers(key: bytes | None, headers: Headers) -> None:
    out, said = letter_of(b'{"specversion": "1.0"}', key, headers)
    assert out.value is None
    assert b"not kept here" in (said["omnistate-error-message"] or b"")
