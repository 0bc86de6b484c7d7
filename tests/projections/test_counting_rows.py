"""Rows of figures that edition 1 has left are counted on, and newer ones are refused."""

import json

import pytest
from omnistate.core.row_version import ROW_VERSION, WRITABLE, NewerVersion
from omnistate.projections.figures.counting_rows import decode_counts, decode_memory

from tests.harness.engine_run import run
from tests.projections.figure_days import Tables, changes_of, line, start

CENTRE = {"workstreams": {"chat": {"channel": "live_chat"}}, "representatives": {"ana": {}}}
EVENTS = changes_of(
    run(
        [
            line(1, start(), "a"),
            line(2, (1, "representative.pick", {"representative_id": "ana"}), "a"),
            line(3, (2, *start()[1:]), "b"),
            line(4, (9, "customer.ended", {}), "b"),
            line(5, (20, "representative.close_session", {"representative_id": "ana"}), "a"),
        ],
        CENTRE,
    )[0]
)


def of_edition_1(tables: Tables) -> Tables:
    """The same as edition 1 would have left them."""
    for id_, row in tables.conversations.items():
        tables.conversations[id_] = row[1:8]
    for key, row in tables.windows.items():
        tables.windows[key] = decode_counts(row).counts  # type: ignore[assignment]
    tables.restart()
    return tables


@pytest.mark.parametrize("half", range(len(EVENTS)))
def test_figures_are_counted_on_from_rows_of_edition_1(half: int) -> None:
    whole, carried = Tables({}), Tables({})
    for event in EVENTS:
        whole.take(event)
    for event in EVENTS[:half]:
        carried.take(event)
    of_edition_1(carried)
    for event in EVENTS[half:]:
        carried.take(event)
    assert carried.figures() == whole.figures()
    versions = {id_: decode_memory(row).version for id_, row in carried.conversations.items()}
    touched = {event["subject"] for event in EVENTS[half:]}
    assert versions == {id_: WRITABLE[0] if id_ in touched else 1 for id_ in versions}


@pytest.mark.parametrize("table", ["conversations", "windows"])
def test_rows_of_a_newer_version_are_refused(table: str) -> None:
    tables = Tables({})
    for event in EVENTS:
        tables.take(event)
    rows = getattr(tables, table)
    key = next(iter(rows))
    rows[key] = [ROW_VERSION + 1, *rows[key][1:], json.dumps("new")]
    with pytest.raises(NewerVersion):
        tables.restart()
