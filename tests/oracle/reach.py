"""How often random days reach each rule, code and timer, and each stage of each kind.

`python -m tests.oracle.reach [FIRST [PAST]]` prints the counts over the days of these seeds.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable

from .model import Engine
from .random_days import day_of
from .timers import ORDER
from .wire import parse_time

# Every rule id: those of the first edition, and those of the second.
RULES: tuple[str, ...] = (
    *(f"C{n}" for n in range(1, 5)),
    *(f"O{n}" for n in range(1, 12)),
    *(f"A{n}" for n in (*range(1, 12), 13, 14)),
    *(f"B{n}" for n in range(1, 24)),
    *(f"R{n}" for n in range(1, 6)),
    *(f"S{n}" for n in range(1, 5)),
    *(f"E{n}" for n in range(1, 6)),
    *(f"D{n}" for n in range(1, 7)),
    *(f"W{n}" for n in range(1, 10)),
    *(f"X{n}" for n in range(1, 11)),
    *(f"N{n}" for n in range(1, 7)),
    *(f"F{n}" for n in range(1, 8)),
    *(f"K{n}" for n in range(1, 5)),
    *("L1", "P1", "U1", "Z1"),
)
# Every code but those of the gate; `withdrawn` is of `capacity.declined` alone.
CODES: tuple[str, ...] = (
    "invalid_data",
    "duplicate",
    "unknown_conversation",
    "unknown_workstream",
    "stale",
    "closed",
    "engine_decides",
    "superseded",
    "push_only",
    "wrong_channel",
    "pick_only",
    "not_reserved",
    "no_effect",
    "not_offered",
    "invalid_status",
    "not_assigned",
    "too_large",
    "withdrawn",
)
DEAD = ("undecodable", "oversized", "unknown_type", "wrong_key")
TYPES = (
    "conversation.state_changed",
    "conversation.reminder",
    "input.recorded",
    "input.rejected",
    "input.ignored",
    "capacity.held",
    "capacity.released",
    "capacity.declined",
)
EVERYTHING: tuple[str, ...] = (
    *RULES,
    *CODES,
    *DEAD,
    *TYPES,
    *(f"timer.{name}" for name in ORDER),
)


def count(seeds: Iterable[int]) -> Counter[str]:
    """How often the days of these seeds reach each of `EVERYTHING`."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        lines, config, until = day_of(seed)
        engine = Engine(config)
        for line in lines:
            engine.read(line)
        moment = parse_time(until)
        if moment is not None:
            engine.advance(moment)
        counts.update(f"timer.{name}" for name in engine.fired.elements())
        for record in engine.outputs:
            if "error" in record:
                counts[record["error"]] += 1
                continue
            data = record["value"]["data"]
            counts.update([record["value"]["type"]])
            counts.update(data[name] for name in ("rule", "code") if name in data)
    return counts


def _order(name: str) -> tuple[str, int]:
    found = re.fullmatch(r"([A-Z])(\d+)", name)
    return (found[1], int(found[2])) if found else (name, 0)


def main(arguments: list[str]) -> int:
    """0 where everything is reached, else 1."""
    first, past = (int(text) for text in [*arguments, *("0", "1000")[len(arguments) :]])
    counts = count(range(first, past))
    for name in sorted(EVERYTHING, key=_order):
        sys.stdout.write(f"{counts[name]:>8} {name}\n")
    never = [name for name in EVERYTHING if not counts[name]]
    sys.stdout.write(f"never: {' '.join(never) or 'none'}\n")
    return 1 if never else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
