"""Random days by the thousand through the engine and the oracle, for soaks.

`python -m tests.engine.many_days [FIRST [PAST [FOLDER]]]` compares the days of these seeds and says
where they first part; into the folder it writes the events and the configuration of each such day,
as both commands read them.
"""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.harness import engine_run
from tests.oracle import model
from tests.oracle.comparison import Output, differences, plain
from tests.oracle.random_days import Day, day_of

Program = Callable[[list[bytes], dict[str, Any], str | None], tuple[list[Output], dict[str, Any]]]


def compare(program: Program, day: Day) -> list[str]:
    """What a program says of a day beside what the oracle says; its failure is a difference."""
    try:
        outputs, state = plain(*program(*day))
    except Exception as error:
        return [f"{type(error).__name__}: {error}"]
    expected, expected_state = plain(*model.run(*day))
    found = differences(outputs, expected)
    if state != expected_state:
        found.append(f"state: {json.dumps(state)} | {json.dumps(expected_state)}")
    return found


def compare_days(program: Program, seeds: Iterable[int]) -> Iterator[tuple[int, Day, list[str]]]:
    """The days on which they differ."""
    for seed in seeds:
        day = day_of(seed)
        found = compare(program, day)
        if found:
            yield seed, day, found


def write(folder: Path, seed: int, day: Day) -> None:
    """A day as files; JSON is YAML, too."""
    lines, config, until = day
    (folder / f"{seed}.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    text = json.dumps(config, indent=2)
    (folder / f"{seed}.yaml").write_text(f"# --until {until}\n{text}\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """0 where no day differs, else 1."""
    first, past = (int(text) for text in [*arguments, *("0", "1000")[len(arguments) :]][:2])
    different = 0
    for seed, day, found in compare_days(engine_run.run, range(first, past)):
        different += 1
        sys.stdout.write(f"seed {seed}: {len(found)} differences, first {found[0][:2_000]}\n")
        if len(arguments) > 2:
            write(Path(arguments[2]), seed, day)
    sys.stdout.write(f"{different} of {past - first} days differ\n")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
