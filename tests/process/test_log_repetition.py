"""What aiokafka repeats is said ever less often; that a broker is away is one line for all."""

import ast
import inspect
import logging

import pytest
from aiokafka import client
from aiokafka.consumer import group_coordinator
from aiokafka.errors import KafkaConnectionError, KafkaError, NodeNotReadyError
from faust.topics import Topic
from omnistate.adapters.kafka.clients.driver_log import CONSEQUENCES, UNPUBLISHED
from omnistate.process.log_repetition import FORGOTTEN_S, Repetition


class Clocked:
    """A filter whose clock a test moves, and what came through it."""

    def __init__(self) -> None:
        self.now_s = 1_000.0
        self.away: list[str] = []
        self._filter = Repetition(self.away.append, lambda: self.now_s)

    def log(
        self,
        text: str,
        *arguments: object,
        name: str = "aiokafka",
        error: Exception | None = None,
    ) -> bool:
        """Whether the line is said."""
        shown = (type(error), error, error.__traceback__) if error else None
        record = logging.LogRecord(name, logging.ERROR, "", 0, text, arguments, shown)
        return self._filter.filter(record)


@pytest.fixture
def clocked() -> Clocked:
    return Clocked()


def test_lines_of_others_are_left_alone(clocked: Clocked) -> None:
    for name in ("omnistate", "aiohttp.server", "aiokafkaesque"):
        assert [clocked.log("failed: %s", OSError(), name=name) for _ in range(3)] == [True] * 3
    assert clocked.away == []


def test_a_complaint_is_said_at_growing_intervals(clocked: Clocked) -> None:
    said_s = []
    for _ in range(3_000):
        if clocked.log("Topic %s is not available", "x", name="aiokafka.cluster"):
            said_s.append(round(clocked.now_s - 1_000))
        clocked.now_s += 0.1
    assert said_s == [0, 10, 30, 70, 150]


def test_that_a_broker_is_away_is_one_line_for_all_clients(clocked: Clocked) -> None:
    refused = ConnectionRefusedError(111, "refused")
    closed, unready = KafkaConnectionError("closed"), NodeNotReadyError("not ready")
    for _ in range(40):
        assert not clocked.log("Unable connect to node with id %s: %s", 1, refused)
        assert not clocked.log("Unable to update metadata from %s", [1])
        fetcher = "aiokafka.consumer.fetcher"
        assert not clocked.log("Failed fetch messages from %s: %s", 1, closed, name=fetcher)
        assert not clocked.log("Failed fetch messages from %s: %s", 1, unready, name=fetcher)
        clocked.now_s += 0.5
    first = "Unable connect to node with id 1: [Errno 111] refused"
    assert clocked.away == [first] * 2


def test_a_sender_that_dies_of_it_says_no_more(clocked: Clocked) -> None:
    """aiokafka wraps the reason, and would show the tracebacks of both."""
    wrapped, other = KafkaError("wrapped"), KafkaError("of its own")
    wrapped.__cause__ = KafkaConnectionError("closed")
    assert not clocked.log("Unexpected error in sender routine", error=wrapped)
    assert clocked.away == ["Unexpected error in sender routine: KafkaConnectionError: closed"]
    assert clocked.log("Unexpected error in sender routine", error=other)


def test_what_faust_could_not_publish_is_one_kind(clocked: Clocked) -> None:
    """It writes a line for each record, with the error in its text alone."""
    text = "_on_published error for message topic t{} error {} message <FutureMessage finished>"
    for number in range(40):
        away = text.format(number, NodeNotReadyError("node 1"))
        assert not clocked.log(away, name="faust.topics")
    assert clocked.away == [
        "_on_published error for message topic t0 error NodeNotReadyError: node 1"
    ]
    too_large = text.format(1, "MessageSizeTooLargeError")
    said = [clocked.log(too_large, name="faust.topics") for _ in range(40)]
    assert said == [True] + [False] * 39


def test_after_a_while_in_silence_a_complaint_is_a_new_one(clocked: Clocked) -> None:
    assert clocked.log("x")
    clocked.now_s += 1
    assert not clocked.log("x")
    clocked.now_s += FORGOTTEN_S + 1
    assert clocked.log("x")
    assert not clocked.log("x")


def test_the_driver_that_is_pinned_says_these_things() -> None:
    texts = {
        node.value
        for module in (client, group_coordinator)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant)
    }
    assert texts >= CONSEQUENCES
    assert UNPUBLISHED in inspect.getsource(Topic._on_published)
