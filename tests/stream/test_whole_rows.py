"""Rows of the present version in which nothing is left out, as they lie in changelogs."""

import json
from typing import Any

import msgspec
import pytest
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Extras, Hold, Offer, Waiting
from omnistate.core.details import Details
from omnistate.core.input import Input
from omnistate.core.representative.totals import Totals
from omnistate.core.row_version import ROW_VERSION
from omnistate.core.settings import WorkstreamSettings
from omnistate.projections.figures.service_figures import NOTHING, Memory
from omnistate.stream.topology import load_topology

from tests.harness.members import members_of
from tests.stream.whole_values import GOLDEN, STORED, conversation, waiting

ROWS: dict[str, str] = json.loads(GOLDEN.read_text(encoding="utf-8"))
PARTS = (Conversation, Extras, Hold, Offer, Waiting, Input)


def plain(value: Any) -> Any:
    """A value and its parts by the names of their members."""
    if isinstance(value, PARTS):
        return {name: plain(member) for name, member in members_of(value).items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value


@pytest.mark.parametrize("name", STORED)
def test_it_is_written_and_read(name: str) -> None:
    value, encode, decode = STORED[name]
    row = bytes.fromhex(ROWS[name])
    assert plain(decode(row)) == plain(value)
    assert encode(value) == row


def test_there_are_rows_of_every_table() -> None:
    """Counters have no member that version 2 had not; what a position is of is a table, too."""
    tables = {
        table
        for group in load_topology().groups
        for table in group.tables
        if group.name != "figures"
    }
    kinds = {"conversations": "conversation", "holdings": "holding", "positions": "position"}
    assert {kinds.get(table, table) for table in tables - {"counters"}} <= ROWS.keys()
    assert ROWS.keys() == STORED.keys()
    assert GOLDEN.name == f"whole-{ROW_VERSION}.json"


def unset(value: object, blank: object) -> set[str]:
    """Members that are as they are by themselves."""
    there, by_itself = members_of(value), members_of(blank)
    return {name for name, member in there.items() if plain(member) == plain(by_itself[name])}


def test_every_member_of_a_conversation_says_something() -> None:
    whole = conversation()
    assert unset(whole, Conversation(b"", "", "", "")) == set()
    assert whole.extras is not None
    assert unset(whole.extras, Extras()) == set()
    blank = Input("", 0, 0, "", "", "", "", b"")
    # Of an input that waits what only starts, actions and refusals say is not kept.
    of_others = {"start", "problem", "auto_accept", "overflow", "expected_sequence"}
    assert unset(waiting().input, blank) == of_others
    details = waiting().input.details
    assert details is not None
    assert not [
        name for name in Details._fields if getattr(details, name) == Details._field_defaults[name]
    ]
    assert unset(whole.offers[0], Offer("", False)) == set()
    assert unset(whole.holds[0], Hold(0, "", "consultant", 0, [], False)) == set()


def test_every_member_of_the_others_says_something() -> None:
    totals, settings, memory = (STORED[name][0] for name in ("totals", "settings", "memory"))
    blank = msgspec.structs.asdict(Totals())
    assert {name for name, it in blank.items() if getattr(totals, name) == it} == {"version"}
    defaults = {
        field.name: field.default
        for field in msgspec.structs.fields(WorkstreamSettings)
        if not field.required
    }
    assert not [name for name, it in defaults.items() if getattr(settings, name) == it]
    assert not [
        name for name in Memory._fields if getattr(memory.memory, name) == getattr(NOTHING, name)
    ]
