"""`omnistate replay` from outside: lines, state, exit statuses, and one clear line for misuse."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands import COMMAND, CONFIG, ROOT, event, omnistate, started


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(CONFIG)
    return path


def replay(tmp_path: Path, config: Path, content: bytes, *options: str) -> list[dict[str, object]]:
    events = tmp_path / "events.jsonl"
    events.write_bytes(content)
    run = omnistate("replay", events, "--config", config, *options)
    assert run.returncode == 0, run.stderr
    assert run.stderr == b""
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_prints_topic_key_and_event(tmp_path: Path, config: Path) -> None:
    (output,) = replay(tmp_path, config, started())
    assert output["topic"] == "conversation-state-changes"
    assert output["key"] == "chat-1"
    assert set(output) == {"topic", "key", "value"}


def test_line_ends_do_not_matter(tmp_path: Path, config: Path) -> None:
    lines = [started(), event(2, "customer.ended", "2026-03-02T09:00:01Z")]
    unix = replay(tmp_path, config, b"\n".join(lines))
    assert unix == replay(tmp_path, config, b"\n".join([*lines, b"", b"  ", b""]))
    assert unix == replay(tmp_path, config, b"\r\n".join([*lines, b""]))


def test_undecodable_lines_come_out_as_dead_letters(tmp_path: Path, config: Path) -> None:
    first, second, third = replay(tmp_path, config, b"no json \xff\n" + started() + b"\n{}")
    assert first == {
        "topic": "dead-letters",
        "key": None,
        "value": "no json \ufffd",
        "error": "undecodable",
    }
    assert second["key"] == "chat-1"
    assert third["value"] == "{}"


def test_until_fires_timers(tmp_path: Path, config: Path) -> None:
    early = replay(tmp_path, config, started(), "--until", "2026-03-02T09:19:59.999Z")
    late = replay(tmp_path, config, started(), "--until", "2026-03-02T10:20:00+01:00")
    assert [len(early), len(late)] == [1, 2]


def test_state_is_one_object_on_one_line(tmp_path: Path, config: Path) -> None:
    (state,) = replay(tmp_path, config, started(), "--state")
    assert state == {
        "conversations": {
            "chat-1": {
                "status": "open",
                "detail": "awaiting_assignment",
                "representative_id": None,
                "queue_id": None,
                "sequence": 1,
                "holds": [],
            }
        },
        "representatives": {"ana": {"occupied_units": 0, "available_units": 100, "profiles": {}}},
    }


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("workstreams: [", b"not YAML"),
        ("- a\n- b\n", b"config.yaml"),
        ("workstreams: {v: {channel: voice, distribution: pick}}", b"workstreams.v"),
        ("workstreams: {c: {channel: fax}}", b"workstreams.c.channel"),
        ("workstreams: {c: {channel: voice, colour: red}}", b"colour"),
        ("workstreams: {c: {channel: voice, block_capacity_for_wrap_up: 29}}", b"workstreams.c"),
        ("representatives: {ana: {time_zone: Mars/Base}}", b"unknown time zone"),
        ("workstreams: {c: {channel: sms, offer_timeout: 2026-13-45}}", b"c.offer_timeout"),
        ("workstreams: {c: {channel: sms}, c: {channel: voice}}", b"stands twice"),
        ("queues: {007: {}}", b"quote the key '007'"),
        ("workstreams: {c: {channel: !!int x}}", b"not YAML"),
        ('representatives: {"a\\nb": 1}', b"a mapping is needed"),
    ],
)
def test_unusable_configuration(tmp_path: Path, content: str, complaint: bytes) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(content)
    run = omnistate("replay", "/dev/null", "--config", path)
    assert (run.returncode, run.stdout) == (2, b"")
    assert complaint in run.stderr
    assert run.stderr.count(b"\n") == 1


def test_an_empty_section_has_its_defaults(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("workstreams:\n  chat: {channel: live_chat}\nrepresentatives:\nqueues:\n")
    assert replay(tmp_path, path, started())[0]["key"] == "chat-1"


def test_a_byte_order_mark_is_not_part_of_the_first_event(tmp_path: Path, config: Path) -> None:
    marked = replay(tmp_path, config, b"\xef\xbb\xbf" + started())
    assert marked == replay(tmp_path, config, started())


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_unreadable_events(tmp_path: Path, config: Path, name: str) -> None:
    run = omnistate("replay", tmp_path / name, "--config", config)
    assert (run.returncode, run.stdout) == (2, b"")
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize("until", ["tomorrow", "2026-03-02T09:00:00", "", "12"])
def test_unusable_until(config: Path, until: str) -> None:
    run = omnistate("replay", "/dev/null", "--config", config, f"--until={until}")
    assert (run.returncode, run.stdout) == (2, b"")
    assert b"--until" in run.stderr
    assert run.stderr.count(b"\n") == 1


@pytest.mark.parametrize("arguments", [["replay"], ["replay", "--nonsense"], ["nonsense"]])
def test_unusable_arguments(arguments: list[str]) -> None:
    run = omnistate(*arguments)
    assert run.returncode == 2
    assert run.stdout == b""
    assert run.stderr.count(b"\n") == 1


def test_reads_a_pipe_and_survives_a_closed_one(tmp_path: Path, config: Path) -> None:
    line = started()
    run = omnistate("replay", "/dev/stdin", "--config", config, stdin=line)
    assert run.returncode == 0
    assert run.stdout.count(b"\n") == 1
    events = tmp_path / "many.jsonl"
    events.write_bytes(b"\n".join([b"garbage"] * 50_000))
    command = " ".join([*COMMAND, "replay", str(events), "--config", str(config), "| head -1"])
    piped = subprocess.run(command, shell=True, capture_output=True, check=True, cwd=ROOT)
    assert piped.stdout.count(b"\n") == 1
    assert piped.stderr == b""
