"""The journal of an input that a worker of ours writes to as well: whose is whose, in any order."""

from omnistate_schemas.vocabulary import AGENT_ACTIONS, CHANNEL_EVENTS

from tests.chaos.chaos_traffic import NOTHING, Event
from tests.chaos.journal import Entry, Journal, digest

PLACE = (AGENT_ACTIONS, 0)


def said(id_: str, topic: str = AGENT_ACTIONS) -> Event:
    return Event(topic, b"chat-1", id_.encode(), type="router.move", id=id_)


def foreign(id_: str) -> Entry:
    return Entry(digest(b"chat-1", id_.encode()), "router.assign", id_, None, 5)


def ids(journal: Journal) -> list[str]:
    return [each.id for each in journal.entries[PLACE]]


def test_what_our_worker_writes_is_noted_where_it_is_read() -> None:
    journal = Journal([AGENT_ACTIONS], 1)
    journal.append(PLACE, [said("a")], 0, 1)
    # The gate's record at 1 and its marker at 2, and both once more.
    journal.append(PLACE, [said("b"), said("c")], 5, 2)
    assert ids(journal) == ["a", "", "", "", "", "b", "c"]
    assert not journal.knows(PLACE, 3)
    assert not journal.place(PLACE, 1, foreign("g1"))
    assert not journal.place(PLACE, 3, foreign("g2"))
    # Read before whatever lies before it was acknowledged.
    assert not journal.place(PLACE, 8, foreign("g3"))
    journal.append(PLACE, [said("d")], 7, 3)
    assert ids(journal) == ["a", "g1", "", "g2", "", "b", "c", "d", "g3"]
    assert journal.count([AGENT_ACTIONS]) == 7
    assert journal.ends([AGENT_ACTIONS]) == {PLACE: 9}
    assert [each.expected for each in journal.entries[PLACE]][2] == NOTHING
    assert journal.contradictions == []


def test_two_at_one_offset_contradict_one_another() -> None:
    journal = Journal([AGENT_ACTIONS], 1)
    journal.append(PLACE, [said("a")], 0, 1)
    journal.append(PLACE, [said("b")], 0, 1)
    assert len(journal.contradictions) == 1


def test_what_nobody_said_the_place_of_is_found_when_it_is_read() -> None:
    journal = Journal([AGENT_ACTIONS], 1)
    journal.append(PLACE, [said("a")], -1, -1)
    assert not journal.place(PLACE, 0, foreign("g1"))
    assert journal.place(PLACE, 2, foreign("a"))
    assert ids(journal) == ["g1", "", "a"]
    assert journal.entries[PLACE][2].type == "router.move"


def test_of_other_inputs_there_is_one_writer() -> None:
    journal = Journal([CHANNEL_EVENTS], 1)
    place = (CHANNEL_EVENTS, 0)
    journal.append(place, [said("a", CHANNEL_EVENTS)], 0, 1)
    journal.append(place, [said("b", CHANNEL_EVENTS)], 2, 1)
    assert len(journal.contradictions) == 1
