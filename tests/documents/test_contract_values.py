"""The contract's tables of inputs, outputs, timers, topics and bounds say what the code says.

Members by the published models, defaults by what resolves them, topics by topics.yaml.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import typer.main
import yaml
from omnistate.cli.app import app
from omnistate.cli.documents.workstream_defaults import has_a_say, resolve_key
from omnistate.core.conversation.assignment import SKIPPED_MAX
from omnistate.core.conversation.bounds import (
    HOLDS_BYTES_MAX,
    TOTALS_BYTES_MAX,
)
from omnistate.core.conversation.guards import CONSULTANTS_MAX
from omnistate.core.conversation.transitions import TIES
from omnistate.core.conversation.waiting import WAITING_BYTES_MAX, WAITING_MAX
from omnistate.core.input import FINGERPRINTS_KEPT, MESSAGES_KEPT
from omnistate.core.representative import totals
from omnistate.core.representative.gate import GRANTS_BYTES_MAX
from omnistate.core.settings import OFFERS_FOLLOWED
from omnistate.projections.keys import Keys
from omnistate.stream.cloudevents import LETTER_BYTES_MAX, RECORD_BYTES_MAX
from omnistate.stream.conversation.decoding import TRACE_LENGTH_MAX
from omnistate.stream.json_text import DEPTH_MAX
from omnistate.stream.topology import load_topology
from omnistate_schemas.assignment import GRANTS_MAX
from omnistate_schemas.configuration import SLOTS_MAX, ContactCentre
from omnistate_schemas.configured import OBJECT_BYTES_MAX, SECONDS_MAX
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.input_data import (
    ATTRIBUTES_BYTES_MAX,
    ATTRIBUTES_MAX,
    PROFILES_MAX,
    UNITS_MAX,
)
from omnistate_schemas.output_data import PROFILES_HELD_MAX
from omnistate_schemas.registry import INPUTS, OUTPUTS, REPRESENTATIVE_INPUTS
from omnistate_schemas.vocabulary import KIND_CODES, KINDS, Kind, TimerName
from pydantic import BaseModel

from tests.documents.contract_tables import Row, names_in, read_column, read_sections, read_table

# Each table of inputs: its topic, its section and which one it is there.
SECTIONS = (
    ("channel-events", "Channel events", 0),
    ("channel-events", "Channel events", 1),
    ("agent-actions", "Actions", 0),
)
MEMBERS = {
    "State changes": "conversation.state_changed",
    "Capacity changes": "capacity.held",
    "Declined": "capacity.declined",
    "Recorded inputs": "input.recorded",
    "Refusals": "input.rejected",
    "Representative capacity": "representative.capacity_changed",
}
SECONDS = {"s": 1, "min": 60, "h": 3_600, "d": 86_400}


def input_rows() -> dict[str, tuple[str, Row]]:
    return {
        names_in(row["type"])[0]: (topic, row)
        for topic, heading, number in SECTIONS
        for row in read_table(heading, number)
    }


def members_of(model: type[BaseModel]) -> list[str]:
    data = model.model_fields["data"].annotation
    assert isinstance(data, type)
    assert issubclass(data, BaseModel)
    return list(data.model_fields)


def test_every_input_is_there() -> None:
    assert set(input_rows()) == set(INPUTS)
    own = [*read_column("Presence", "type"), *read_column("The gate", "type")]
    assert own == list(REPRESENTATIVE_INPUTS)


@pytest.mark.parametrize("name", INPUTS)
def test_an_input(name: str) -> None:
    topic, row = input_rows()[name]
    assert topic == INPUTS[name].topic
    kinds = {KIND_CODES[code] for code in row["for"].partition(";")[0].split()}
    assert kinds == INPUTS[name].kinds
    members = members_of(INPUTS[name].model)
    if name == "conversation.started":
        assert set(read_column("Channel events", "member", 2)) == set(members)
    else:
        said = re.sub(r"\brep\b", "`representative_id`", row["data"])
        # Every action may carry it; the section says so once.
        members = [member for member in members if member != "expected_sequence"]
        assert set(members) <= set(names_in(said))
        assert bool(members) is not row["data"].startswith("none")


@pytest.mark.parametrize("heading", MEMBERS)
def test_the_members_of_an_output(heading: str) -> None:
    model, _ = OUTPUTS[MEMBERS[heading]]
    assert sorted(read_column(heading, "member")) == sorted(members_of(model))


def test_every_output_is_there() -> None:
    rows = {names_in(row["type"])[0]: names_in(row["topic"])[0] for row in read_table("Outputs")}
    assert rows == {name: topic for name, (_, topic) in OUTPUTS.items()}


def durations() -> Iterator[Any]:
    for row in read_table("Timers"):
        for key in names_in(row["key"]):
            for code, kind in KIND_CODES.items():
                yield pytest.param(key, kind, row[code], id=f"{key}-{code}")


@pytest.mark.parametrize(("key", "kind", "said"), list(durations()))
def test_the_default_of_a_timer(key: str, kind: Any, said: str) -> None:
    if not has_a_say(kind, key):
        assert said == "–"
        return
    found = resolve_key(kind, key)
    if said == "none":
        assert found == []
    elif said == "never":
        # A wrap-up that blocks until the close has no timer of its own.
        assert found in {None, "always"}
    else:
        number, unit = said.split()
        assert found == int(number) * SECONDS[unit]


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_follower_forgets_is_over_after_a_day(kind: Kind) -> None:
    for key in ("open", "active", "wrap_up", "resolved"):
        assert resolve_key(kind, f"auto_close.{key}", authority="upstream") == 86_400
    assert resolve_key(kind, "auto_close.waiting", authority="upstream") == 28 * 86_400
    for key in (
        "offer_timeout",
        "reconnect_window",
        "representative_reconnect_window",
        "bot_inactivity",
    ):
        assert resolve_key(kind, key, authority="upstream") is None


def test_every_timer_is_there() -> None:
    named = {names_in(row["timer"])[0] for row in read_table("Timers")}
    assert named == set(get_args(TimerName))
    keys = {key for key in read_column("Timers", "key") if "." in key}
    assert keys == {
        f"auto_close.{each}" for each in ["open", "active", "wrap_up", "waiting", "resolved"]
    }


def test_ties() -> None:
    said = names_in(read_sections()["Ties"])
    assert said == [name for name in TIES if "/" not in name and name != "forget"]


def test_topics() -> None:
    rows = {name: row for row in read_table("Topics") for name in names_in(row["topic"])}
    topics = {topic.name: topic for topic in load_topology().topics if topic.kind != "changelog"}
    assert set(rows) == {*topics, "…-changelog"}
    for name, topic in topics.items():
        assert rows[name]["cleanup"] == topic.config["cleanup.policy"]
        if topic.kind != "configuration":
            assert rows[name]["key"].replace(" ", "_") == topic.key.replace(" ", "_")


def test_the_configuration_is_usable() -> None:
    (text,) = re.findall(r"```yaml.*?\n(.*?)```", read_sections()["Configuration"], re.DOTALL)
    centre = ContactCentre.model_validate(yaml.safe_load(text))
    assert centre.workstreams
    assert centre.representatives


def test_commands() -> None:
    said = {
        " ".join(name.split()[1:]).removesuffix(" CONFIG.yaml").removesuffix(" EVENTS.jsonl")
        for name in read_column("Commands", "command")
    }
    assert said == set(list_commands(typer.main.get_command(app)))


def list_commands(command: Any, name: str = "") -> Iterator[str]:
    if hasattr(command, "commands"):
        for each, inner in command.commands.items():
            yield from list_commands(inner, f"{name} {each}".strip())
    else:
        yield name


def test_keys_of_the_read_model() -> None:
    keys = Keys()
    assert set(read_column("Read model", "key")) == {
        keys.conversation("<id>"),
        keys.queue("<id>"),
        keys.representative("<id>"),
        keys.work("<id>"),
        keys.offers("<id>"),
        keys.counts,
        keys.changes,
    }


def test_bounds() -> None:
    most = [
        int(number.replace(",", ""))
        for row in read_table("Bounds")
        for number in re.findall(r"[\d,]+", row["at most"])
    ]
    assert most == [
        ID_LENGTH_MAX,
        SOURCE_LENGTH_MAX,
        RECORD_BYTES_MAX,
        DEPTH_MAX,
        UNITS_MAX,
        SLOTS_MAX,
        PROFILES_MAX,
        PROFILES_HELD_MAX,
        TOTALS_BYTES_MAX,
        HOLDS_BYTES_MAX,
        OBJECT_BYTES_MAX,
        LETTER_BYTES_MAX,
        CONSULTANTS_MAX,
        SKIPPED_MAX,
        FINGERPRINTS_KEPT,
        MESSAGES_KEPT,
        WAITING_MAX,
        WAITING_BYTES_MAX,
        OFFERS_FOLLOWED,
        ATTRIBUTES_MAX,
        ATTRIBUTES_BYTES_MAX,
        totals.FINGERPRINTS_KEPT,
        totals.GRANTED_KEPT,
        GRANTS_MAX,
        GRANTS_BYTES_MAX,
        SECONDS_MAX,
    ]
    assert SOURCE_LENGTH_MAX == TRACE_LENGTH_MAX
