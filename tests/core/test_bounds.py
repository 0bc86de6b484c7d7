"""What a row may hold at most, so that no stream of inputs makes it grow without end."""

from omnistate.core.conversation.assignment import SKIPPED_MAX
from omnistate.core.conversation.guards import CONSULTANTS_MAX
from omnistate.core.conversation.row import encode_conversation
from omnistate.core.facts import Rejected
from omnistate.core.input import FINGERPRINT_BYTES, FINGERPRINTS_KEPT, MESSAGES_KEPT

from tests.core.core_centre import LIMITS, Centre


def chat() -> Centre:
    workstreams = {"desk": {"channel": "live_chat", "auto_close": {"open": None}}}
    centre = Centre({"workstreams": workstreams, **LIMITS})
    centre.say("conversation.started", channel="live_chat", workstream_id="desk")
    return centre


def test_so_many_consult_and_no_more() -> None:
    centre = chat()
    centre.say("representative.pick", representative_id="ana")
    for number in range(CONSULTANTS_MAX):
        found = centre.say("consult.started", representative_id=f"r{number}", via="queue")
        assert found.outcome == "recorded"
    (refused,) = centre.say("consult.started", representative_id="one-more", via="queue").facts
    assert isinstance(refused, Rejected)
    assert refused.code == "invalid_status"
    assert "one-more" not in centre.rows["c"].consultants
    centre.say("consult.ended", representative_id="r0", via="queue")
    again = centre.say("consult.started", representative_id="one-more", via="queue")
    assert again.outcome == "recorded"


def test_the_last_ones_skipped_are_kept() -> None:
    centre = chat()
    names = [f"r{number}" for number in range(SKIPPED_MAX + 3)]
    for name in names:
        centre.say("router.assign", representative_id=name)
        centre.say("representative.reject", representative_id=name)
    assert centre.rows["c"].skipped == names[3:]
    assert centre.rows["c"].decline_count == len(names)


def test_the_last_48_inputs_and_16_messages_are_kept() -> None:
    centre = chat()
    for _ in range(3 * FINGERPRINTS_KEPT):
        centre.say("customer.messaged")
        centre.say("supervisor.monitor", supervisor_id="sam")
    assert (FINGERPRINTS_KEPT, MESSAGES_KEPT) == (48, 16)
    assert len(centre.rows["c"].fingerprints) == FINGERPRINT_BYTES * FINGERPRINTS_KEPT
    assert len(centre.rows["c"].messages) == FINGERPRINT_BYTES * MESSAGES_KEPT
    size = len(encode_conversation(centre.rows["c"]))
    for _ in range(100):
        centre.say("supervisor.monitor", supervisor_id="sam")
    assert len(encode_conversation(centre.rows["c"])) == size
