"""Whatever a person can do wrong is one line and an exit status, never a traceback.

Needs no service: where Kafka or Redis should be, nobody listens, or somebody else does. Most cases
run in this process, since starting one takes a second.
"""

import gc
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping

import pytest
from omnistate.cli.app import main

from tests.cli.commands import COMMAND, ROOT
from tests.cli.fault_cases import CASES, Case
from tests.cli.fault_rig import (
    PATIENCE_S,
    End,
    environment,
    odd_server,
    run,
    unused_port,
    write_files,
)

# Many of them start a process, which takes a second.
pytestmark = pytest.mark.slow
Run = Callable[[list[str], Mapping[str, str]], End]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What the cases' `{…}` stand for."""
    folder = tmp_path_factory.mktemp("faults")
    write_files(folder)
    with (
        unused_port() as nobody,
        odd_server(b"") as closing,
        odd_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as chatting,
        odd_server(b"-NOAUTH Authentication required.\r\n" * 9) as denying,
    ):
        yield {
            "folder": str(folder),
            "nobody": str(nobody),
            "taken": closing.address.partition(":")[2],
            "closing": closing.address,
            "chatting": chatting.address,
            "denying": denying.address,
        }


@pytest.fixture
def run_here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command in this process, as its entry point does, and leave the process as it was."""
    loggers = [logging.getLogger(name) for name in (None, "aiokafka", "asyncio")]
    before = [(each.level, each.handlers[:], each.filters[:], each.propagate) for each in loggers]
    thresholds = gc.get_threshold()

    def run_main(arguments: list[str], variables: Mapping[str, str]) -> End:
        monkeypatch.setattr(sys, "argv", ["omnistate", *arguments])
        monkeypatch.setattr(sys, "stdout", sys.stdout)
        for name in environment({}).keys() ^ os.environ.keys():
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return End(int(end.value.code or 0), out.encode(), err)

    yield run_main
    gc.set_threshold(*thresholds)
    for each, (level, handlers, filters, propagate) in zip(loggers, before, strict=True):
        each.level, each.propagate = level, propagate
        each.handlers[:], each.filters[:] = handlers, filters


def settings_of(case: Case, places: Mapping[str, str]) -> dict[str, str]:
    """The variables of a case; without others, nobody is where Kafka should be."""
    given = dict(pair.split("=", 1) for pair in case.settings.split(",") if pair)
    brokers = {"OMNISTATE_BROKERS": f"127.0.0.1:{places['nobody']}"}
    filled = {f"OMNISTATE_{name}": value.format_map(places) for name, value in given.items()}
    return brokers | filled


def check(end: End, says: str, status: int) -> None:
    """One line where something is wrong, nothing where nothing is; no traceback ever."""
    assert "Traceback" not in end.err
    assert end.status == status, end
    lines = end.err.splitlines()
    assert len(lines) == (status != 0), end.err
    assert says in end.err
    assert status == 0 or lines[0].startswith("omnistate"), end.err


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.line} {case.settings}"[:70])
def test_a_fault_is_one_line_and_its_status(
    case: Case, places: dict[str, str], run_here: Run
) -> None:
    line = [word.format_map(places) for word in case.line.split()]
    end = run_here(line, settings_of(case, places))
    check(end, case.says.format_map(places), case.status)
    if case.status:
        assert end.out == b""


@pytest.fixture
def replay(places: dict[str, str]) -> list[str]:
    """A command that prints a line."""
    folder = places["folder"]
    return ["replay", f"{folder}/events.jsonl", "--config", f"{folder}/centre.yaml"]


@pytest.mark.parametrize(
    ("shell", "says", "status"),
    [
        (">/dev/full", "standard output: No space left on device", 2),
        (">&-", "standard output: ", 2),
        ("| head -c 0; exit 0", "", 0),
    ],
)
def test_an_output_that_takes_nothing(
    replay: list[str], shell: str, says: str, status: int
) -> None:
    for arguments in (replay, ["--help"], ["worker", "conversation", "--help"]):
        check(run(arguments, {}, shell=shell), says, status)


def test_a_reader_that_goes_away_is_no_fault(places: dict[str, str]) -> None:
    folder = places["folder"]
    many = ["replay", f"{folder}/many.jsonl", "--config", f"{folder}/centre.yaml"]
    process = subprocess.Popen(
        [*COMMAND, *many], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stderr is not None
    with process, process.stdout, process.stderr:
        assert process.stdout.readline()
        process.stdout.close()
        assert process.wait(PATIENCE_S) == 0
        assert process.stderr.read() == b""


def test_without_standard_error_the_status_says_it(replay: list[str]) -> None:
    assert run(["nonsense"], {}, shell="2>&-") == End(2, b"", "")
    assert run(["nonsense"], {}, shell="2>/dev/full") == End(2, b"", "")
    assert run(replay, {}, shell="2>&-").status == 0


def test_without_standard_input_there_is_nothing_to_send(places: dict[str, str]) -> None:
    brokers = {"OMNISTATE_BROKERS": f"127.0.0.1:{places['nobody']}"}
    check(run(["send", "-"], brokers, shell="<&-"), "standard input: Bad file descriptor", 2)


@pytest.mark.parametrize("variables", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}])
def test_a_terminal_that_knows_no_letters_but_ours(
    places: dict[str, str], variables: dict[str, str]
) -> None:
    assert run(["worker", "projection", "--help"], variables).status == 0
    config = f"{places['folder']}/umlaut.yaml"
    end = run(["config", "apply", config], variables)
    assert end.status == 2
    assert "queues.b" in end.err
    assert "Traceback" not in end.err


def test_ctrl_c_ends_a_command_that_waits() -> None:
    with odd_server(None) as silent:
        process = subprocess.Popen(
            [*COMMAND, "lag", "--brokers", silent.address],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment({}),
            cwd=ROOT,
        )
        assert silent.asked.wait(PATIENCE_S)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, err) == (130, "", "omnistate lag: interrupted\n")


def test_what_kubernetes_sets_for_services_passes(places: dict[str, str], run_here: Run) -> None:
    variables = {
        "OMNISTATE_BROKERS": f"127.0.0.1:{places['nobody']}",
        "OMNISTATE_SERVICE_HOST": "10.0.0.1",
        "OMNISTATE_PORT": "tcp://10.0.0.1:6066",
        "OMNISTATE_PROJECTION_SERVICE_HOST": "10.0.0.1",
        "OMNISTATE_PROJECTION_SERVICE_PORT": "6066",
        "OMNISTATE_PROJECTION_SERVICE_PORT_HTTP": "6066",
        "OMNISTATE_PROJECTION_PORT": "tcp://10.0.0.1:6066",
        "OMNISTATE_PROJECTION_PORT_6066_TCP": "tcp://10.0.0.1:6066",
        "OMNISTATE_PROJECTION_PORT_6066_TCP_ADDR": "10.0.0.1",
        "OMNISTATE_PROJECTION_PORT_6066_TCP_PORT": "6066",
        "OMNISTATE_PROJECTION_PORT_6066_TCP_PROTO": "tcp",
        # A service called omnistate-web.
        "OMNISTATE_WEB_PORT": "tcp://10.0.0.1:80",
        # Known, though `lag` has no use for it.
        "OMNISTATE_API_TOKEN": "x" * 16,
        "OMNISTATE_TIMER_GRACE": "2",
    }
    check(run_here(["lag"], variables), "no Kafka broker answers", 3)
