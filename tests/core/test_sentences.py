"""What a refusal says to people: a whole sentence that is true where it is said."""

import pytest
from omnistate.core.facts import Ignored

from tests.core.core_centre import LIMITS, Centre


@pytest.mark.parametrize(
    ("last", "sentence"),
    [
        ("representative.end", "The conversation is over for the customer;"),
        ("supervisor.force_close", "The conversation is closed;"),
    ],
)
def test_too_late_a_message_is_told_why(last: str, sentence: str) -> None:
    centre = Centre({"workstreams": {"w": {"channel": "messaging"}}, **LIMITS})
    centre.say("conversation.started", channel="sms", workstream_id="w")
    centre.say("representative.pick", representative_id="ana")
    centre.say(last, representative_id="ana", supervisor_id="sam")
    outcome, (ignored,) = centre.say("customer.messaged")
    assert outcome == "ignored"
    assert isinstance(ignored, Ignored)
    assert ignored.code == "stale"
    assert ignored.message == f"{sentence} customer.messaged changes nothing any more."
