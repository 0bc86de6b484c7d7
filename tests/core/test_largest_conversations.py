"""The largest row of a conversation fits onto its changelog (contract.md#too-large)."""

import msgspec
from omnistate.core.conversation.assignment import SKIPPED_MAX
from omnistate.core.conversation.bounds import (
    HOLDS_BYTES_MAX,
    HoldBounds,
)
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.guards import CONSULTANTS_MAX
from omnistate.core.conversation.parties import Extras, Hold, Offer, Waiting
from omnistate.core.conversation.row import encode_conversation
from omnistate.core.conversation.waiting import WAITING_BYTES_MAX, WAITING_MAX
from omnistate.core.details import Details, Reservation
from omnistate.core.input import (
    FINGERPRINT_BYTES,
    FINGERPRINTS_KEPT,
    MESSAGES_KEPT,
    Input,
)
from omnistate.core.settings import OFFERS_FOLLOWED
from omnistate.stream.conversation.decoding import TRACE_LENGTH_MAX
from omnistate_schemas.envelope import ID_LENGTH_MAX, SOURCE_LENGTH_MAX
from omnistate_schemas.input_data import (
    ATTRIBUTES_BYTES_MAX,
    PRIORITY_MAX,
    PROFILES_MAX,
)
from omnistate_schemas.times import LAST_MS

from tests.core.long_names import IN_ROWS, NUMBER, long_name
from tests.harness.members import members_of
from tests.stream.sizes import room_left


def granted() -> Reservation:
    """The largest reservation: of a conversation that costs as much as one can."""
    profiles = [long_name(n, IN_ROWS) for n in range(PROFILES_MAX)]
    return Reservation(IN_ROWS * ID_LENGTH_MAX, IN_ROWS * SOURCE_LENGTH_MAX, NUMBER, profiles)


def waiting(count: int) -> list[Waiting]:
    """So many inputs as large as may wait together, beside what headers say of each."""
    text = IN_ROWS * ID_LENGTH_MAX
    found = []
    for _ in range(count):
        it = Input("channel-events", NUMBER, NUMBER, text, text, text, text, bytes(8))
        it.source = IN_ROWS * SOURCE_LENGTH_MAX
        it.traceparent = it.tracestate = IN_ROWS * TRACE_LENGTH_MAX
        it.time_ms = it.size = NUMBER
        it.representative_id = it.actor_id = it.queue_id = it.target_id = text
        # What its data says is in the value, whatever it is; in a row it is never longer.
        it.details = Details(remark=IN_ROWS * (WAITING_BYTES_MAX // 4 // count))
        found.append(Waiting(it, NUMBER, NUMBER))
    return found


def fill(whose: Extras | Conversation) -> None:
    """Each member that is a text or a number, as long as it may be."""
    for name, value in members_of(whose).items():
        if name == "extras":
            continue
        if value is None:
            try:
                setattr(whose, name, IN_ROWS * ID_LENGTH_MAX)
            except TypeError:
                # Compiled, one that is a number takes no text.
                setattr(whose, name, NUMBER)
        elif type(value) is int:
            setattr(whose, name, NUMBER)


def largest_extras() -> Extras:
    extras = Extras()
    fill(extras)
    extras.priority = PRIORITY_MAX
    # In a row a text is never longer than in JSON.
    extras.attributes = {"a": "x" * ATTRIBUTES_BYTES_MAX}
    extras.waiting = waiting(WAITING_MAX)
    return extras


def test_rows_of_conversations() -> None:
    text = IN_ROWS * ID_LENGTH_MAX
    row = Conversation(b"12345678", text, text, text, "in_conversation")
    row.units = NUMBER
    fill(row)
    row.deadlines = {text[:30] + str(n): NUMBER for n in range(12)}
    row.skipped = [long_name(n, IN_ROWS) for n in range(SKIPPED_MAX)]
    row.consultants = [long_name(n, IN_ROWS) for n in range(CONSULTANTS_MAX)]
    row.profiles = [long_name(n, IN_ROWS) for n in range(PROFILES_MAX)]
    row.fingerprints = bytes(FINGERPRINT_BYTES * FINGERPRINTS_KEPT)
    row.messages = bytes(FINGERPRINT_BYTES * MESSAGES_KEPT)
    row.extras = largest_extras()
    row.offers = [Offer(text, True, LAST_MS, granted()) for _ in range(OFFERS_FOLLOWED)]
    everybody = OFFERS_FOLLOWED + CONSULTANTS_MAX + 1
    row.windows = {long_name(n, IN_ROWS): LAST_MS for n in range(everybody)}
    bounds, ids = HoldBounds(), 0
    # As many as the ledger takes, of any cost.
    for cost in (PROFILES_MAX, 5, 1):
        profiles = row.profiles[:cost]
        while bounds.find_excess(row, text, (), [profiles]) is None:
            ids += 1
            row.holds.append(Hold(NUMBER, text, "consultant", 10_000, profiles, False, LAST_MS))
    assert ids > 10
    size = len(encode_conversation(row))
    assert size > HOLDS_BYTES_MAX
    # That is all that the bound leaves: what is counted is not less than what is written.
    holds, row.holds = row.holds, []
    assert size - len(encode_conversation(row)) <= HOLDS_BYTES_MAX
    assert holds
    # Beside it the primary's hold, and one for each offer, keep what was granted for them.
    grants = (OFFERS_FOLLOWED + 1) * len(msgspec.msgpack.encode(granted()))
    key = text.encode()
    assert room_left("conversation-conversations-changelog", key, b"x" * (size + grants)) > 0


def test_rows_of_conversations_that_have_not_begun_or_are_closed() -> None:
    for stage in ("nothing", "closed"):
        row = Conversation(b"12345678", "x", "x", "x", stage)
        row.rest.waiting = waiting(WAITING_MAX)
        size = len(encode_conversation(row)) + HOLDS_BYTES_MAX
        key = (IN_ROWS * ID_LENGTH_MAX).encode()
        assert room_left("conversation-conversations-changelog", key, b"x" * size) > 0
