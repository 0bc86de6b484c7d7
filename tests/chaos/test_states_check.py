"""What stands on `conversation-states` otherwise than the changes say is found, whatever it is."""

from tests.chaos.states_check import States

OPEN, LATER, CLOSED = b'{"status":"open"}', b'{"status":"active"}', b'{"status":"closed"}'


def seen(*changes: bytes) -> States:
    states = States()
    for value in changes:
        states.take_change(b"c", value)
    return states


def test_it_stands_at_its_last_change_or_is_forgotten() -> None:
    states = seen(OPEN, LATER)
    states.take_state("s", b"c", LATER)
    assert list(states.find_stale()) == states.find_invented() == []
    states.take_change(b"c", CLOSED)
    states.take_state("s", b"c", CLOSED)
    states.take_state("s", b"c", None)
    assert list(states.find_stale()) == states.find_invented() == []
    assert states.counts == {"states": 2, "forgotten": 1}


def test_what_is_ahead_must_be_published_by_the_next_look() -> None:
    states = seen(OPEN)
    states.take_state("s", b"c", LATER)
    assert list(states.find_stale()) == []
    assert len(states.find_invented()) == 1
    states.take_change(b"c", LATER)
    assert states.find_invented() == []


def test_missing_stale_and_forgotten_too_early() -> None:
    assert len(list(seen(OPEN).find_stale())) == 1
    for value in (OPEN, None):
        states = seen(OPEN, LATER)
        states.take_state("s", b"c", value)
        assert len(list(states.find_stale())) == 1
