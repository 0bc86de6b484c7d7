"""The read API as its readers meet it: a real worker on a real Redis and a real Kafka.

What the engine would publish of some days lies on the topics; nobody else runs.
"""

import json
import time
import urllib.parse
from typing import Any

import pytest
from omnistate_schemas.presence import CAPACITY
from omnistate_schemas.read_api import CountsNow, LagNow, Overview
from omnistate_schemas.times import format_time

from tests.cluster.dump import connect
from tests.harness.service import ODD, Service, shifted
from tests.harness.waiting import stretch, wait_until
from tests.projections.memory_topics import TOPICS


def test_a_conversation_and_its_queue(service: Service) -> None:
    with connect(service.redis.url) as client:
        hashes = {
            key: client.hgetall(key) for key in client.scan_iter(service.keys.conversation("*"))
        }
    assert len(hashes) > 20
    for key, fields in hashes.items():
        id_ = key.removeprefix(service.keys.conversation(""))
        status, body = service.ask(f"/api/conversations/{urllib.parse.quote(id_, safe='')}")
        assert status == 200
        assert body["conversation_id"] == id_
        assert body["status"] == fields["status"]
        assert body["changed_at"] == fields["changed_at"]
        assert body["sequence"] == int(fields["sequence"])
        # What is null or empty is left out on the topic.
        assert set(fields) == {name for name, value in body.items() if value not in (None, [], {})}
        if body["status"] == "open" and body["queue_id"] is not None:
            path = f"/api/queues/{urllib.parse.quote(body['queue_id'], safe='')}/conversations"
            _, work = service.ask(path)
            assert id_ in [each["conversation_id"] for each in work["conversations"]]
    assert service.ask("/api/conversations/nobody")[0] == 404
    assert service.ask(f"/api/conversations/{'x' * 257}")[0] == 400


def test_queues_oldest_first(service: Service) -> None:
    _, queues = service.ask("/api/queues")
    asked = {each["queue_id"]: each for each in queues}
    busy = max((each for each in queues if each["queue_id"]), key=lambda each: each["open"])
    path = f"/api/queues/{urllib.parse.quote(busy['queue_id'], safe='')}/conversations"
    _, work = service.ask(f"{path}?limit=1000")
    ages = [each["age_seconds"] for each in work["conversations"]]
    assert ages == sorted(ages, reverse=True)
    assert len(ages) == work["open"] == busy["open"] > 0
    assert ages[0] == pytest.approx(busy["oldest_seconds"], abs=stretch(3))
    _, first = service.ask(f"{path}?limit=1")
    assert (
        first["conversations"][0]["conversation_id"] == work["conversations"][0]["conversation_id"]
    )
    assert first["open"] == busy["open"]
    for wrong in ("0", "1001", "-1", "x", "", "1e3", "٣"):
        quoted = urllib.parse.quote(wrong)
        status, body = service.ask(f"{path}?limit={quoted}")
        assert (status, body["error"]) == (400, "invalid_parameter"), wrong
    _, counts = service.ask("/api/counts")
    open_ = sum(each.get("open", 0) for each in CountsNow.model_validate(counts).root.values())
    assert open_ == sum(each["open"] for each in asked.values())


async def test_open_conversations_in_no_queue(service: Service) -> None:
    await service.publish(_lost(60), _lost(30))
    path = "/api/unqueued/conversations"

    def listed() -> list[str]:
        _, found = service.ask(f"{path}?limit=1000")
        return [each["conversation_id"] for each in found["conversations"]]

    wait_until("both", lambda: {"lost-30", "lost-60"} <= set(listed()))
    ids = listed()
    with connect(service.redis.url) as client:
        assert ids == client.zrange(service.keys.unqueued, 0, -1)
    assert ids.index("lost-60") < ids.index("lost-30")
    _, first = service.ask(f"{path}?limit=1")
    assert [each["conversation_id"] for each in first["conversations"]] == ids[:1]
    assert (first["queue_id"], first["open"]) == (None, len(ids))

    def unqueued() -> list[int]:
        _, queues = service.ask("/api/queues")
        return [each["open"] for each in queues if each["queue_id"] is None]

    wait_until("counted", lambda: unqueued() == [len(ids)])
    assert service.ask(f"{path}?limit=0")[0] == 400


