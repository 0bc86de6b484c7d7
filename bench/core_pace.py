"""`make bench-core`: what one input costs in the core, on the demo's mix of inputs.

It prints figures and where the time goes. Times are CPU times of this process, the least of several
rounds, because the machine is noisy; beside them stands a calibration loop of the same run.
"""

import argparse
import asyncio
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import yaml
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.demo.simulated_day import Day
from omnistate.stream.conversation.decoding import decode_record
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.conversation.whole_batch import run_step
from omnistate.stream.gc_tuning import tune_garbage_collection
from omnistate.stream.ports import Record
from omnistate_schemas.registry import INPUTS

ROUNDS = 7
BATCH = 1_000
REPLAYED = 100_000
ROWS = 100_000


def least(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The least CPU time of several rounds, in seconds."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def live_day(conversations: int) -> Day:
    """A day that has been lived to its end."""

    async def live() -> Day:
        day = Day(7, conversations)
        await day.start()
        while await day.step() is not None:
            pass
        return day

    return asyncio.run(live())


def run_all(records: list[Record], day: Day) -> Tables:
    """The whole step over all records, batch by batch, as a worker runs it."""
    tables = Tables()
    for start in range(0, len(records), BATCH):
        batch = run_step(tables, day.directory, records[start : start + BATCH])
        tables.commit(batch)
    return tables


def decode_all(records: list[Record]) -> None:
    """The decoding alone; nothing is kept, as in a worker."""
    for record in records:
        decode_record(record, 1)


def measure_step(records: list[Record], day: Day) -> Tables:
    """Microseconds an input, whole and for the decoding alone."""
    tables = run_all(records, day)
    whole = least(lambda: run_all(records, day))
    decoding = least(lambda: decode_all(records))
    calibration = least(lambda: sum(range(1_000_000)), 15)
    count = len(records)
    print(f"inputs of the demo's mix            {count:>10,}")
    print(f"decoded, decided, encoded           {whole / count * 1e6:>10.2f} us an input")
    print(f"  of which decoding                 {decoding / count * 1e6:>10.2f} us an input")
    print(f"calibration: sum(range(1000))       {calibration * 1e3:>10.2f} us")
    return tables


def measure_rows(tables: Tables) -> None:
    """Bytes of a row, and of memory for a row with its index."""
    rows = {
        key: row
        for key, row in tables.conversations.items()
        if decode_conversation(row).stage != "closed"
    }
    sizes = sorted(len(row) for row in rows.values())
    print(f"rows of conversations not closed    {len(sizes):>10,}")
    print(
        f"  encoded, average / largest        {sum(sizes) / len(sizes):>10.0f} / {sizes[-1]} bytes"
    )
    samples = list(rows.values())
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    many = Tables()
    for number in range(ROWS):
        row = encode_conversation(decode_conversation(samples[number % len(samples)]))
        key = f"chat-{number:07}"
        many.conversations[key] = row
        many.timers.enter(key, decode_conversation(row).earliest_ms())
    each = (tracemalloc.get_traced_memory()[0] - before) / ROWS
    tracemalloc.stop()
    print(f"  in memory with its index          {each:>10.0f} bytes (of {ROWS:,} rows)")


def measure_commands(day: Day) -> None:
    """Wall time of the commands, each as a process of its own."""
    command = [sys.executable, "-m", "omnistate.cli.app"]
    with tempfile.TemporaryDirectory() as folder:
        events, config = Path(folder, "inputs.jsonl"), Path(folder, "config.yaml")
        config.write_text(yaml.safe_dump(day.world.configuration), encoding="utf-8")
        records = day.read_inputs()[:REPLAYED]
        events.write_bytes(b"".join((record.value or b"") + b"\n" for record in records))
        seconds = []
        for arguments in (["replay", str(events), "--config", str(config)], ["--help"]):
            found = []
            for _ in range(3):
                began = time.perf_counter()
                subprocess.run([*command, *arguments], check=True, stdout=subprocess.DEVNULL)
                found.append(time.perf_counter() - began)
            seconds.append(min(found))
    print(f"omnistate replay of {len(records):>7,} events   {seconds[0]:>10.2f} s")
    print(f"omnistate --help                    {seconds[1]:>10.2f} s")


def print_profile(records: list[Record], day: Day, functions: int) -> None:
    """Where the time goes, by function (the profiler itself makes small functions look dearer)."""
    profiler = cProfile.Profile()
    profiler.runcall(run_all, records, day)
    pstats.Stats(profiler).strip_dirs().sort_stats("tottime").print_stats(functions)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1_500)
    parser.add_argument("--functions", type=int, default=25, help="rows of the profile; 0 = none")
    parser.add_argument("--short", action="store_true", help="leave the commands out")
    parser.add_argument("--json", action="store_true", help="one figure, for the benchmark")
    arguments = parser.parse_args()
    tune_garbage_collection()
    day = live_day(arguments.conversations)
    records = day.read_inputs()
    if arguments.json:
        run_all(records, day)
        per_input_us = least(lambda: run_all(records, day)) / len(records) * 1e6
        print(json.dumps({"inputs": len(records), "us": per_input_us}))
        return
    assert {record.topic for record in records} <= {kind.topic for kind in INPUTS.values()}
    measure_rows(measure_step(records, day))
    if not arguments.short:
        measure_commands(live_day(7_200))
    if arguments.functions:
        print_profile(records, day, arguments.functions)


if __name__ == "__main__":
    main()
