"""`omnistate top` on a real read model: in a pipe, on a terminal, without a Redis."""

import os
import pty
import select
import signal
import subprocess
import termios
import time

from tests.board.board_centre import (
    PARTITIONS,
    Centre,
    longest,
    over_their_limit,
    shown_conversations,
    shown_people,
    shown_queues,
)
from tests.cluster.dump import connect
from tests.harness.command import ROOT, SOURCES
from tests.harness.ports import free_port
from tests.harness.tied_process import PATIENCE_S

SCREEN = b"omnistate top"
# The alternate screen is left.
LEFT = b"\x1b[?1049l"


async def test_in_a_pipe_it_says_once_what_the_topics_say(centre: Centre) -> None:
    folded = await centre.settle()
    blocks = [each.splitlines() for each in centre.found.run("top").split("\n\n")]
    clock, conversations, queues, waiting, elsewhere, people, figures, lag = blocks
    assert clock[0].endswith("dead letters 1")
    rows = {line.split()[0]: line.split()[1:] for line in conversations[1:]}
    totals = rows.pop("all")
    assert rows == shown_conversations(folded)
    assert int(totals[0]) == sum(int(cells[0]) for cells in rows.values())
    told = dict(line.replace("in no queue", "in-no-queue").split()[:2] for line in queues[1:])
    expected = {name.replace(" ", "-"): number for name, number in shown_queues(folded).items()}
    assert list(told.items()) == list(expected.items())
    names = [line.split()[0] for line in waiting[1:] if line[0] != "…"]
    assert names == longest(folded)[:10]
    assert elsewhere[0].startswith(("scheduled", "Nothing is scheduled"))
    over = over_their_limit(folded)
    names = [line.split()[0] for line in people[1:]]
    assert names[: len(over)] == over
    assert sorted(names) == sorted(shown_people(folded))
    for line in people[1:]:
        presence, units, work = shown_people(folded)[line.split()[0]]
        units = units.removesuffix(" over").replace(" ▲", "")
        assert line.split()[1:2] == presence.split()[:1]
        assert " ".join(line.replace("▲ ", "").split()).endswith(f"{units} {work}")
    # The figures worker counts on its own.
    assert figures[0].startswith(("figures", "No service figures"))
    groups = [line.split()[0] for line in lag[1:]]
    assert {"conversation", "representative", "projection"} <= set(groups)
    assert groups.count("conversation") == PARTITIONS * 2


async def test_on_a_terminal_it_is_a_screen_until_q(centre: Centre) -> None:
    over = over_their_limit(await centre.settle())
    shown, status = _watch(centre, b"q")
    assert (status, LEFT in shown) == (0, True), shown
    titles = ("workstream", "queue, oldest", f"people, {len(over)} over", "figures", "lag")
    for words in (*titles, *over[:3]):
        assert words.encode() in shown


def test_ctrl_c_ends_it_quietly(centre: Centre) -> None:
    shown, status = _watch(centre, None)
    assert (status, LEFT in shown) == (0, True), shown
    assert b"Traceback" not in shown


def _watch(centre: Centre, key: bytes | None) -> tuple[bytes, int]:
    """Run it on a terminal of its own, press a key or Ctrl-C once it shows something."""
    ours, its = pty.openpty()
    termios.tcsetwinsize(its, (40, 140))
    with subprocess.Popen(
        [*SOURCES, "top"],
        env={**centre.found.environment, "TERM": "xterm"},
        cwd=ROOT, stdin=its, stdout=its, stderr=its, start_new_session=True,
    ) as process:  # fmt: skip
        os.close(its)
        try:
            shown = _read_until(ours, SCREEN)
            if key is not None:
                os.write(ours, key)
            else:
                process.send_signal(signal.SIGINT)
            shown += _read_until(ours, None)
            status = process.wait(PATIENCE_S)
        finally:
            process.kill()
            os.close(ours)
    return shown, status


def _read_until(terminal: int, words: bytes | None, seconds: float = PATIENCE_S) -> bytes:
    """What appears until the words do; without words, until it ends."""
    shown, until_s = b"", time.monotonic() + seconds
    while words is None or words not in shown:
        ready, _, _ = select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))
        assert ready, shown
        try:
            read = os.read(terminal, 65_536)
        except OSError:
            # Linux says so where nobody has the other end any more.
            break
        if not read:
            break
        shown += read
    return shown


def test_what_is_missing_is_one_line(centre: Centre) -> None:
    without = dict(centre.found.environment)
    del without["OMNISTATE_REDIS_URL"]
    assert _fail(without) == (
        2,
        "omnistate top: OMNISTATE_REDIS_URL is needed: the read model is kept there",
    )
    nobody = {**without, "OMNISTATE_REDIS_URL": f"redis://127.0.0.1:{free_port()}"}
    status, line = _fail(nobody)
    assert status == 3
    assert line.startswith("omnistate top: Redis: ConnectionError")


def test_what_is_not_of_its_kind_is_left_out_and_named(centre: Centre) -> None:
    key = f"{centre.found.prefix}omnistate:counts"
    with connect(centre.redis_url) as client:
        client.hset(key, "odd:open", "many")
        try:
            done = _run(centre.found.environment)
        finally:
            client.hdel(key, "odd:open")
    said = f"omnistate top: {key} odd:open cannot be used (ValueError): left out\n"
    assert (done.returncode, done.stderr) == (0, said)
    assert "odd" not in done.stdout
    assert "queue" in done.stdout


def _run(environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SOURCES, "top", "--once"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_S,
    )  # fmt: skip


def _fail(environment: dict[str, str]) -> tuple[int, str]:
    done = _run(environment)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    return done.returncode, done.stderr.strip()
