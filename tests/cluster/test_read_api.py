"""The read API as its readers meet it: a real worker on a real Redis and a real Kafka.

What the engine would publish of some days lies on the topics; nobody else runs.
"""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.redis import RedisServer
from schemas.openapi import DOCUMENT, ENDPOINTS
from schemas.presence import CAPACITY
from schemas.read_api import CountsNow, LagNow, Overview
from schemas.times import format_time
from schemas.vocabulary import REPRESENTATIVE_CAPACITY, STATE_CHANGES
from tests.cluster.dump import connect
from tests.cluster.installation import installed, wait_until
from tests.cluster.ports import free_port
from tests.cluster.service import ODD, TOKEN, Service, Stream, capacity_of, shifted


@pytest.fixture(scope="module")
def service(brokers: str, redis_installed: None, tmp_path_factory: Any) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("api")
    with RedisServer() as redis, installed(brokers, f"a-{folder.stat().st_ino}.", folder) as found:
        service = Service(found, redis)
        apply = ("topics", "apply", "--partitions", "2", "--replication-factor", "1")
        found.run(*apply)
        for seed in range(6):
            service.publish(*shifted(seed, f"{seed}-"))
        service.publish(*shifted(7, ODD))
        service.publish(*(capacity_of(name) for name in ("ana", ODD)))
        service.worker = found.worker("projection")
        yield service


def test_nothing_is_told_without_the_token(service: Service) -> None:
    pages = [each.path.replace("{id}", "x") for each in ENDPOINTS]
    for path in [*pages, "/api", "/api/", "/api/nothing", "/api/../api/counts"]:
        for token in (None, "", "x" * 24, TOKEN[:-1], TOKEN + "x", "é" * 24):
            quoted = None if token is None else token.encode().decode("latin-1")
            status, body = service.ask(path, quoted)
            assert (status, body["error"]) == (401, "unauthorized"), (path, token)
    said = service.worker.log() + service.worker.get("/metrics")[1]
    assert TOKEN not in said
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert service.worker.get(path)[0] == 200


def test_without_a_token_configured_there_is_no_api(service: Service) -> None:
    found = service.found
    environment = found.environment
    nowhere = {"OMNISTATE_BROKERS": f"127.0.0.1:{free_port()}"}
    found.environment = {**environment, **nowhere}
    del found.environment["OMNISTATE_API_TOKEN"]
    worker = found.worker("projection", ready=False)
    found.environment = environment
    wait_until("waiting", lambda: "waiting_for_broker" in worker.log())
    assert worker.get("/health/live")[0] == 200
    for each in ENDPOINTS:
        assert worker.get(each.path.replace("{id}", "x"))[0] == 404, each.path
    assert worker.stop() == 0


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
        assert set(fields) == {name for name, value in body.items() if value is not None}
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
    assert ages[0] == pytest.approx(busy["oldest_seconds"], abs=3)
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


def test_open_conversations_in_no_queue(service: Service) -> None:
    service.publish(_lost(60), _lost(30))
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
    _, queues = service.ask("/api/queues")
    assert [each["open"] for each in queues if each["queue_id"] is None] == [len(ids)]
    assert service.ask(f"{path}?limit=0")[0] == 400


def _lost(age_s: int) -> dict[str, Any]:
    """A first change that puts a conversation in no queue, so long ago."""
    subject = f"lost-{age_s}"
    (event, *_) = shifted(10, "", age_s)
    data = {**event["data"], "conversation_id": subject, "status": "open", "queue_id": None}
    at = format_time(round(time.time() - age_s) * 1_000)
    return {**event, "id": f"{subject}.1", "subject": subject, "time": at, "data": data}


def test_what_is_not_of_its_kind_is_no_answer_and_no_error_of_ours(service: Service) -> None:
    keys = service.keys
    long = "x" * 257
    with connect(service.redis.url) as client:
        odd: list[tuple[str, Any, Any]] = [
            (
                "/api/counts",
                ("HSET", keys.counts, "w:open", "many"),
                ("HDEL", keys.counts, "w:open"),
            ),
            ("/api/counts", ("HSET", keys.counts, "w:o", "1"), ("HDEL", keys.counts, "w:o")),
            ("/api/queues", ("SADD", keys.queues, long), ("SREM", keys.queues, long)),
            (
                "/api/unqueued/conversations",
                ("ZADD", keys.unqueued, "-inf", "x"),
                ("ZREM", keys.unqueued, "x"),
            ),
            (
                "/api/representatives/ana",
                ("SADD", keys.offers("ana"), b"\xff"),
                ("SREM", keys.offers("ana"), b"\xff"),
            ),
            *(
                (
                    "/api/figures",
                    ("ZADD", keys.figures_rows(300), "1", place),
                    ("ZREM", keys.figures_rows(300), place),
                )
                for place in ("no JSON", "7", '["only one"]')
            ),
        ]
        for path, spoil, mend in odd:
            client.execute_command(*spoil)
            status, body = service.ask(path)
            client.execute_command(*mend)
            assert (status, body["error"]) == (503, "unavailable"), spoil
            assert service.ask(path)[0] == 200, mend
    assert "Traceback" not in service.worker.log()


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
    status, body = service.ask("/api/overview")
    assert status == 200
    overview = Overview.model_validate_json(json.dumps(body))
    assert overview.worker.ready
    assert set(overview.worker.partitions.values()) == {"running"}
    assert overview.dead_letters == 0
    own = [each for each in overview.lag if each.group == "projection"]
    assert {(each.topic, each.partition) for each in own} == {
        (topic, number) for topic in (STATE_CHANGES, REPRESENTATIVE_CAPACITY) for number in (0, 1)
    }
    assert all(each.records == 0 for each in own)
    assert {each.group for each in overview.lag} == {"conversation", "representative", "projection"}
    rows = {(each.span, each.queue_id): each for each in overview.figures}
    assert rows["previous", "sup"].start == "2026-03-02T09:00:00.000Z"
    assert rows["current", "sup"].model_extra == {"offered": 5, "service_level": None}
    _, lag = service.ask("/api/lag")
    first = LagNow.model_validate_json(json.dumps(lag)).measured_at
    wait_until(
        "measured again", lambda: service.ask("/api/lag")[1]["measured_at"] != first, seconds=20
    )


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


