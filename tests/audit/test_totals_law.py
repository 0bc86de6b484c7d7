"""The law of totals: whatever is done to totals, table or positions is named where it shows."""

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from omnistate.audit.source import MemoryReader
from omnistate.core.representative.totals import Totals, decode_totals, encode_totals
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, REPRESENTATIVE_CAPACITY

from tests.audit.audit_rig import TOTALS, TOTALS_POSITIONS, Rig
from tests.audit.downstream_rig import add_up
from tests.audit.tampering import Place, find, last_of, places, rows, spots

Tamper = Callable[[Rig], Place]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def added(morning: Rig) -> Rig:
    """The morning, and what the representative worker makes of it in small batches."""
    rig = morning.clone()
    await add_up(rig, 50)
    findings = await rig.audit()
    assert findings.ok, findings.violations[:5]
    assert "totals" not in findings.unchecked
    assert findings.counts["representatives"] > 5
    assert findings.counts["limits"] > 5
    return rig


def holding(data: dict[str, Any]) -> bool:
    return bool(data["occupied_units"])


def published(change: Callable[[dict[str, Any]], Any]) -> Tamper:
    """Change the last picture of somebody who holds something."""

    def tamper(rig: Rig) -> Place:
        def alter(event: dict[str, Any]) -> None:
            change(event["data"])

        return last_of(rig, REPRESENTATIVE_CAPACITY, holding).alter(alter)

    return tamper


def table(change: Callable[[Totals], Any]) -> Tamper:
    """Change the row of somebody with a share."""

    def tamper(rig: Rig) -> Place:
        for spot in rows(rig, TOTALS).values():
            totals = decode_totals(spot.bytes)
            if totals.shares and totals.units:
                change(totals)
                return spot.put(value=encode_totals(totals))
        raise AssertionError("nobody holds anything")

    return tamper


def more(data: dict[str, Any]) -> None:
    data["occupied_units"] += 10
    data["available_units"] -= 10


def with_profile(data: dict[str, Any]) -> None:
    profile = {"limit": 0, "occupied": 1, "available": -1, "blocking": False}
    data["profiles"] = {**data["profiles"], "unheard": profile}


def first_share(totals: Totals) -> Any:
    return next(share for share in totals.shares.values() if share.units)


def one_less(totals: Totals) -> None:
    first_share(totals).sequence -= 1


def one_more(totals: Totals) -> None:
    first_share(totals).sequence += 1


def heavier(totals: Totals) -> None:
    first_share(totals).units += 1


def gap(totals: Totals) -> None:
    totals.gaps += 1


def further(totals: Totals) -> None:
    totals.sequence += 1


def dropped(topic: str) -> Tamper:
    """Drop every record of somebody who holds something; where their picture or row was."""

    def tamper(rig: Rig) -> Place:
        picture = last_of(rig, REPRESENTATIVE_CAPACITY, holding)
        key = picture.record.key
        mine = [spot for spot in spots(rig, topic) if spot.record.key == key]
        other = TOTALS if topic == REPRESENTATIVE_CAPACITY else REPRESENTATIVE_CAPACITY
        for spot in reversed(mine):
            spot.drop()
        return next(spot for (_, each), spot in rows(rig, other).items() if each == key).place

    return tamper


def tombstone(rig: Rig) -> Place:
    picture = last_of(rig, REPRESENTATIVE_CAPACITY, holding)
    picture.put(value=None)
    key = picture.record.key
    return next(spot for (_, each), spot in rows(rig, TOTALS).items() if each == key).place


def an_older_picture(rig: Rig) -> Place:
    """Its last one is lost."""
    for key, last in rows(rig, REPRESENTATIVE_CAPACITY).items():
        before = [
            spot
            for spot in spots(rig, REPRESENTATIVE_CAPACITY)
            if (spot.partition, spot.record.key) == key and spot.index < last.index
        ]
        if before:
            last.drop()
            return before[-1].place
    raise AssertionError("nobody was told of twice")


