"""The arithmetic of contract.md#too-large: the largest of each output and row fits onto its topic.

Built from every member at its bound, so that a member that is added later counts by itself.
"""

import json
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest
from omnistate.core import facts
from omnistate.core.conversation.assignment import SKIPPED_MAX
from omnistate.core.conversation.bounds import (
    PROFILE_BYTES_MAX,
    TOTALS_BYTES_MAX,
    HoldBounds,
)
from omnistate.core.conversation.context import Counter
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.counter_row import encode_counter
from omnistate.core.conversation.parties import Hold
from omnistate.core.directory import Directory
from omnistate.core.input import (
    Input,
)
from omnistate.core.representative.presence import describe_capacity
from omnistate.core.representative.totals import Share, Totals, encode_totals
from omnistate.core.settings import OFFERS_FOLLOWED, encode_settings, resolve
from omnistate.stream.conversation.decoding import TRACE_LENGTH_MAX
from omnistate.stream.conversation.encoding import encode_fact
from omnistate.stream.representative.spoken import encode_capacity
from omnistate_schemas.configuration import SLOTS_MAX, Representative, Workstream
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.input_data import (
    PROFILES_MAX,
    find_excess_attributes,
)
from omnistate_schemas.output_data import PROFILES_HELD_MAX

from tests.core.long_names import IN_JSON, IN_ROWS, NUMBER, long_name
from tests.stream.sizes import room_left

# In which order they come does not matter, only that they differ.
LISTS = {
    "offered_representative_ids": OFFERS_FOLLOWED,
    "profiles": PROFILES_MAX,
    "skipped_representative_ids": SKIPPED_MAX,
}
DICTS = {"partition_profiles": PROFILES_HELD_MAX}
ATTRIBUTES: dict[str, Any] = {"a": IN_JSON * 256, "b": IN_JSON * 82}


def largest(name: str, hint: Any) -> Any:
    """The largest value of a fact's member."""
    if {type(None), msgspec.UnsetType} & {*get_args(hint)}:
        hint = get_args(hint)[0]
    if name == "source":
        return IN_JSON * SOURCE_LENGTH_MAX
    if name == "attributes":
        return ATTRIBUTES
    if name in DICTS:
        return {long_name(n, IN_JSON): NUMBER for n in range(DICTS[name])}
    if name in LISTS:
        return [long_name(n, IN_JSON) for n in range(LISTS[name])]
    if name == "message":
        # A sentence, with up to three ids in it.
        return IN_JSON * (3 * ID_LENGTH_MAX + 500)
    if hint is str:
        return IN_JSON * ID_LENGTH_MAX
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return largest_of(hint)
    if get_origin(hint) is Literal:
        return max(get_args(hint), key=len)
    return {bool: False, int: NUMBER, float: NUMBER / 1_000}[hint]


def largest_of(fact: type[msgspec.Struct]) -> Any:
    hints = get_type_hints(fact)
    return fact(**{name: largest(name, hints[name]) for name in fact.__struct_fields__})


def test_attributes_are_as_long_as_they_may_be() -> None:
    assert find_excess_attributes(ATTRIBUTES) is None
    longer = {**ATTRIBUTES, "b": ATTRIBUTES["b"] + IN_JSON}
    assert find_excess_attributes(longer) is not None


@pytest.mark.parametrize("fact", get_args(facts.Fact))
def test_outputs(fact: type[Any]) -> None:
    text = IN_JSON * ID_LENGTH_MAX
    cause = Input("agent-actions", NUMBER, NUMBER, text, text, text, text, b"")
    cause.traceparent = cause.tracestate = IN_JSON * TRACE_LENGTH_MAX
    out = encode_fact(largest_of(fact), text, "9999-12-31T23:59:59.999Z", cause)
    assert room_left(out.topic, out.key, out.value, out.headers) > 0
    if fact is facts.StateChange:
        assert room_left("conversation-states", out.key, out.value, out.headers) > 0


def test_ids_made_of_ids_are_ids() -> None:
    """The representative worker reads what was declined, and refuses an id that is longer."""
    who = IN_JSON * ID_LENGTH_MAX
    input_ = Input("agent-actions", NUMBER, NUMBER, who, who, who, who, b"")
    origin = f"{NUMBER}-{NUMBER}"
    said = []
    for reservation_id in (who, "second"):
        reservation = facts.GrantedReservation(reservation_id, who, 1)
        declined = facts.Declined(who, who, "withdrawn", reservation, facts.Cause("timer.offer"))
        for cause in (input_, None):
            out = encode_fact(declined, origin, "9999-12-31T23:59:59.999Z", cause)
            said.append(json.loads(out.value or b"")["id"])
    picture = describe_capacity(
        who, Totals(sequence=NUMBER), Directory(), "9999-12-31T23:59:59.999Z", facts.Cause("x")
    )
    said.append(json.loads(encode_capacity(picture, {}).value or b"")["id"])
    assert max(map(len, said)) <= ID_LENGTH_MAX
    assert len(set(said)) == len(said), "each is told from the others"


