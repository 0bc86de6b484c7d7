"""Some days through the step, told byte for byte, to compare two builds of the engine."""

from omnistate.core.directory import Directory
from omnistate.stream.conversation.tables import Tables
from omnistate.stream.conversation.whole_batch import run_step
from omnistate.stream.ports import Record

from bench.core_pace import live_day
from tests.harness.records import day_records

BATCH = 200


def tell() -> str:
    """Every output and every written row, a line each: the demo's day, and random ones."""
    day = live_day(150)
    lines = _run(day.read_inputs(), day.directory)
    for seed in range(5):
        lines += _run(*day_records(seed))
    return "\n".join(lines)


def _run(records: list[Record], directory: Directory) -> list[str]:
    tables, lines = Tables(), []
    for start in range(0, len(records), BATCH):
        batch = run_step(tables, directory, records[start : start + BATCH])
        tables.commit(batch)
        lines += [repr(members) for members in map(tuple, batch.writes)]
        lines += [
            f"{each.topic} {each.key!r} {each.value!r} {each.headers}" for each in batch.outputs
        ]
        lines.append(f"{sorted(batch.tally.items())} {sorted(batch.details.items())}")
    return lines
