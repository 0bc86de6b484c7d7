"""The changes as their readers follow them: a real worker on a real Redis and a real Kafka.

What one process does with many readers, or with one who takes nothing, is tests/board's.
"""

import json
import signal
import time

from tests.cluster.dump import connect
from tests.harness.service import Service, Stream, shifted
from tests.harness.waiting import stretch, wait_until
from tests.harness.worker_process import PROMISED_END_S


async def test_changes_are_followed_and_taken_up_again(service: Service) -> None:
    stream = Stream(service)
    assert stream.response.status == 200
    assert stream.response.headers["Content-Type"] == "text/event-stream"
    assert stream.block() == {"": "following", "retry": "2000"}
    events = shifted(8, "sse-")[:5]
    began_s = time.monotonic()
    await service.publish(*events)
    blocks = [stream.block() for _ in events]
    assert time.monotonic() - began_s < stretch(3)
    assert {each["event"] for each in blocks} == {"change"}
    ids = [json.loads(each["data"])["id"] for each in blocks]
    assert sorted(ids) == sorted(each["id"] for each in events)
    wait_until("alone", lambda: service.worker.metric("omnistate_api_streams") == 1)
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


async def test_entries_of_others_in_the_stream_are_passed_over(service: Service) -> None:
    stream = Stream(service)
    assert stream.block()[""] == "following"
    (first, second) = shifted(8, "odd-")[:2]
    with connect(service.redis.url) as client:
        for fields in ({"a": "b"}, {"event": b"\xff"}, {b"\xff": "b"}):
            client.xadd(service.keys.changes, fields)
        await service.publish(first)
        assert json.loads(stream.block()["data"])["id"] == first["id"]
        client.rename(service.keys.changes, "kept")
        client.set(service.keys.changes, "no stream")
        time.sleep(1)
        client.rename("kept", service.keys.changes)
    await service.publish(second)
    assert json.loads(stream.block()["data"])["id"] == second["id"]
    stream.close()
    assert "Traceback" not in service.worker.log(), service.worker.log()[-3_000:]


async def test_it_says_so_when_redis_hangs_and_ends_with_readers(service: Service) -> None:
    stream = Stream(service)
    assert stream.block()[""] == "following"
    service.redis.pause()
    try:
        status, body = service.ask("/api/counts")
    finally:
        service.redis.resume()
    assert (status, body["error"]) == (503, "unavailable")
    wait_until("answered again", lambda: service.ask("/api/counts")[0] == 200)
    await service.publish(*shifted(9, "late-")[:1])
    while "data" not in (block := stream.block()):
        assert "" in block
    began_s = time.monotonic()
    service.worker.signal(signal.SIGTERM)
    # An answer that is cut off would raise.
    assert b"event:" not in stream.response.read()
    assert service.worker.wait() == 0
    assert time.monotonic() - began_s < stretch(PROMISED_END_S)
    stream.close()
    assert "Traceback" not in service.worker.log()
    service.worker = service.found.worker("projection")