def test_changes_are_followed_and_taken_up_again(service: Service) -> None:
    stream = Stream(service)
    assert stream.response.status == 200
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    assert stream.block() == {"": "following", "retry": "2000"}
    events = shifted(8, "sse-")[:5]
    began_s = time.monotonic()
    service.publish(*events)
    blocks = [stream.block() for _ in events]
    assert time.monotonic() - began_s < 3
    assert {each["event"] for each in blocks} == {"change"}
    ids = [json.loads(each["data"])["id"] for each in blocks]
    assert sorted(ids) == sorted(each["id"] for each in events)
    assert service.worker.metric("omnistate_api_streams") == 1
    assert stream.block() == {"": "here"}, "a comment while there is nothing to tell"
    stream.close()
    wait_until("gone", lambda: service.worker.metric("omnistate_api_streams") == 0)
    again = Stream(service, blocks[1]["id"])
    assert again.block()[""] == "following"
    assert [again.block() for _ in events[2:]] == blocks[2:]
    again.close()
    old = Stream(service, "5")
    assert old.block()[""] == "following"
    assert old.block() == {"event": "gap", "data": "{}"}
    assert old.block()["event"] == "change"
    old.close()
    for wrong in ("x", "1-", "-1", "1" * 20, "1-2-3"):
        refused = Stream(service, wrong)
        assert refused.response.status == 400
        refused.close()


def test_what_is_documented_is_served(service: Service) -> None:
    status, document = service.ask("/api/openapi.json")
    assert status == 200
    assert document == json.loads(DOCUMENT.read_text(encoding="utf-8"))
    assert list(document["paths"]) == [each.path for each in ENDPOINTS]
    for method in ("POST", "DELETE", "PUT"):
        assert service.ask("/api/counts", method=method)[0] == 405
    assert service.ask("/api/nothing")[0] == 404
    for path, expected in (("/api/counts", 200), ("/api/changes", 405)):
        connection = http.client.HTTPConnection("127.0.0.1", service.worker.port, timeout=5)
        connection.request("HEAD", path, headers={"Authorization": f"Bearer {TOKEN}"})
        assert connection.getresponse().status == expected, "HEAD, and no stream begun for it"
        connection.close()
    status, page = service.worker.get("/board")
    assert status == 200
    assert "<html" in page


def test_schemathesis_finds_nothing(service: Service, tmp_path: Path) -> None:
    """Every endpoint but the endless one, with what fits its description and what does not."""
    arguments = [
        *("-m", "schemathesis.cli", "run", str(DOCUMENT)),
        *("--url", f"http://127.0.0.1:{service.worker.port}"),
        *("--header", f"Authorization: Bearer {TOKEN}"),
        *("--checks", "all", "--exclude-path", "/api/changes", "--max-examples", "15"),
        *("--seed", "1", "--workers", "1", "--no-color"),
    ]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    assert service.worker.process.poll() is None
    assert "Traceback" not in service.worker.log(), service.worker.log()[-3_000:]
    assert service.worker.metric("omnistate_api_requests_total", status="200") > 100
    assert service.worker.metric("omnistate_api_requests_total", status="500") == 0
    metrics = service.worker.get("/metrics")[1]
    operations = set(re.findall(r'omnistate_api_requests_total{operation="([^"]*)"', metrics))
    assert operations == {"none", *(each.operation for each in ENDPOINTS)}


def test_it_says_so_when_redis_hangs_and_ends_with_readers(service: Service) -> None:
    stream = Stream(service)
    assert stream.block()[""] == "following"
    service.redis.pause()
    try:
        status, body = service.ask("/api/counts")
    finally:
        service.redis.resume()
    assert (status, body["error"]) == (503, "unavailable")
    wait_until("answered again", lambda: service.ask("/api/counts")[0] == 200)
    service.publish(*shifted(9, "late-")[:1])
    while "data" not in (block := stream.block()):
        assert "" in block
    began_s = time.monotonic()
    service.worker.signal(signal.SIGTERM)
    # An answer that is cut off would raise.
    assert b"event:" not in stream.response.read()
    assert service.worker.process.wait(10) == 0
    assert time.monotonic() - began_s < 10
    stream.close()
    assert "Traceback" not in service.worker.log()
