"""The representative worker over the embedded log: totals converge to the truth, and are told."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.vocabulary import (
    CAPACITY_CHANGES,
    DEAD_LETTERS,
    REPRESENTATIVE_CAPACITY,
    REPRESENTATIVE_PRESENCE,
)

from tests.stream.representative_rig import (
    CENTRE,
    HERE,
    RepresentativeRig,
    directory_of,
    drain,
    run,
)


async def test_everybody_configured_is_told_of_at_the_start() -> None:
    told = {each["representative_id"]: each for each in (await run([])).told()}
    assert set(told) == {"ana", "bob"}
    assert told["ana"]["available_units"] == 100
    assert told["ana"]["profiles"]["chat"] == {
        "limit": 2,
        "occupied": 0,
        "granted": 0,
        "available": 2,
        "blocking": False,
    }
    assert (told["bob"]["presence"], told["bob"]["assignable"]) == ("available", True)
    assert told["bob"]["presence_reason"] == "default"
    assert not {"cause", "set_presence", "profiles"} & set(told["bob"])


@pytest.mark.parametrize(
    ("units", "profiles", "presence", "assignable"),
    [
        (0, {}, "available", True),
        (30, {}, "busy", True),
        (100, {}, "busy", True),  # a slot of chat is left: both must be used up
        (100, {"chat": 2}, "do_not_disturb", False),
        (0, {"chat": 2}, "do_not_disturb", False),
        (30, {"chat": 2}, "busy", True),
        (130, {}, "do_not_disturb", False),
        (0, {"chat": 3}, "do_not_disturb", False),
        (0, {"chat": 1}, "busy", True),
        (30, {"call": 1}, "do_not_disturb", False),
    ],
)
async def test_presence_follows_from_capacity(
    units: int, profiles: dict[str, int], presence: str, assignable: bool
) -> None:
    desk = await run([("hold", "ana", units, profiles)])
    last = desk.last("ana")
    assert (last["presence"], last["assignable"]) == (presence, assignable)
    assert last["presence_reason"] == ("default" if presence == "available" else "capacity")
    assert last["blocked_by_profile"] is ("call" in profiles)


async def test_negative_availability_is_shown_as_it_is() -> None:
    last = (await run([("hold", "bob", 40), ("hold", "bob", 50, 1)])).last("bob")
    assert (last["occupied_units"], last["available_units"]) == (90, -30)


async def test_what_is_set_goes_first_and_lasts_or_not() -> None:
    desk = await run([("set", "bob", "away"), ("hold", "bob", 30)])
    assert desk.last("bob")["presence"] == "away"
    assert desk.last("bob")["presence_reason"] == "set_by_representative"
    assert desk.last("bob")["assignable"] is False
    desk = await run([("hold", "bob", 60), ("set", "bob", "available", "sue")])
    assert (desk.last("bob")["presence"], desk.last("bob")["presence_reason"]) == (
        "available",
        "set_by_supervisor",
    )
    assert desk.last("bob")["cause"]["actor_id"] == "sue"
    desk = await run([("hold", "bob", 60), ("set", "bob", "available"), ("hold", "bob", 30)])
    assert (desk.last("bob")["presence"], desk.last("bob").get("set_presence")) == ("busy", None)


async def test_a_gap_is_counted_and_a_repeat_changes_nothing() -> None:
    desk = await run([("hold", "bob", 10), ("hold", "bob", 30, 0, 4)])
    assert (desk.last("bob")["occupied_units"], desk.last("bob")["gaps"]) == (30, 4)
    before = len(desk.told())
    desk = await run([("hold", "bob", 10), ("hold", "bob", 30), ("say", "bob", 10, 0, 1)])
    assert desk.last("bob")["occupied_units"] == 30
    assert len(desk.told()) == before


async def test_a_limit_counts_at_once_and_a_removal_leaves_a_tombstone() -> None:
    desk = RepresentativeRig(directory_of(CENTRE))
    task = await desk.take_over()
    await drain(task, desk.now_ms)
    desk.hold("ana", 30)
    await drain(task, desk.now_ms)
    lowered = ContactCentre.model_validate({"representatives": {"ana": {"units": 20, **HERE}}})
    desk.directory.put_representative("ana", lowered.representatives["ana"])
    desk.directory.put_representative("bob", None)
    await drain(task, desk.now_ms)
    records = desk.log.read(REPRESENTATIVE_CAPACITY, 0, 0)
    last = {record.key: record.value for record in records}
    assert last[b"bob"] is None
    assert json.loads(last[b"ana"] or b"")["data"]["available_units"] == -10
    # A new owner tells nothing anew.
    count = len(records)
    await drain(await desk.take_over(), desk.now_ms)
    assert len(desk.log.read(REPRESENTATIVE_CAPACITY, 0, 0)) == count


async def test_nonsense_goes_to_the_dead_letters() -> None:
    desk = RepresentativeRig(directory_of({}))
    task = await desk.take_over()
    desk.log.append(CAPACITY_CHANGES, b"ana", b"nonsense")
    desk.log.append(REPRESENTATIVE_PRESENCE, b"ana", b"{}")
    desk.set("ana", "asleep")
    desk._append(REPRESENTATIVE_PRESENCE, "representative.away", "ana", {}, "9")
    desk.log.append(CAPACITY_CHANGES, None, None)
    await drain(task, desk.now_ms)
    letters = desk.log.read(DEAD_LETTERS, 0, 0)
    reasons = sorted(dict(each.headers)["omnistate-error"] or b"" for each in letters)
    assert reasons == [b"undecodable"] * 4 + [b"unknown_type"]
    assert not desk.told()


CHANGES = st.lists(
    st.tuples(
        st.sampled_from(("ana", "bob", "cleo")),
        st.integers(0, 3),  # the partition
        st.integers(0, 130),
        st.dictionaries(st.sampled_from(("chat", "call", "mail")), st.integers(0, 3), max_size=2),
    ),
    max_size=30,
)


@settings(max_examples=120, deadline=None)
@given(changes=CHANGES, chance=st.integers(0, 2**31))
async def test_totals_are_the_truth_whatever_is_missed_or_seen_twice(
    changes: list[tuple[str, int, int, dict[str, int]]], chance: int
) -> None:
    dice = random.Random(chance)
    desk = RepresentativeRig(directory_of(CENTRE))
    task = await desk.take_over()
    truth: dict[tuple[str, int], tuple[int, dict[str, int]]] = {}
    numbers: dict[tuple[str, int], int] = {}
    missed = dict.fromkeys(("ana", "bob", "cleo"), 0)
    lost: dict[tuple[str, int], int] = {}
    said: list[tuple[str, int, int, int, dict[str, int]]] = []
    for id_, partition, units, profiles in changes:
        place = (id_, partition)
        numbers[place] = numbers.get(place, 0) + 1
        if dice.random() < 0.2:
            lost[place] = lost.get(place, 0) + 1
            continue
        missed[id_] += lost.pop(place, 0)
        truth[place] = (units, profiles)
        said.append((id_, units, partition, numbers[place], profiles))
        for who, held_, where, number, slots in [
            said[-1],
            *dice.sample(said, dice.random() < 0.3),
        ]:
            desk.say(who, held_, where, number, **slots)
        if dice.random() < 0.3:
            await drain(task, desk.now_ms)
        if dice.random() < 0.1:
            task = await desk.take_over()
    await drain(task, desk.now_ms)
    for id_ in ("ana", "bob", "cleo"):
        held = [value for (who, _), value in truth.items() if who == id_]
        if not held:
            continue
        last = desk.last(id_)
        assert last["occupied_units"] == sum(units for units, _ in held)
        for name in ("chat", "call", "mail"):
            occupied = sum(profiles.get(name, 0) for _, profiles in held)
            assert last.get("profiles", {}).get(name, {"occupied": 0})["occupied"] == occupied
        assert last["gaps"] == missed[id_]
    for id_ in ("ana", "bob", "cleo"):
        numbered = [each["sequence"] for each in desk.told() if each["representative_id"] == id_]
        assert numbered == list(range(1, len(numbered) + 1))


async def test_no_profiles_and_grants_that_came_to_nothing() -> None:
    """Counters without profiles say none, and what was declined has no counter at all."""
    desk = RepresentativeRig(directory_of(CENTRE))
    task = await desk.take_over()
    granted = {"id": "r1", "source": "/router", "units": 30}
    declined = {"conversation_id": "c1", "code": "withdrawn", "reservation": granted}
    desk.tell("capacity.declined", "ana", declined)
    hold = {"conversation_id": "c2", "hold_id": "0-1.h1", "role": "primary", "units": 30}
    shares = {**hold, "partition": 0, "partition_sequence": 1, "partition_units": 30}
    desk.tell("capacity.held", "ana", shares)
    await drain(task, desk.now_ms)
    assert desk.last("ana")["occupied_units"] == 30
    assert desk.log.read(DEAD_LETTERS, 0, 0) == []
