"""`omnistate figures` on a real cluster: a loaded month, as whoever made it up counts it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from omnistate.projections.figures.segment_figures import By
from omnistate.projections.figures.spans import SPAN_FIGURES

from tests.harness.installation import Installation, installed
from tests.harness.waiting import wait_until
from tests.projections.loaded_month import Month
from tests.projections.month_centre import CENTRE, CHANNELS, END, MONTH
from tests.projections.month_figures import read_rows

CONVERSATIONS = 10_000
SEED = 7


@pytest.fixture
def installation(brokers: str, prefix: str, tmp_path: Path) -> Iterator[Installation]:
    with installed(brokers, prefix, tmp_path) as found:
        yield found


@pytest.mark.slow
def test_a_month_that_was_loaded_has_the_figures_of_whoever_made_it_up(
    installation: Installation,
) -> None:
    month = Month(SEED, CONVERSATIONS)
    assert not [name for name in SPAN_FIGURES if not month.total(name, "queue")]
    installation.set_up(CENTRE, partitions=4)
    for _ in range(2):
        installation.worker()
    for number in sorted(month.rounds):
        installation.send(month.rounds[number])
    wait_until("taken", installation.caught_up)
    span = ("--from", MONTH, "--to", END)
    for by in get_args(By):
        lines = installation.run("figures", *span, "--every", "1d", "--by", by, "--json")
        found, wanted = read_rows(lines.splitlines(), by), month.expected(by)
        assert found.keys() == wanted.keys(), f"seed {SEED}, by {by}"
        for place, row in wanted.items():
            assert found[place] == row, f"seed {SEED}, by {by}, {place}"
    lines = installation.run("figures", *span, "--json")
    whole = {row["workstream_id"]: row["offered"] for row in map(json.loads, lines.splitlines())}
    assert whole.keys() == CHANNELS.keys() - {"cases"}
    assert sum(whole.values()) == month.total("offered") > CONVERSATIONS * 0.9
    table = installation.run("figures", *span, "--by", "representative").splitlines()
    assert len(table) == 1 + 12
