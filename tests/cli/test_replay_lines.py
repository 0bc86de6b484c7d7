"""`omnistate replay` line by line: what a file cannot lend, what counts as going back, what sorts.

See contract.md#replay. The command's own code, in this process.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from omnistate.cli.replay import run_replay
from omnistate.process.errors import Unusable

from tests.cli.commands import CONFIG, event, omnistate, started

GARBAGE = b'{"no": "event"}'


def at(number: int, time: str, type_: str = "supervisor.monitor", **data: Any) -> bytes:
    """An event of that minute and second after nine."""
    return event(number, type_, f"2026-03-02T09:{time}Z", **{"supervisor_id": "sam", **data})


class Run:
    """Runs a file of lines; keeps what was printed."""

    def __init__(self, folder: Path, captured: pytest.CaptureFixture[bytes]) -> None:
        self._events, self._config = folder / "events.jsonl", folder / "config.yaml"
        self._config.write_text(CONFIG)
        self._captured = captured
        self.complaints: list[bytes] = []

    def __call__(
        self, *lines: bytes, until: str | None = None, state: bool = False, sort: bool = False
    ) -> list[Any]:
        self._events.write_bytes(b"\n".join(lines))
        assert run_replay(self._events, self._config, until, print_state=state, sort=sort) == 0
        out, complaints = self._captured.readouterr()
        self.complaints = complaints.splitlines()
        return [json.loads(line) for line in out.splitlines()]

    def refuse(self, *lines: bytes, until: str) -> str:
        self._events.write_bytes(b"\n".join(lines))
        with pytest.raises(Unusable) as refused:
            run_replay(self._events, self._config, until, print_state=False)
        assert self._captured.readouterr() == (b"", b"")
        return str(refused.value)


@pytest.fixture
def run(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return Run(tmp_path, capfdbinary)


def words(outputs: list[Any]) -> list[str]:
    """The rule, the code or the error of each output."""
    found = []
    for output in outputs:
        data = output["value"]["data"] if "error" not in output else {}
        word = output.get("error") or data.get("rule") or data.get("code")
        found.append(word or output["value"]["type"])
    return found


@pytest.mark.parametrize("name", ["time", "subject"])
def test_a_file_has_nothing_to_lend(run: Run, name: str) -> None:
    """A record has a timestamp and a key; a line has neither."""
    members = json.loads(started())
    del members[name]
    (output,) = run(json.dumps(members).encode())
    assert output["error"] == "undecodable"
    assert json.loads(output["value"]) == members


@pytest.mark.parametrize("type_", ["representative.presence", "assignment.requested"])
def test_it_knows_inputs_of_conversations_alone(run: Run, type_: str) -> None:
    (output,) = run(at(1, "00:00", type_, presence="away", conversation_id="chat-1"))
    assert output["error"] == "unknown_type"


def test_what_is_recorded_is_printed_and_states_are_not(run: Run) -> None:
    outputs = run(started(), at(2, "00:01"))
    assert [output["topic"] for output in outputs] == [
        "conversation-state-changes",
        "recorded-inputs",
    ]


def test_what_is_before_the_clock_goes_back_whatever_precedes_it(run: Run) -> None:
    """Behind the latest so far, not behind the line before; of the same time is not behind."""
    lines = (started(), at(2, "00:09"), at(3, "00:03"), at(4, "00:05"), at(5, "00:09"))
    outputs = run(*lines)
    (line,) = run.complaints
    assert b": 2, first in line 3;" in line
    times = [output["value"]["time"][17:19] for output in outputs]
    assert times == ["00", "09", "09", "09", "09"]


def test_what_is_no_event_neither_goes_back_nor_moves_the_clock(run: Run) -> None:
    late = at(3, "59:00", "customer.sneezed")
    outputs = run(started(), late, GARBAGE, b"", at(2, "00:01"), b"  ", at(4, "00:00"))
    (line,) = run.complaints
    assert b": 1, first in line 7;" in line
    assert words(outputs) == ["C1", "unknown_type", "undecodable", *["input.recorded"] * 2]


def test_nothing_is_said_where_nothing_goes_back(run: Run) -> None:
    run(started(), at(2, "00:00"), at(3, "00:01"), state=True)
    assert run.complaints == []


def test_the_state_alone_is_printed_and_what_went_back_is_said_all_the_same(run: Run) -> None:
    (state,) = run(at(2, "00:05"), started(), state=True)
    assert state["conversations"]["chat-1"]["status"] == "open"
    (line,) = run.complaints
    assert b": 1, first in line 2;" in line


def test_sorted_by_time_and_of_one_time_as_they_stand(run: Run) -> None:
    lines = (
        at(4, "00:07", "representative.pick", representative_id="ana"),
        at(2, "00:05", "router.assign", representative_id="ana"),
        at(3, "00:05", "representative.reject", representative_id="ana"),
        started(),
    )
    assert words(run(*lines, sort=True)) == ["C1", "O1", "O1", "A2", "A2", "O2", "O2"]
    assert run.complaints == []
    assert words(run(*lines))[:3] == ["unknown_conversation"] * 3


def test_sorted_what_is_no_event_stays_behind_what_it_came_after(run: Run) -> None:
    lines = (b"first", at(2, "00:05"), b"second", started(), b"third")
    outputs = run(*lines, sort=True)
    told = [output["value"] if "error" in output else "" for output in outputs]
    assert told == ["first", "", "third", "", "second"]


def test_sorted_the_state_is_that_of_the_sorted_file(run: Run) -> None:
    lines = (at(2, "00:05", "representative.pick", representative_id="ana"), started())
    (state,) = run(*lines, sort=True, state=True)
    assert state["representatives"]["ana"]["occupied_units"] == 30
    (state,) = run(*lines, state=True)
    assert state["representatives"]["ana"]["occupied_units"] == 0


@pytest.mark.parametrize("order", [1, -1])
def test_until_is_measured_against_the_latest_event(run: Run, order: int) -> None:
    """Wherever in the file it stands; nothing is printed before that is known."""
    lines = (started(), at(2, "00:09"), at(3, "00:05"))[::order]
    told = run.refuse(*lines, until="2026-03-02T09:00:08.999Z")
    assert "--until" in told
    assert "2026-03-02T09:00:09.000Z" in told
    run(*lines, until="2026-03-02T09:00:09Z")


def test_until_is_not_measured_against_what_is_no_event(run: Run) -> None:
    outputs = run(
        started(), at(2, "59:00", "customer.sneezed"), GARBAGE, until="2026-03-02T09:20:00Z"
    )
    assert words(outputs) == ["C1", "unknown_type", "undecodable", "O9"]
    assert words(run(GARBAGE, until="1999-01-01T00:00:00Z")) == ["undecodable"]


def test_until_in_the_past_of_a_pipe_is_known_at_its_end(tmp_path: Path) -> None:
    """What was printed before stands; the status says that it is not what was asked for."""
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    options = ("--config", config, "--until", "2026-03-02T08:00:00Z")
    done = omnistate("replay", "/dev/stdin", *options, stdin=started())
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert b"--until" in line
