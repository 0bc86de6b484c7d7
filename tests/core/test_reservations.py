"""What the gate grants and the engine takes, or declines (contract.md#gate)."""

from typing import Any

from omnistate.core.facts import Declined, Held

from tests.core.story import Story

GATE = "/omnistate/gate"


def grant(units: int = 30, profiles: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"id": "ask-1", "source": "/router", "units": units, "profiles": list(profiles)}


def gated(**settings: Any) -> Story:
    return Story("live_chat", assign_through_gate=True, **settings)


def test_only_the_gate_assigns_where_it_must() -> None:
    story = gated()
    assert story.assign("ana") == ["not_reserved"]
    assert story.assign("ana", reservation=grant()) == ["declined ana:not_reserved", "not_reserved"]
    assert story.assign("ana", source=GATE, reservation=grant()) == ["O1", "+ana/primary:O1"]
    (held,) = [fact for fact in story.facts if isinstance(fact, Held)]
    assert held.reservation is not None
    assert (held.reservation.id, held.reservation.units) == ("ask-1", 30)


def test_it_is_taken_for_what_it_costs_now_alone() -> None:
    story = gated(profiles=["chat"], units=10)
    granted = grant(10, ("chat",))
    said = story.assign("ana", source=GATE, reservation=grant(11, ("chat",)))
    assert said == ["declined ana:not_reserved", "not_reserved"]
    assert story.assign("ana", source=GATE, reservation=grant(10))[-1] == "not_reserved"
    story.say("conversation.updated", units=12)
    assert story.assign("ana", source=GATE, reservation=granted)[-1] == "not_reserved"
    story.say("conversation.updated", units=10)
    assert story.assign("ana", source=GATE, reservation=granted)[0] == "O1"
    assert Story("live_chat").assign("ana", reservation=grant(5))[-1] == "not_reserved"


def test_whatever_comes_to_nothing_is_declined() -> None:
    story = gated()
    story.assign("ana", source=GATE, reservation=grant())
    said = story.assign("ben", source=GATE, reservation=grant())
    assert said == ["declined ben:invalid_status", "invalid_status"]
    said = story.assign("ana", source=GATE, reservation=grant(), expected_sequence=1)
    assert said == ["declined ana:superseded", "superseded"]
    assert story.assign("ana", source=GATE, reservation=grant()) == [
        "declined ana:no_effect",
        "no_effect",
    ]


def test_an_offer_that_held_nothing_is_withdrawn() -> None:
    story = gated(reserve_on_offer=False)
    assert story.assign("ana", source=GATE, reservation=grant()) == ["O1"]
    assert story.by("ana", "reject") == ["A2", "declined ana:withdrawn"]
    (told,) = [fact for fact in story.facts if isinstance(fact, Declined)]
    assert (told.reservation.id, told.cause.type) == ("ask-1", "representative.reject")
    story.assign("ana", source=GATE, reservation=grant())
    assert story.wait(120) == ["A3", "declined ana:withdrawn"]
    story.assign("ana", source=GATE, reservation=grant())
    assert story.by("ana", "accept") == ["A1", "+ana/primary:A1"]
    held = [fact for fact in story.facts if isinstance(fact, Held)]
    assert held[-1].reservation is not None


def test_what_an_update_takes_anew_carries_none() -> None:
    story = gated()
    story.assign("ana", source=GATE, reservation=grant())
    story.say("conversation.updated", units=5)
    held = [fact for fact in story.facts if isinstance(fact, Held)]
    assert [each.reservation is None for each in held] == [False, True]


def test_what_costs_something_else_by_its_acceptance_is_held_past_the_gate() -> None:
    """As a hold that U1 takes anew; what was granted is given up."""
    story = gated(reserve_on_offer=False)
    story.assign("ana", source=GATE, reservation=grant())
    assert story.say("conversation.updated", units=50) == ["U1"]
    said = story.by("ana", "accept")
    assert said == ["A1", "+ana/primary:A1", "declined ana:withdrawn"]
    held = [fact for fact in story.facts if isinstance(fact, Held)][-1]
    assert (held.units, held.forced, held.reservation) == (50, True, None)