def _lost(age_s: int) -> dict[str, Any]:
    """A first change that puts a conversation in no queue, so long ago."""
    subject = f"lost-{age_s}"
    (event, *_) = shifted(10, "", age_s)
    at = format_time(round(time.time() - age_s) * 1_000)
    placed = {"status": "open", "queue_id": None, "queued_at": at}
    data = {**event["data"], "conversation_id": subject, **placed}
    return {**event, "id": f"{subject}.1", "subject": subject, "time": at, "data": data}


def test_representatives(service: Service) -> None:
    _, rows = service.ask("/api/representatives")
    assert [each["representative_id"] for each in rows] == ["ana", ODD]
    assert rows[0]["units"] == CAPACITY["units"]
    assert rows[0]["profiles"] == CAPACITY["profiles"]
    with connect(service.redis.url) as client:
        names: Any = client.smembers(service.keys.representatives)
        for name in names:
            status, body = service.ask(f"/api/representatives/{urllib.parse.quote(name, safe='')}")
            assert body["conversations"] == sorted(client.smembers(service.keys.work(name)))
            assert body["offers"] == sorted(client.smembers(service.keys.offers(name)))
            assert (body["capacity"] is None) is (name not in {"ana", ODD})
            assert status == 200
    assert service.ask("/api/representatives/nobody")[0] == 404


def test_the_overview_and_the_lag(service: Service) -> None:
    with connect(service.redis.url) as client:
        _write_figures(service, client)
    status, body = service.ask("/api/overview?figures_by_queue=true")
    assert status == 200
    overview = Overview.model_validate_json(json.dumps(body))
    assert overview.worker.ready
    assert set(overview.worker.partitions.values()) == {"running"}
    assert overview.dead_letters == 0
    own = [each for each in overview.lag if each.group == "projection"]
    assert {(each.topic, each.partition) for each in own} == {
        (topic, number) for topic in TOPICS for number in (0, 1)
    }
    # What it shows was measured when somebody asked before, perhaps while it was still behind.
    wait_until("nothing is left", lambda: _is_caught_up(service))
    assert {each.group for each in overview.lag} == {"conversation", "representative", "projection"}
    rows = {(each.span, each.queue_id): each for each in overview.figures}
    assert rows["previous", "sup"].start == "2026-03-02T09:00:00.000Z"
    assert rows["current", "sup"].model_extra == {"offered": 5, "service_level": None}
    _, lag = service.ask("/api/lag")
    first = LagNow.model_validate_json(json.dumps(lag)).measured_at
    wait_until(
        "measured again", lambda: service.ask("/api/lag")[1]["measured_at"] != first, seconds=20
    )


def _is_caught_up(service: Service) -> bool:
    found = LagNow.model_validate_json(json.dumps(service.ask("/api/lag")[1]))
    return all(each.records == 0 for each in found.partitions if each.group == "projection")


def _write_figures(service: Service, client: Any) -> None:
    key = service.keys.figures_of(300, "a:b", "sup")
    client.zadd(service.keys.figures_rows(300), {json.dumps(["a:b", "sup"]): 1})
    client.hset(
        key,
        mapping={
            "workstream_id": "a:b",
            "queue_id": "sup",
            "current_start": "2026-03-02T09:05:00.000Z",
            "current_offered": "5",
            "current_service_level": "",
            "previous_start": "2026-03-02T09:00:00.000Z",
            "previous_offered": "4",
            "previous_service_level": "0.5",
        },
    )


def test_lists_and_overviews_have_pages(service: Service) -> None:
    for path, name in (("/api/queues", "queue_id"), ("/api/representatives", "representative_id")):
        _, whole = service.ask(f"{path}?limit=1000")
        ids = [each[name] for each in whole]
        assert len(ids) > 1
        paged = service.ask(f"{path}?limit=1")[1]
        assert [each[name] for each in paged] == ids[:1]
        while len(paged) < len(ids):
            after = urllib.parse.quote(paged[-1][name] or "", safe="")
            paged += service.ask(f"{path}?limit=1&after={after}")[1]
        assert [each[name] for each in paged] == ids
        assert service.ask(f"{path}?limit=1001")[0] == 400
    _, body = service.ask("/api/overview?representatives=1&representatives_by=-representative")
    assert [each["representative_id"] for each in body["representatives"]] == [ODD]
    assert body["representative_totals"]["known"] == 2
    _, body = service.ask("/api/overview?queues=0&contains=an")
    assert [each["representative_id"] for each in body["representatives"]] == ["ana"]
    assert (body["queues"], body["queue_totals"]["known"] > 1) == ([], True)
    status, body = service.ask("/api/overview?representatives_by=nobody")
    assert (status, body["error"]) == (400, "invalid_parameter")
