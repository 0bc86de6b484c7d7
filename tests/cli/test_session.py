"""What a command says of a cluster, and what it keeps to itself."""

import logging

import pytest
from aiokafka.errors import ProducerFenced
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.adapters.kafka.clients.errors import ClusterFailure, Unreachable
from omnistate.cli.session import FAILED, UNUSABLE, printable, run_on_cluster, say
from omnistate.process.process_settings import Settings
from omnistate.stream.topology import Topology


def end(settings: Settings, error: Exception | None = None, *, status: int = 0) -> int:
    """The exit status of a command that ends like this."""

    async def work(connection: Connection, topology: Topology) -> int:
        assert connection.brokers == settings.brokers
        assert topology.topics
        if error is not None:
            logging.getLogger("aiokafka").error('Unable connect to "%s": %s', "x", "refused\nhere")
            raise error
        return status

    return run_on_cluster("trial", settings, work)


def test_the_work_says_how_it_ended() -> None:
    assert end(Settings(), status=7) == 7


def test_a_failure_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(Settings(), ClusterFailure("no\x1b[2J")) == FAILED
    assert capsys.readouterr() == ("", "omnistate trial: no\\x1b[2J\n")


def test_a_broker_that_is_not_there_with_the_drivers_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert end(Settings(), Unreachable("nobody there")) == FAILED
    assert capsys.readouterr() == ("", "omnistate trial: nobody there: refused here\n")


def test_settings_that_show_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(Settings(topics_file="/nowhere")) == UNUSABLE  # type: ignore[arg-type]
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert "OMNISTATE_TOPICS_FILE" in err


def test_only_the_drivers_leftovers_are_kept_quiet(caplog: pytest.LogCaptureFixture) -> None:
    end(Settings())
    log = logging.getLogger("asyncio")
    for error in (ProducerFenced(), ValueError()):
        log.error("never retrieved: %s", type(error).__name__, exc_info=error)
    assert [record.args for record in caplog.records] == [("ValueError",)]


def test_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert printable("a\nb\x07ä") == "a\\nb\\x07ä"
    assert say("x", "a\nb", 3) == 3
    assert capsys.readouterr().err == "omnistate x: a\\nb\n"