def another_change(rig: Rig) -> Place:
    """The counter of the last change that the totals took."""
    spot = find(rig, CAPACITY_CHANGES, lambda _: True, -1)
    who = spot.record.key

    def alter(event: dict[str, Any]) -> None:
        event["data"]["partition_units"] += 5

    spot.alter(alter)
    return next(each for (_, key), each in rows(rig, TOTALS).items() if key == who).place


def beyond_the_end(rig: Rig) -> Place:
    spot = next(iter(rows(rig, TOTALS_POSITIONS).values()))
    position = json.loads(spot.bytes)
    end = position["next_offsets"][CAPACITY_CHANGES]
    position["next_offsets"][CAPACITY_CHANGES] += 7
    spot.put(value=msgspec.json.encode(position))
    return CAPACITY_CHANGES, spot.partition, end


CASES: dict[str, Tamper] = {
    "more units": published(more),
    "a profile": published(with_profile),
    "available": published(lambda data: data.update(available_units=1_000)),
    "gaps": published(lambda data: data.update(gaps=3)),
    "presence": published(lambda data: data.update(set_presence="away")),
    "sequence": published(lambda data: data.update(sequence=data["sequence"] + 1)),
    "whose": published(lambda data: data.update(representative_id="x")),
    "unreadable": published(lambda data: data.pop("gaps")),
    "limit": published(
        lambda data: data.update(units=1, available_units=1 - data["occupied_units"])
    ),
    "an older picture": an_older_picture,
    "a tombstone": tombstone,
    "no picture": dropped(REPRESENTATIVE_CAPACITY),
    "no row": dropped(TOTALS),
    "a share that lags": table(one_less),
    "a share ahead": table(one_more),
    "a heavier share": table(heavier),
    "gaps of the row": table(gap),
    "a later picture": table(further),
    "another change": another_change,
    "beyond the end": beyond_the_end,
}


@pytest.mark.parametrize("name", CASES)
async def test_what_is_wrong_is_named(added: Rig, name: str) -> None:
    rig = added.clone()
    place = CASES[name](rig)
    findings = await rig.audit()
    found = places(findings, "totals")
    if name == "a share that lags":
        # What shows it is the change that the row has not come to.
        assert any(topic == CAPACITY_CHANGES for topic, *_ in found)
    elif name in {"a later picture", "gaps of the row"}:
        assert any(topic == REPRESENTATIVE_CAPACITY for topic, *_ in found)
    else:
        assert place in found, (place, findings.violations[:10])


async def test_what_conversations_hold_is_what_is_published(added: Rig) -> None:
    """Even where every change, counter and total agree with each other."""
    rig = added.clone()
    picture = last_of(rig, REPRESENTATIVE_CAPACITY, holding)
    who = picture.record.key
    picture.alter(lambda event: more(event["data"]))
    last = next(each for (_, key), each in rows(rig, TOTALS).items() if key == who)
    totals = decode_totals(last.bytes)
    number, share = next(iter(totals.shares.items()))
    share.units += 10
    last.put(value=encode_totals(totals))

    def alter(event: dict[str, Any]) -> None:
        event["data"]["partition_units"] += 10

    changes = [
        spot
        for spot in spots(rig, CAPACITY_CHANGES)
        if spot.record.key == who and spot.event["data"]["partition"] == number
    ]
    changes[-1].alter(alter)
    findings = await rig.audit()
    said = [each.sentence for each in findings.violations if each.law == "totals"]
    assert len(said) == 1
    assert "the conversations hold" in said[0]
    assert places(findings, "totals") == {picture.place}


async def test_after_retention_the_engines_counters_serve(added: Rig, monkeypatch: Any) -> None:
    rig = added.clone()

    async def beginnings(self: MemoryReader, topic: str) -> list[int]:
        found = [0] * await self.partitions(topic)
        return [1_000_000] * len(found) if topic == CAPACITY_CHANGES else found

    monkeypatch.setattr(MemoryReader, "beginnings", beginnings)
    assert not places(await rig.audit(), "totals")
    place = CASES["a heavier share"](rig)
    assert place in places(await rig.audit(), "totals")
