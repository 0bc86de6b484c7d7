"""A day of a telephony platform, and what is right of it, written by hand.

It tells a call bit by bit, as the platform does. It knows no translator.
"""

from datetime import datetime, timedelta
from typing import Any, Final

DAY: Final = "2026-03-02"

Event = dict[str, Any]


def _call(id_: str, *lines: str) -> Event:
    """A call of lines: purpose, queue or person, then segments `kind/begin/end/why`."""
    people: list[Event] = []
    for number, line in enumerate(lines):
        purpose, *rest = line.split()
        person: Event = {"participantId": f"p{number}", "purpose": purpose, "segments": []}
        if purpose in ("acd", "agent"):
            person["queueId" if purpose == "acd" else "userId"] = rest.pop(0)
        for each in rest:
            kind, begin, end, why = f"{each}//".split("/")[:4]
            segment = {"segmentType": kind, "segmentStart": f"{DAY}T{begin}Z"}
            segment |= {"segmentEnd": f"{DAY}T{end}Z"} if end else {}
            segment |= {"disconnectType": why} if why else {}
            person["segments"].append(segment)
        people.append(person)
    return {"conversationId": id_, "participants": people}


CALLS: Final = [
    # Ana's telephone is two seconds behind the queue; the call is on hold, the customer hangs up.
    _call(
        "call-1",
        "customer interact/09:00:00/09:00:21/client",
        "acd support interact/09:00:02/09:00:06/transfer",
        "agent ana alert/09:00:00/09:00:04 interact/09:00:04/09:00:08 hold/09:00:08/09:00:10 "
        "interact/09:00:10/09:00:19/peer wrapup/09:00:19/09:00:22",
    ),
    # All within seconds: two ring, Ben does again at once, answers, and hands over to a queue.
    _call(
        "call-2",
        "customer interact/09:01:00/09:01:12/peer",
        "ivr interact/09:01:00/09:01:01/transfer",
        "acd support interact/09:01:01/09:01:05/transfer",
        "agent ana alert/09:01:01/09:01:02/client",
        "agent ben alert/09:01:02/09:01:04/timeout",
        "agent ben alert/09:01:04/09:01:05 interact/09:01:05/09:01:05/transfer",
        "acd second interact/09:01:05/09:01:08/transfer",
        "agent ana alert/09:01:06/09:01:08 interact/09:01:08/09:01:12/client",
    ),
    # Ana hands over to Ben, who takes it, and writes up: she has time for it, and says when done.
    _call(
        "call-3",
        "customer interact/09:02:00/09:02:20/client",
        "acd support interact/09:02:00/09:02:03/transfer",
        "agent ana alert/09:02:01/09:02:03 interact/09:02:03/09:02:06/transfer "
        "wrapup/09:02:06/09:02:15",
        "agent ben interact/09:02:06/09:02:20/error",
    ),
    # Nobody answers: the caller gives up while it rings. One more hangs up in the IVR.
    _call(
        "call-4",
        "customer interact/09:03:00/09:03:09/client",
        "acd support interact/09:03:01/09:03:09/peer",
        "agent ana alert/09:03:02/09:03:09/peer",
    ),
    _call(
        "call-5",
        "customer interact/09:04:00/09:04:05/client",
        "ivr interact/09:04:00/09:04:05/peer",
    ),
    # On hold in the second of the answer.
    _call(
        "call-6",
        "customer interact/09:05:00/09:05:10/client",
        "acd support interact/09:05:01/09:05:03/transfer",
        "agent ana alert/09:05:02/09:05:03 interact/09:05:03/09:05:03 hold/09:05:03/09:05:06 "
        "interact/09:05:06/09:05:10/peer wrapup/09:05:10/09:05:20",
    ),
    # Handed over into a queue that nobody answers: what Ana writes up meanwhile is not seen.
    _call(
        "call-7",
        "customer interact/09:06:00/09:06:30/client",
        "acd support interact/09:06:00/09:06:04/transfer",
        "agent ana alert/09:06:01/09:06:04 interact/09:06:04/09:06:10/transfer "
        "wrapup/09:06:10/09:06:20",
        "acd second interact/09:06:12/09:06:30/peer",
    ),
]
# Whose clock is how much behind.
BEHIND_S: Final = {("call-1", "p2"): 2}
CALLS_RIGHT: Final = """
call-1
09:00:00 C1 awaiting_assignment
09:00:02 F1 awaiting_assignment support
09:00:02 F2 awaiting_acceptance support ana
+ana/primary F2
09:00:06 F4 in_conversation support ana
recorded representative.hold
recorded representative.unhold
09:00:21 F5 wrapping_up support ana, on hold 2.001
09:00:24 F6 closed support ana, on hold 2.001
-ana/primary F6
call-2
09:01:00 C2 with_bot
09:01:01 F1 awaiting_assignment support
09:01:01 F2 awaiting_acceptance support ana
+ana/primary F2
09:01:02 F2 awaiting_acceptance support ana ben
+ben/primary F2
09:01:02 F3 awaiting_acceptance support ben, declined 1
-ana/primary F3
09:01:04 F3 awaiting_assignment support, declined 2
-ben/primary F3
09:01:04.001 F2 awaiting_acceptance support ben, declined 2
+ben/primary F2
09:01:05.001 F4 in_conversation support ben, declined 2
09:01:05.002 F1 awaiting_assignment second
-ben/primary F1
09:01:06 F2 awaiting_acceptance second ana
+ana/primary F2
09:01:08 F4 in_conversation second ana
09:01:12 F5 wrapping_up second ana
call-3
09:02:00 C1 awaiting_assignment
09:02:00 F1 awaiting_assignment support
09:02:01 F2 awaiting_acceptance support ana
+ana/primary F2
09:02:03 F4 in_conversation support ana
09:02:06.001 F4 in_conversation support ben
-ana/primary F4
+ben/primary F4
+ana/wrap_up F4
-ana/wrap_up W7
recorded conversation.wrapped_up
09:02:20.001 F5 wrapping_up support ben
call-4
09:03:00 C1 awaiting_assignment
09:03:01 F1 awaiting_assignment support
09:03:02 F2 awaiting_acceptance support ana
+ana/primary F2
09:03:09 F3 awaiting_assignment support
-ana/primary F3
09:03:09 F5 closed support, abandoned
call-5
09:04:00 C2 with_bot
09:04:05 F5 closed
call-6
09:05:00 C1 awaiting_assignment
09:05:01 F1 awaiting_assignment support
09:05:02 F2 awaiting_acceptance support ana
+ana/primary F2
09:05:03 F4 in_conversation support ana
recorded representative.hold
recorded representative.unhold
09:05:10 F5 wrapping_up support ana, on hold 3.001
09:05:20 F6 closed support ana, on hold 3.001
-ana/primary F6
call-7
09:06:00 C1 awaiting_assignment
09:06:00 F1 awaiting_assignment support
09:06:01 F2 awaiting_acceptance support ana
+ana/primary F2
09:06:04 F4 in_conversation support ana
09:06:12 F1 awaiting_assignment second
-ana/primary F1
conversation.wrapped_up no_effect
09:06:30 F5 closed second ana
"""


def notifications(call: Event) -> list[Event]:
    """The call as it was told: each time something begins or ends, what is known of it then."""
    moments = sorted(
        {
            _told_at(call, person, segment[name])
            for person in call["participants"]
            for segment in person["segments"]
            for name in ("segmentStart", "segmentEnd")
        }
    )
    return [_known_at(call, moment) for moment in moments]


def _known_at(call: Event, moment: datetime) -> Event:
    people: list[Event] = []
    for person in call["participants"]:
        segments = []
        for segment in person["segments"]:
            if _told_at(call, person, segment["segmentEnd"]) <= moment:
                segments.append(segment)
            elif _told_at(call, person, segment["segmentStart"]) <= moment:
                ended = ("segmentEnd", "disconnectType")
                segments.append({key: each for key, each in segment.items() if key not in ended})
        if segments:
            people.append({**person, "segments": segments})
    return {**call, "participants": people}


def _told_at(call: Event, person: Event, time: str) -> datetime:
    behind_s = BEHIND_S.get((call["conversationId"], person["participantId"]), 0)
    return datetime.fromisoformat(time) + timedelta(seconds=behind_s)
