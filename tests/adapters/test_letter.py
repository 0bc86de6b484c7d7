"""What a dead letter's headers say, and where it may go back to."""

import pytest
from omnistate.adapters.kafka.dead_letters.letter import (
    BYTES_MAX,
    Letter,
    Origin,
    address_back,
    find_obstacle,
    read_letter,
)
from omnistate.stream.cloudevents import DeadLetter, encode_dead_letter
from omnistate.stream.partitioning import partition_of
from omnistate.stream.ports import Headers, Record
from omnistate.stream.topology import load_topology
from omnistate_schemas.vocabulary import CHANNEL_EVENTS, DEAD_LETTERS

TOPOLOGY = load_topology()
COUNTS = {CHANNEL_EVENTS: 4}


def received(*headers: tuple[str, bytes | None], key: bytes | None = b"chat-1") -> Record:
    return Record(CHANNEL_EVENTS, 3, 17, 1, key, b"value", headers)


def written(record: Record, code: str = "unknown_type") -> Letter:
    """The letter that the engine makes of a record, read again."""
    dead = encode_dead_letter(DeadLetter(record, code, "a sentence"))
    return read_letter(Record(DEAD_LETTERS, 0, 5, 9, dead.key, dead.value, dead.headers))


def test_reads_what_the_engine_writes() -> None:
    record = received(("content-type", b"x"), ("empty", None))
    letter = written(record)
    assert (letter.error, letter.message) == ("unknown_type", "a sentence")
    assert letter.origin == Origin(CHANNEL_EVENTS, 3, 17)
    assert str(letter.origin) == "channel-events/3/17"
    back = address_back(letter, COUNTS)
    assert back == (record.topic, record.partition, record.key, record.value, record.headers)


def test_headers_of_the_same_names_were_received() -> None:
    forged: Headers = (
        ("omnistate-origin", b"agent-actions/0/0"),
        ("omnistate-error", b"theirs"),
        ("omnistate-origin", b"nonsense"),
    )
    letter = written(received(*forged))
    assert letter.headers == forged
    assert letter.origin == Origin(CHANNEL_EVENTS, 3, 17)


@pytest.mark.parametrize(
    ("code", "key", "partition"),
    [
        ("unknown_type", b"chat-1", 3),
        ("wrong_partition", b"chat-1", partition_of(b"chat-1", 4)),
        ("wrong_partition", None, 3),
    ],
)
def test_where_it_goes(code: str, key: bytes | None, partition: int) -> None:
    assert address_back(written(received(key=key), code), COUNTS).partition == partition


def test_a_partition_that_is_gone() -> None:
    assert address_back(written(received()), {CHANNEL_EVENTS: 2}).partition == partition_of(
        b"chat-1", 2
    )
    assert address_back(written(received(key=None)), {CHANNEL_EVENTS: 2}).partition == 1


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "channel-events",
        "channel-events/3",
        "channel-events/3/-1",
        "channel-events/3/x",
        "a/b/1/2",
    ],
)
def test_no_origin(origin: str) -> None:
    headers: Headers = (("omnistate-error", b"x"), ("omnistate-origin", origin.encode()))
    letter = read_letter(Record(DEAD_LETTERS, 0, 0, 0, None, b"", headers))
    assert letter.origin is None
    assert find_obstacle(letter, TOPOLOGY) == "it does not say where it comes from"


@pytest.mark.parametrize(
    "topic", [topic.name for topic in TOPOLOGY.topics if topic.kind != "input"] + ["other"]
)
def test_nothing_goes_back_but_inputs(topic: str) -> None:
    letter = written(received())._replace(origin=Origin(topic, 0, 0))
    assert find_obstacle(letter, TOPOLOGY) == "it does not come from an input topic"


def test_what_no_broker_would_take() -> None:
    letter = written(received())
    assert find_obstacle(letter, TOPOLOGY) is None
    assert find_obstacle(letter._replace(value=b"a" * 2 * BYTES_MAX), TOPOLOGY) is None
    noise = b"".join(n.to_bytes(4, "big") for n in range(0, 2**32, 2**32 // BYTES_MAX))
    obstacle = find_obstacle(letter._replace(value=noise), TOPOLOGY)
    assert obstacle == "it is too large to be appended again"


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 19, "-1", "١"])
def test_a_forged_origin_is_none(number: str) -> None:
    headers = (("omnistate-origin", f"channel-events/0/{number}".encode()),)
    letter = read_letter(Record("dead-letters", 0, 0, 0, None, None, headers))
    assert letter.origin is None
