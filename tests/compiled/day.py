"""Some days through the step, told byte for byte, to compare two builds of the engine."""

from bench.core import live_day
from tests.runtime.records import day_records
from workers.core.settings import Directory
from workers.runtime.ports import Record
from workers.runtime.step import run_step
from workers.runtime.tables import Tables

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
        tables.merge(batch.writes)
        lines += [repr(members) for members in map(tuple, batch.writes)]
        lines += [
            f"{each.topic} {each.key!r} {each.value!r} {each.headers}" for each in batch.outputs
        ]
        lines.append(f"{sorted(batch.tally.items())} {sorted(batch.details.items())}")
    return lines
