"""Who may be asked: skills, presences and room, sentence by sentence of the contract."""

from typing import Any

import pytest

from tests.core.router_centre import CHAT, Centre, in_support


def test_skills_count_until_they_are_relaxed() -> None:
    centre = Centre(
        queues={"support": {"relax_skills_after": 60}},
        representatives={
            **in_support("ana", skills=["french"]),
            **in_support("ben", skills=["french", "sales", "more"]),
        },
    )
    centre.sit("ana")
    centre.wait("c", attributes={"skills": ["french", "sales"]})
    assert centre.asked(59.999) == []
    centre.wait("d", 59, attributes={"skills": ["sales", "french"]})
    centre.sit("ben", 30)
    assert centre.asked(59.999) == [("c", "ben")]
    centre.wait("e", 0, attributes={"skills": ["german"]})
    assert centre.asked(60) == [("e", "ana")]


@pytest.mark.parametrize("skills", [7, True, None, [], 1.5])
def test_skills_that_are_no_texts_say_nothing(skills: Any) -> None:
    centre = Centre(representatives=in_support("ana"))
    centre.sit("ana")
    centre.wait("c", attributes={"skills": skills})
    assert centre.asked() == [("c", "ana")]


@pytest.mark.parametrize(
    ("presence", "reason", "default", "allowed", "asked"),
    [
        ("available", "set_by_representative", "offline", None, True),
        ("busy", "set_by_representative", "offline", None, True),
        ("busy", "set_by_representative", "offline", ["available"], False),
        ("busy", "capacity", "offline", ["available"], True),
        ("do_not_disturb", "capacity", "offline", None, True),
        ("do_not_disturb", "set_by_supervisor", "offline", None, False),
        ("do_not_disturb", "default", "do_not_disturb", None, False),
        ("available", "default", "available", ["busy"], True),
        ("away", "set_by_representative", "offline", None, False),
        ("away", "set_by_representative", "offline", ["away"], True),
        ("offline", "lost", "available", None, False),
        ("offline", "default", "offline", None, False),
        (None, None, "offline", None, False),
        (None, None, "available", None, True),
        (None, None, "available", ["busy"], True),
        (None, None, "busy", None, True),
        (None, None, "away", None, False),
    ],
)
def test_presences(
    presence: str | None,
    reason: str | None,
    default: str,
    allowed: list[str] | None,
    asked: bool,
) -> None:
    chat = CHAT if allowed is None else {**CHAT, "allowed_presences": allowed}
    centre = Centre(
        workstreams={"chat": chat}, representatives=in_support("ana", default_presence=default)
    )
    if presence is not None:
        centre.sit("ana", presence=presence, presence_reason=reason)
    centre.wait("c")
    assert bool(centre.asked()) is asked


@pytest.mark.parametrize(
    ("seen", "cost", "asked"),
    [
        ({"units": 30}, {"units": 30}, True),
        ({"units": 29}, {"units": 30}, False),
        ({"units": -5}, {"units": 0}, False),
        ({"units": 0}, {"units": 0}, True),
        ({}, {"units": 0, "profiles": ["chat"]}, True),
        ({"profiles": {"chat": {"available": 0}}}, {"profiles": ["chat"]}, False),
        ({"profiles": {"chat": {"available": 0}}}, {"profiles": ["gold"]}, True),
        ({"profiles": {"chat": {"available": 1}}}, {"profiles": ["chat", "gold"]}, True),
        ({}, {"profiles": ["unknown"]}, False),
        ({"blocked_by_profile": True}, {}, False),
        ({"profiles": {"solo": {"available": 0, "occupied": 1, "blocking": True}}}, {}, False),
        ({"profiles": {"solo": {"available": 0, "granted": 1, "blocking": True}}}, {}, False),
        ({"profiles": {"solo": {"available": 0, "blocking": True}}}, {}, True),
    ],
)
def test_room(seen: dict[str, Any], cost: dict[str, Any], asked: bool) -> None:
    centre = Centre(
        capacity_profiles={"chat": {"limit": 2}, "gold": {}}, representatives=in_support("ana")
    )
    centre.sit("ana", **seen)
    centre.wait("c", **cost)
    assert bool(centre.asked()) is asked
