"""Run the `omnistate` command as a user does: as a process, in a folder of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = [sys.executable, "-m", "omnistate.cli.app"]
ROOT = Path(__file__).parents[2]
CONFIG = "workstreams:\n  chat: {channel: live_chat}\nrepresentatives:\n  ana: {}\n"


def omnistate(
    *arguments: str | Path, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes]:
    """The finished process."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, check=False, input=stdin, cwd=ROOT
    )


def event(number: int, type_: str, time: str, **data: Any) -> bytes:
    """One line of input about one conversation."""
    return json.dumps(
        {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "/test",
            "type": type_,
            "subject": "chat-1",
            "time": time,
            "data": data,
        }
    ).encode()


def started(number: int = 1, time: str = "2026-03-02T09:00:00Z") -> bytes:
    """The line that starts the conversation."""
    return event(number, "conversation.started", time, channel="live_chat", workstream_id="chat")
