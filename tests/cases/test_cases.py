"""Eleven days from other projects' bug reports, on which an engine may serve people badly.

Each is a folder: what a user hands to `omnistate replay`, and what is right, as a person wrote it
down from the contract. The engine is run as the command runs it; the oracle must say the same.
"""

import msgspec
import pytest
import yaml
from omnistate.cli.replay import run_replay
from omnistate_schemas.times import parse_time_ms

from tests.cases.narrated_case import CASES, Output, read_right, shorten_members, tell
from tests.oracle import model

NAMES = sorted(path.parent.name for path in CASES.glob("*/right.txt"))
DAY = "2026-05-04"
# What was overtaken lies behind what overtook it, and is taken at the clock.
GO_BACK = {"two_tabs": b": 1, first in line 6;"}


def replay(name: str, until: str, captured: pytest.CaptureFixture[bytes]) -> list[Output]:
    """What `omnistate replay` prints of a case's files."""
    folder = CASES / name
    status = run_replay(folder / "events.jsonl", folder / "config.yaml", until, print_state=False)
    assert status == 0
    out, complaints = captured.readouterr()
    assert GO_BACK.get(name, b"") in complaints
    assert complaints.count(b"\n") == (name in GO_BACK)
    return [msgspec.json.decode(line) for line in out.splitlines()]


def run_oracle(name: str, until: str) -> list[Output]:
    """What the oracle says of them."""
    folder = CASES / name
    lines = (folder / "events.jsonl").read_bytes().splitlines()
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    return model.run(lines, config, until)[0]


def check(outputs: list[Output], name: str) -> None:
    """Compare with what is right, line by line, and the members that it names."""
    right = read_right(name)
    found = tell(outputs, DAY)
    assert [told for told, _ in found] == right.told
    for (told, data), members in zip(found, right.members, strict=True):
        plain = shorten_members(data, DAY)
        assert {each: plain.get(each) for each in members} == members, told


def test_there_are_eleven() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_a_case_comes_out_right(name: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    check(replay(name, read_right(name).until, capfdbinary), name)


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_agrees(name: str) -> None:
    check(run_oracle(name, read_right(name).until), name)


def changes_of(outputs: list[Output], conversation: str) -> list[Output]:
    """The data of its state changes."""
    return [
        output["value"]["data"]
        for output in outputs
        if output["topic"] == "conversation-state-changes" and output["key"] == conversation
    ]


@pytest.mark.parametrize(
    ("moment", "occupied"),
    [("08:11:02.999", 100), ("08:12:02.999", 100), ("08:12:03.000", 0), ("08:59:59.999", 0)],
)
def test_a_minute_to_write_up_is_booked(
    moment: str, occupied: int, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """From before the transfer until a minute after it nobody finds them free."""
    outputs = replay("wrap_up_after_transfer", "2026-05-04T09:10:00Z", capfdbinary)
    seen = [
        output["value"]["data"]["partition_units"]
        for output in outputs
        if output["topic"] == "capacity-changes"
        and output["key"] == "nora"
        and output["value"]["time"] <= f"{DAY}T{moment}Z"
    ]
    assert seen[-1] == occupied


def test_an_hour_is_shared_out(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """From the changes of one conversation alone: who had it, and for how long in conversation."""
    outputs = replay("whose_hour", "2026-05-04T20:01:00Z", capfdbinary)
    seconds: dict[str, float] = {}
    before: Output = {}
    for change in changes_of(outputs, "call-1"):
        is_over = change["detail"] != "in_conversation" if "detail" in change else True
        hands_over = change.get("representative_id") != before.get("representative_id")
        if before.get("detail") == "in_conversation" and (is_over or hands_over):
            since = parse_time_ms(before["representative_since"])
            who = before["representative_id"]
            passed_ms = parse_time_ms(change["occurred_at"]) - since
            seconds[who] = seconds.get(who, 0) + passed_ms / 1_000
        before = change
    assert seconds == {"nora": 120, "omar": 3_480}


@pytest.mark.parametrize(
    ("until", "order"),
    [
        ("14:08:30", ["call-1", "call-2"]),
        ("14:09:30", ["call-3", "call-1", "call-2"]),
        ("14:12:30", ["call-3", "call-1", "call-2"]),
        ("14:13:01", ["call-3", "call-2"]),
        ("14:20:30", ["call-3", "call-2", "call-1"]),
    ],
)
def test_a_router_reads_the_order_from_one_change_each(
    until: str, order: list[str], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    """Open calls by priority, then by since when they wait; the last change of each says both."""
    outputs = replay("place_in_the_queue", "2026-05-04T14:21:00Z", capfdbinary)
    last = {
        output["key"]: output["value"]["data"]
        for output in outputs
        if output["topic"] == "conversation-state-changes"
        and output["value"]["time"] <= f"{DAY}T{until}.000Z"
    }
    waiting = [data for data in last.values() if data["status"] == "open"]
    waiting.sort(key=lambda data: (-data["priority"], data["queued_at"]))
    assert [data["conversation_id"] for data in waiting] == order


def test_what_is_gone_holds_nothing(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """After the window, of a desktop that had four conversations."""
    folder = CASES / "desktop_gone"
    run_replay(
        folder / "events.jsonl",
        folder / "config.yaml",
        read_right("desktop_gone").until,
        print_state=True,
    )
    state = msgspec.json.decode(capfdbinary.readouterr().out)
    assert state["representatives"]["nora"]["occupied_units"] == 0
    assert {row["status"] for row in state["conversations"].values()} == {"open"}
    assert len(state["conversations"]) == 4
