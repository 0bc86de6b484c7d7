"""A directory that is kept up to date says what one that is made anew would say."""

from omnistate.core.directory import Directory
from omnistate_schemas.configuration import CapacityProfile, Representative, Workstream

CHAT, CALLS = Workstream(channel="live_chat"), Workstream(channel="voice")


def test_what_is_put_is_as_what_was_there_from_the_start() -> None:
    kept = Directory(
        {"chat": CALLS, "gone": CALLS}, {"p": CapacityProfile(), "q": CapacityProfile()}
    )
    kept.put_workstream("chat", CHAT)
    kept.put_workstream("calls", CALLS)
    kept.put_workstream("gone", None)
    kept.put_profile("p", CapacityProfile(limit=3))
    kept.put_profile("q", None)
    kept.put_representative("ana", Representative(units=50, profiles={"p": None}))
    new = Directory(
        {"chat": CHAT, "calls": CALLS},
        {"p": CapacityProfile(limit=3)},
        {"ana": Representative(units=50, profiles={"p": None})},
    )
    assert kept.workstreams == new.workstreams
    assert kept.profiles == new.profiles
    assert kept.representatives == new.representatives
    assert (kept.units_of("ana"), kept.limit_of("ana", "p"), kept.limit_of("ana", "q")) == (
        50,
        3,
        0,
    )


def test_what_is_not_there_may_be_taken_away() -> None:
    directory = Directory()
    directory.put_workstream("a", None)
    directory.put_profile("b", None)
    directory.put_representative("c", None)
    assert directory.units_of("c") == 100
