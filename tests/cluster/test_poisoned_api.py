"""The read API over a Redis that somebody else writes to: lists go on, and name what they lack."""

from typing import Any

from tests.cluster.dump import connect
from tests.harness.service import Service
from tests.harness.waiting import wait_until


def test_lists_go_on_without_what_is_not_of_its_kind(service: Service) -> None:
    keys = service.keys
    long = "x" * 257
    with connect(service.redis.url) as client:
        lists: list[tuple[str, Any, Any]] = [
            (
                "/api/counts",
                ("HSET", keys.counts, "w:open", "many"),
                ("HDEL", keys.counts, "w:open"),
            ),
            ("/api/counts", ("HSET", keys.counts, "w:o", "1"), ("HDEL", keys.counts, "w:o")),
            ("/api/queues", ("SADD", keys.queues, long), ("SREM", keys.queues, long)),
            ("/api/queues", ("SADD", keys.queues, b"\xff"), ("SREM", keys.queues, b"\xff")),
            ("/api/queues", ("SET", keys.queue("odd"), "x"), ("DEL", keys.queue("odd"))),
            *(
                (
                    "/api/unqueued/conversations",
                    ("ZADD", keys.unqueued, score, name),
                    ("ZREM", keys.unqueued, name),
                )
                for score, name in (("-inf", "x"), ("1", b"\xff"))
            ),
            *(
                ("/api/representatives", ("HSET", of, name, text), ("HDEL", of, name))
                for of in (keys.representative("odd"),)
                for name, text in (
                    ("units", "-1"),
                    ("profiles", "[" * 9_000),
                    ("presence", b"\xff"),
                )
            ),
            ("/api/representatives", ("SET", keys.work("ana2"), "x"), ("DEL", keys.work("ana2"))),
            *(
                (
                    "/api/figures",
                    ("ZADD", keys.figures_rows(300), "1", place),
                    ("ZREM", keys.figures_rows(300), place),
                )
                for place in ("no JSON", "7", '["only one"]')
            ),
        ]
        client.sadd(keys.queues, "odd")
        client.sadd(keys.representatives, "odd", "ana2")
        client.hset(keys.representative("ana2"), mapping=client.hgetall(keys.representative("ana")))
        for path, spoil, mend in lists:
            before = service.ask(path)[1]
            client.execute_command(*spoil)
            status, body = service.ask(path)
            overall, overview = _fresh_overview(service)
            client.execute_command(*mend)
            assert (status, overall) == (200, 200), spoil
            assert len(body) <= len(before), spoil
            assert body or not before, spoil
            assert overview["queues"], spoil
        client.srem(keys.queues, "odd")
        client.srem(keys.representatives, "odd", "ana2")
        client.delete(keys.representative("ana2"))
        single: list[tuple[str, Any, Any]] = [
            (
                "/api/representatives/ana",
                ("SADD", keys.offers("ana"), b"\xff"),
                ("SREM", keys.offers("ana"), b"\xff"),
            ),
            (
                "/api/conversations/odd",
                ("SET", keys.conversation("odd"), "x"),
                ("DEL", keys.conversation("odd")),
            ),
        ]
        for path, spoil, mend in single:
            client.execute_command(*spoil)
            status, body = service.ask(path)
            client.execute_command(*mend)
            assert (status, body.get("error")) == (503, "unavailable"), (spoil, body)
            assert service.ask(path)[0] in {200, 404}, mend
    for key in (f"{keys.counts} w:open", keys.queue("odd"), keys.representative("odd")):
        assert service.worker.log().count(key) == 1
    assert "Traceback" not in service.worker.log()


def _fresh_overview(service: Service) -> tuple[int, Any]:
    """One that was made since this was asked: for a moment whoever asks shares one."""
    former = service.ask("/api/overview")[1].get("generated_at", "none yet")
    wait_until("made anew", lambda: service.ask("/api/overview")[1].get("generated_at") != former)
    return service.ask("/api/overview")
