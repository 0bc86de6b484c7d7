"""The law of the read model: what Redis says wrongly is named by its key, and nothing else is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from omnistate.audit.audit_report import describe_findings, describe_violation
from omnistate.projections.read_model.store_ports import TopicPartition
from omnistate_schemas.times import DAY_MS, format_time, parse_time_ms
from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

from tests.audit.downstream_rig import Keys, TwinModel, keys_of, look
from tests.audit.tampering import find


def first(keys: Keys, start: str, end: str = "") -> str:
    return next(name for name in sorted(keys) if name.startswith(start) and name.endswith(end))


def closed(keys: Keys) -> str:
    return next(
        name
        for name in sorted(keys)
        if name.startswith("omnistate:conversation:") and keys[name]["status"] == "closed"
    )


def conversation(change: Callable[[Keys], Any]) -> Callable[[Keys], str]:
    def tamper(keys: Keys) -> str:
        name = first(keys, "omnistate:conversation:")
        change(keys[name])
        return name

    return tamper


def representative(keys: Keys) -> str:
    return next(
        name
        for name in sorted(keys)
        if name.startswith("omnistate:representative:") and "occupied_units" in keys[name]
    )


def tell_wrongly(keys: Keys) -> str:
    name = representative(keys)
    keys[name]["occupied_units"] = "999"
    return name


def lose(find: Callable[[Keys], str]) -> Callable[[Keys], str]:
    def tamper(keys: Keys) -> str:
        name = find(keys)
        del keys[name]
        return name

    return tamper


def add(name: str, value: Any) -> Callable[[Keys], str]:
    def tamper(keys: Keys) -> str:
        assert name not in keys
        keys[name] = value
        return name

    return tamper


def in_queue(change: Callable[[Keys, str], Any]) -> Callable[[Keys], str]:
    def tamper(keys: Keys) -> str:
        name = first(keys, "omnistate:queue:", ":open")
        change(keys[name], next(iter(keys[name])))
        return name

    return tamper


def work(change: Callable[[set[str]], Any]) -> Callable[[Keys], str]:
    def tamper(keys: Keys) -> str:
        name = first(keys, "omnistate:representative:", ":conversations")
        change(keys[name])
        return name

    return tamper


def miscount(keys: Keys) -> str:
    field = next(iter(keys["omnistate:counts"]))
    keys["omnistate:counts"][field] = "77"
    return "omnistate:counts"


CASES: dict[str, Callable[[Keys], str]] = {
    "a field": conversation(lambda fields: fields.update(status="nowhere")),
    "a field more": conversation(lambda fields: fields.update(more="1")),
    "a field less": conversation(lambda fields: fields.pop("channel")),
    "an older change": conversation(lambda fields: fields.update(sequence="1")),
    "no conversation": lose(lambda keys: first(keys, "omnistate:conversation:")),
    "a closed one less": lose(closed),
    "a conversation more": add("omnistate:conversation:ghost", {"status": "open"}),
    "a representative": tell_wrongly,
    "no representative": lose(representative),
    "a representative more": add("omnistate:representative:ghost", {"occupied_units": "0"}),
    "a queue's member less": in_queue(lambda members, id_: members.pop(id_)),
    "a queue's score": in_queue(lambda members, id_: members.update({id_: 5})),
    "a queue's member more": in_queue(lambda members, _: members.update(ghost=5)),
    "another's queue": add("omnistate:queue:ghost:open", {"ghost": 5}),
    "no queue": lose(lambda keys: first(keys, "omnistate:queue:", ":open")),
    "somebody's work": work(lambda members: members.add("ghost")),
    "somebody's work less": work(lambda members: members.pop()),
    "an offer": add("omnistate:representative:ghost:offers", {"ghost"}),
    "closed ones": add("omnistate:closed:ghost", {"ghost": 10**14}),
    "counts": miscount,
}


async def test_untouched_it_is_right(model: TwinModel) -> None:
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert not findings.unchecked
    assert findings.counts["keys"] > 50
    assert not findings.counts["keys under way"]


@pytest.mark.parametrize("name", CASES)
async def test_what_is_wrong_is_named(model: TwinModel, name: str) -> None:
    key = CASES[name](model.store.keys)
    findings = await look(model)
    assert keys_of(findings) == {key}, findings.violations[:5]
    one = next(each for each in findings.violations if each.law == "read_model")
    described = describe_findings(findings)["violations"][-1]
    assert described["key"] == key
    if one.topic:
        assert f"{one.topic}/{one.partition}/{one.offset}: {key}: " in describe_violation(one)
        record = model.rig.log.read(one.topic, one.partition, one.offset)[0]
        assert (record.key or b"").decode() in key or one.topic == CONVERSATION_STATES
    else:
        assert described["topic"] is described["offset"] is None


async def test_expiries(model: TwinModel) -> None:
    name = closed(model.store.keys)
    model.store.expiries[name] += 1
    other = first(model.store.keys, "omnistate:representative:")
    assert keys_of(await look(model)) == {name}
    model.store.expiries[name] -= 1
    # What is due to go may be there or not.
    model.store.now_ms = model.store.expiries[name] - 1_000
    del model.store.keys[name]
    assert name not in keys_of(await look(model))
    assert other not in keys_of(await look(model))


async def test_a_day_later(model: TwinModel) -> None:
    """Closed ones have gone, and their sets are as the last one that closed has left them."""
    store = model.store
    store.now_ms += DAY_MS + 120_000
    gone = {name: at_ms for name, at_ms in store.expiries.items() if at_ms <= store.now_ms}
    before = dict(store.keys)
    for name in gone:
        store._delete(name)
    findings = await look(model)
    assert findings.ok, findings.violations[:5]
    assert not findings.counts["keys under way"]
    stays = min(gone)
    store.keys[stays] = before[stays]
    assert keys_of(await look(model)) == {stays}


async def test_offsets_ahead_of_the_topics(model: TwinModel) -> None:
    place = TopicPartition(REPRESENTATIVE_CAPACITY, 0)
    model.store.stored[place] += 5
    findings = await look(model)
    assert keys_of(findings) == {"omnistate:offsets"}
    assert findings.violations[0].topic == REPRESENTATIVE_CAPACITY


async def test_whoever_stays_in_a_queue_waits_since_they_came(model: TwinModel) -> None:
    rig = model.rig
    last = find(rig, CONVERSATION_STATES, lambda event: bool(event["subject"] == "waits-0"))
    event = last.event
    event["data"]["sequence"] += 1
    event["data"].update(previous_status="open", previous_status_seconds=5.0)
    event["time"] = format_time(parse_time_ms(event["time"]) + 5_000)
    value = json.dumps(event).encode()
    rig.log.append(CONVERSATION_STATES, last.record.key, value, (), last.partition)
    assert not keys_of(await look(model))
    before = dict(model.store.keys["omnistate:queue:support:open"])
    await model.project()
    findings = await look(model)
    assert not keys_of(findings)
    assert model.store.keys["omnistate:queue:support:open"] == before
    assert "states" in findings.found
