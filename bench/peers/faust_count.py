"""Faust: an agent and a table. At least once, since its exactly-once leaves outputs outside.

`--set name=value` overrules any setting of a Faust app. Settings of our own: `loop=uvloop`;
`soon=True` leaves sending to the background; `silent=True` turns logging below warnings off, which
Faust's workers compose and then throw away.
"""

import asyncio
import logging
import sys
import time
from typing import Any

import faust

from bench.peers.job import read_job

ERRAND = read_job()


def _parse(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"True": True, "False": False}.get(text, text)


SETTINGS = {name: _parse(text) for name, text in ERRAND.settings.items()}
if SETTINGS.pop("loop", "asyncio") == "uvloop":
    import uvloop

    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
SOON = SETTINGS.pop("soon", False)
if SETTINGS.pop("silent", False):
    logging.disable(logging.INFO)

app = faust.App(
    ERRAND.group,
    **{
        "broker": f"kafka://{ERRAND.brokers}",
        "store": "memory://",
        "datadir": ERRAND.folder,
        "topic_replication_factor": 1,
        "topic_partitions": ERRAND.partitions,
        "web_enabled": False,
        **SETTINGS,
    },
)
source = app.topic(
    *ERRAND.inputs, key_type=str, value_type=bytes, key_serializer="raw", value_serializer="raw"
)
output = app.topic(
    ERRAND.output, key_type=str, value_type=bytes, key_serializer="raw", value_serializer="raw"
)
counts = app.Table("counts", default=int, partitions=ERRAND.partitions)


@app.agent(source)  # type: ignore[untyped-decorator]
async def count(stream: Any) -> None:
    """One output and one table record for each event."""
    async for key, _ in stream.items():  # noqa: PERF102
        found = counts[key] + 1
        counts[key] = found
        if SOON:
            output.send_soon(key=key, value=b"%d" % found)
        else:
            await output.send(key=key, value=b"%d" % found)


@app.on_worker_init.connect  # type: ignore[untyped-decorator]
def note(*_: Any, **__: Any) -> None:
    """For whoever waits for it."""
    print("ready now", flush=True)


@app.on_partitions_assigned.connect  # type: ignore[untyped-decorator]
async def note_assigned(*_: Any, **__: Any) -> None:
    """Recovery begins. What is printed in the usual way becomes a log line."""
    print(f"\nassigned {time.monotonic()}", file=sys.__stdout__, flush=True)


@counts.on_recover  # type: ignore[untyped-decorator]
async def note_recovered() -> None:
    """Recovery has ended."""
    print(f"\nrecovered {time.monotonic()}", file=sys.__stdout__, flush=True)


def main() -> None:
    """As `faust worker` does, until SIGTERM."""
    sys.argv = ["faust", "worker", "--loglevel", "warn", "--without-web"]
    app.main()


if __name__ == "__main__":
    main()
