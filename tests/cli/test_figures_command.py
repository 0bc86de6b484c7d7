"""`omnistate figures`: what it reads from topics, its table and its JSON, and what it refuses."""

import json
from typing import Any

import pytest
from omnistate.adapters.memory.memory_log import MemoryLog
from omnistate.audit.source import MemoryReader
from omnistate.cli.figures import count_topics, read_by, read_length_ms, read_span
from omnistate.cli.figures_screen import format_lines, print_table
from omnistate.process.errors import Unusable
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import Period, SpanCounting

from tests.cli.commands import omnistate
from tests.harness.engine_run import run
from tests.projections.figure_days import BEGIN_MS, line, start

TOPIC = "conversation-state-changes"
TOPICS = (TOPIC, "capacity-changes", "recorded-inputs")
SPAN = ("--from", "2026-03-02T09:00:00Z", "--to", "2026-03-02T10:00:00+00:00")
ANA = {"representative_id": "ana"}


def calls() -> list[bytes]:
    """What an engine publishes of one chat in a queue, and of one in none."""
    steps = [
        start(queue_id="support"),
        (12, "representative.pick", ANA),
        (72, "representative.end", ANA),
    ]
    lines = [line(number, step) for number, step in enumerate(steps)] + [line(9, start(), "left")]
    lines.append(line(10, (80, "customer.ended", {}), "left"))
    outputs, _ = run(lines, {"workstreams": {"chat": {"channel": "live_chat"}}})
    return [json.dumps(each["value"]).encode() for each in outputs if each["topic"] == TOPIC]


async def count(by: By, values: list[bytes]) -> SpanCounting:
    log = MemoryLog(dict.fromkeys(TOPICS, 2), lambda: BEGIN_MS)
    for value in values:
        log.append(TOPIC, b"", value, partition=1)
    span = read_span(SPAN[1], SPAN[3])
    counting = SpanCounting(span, read_length_ms("1m"), by, lambda _: 20_000)
    await count_topics(MemoryReader(log), counting, span, BEGIN_MS)
    return counting


async def test_json_has_a_line_for_each_row_with_every_figure() -> None:
    counting = await count("queue", calls())
    first, second, *rest = map(json.loads, format_lines(counting.rows(), "queue"))
    assert (first["from"], first["to"]) == ("2026-03-02T09:00:00.000Z", "2026-03-02T09:01:00.000Z")
    assert (first["queue_id"], first["offered"], first["service_level"]) == (None, 1, None)
    assert second == {
        "from": first["from"],
        "to": first["to"],
        "queue_id": "support",
        "offered": 1,
        "accepted": 1,
        "accepted_in_time": 1,
        "answer_seconds": 12.0,
        "left_waiting": 0,
        "left_in_time": 0,
        "declines": 0,
        "handled": 0,
        "handle_seconds": 0.0,
        "talk_seconds": 0.0,
        "hold_seconds": 0.0,
        "wrapped_up": 0,
        "wrap_up_seconds": 0.0,
        "transfers": 0,
        "reopened": 0,
        "service_level": 1.0,
        "average_answer_seconds": 12.0,
        "average_handle_seconds": None,
        "average_wrap_up_seconds": None,
    }
    found = {each["queue_id"]: (each["left_waiting"], each["talk_seconds"]) for each in rest}
    assert found == {None: (1, 0.0), "support": (0, 60.0)}


async def test_the_table_has_a_line_for_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    counting = await count("representative", calls())
    print_table(counting.rows(), "representative")
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["from", "representative", "offered", "accepted"]
    assert [each.split()[1:7] for each in lines] == [
        ["ana", "0", "1", "0", "100.0%", "12.0"],
        ["ana", "0", "0", "0", "-", "-"],
    ]


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("queue_since", "2026-02-31T00:00:00.000Z", "data.queue_since: value_error"),
        ("hold_seconds", 1e300, "hold_seconds: more than there have been"),
        ("hold_seconds", float("inf"), "hold_seconds: more than there have been"),
        ("hold_seconds", -1, "hold_seconds: more than there have been"),
        ("sequence", 0, "data.sequence: greater_than_equal"),
    ],
)
async def test_what_cannot_be_used_is_said_and_left_out(
    member: str, value: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    event = json.loads(calls()[0])
    event["data"] |= {member: value, "conversation_id": "forged"}
    counting = await count("queue", [b"not JSON", json.dumps(event).encode(), *calls()])
    assert list(counting.rows()) == list((await count("queue", calls())).rows())
    assert capsys.readouterr().err == (
        f"omnistate figures: cannot be used, and left out: {TOPIC}/1/0: json_invalid\n"
        f"omnistate figures: cannot be used, and left out: {TOPIC}/1/1: {said}\n"
    )


def test_lengths_and_words() -> None:
    assert [read_length_ms(each) for each in (None, "15m", "1d", "2w")] == [
        *(None, 900_000, 86_400_000, 1_209_600_000)
    ]
    assert read_span("2026-03-02T10:00:00+01:00", "2026-03-02T09:00:01Z") == Period(
        BEGIN_MS, BEGIN_MS + 1_000
    )
    for wrong in ("1", "d", "0d", "-1d", "1 d", "1.5h", "1y", "", "9999999w"):
        with pytest.raises(Unusable):
            read_length_ms(wrong)
    with pytest.raises(Unusable):
        read_by("")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "yesterday", *SPAN[2:]), "--from: not an RFC 3339 time with an offset"),
        ((*SPAN[:2], "--to", "2026-02-30T00:00:00Z"), "--to: no such day or hour"),
        ((*SPAN[:2], "--to", SPAN[1]), "--to: not after --from"),
        ((*SPAN, "--by", "team"), "--by: workstream, queue or representative"),
        ((*SPAN, "--every", "day"), "--every: a number with s, m, h, d or w, such as 15m or 1d"),
        (SPAN[:2], "Missing option '--to'. (see omnistate figures --help)"),
    ],
)
def test_nonsense_is_refused_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    done = omnistate("figures", *arguments)
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.decode() == f"omnistate figures: {said}\n"