def test_rows_of_counters() -> None:
    profiles = {long_name(n, IN_ROWS): NUMBER for n in range(PROFILES_HELD_MAX)}
    row = encode_counter(Counter(NUMBER, NUMBER, profiles))
    key = (IN_ROWS * ID_LENGTH_MAX).encode()
    assert room_left("conversation-counters-changelog", key, row) > 0


def test_rows_of_settings() -> None:
    profiles = [long_name(n, IN_ROWS) for n in range(PROFILES_MAX)]
    key, row = encode_settings(resolve(Workstream(channel="voice", profiles=profiles)))
    assert room_left("conversation-settings-changelog", key, row) > 0


@pytest.mark.parametrize("partitions", [1, 2, 12, 19, 20, 64, 100, 1_000])
@pytest.mark.parametrize("letter", [IN_JSON, IN_ROWS, "x"])
def test_totals(partitions: int, letter: str) -> None:
    """Every partition's counter as full as it may be, each with names of its own."""
    bounds, held = HoldBounds(partitions), dict[str, int]()
    row = Conversation(b"", "voice", "desk", "0-0")
    # First many at once, at last one by one.
    for step in (64, 8, 1):
        while True:
            more = [long_name(len(held) + n, letter) for n in range(step)]
            if bounds.find_excess(row, "r", held, [more]) is not None:
                break
            held |= dict.fromkeys(more, SLOTS_MAX)
    assert len(held) == PROFILES_HELD_MAX or partitions > 19
    who = letter * ID_LENGTH_MAX
    configured = Representative.model_construct(
        units=10_000,
        time_zone="UTC",
        profiles={long_name(n, "\u0002"): SLOTS_MAX for n in range(PROFILES_MAX)},
    )
    directory = Directory(representatives={who: configured})
    cause = facts.Cause(who, who, letter * SOURCE_LENGTH_MAX, who)

    def measure(shares: dict[int, Share]) -> tuple[int, int]:
        """Bytes of the row, and of what is said of it: key, subject, id and cause beside."""
        totals = Totals(shares=shares, fingerprints=bytes(128), published=bytes(8))
        data = describe_capacity(who, totals, directory, "9999-12-31T23:59:59.999Z", cause)
        said = len(msgspec.json.encode((who, who, who, data)))
        return len(encode_totals(totals)), said

    none, one = measure({}), measure({0: Share(NUMBER, NUMBER, held)})
    row_bytes, said_bytes = (
        without + partitions * (with_one - without)
        for without, with_one in zip(none, one, strict=True)
    )
    key = who.encode()
    assert room_left("representative-totals-changelog", key, b"") > row_bytes
    assert room_left("representative-capacity", key, b"") > said_bytes


@pytest.mark.parametrize("partitions", [1, 19, 20, 100, 500])
def test_a_quiet_partition_needs_no_look(partitions: int) -> None:
    """What `may_pass` says no to, `find_excess` finds nothing in, whatever the names."""
    bounds, who = HoldBounds(partitions), IN_ROWS * ID_LENGTH_MAX
    held = {long_name(n, IN_JSON): 1 for n in range(bounds.quiet_profiles)}
    for cost in {1, 2, bounds.quiet_cost // 2, bounds.quiet_cost} - {0}:
        row = Conversation(b"", "voice", "desk", "0-0")
        more = [long_name(n, IN_ROWS) for n in range(cost)]
        while not bounds.may_pass(row, cost, crowded=False) and len(row.holds) < 220:
            row.holds.append(Hold(1, who, "daily", 0, more, False))
        # The last one that needed no look.
        row.holds.pop()
        others = [long_name(10_000 + n, IN_JSON) for n in range(cost)]
        assert bounds.find_excess(row, who, held, [others]) is None
        assert bounds.find_excess(row, who, held, [more, []]) is None


def test_a_short_row_names_few() -> None:
    bounds = HoldBounds()
    for count in range(1, 300):
        counter = Counter(1, 0, {chr(0x21 + n % 90) + "y" * (n // 90): 1 for n in range(count)})
        if len(encode_counter(counter)) <= bounds.quiet_row_bytes:
            assert count <= bounds.quiet_profiles
    assert PROFILE_BYTES_MAX * PROFILES_HELD_MAX * 19 <= TOTALS_BYTES_MAX
