"""What a command says of a cluster, and what it keeps to itself."""

import logging

import pytest
from aiokafka.errors import ProducerFenced
from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.cli.command_end import printable, run_command, say
from omnistate.cli.session import run_on_cluster
from omnistate.cli.standard_output import ReaderGone
from omnistate.process.faults import FAULTS, Fault
from omnistate.process.process_settings import Settings
from omnistate.stream.topology import Topology


def end(settings: Settings, error: BaseException | None = None, *, status: int = 0) -> int:
    """The exit status of a command that ends like this."""

    async def work(connection: Connection, topology: Topology) -> int:
        assert connection.brokers == settings.brokers
        assert topology.topics
        if error is not None:
            logging.getLogger("aiokafka").error("Unable connect to %s", "x")
            raise error
        return status

    return run_command("trial", lambda: run_on_cluster(settings, work))


def test_the_work_says_how_it_ended() -> None:
    assert end(Settings(), status=7) == 7


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.error.__name__)
def test_a_fault_is_one_line(fault: Fault, capsys: pytest.CaptureFixture[str]) -> None:
    error = fault.error.__new__(fault.error)
    error.args = ("no\x1b[2J\nmore",)
    assert end(Settings(), error) == fault.status
    said = f"omnistate trial: {fault.preamble}no\\x1b[2J more\n"
    assert capsys.readouterr() == ("", said)


def test_a_bug_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError):
        end(Settings(), ZeroDivisionError())
    assert capsys.readouterr() == ("", "")


def test_a_reader_that_has_had_enough_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(Settings(), ReaderGone()) == 0
    assert capsys.readouterr() == ("", "")


def test_settings_that_show_late(capsys: pytest.CaptureFixture[str]) -> None:
    assert end(Settings(topics_file="/nowhere")) == 2  # type: ignore[arg-type]
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
