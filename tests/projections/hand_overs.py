"""Calls that people hand to each other again and again, who may write up after it."""

from typing import Any

from hypothesis import strategies as st

from tests.projections.figure_days import line, start

CENTRE: dict[str, Any] = {
    "workstreams": {
        "line": {"channel": "voice", "wrap_up_after_transfer": 60},
        "calls": {"channel": "voice", "authority": "upstream", "wrap_up_after_transfer": 60},
        "cases": {"channel": "record", "wrap_up_after_transfer": 60},
    }
}


def giving(person: str) -> list[tuple[str, dict[str, Any]]]:
    """What somebody who has it may do, and what may be done to them."""
    who = {"representative_id": person}
    ways = [("queue", "sales"), ("queue", "support"), ("external", "+341"), ("bot", "b")]
    ways += [("representative", other) for other in ("ana", "ben")]
    transfers: list[tuple[str, dict[str, Any]]] = [
        ("representative.transfer", {**who, "to": {"kind": kind, "id": id_}}) for kind, id_ in ways
    ]
    return [
        *transfers,
        ("router.assign", {**who, "auto_accept": True}),
        ("router.assign", {**who, "auto_accept": True}),
        ("supervisor.assign", {**who, "supervisor_id": "sue"}),
        ("representative.accept", who),
        ("representative.close_session", who),
        ("conversation.answered", who),
        ("conversation.wrapped_up", who),
    ]


HAPPENING = st.sampled_from(
    [
        *giving("ana"),
        *giving("ben"),
        ("bot.escalate", {}),
        ("conversation.closed", {"reason": "spam"}),
        ("supervisor.force_close", {"supervisor_id": "sue"}),
    ]
)


@st.composite
def hand_overs(draw: st.DrawFn) -> list[bytes]:
    """A call that people hand to each other again and again, with the times of a gateway."""
    second, workstream = 0.0, draw(st.sampled_from(["line", "calls"]))
    lines = [
        line(0, start(workstream, "voice", queue_id="support")),
        line(1, (0, "supervisor.assign", {"representative_id": "ana", "supervisor_id": "sue"})),
        line(2, (0, "representative.accept", {"representative_id": "ana"})),
    ]
    for number in range(3, 3 + draw(st.integers(2, 14))):
        second += draw(st.sampled_from([0, 5, 31, 70]))
        lines.append(line(number, (second, *draw(HAPPENING))))
    return lines
