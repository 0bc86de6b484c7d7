"""From the states that the explorer finds, engine and oracle go on alike until nothing runs.

Each state is come to by the inputs of one way there, a few more are said, and then the clock fires
whatever is due. Random days come to few of these states; here is a sample of all.
"""

import json
from random import Random

import pytest
from omnistate_schemas.times import format_time
from omnistate_schemas.vocabulary import KINDS

from tests.core.core_centre import MONDAY_MS, event_of
from tests.core.explored_workstreams import LIMITS, VARIANTS, inputs_of, workstream_of
from tests.core.explorer import SUBJECT, Explorer, Told
from tests.harness import engine_run
from tests.oracle import model
from tests.oracle.comparison import differences, plain

SEED = 18
ONE_IN = 4
# Its 2,375 states take as long as most of the others together.
LEFT_OUT = ("live_chat", "upstream", "rich")
WORKSTREAMS = [
    (kind, authority, variant)
    for kind in KINDS
    for authority in ("engine", "upstream")
    for variant in VARIANTS
    if (kind, authority, variant) != LEFT_OUT
]
# The longest default is 30 days, and one may follow another.
UNTIL = format_time(MONDAY_MS + 100 * 86_400_000)


def encode(told: list[Told], more: list[Told], random: Random) -> list[bytes]:
    """The lines: at first some of one instant, then some before which timers fire."""
    at_ms, lines = MONDAY_MS, []
    for number, (type_, data) in enumerate([*told, *more]):
        gaps_s = (1, 61, 301, 901) if number >= len(told) else (0, 1, 1, 61)
        at_ms += 1_000 * random.choice(gaps_s)
        lines.append(json.dumps(event_of(type_, SUBJECT, data, f"i{number}", at_ms)).encode())
    return lines


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "authority", "variant"), WORKSTREAMS)
def test_they_go_on_alike(kind: str, authority: str, variant: str) -> None:
    explorer = Explorer(kind, authority, variant)
    explorer.explore()
    anything, random = list(inputs_of(kind)), Random(f"{SEED} {kind} {authority} {variant}")
    config = {"workstreams": {"w": workstream_of(kind, authority, variant)}, **LIMITS}
    compared = 0
    for key in explorer.states:
        told = explorer.inputs_to(key)
        if told is None or random.randrange(ONE_IN):
            continue
        lines = encode(told, random.choices(anything, k=random.randint(1, 4)), random)
        outputs, state = plain(*engine_run.run(lines, config, UNTIL))
        expected, expected_state = plain(*model.run(lines, config, UNTIL))
        where = f"seed {SEED}, {b' '.join(lines).decode()}"
        assert differences(outputs, expected)[:1] == [], where
        assert state == expected_state, where
        compared += 1
    assert compared > 0
