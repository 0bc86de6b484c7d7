"""aiokafka's errors in the words of commands, and of what reads and writes partitions."""

import asyncio
import ssl

import pytest
from aiokafka import errors
from omnistate.adapters.kafka.clients.bootstrap_failure import explain_bootstrap
from omnistate.adapters.kafka.clients.errors import (
    FENCING,
    REFUSALS,
    ClusterFailure,
    ClusterRefusal,
    Unreachable,
    deadline,
    describe,
    explained,
    failure_of,
    translated,
)
from omnistate.stream.ports import Fenced, LogRefusal, LogUnavailable


def kind_explained(error: BaseException) -> type[BaseException]:
    with pytest.raises(ClusterFailure, match=r"^trying: ") as raised, explained("trying"):
        raise error
    return raised.type


def kind_translated(error: BaseException) -> type[BaseException]:
    with pytest.raises((LogUnavailable, Fenced)) as raised, translated():
        raise error
    return raised.type


@pytest.mark.parametrize("kind", REFUSALS)
def test_what_a_person_has_to_mend(kind: type[errors.KafkaError]) -> None:
    assert kind_explained(kind()) is ClusterRefusal
    assert kind_translated(kind()) is LogRefusal


@pytest.mark.parametrize("kind", FENCING)
def test_somebody_else_is_the_owner_now(kind: type[errors.KafkaError]) -> None:
    assert kind_translated(kind()) is Fenced


@pytest.mark.parametrize(
    "error",
    [
        errors.KafkaConnectionError(),
        errors.NodeNotReadyError(),
        errors.RequestTimedOutError(),
        errors.LeaderNotAvailableError(),
        # A broker may not have heard of it yet.
        errors.UnknownTopicOrPartitionError(),
        ConnectionResetError(),
    ],
)
def test_brokers_that_come_and_go(error: Exception) -> None:
    assert kind_explained(error) is Unreachable
    assert kind_translated(error) is LogUnavailable


@pytest.mark.parametrize(
    "error", [errors.ProducerFenced(), errors.IllegalOperation(), errors.CorruptRecordException()]
)
def test_what_is_neither(error: Exception) -> None:
    wanted = Unreachable if getattr(error, "retriable", False) else ClusterFailure
    assert kind_explained(error) is wanted


async def test_no_answer_in_time_is_a_cluster_that_cannot_be_reached() -> None:
    with pytest.raises(Unreachable, match=r"trying: no answer within 0\.01 s"):
        async with deadline(0.01, "trying"):
            await asyncio.Event().wait()


def test_a_code_of_the_protocol_is_told_apart_likewise() -> None:
    refused = failure_of("topic x", 29, "no\npermission")
    assert type(refused) is ClusterRefusal
    assert str(refused) == "topic x: TopicAuthorizationFailed: no permission"
    assert type(failure_of("topic x", 7)) is Unreachable
    assert type(failure_of("topic x", -1)) is ClusterFailure
    assert str(failure_of("topic x", 12_345)) == "topic x: Unknown"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.KafkaConnectionError("it is gone"), "KafkaConnection: it is gone"),
        (errors.TopicAuthorizationFailedError("x"), "TopicAuthorizationFailed: x"),
        (errors.NodeNotReadyError(), "NodeNotReady"),
        (ConnectionResetError("by\npeer"), "ConnectionReset: by peer"),
        (Unreachable("no broker"), "no broker"),
    ],
)
def test_an_error_is_one_line_without_what_repeats_itself(error: Exception, said: str) -> None:
    assert describe(error) == said


@pytest.mark.parametrize(
    ("reasons", "kind", "said"),
    [
        ([], Unreachable, "no Kafka broker answers at a:1"),
        ([ConnectionRefusedError(111, "x")], Unreachable, ": connection refused"),
        ([OSError("Multiple exceptions: [Errno 111] x, [Errno 111] y")], Unreachable, "refused"),
        ([TimeoutError()], Unreachable, ": no answer"),
        ([ConnectionResetError()], Unreachable, "it closed the connection"),
        ([ssl.SSLEOFError()], Unreachable, ""),
        ([ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]")], ClusterRefusal, "TLS failed"),
        ([ConnectionRefusedError(111, "x"), errors.SaslAuthenticationFailed("who?")],
         ClusterRefusal, "Kafka at a:1 refuses us: SaslAuthenticationFailed: who?"),
    ],
)  # fmt: skip
def test_why_no_broker_let_us_in(
    reasons: list[BaseException], kind: type[ClusterFailure], said: str
) -> None:
    failure = explain_bootstrap("a:1", reasons)
    assert type(failure) is kind
    assert said in str(failure)
