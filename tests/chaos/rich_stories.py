"""Conversations that the demo's day does not have: followed ones, several offers, bots, promises.

Each is what one conversation's gateways and desktops say, line by line, with when it happened.
Reports of those that are followed are told out of order, and now and then before their start; their
workstreams wait for the order. Data and lots alone: whoever publishes gives times and ids.
"""

import random
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from tests.chaos.rich_workstreams import WORKSTREAMS

Json = dict[str, Any]
# From what happened to what happened next.
PACE_S: Final = 0.05
EARLY: Final = 0.15
BOSS: Final = {"supervisor_id": "marta"}


class Line(NamedTuple):
    """One input: its type and data, and when it happened, in seconds after the first.

    `due_s` seconds after it is said: what `data` has under the name of `due`.
    """

    type: str
    data: Json
    at_s: float
    due: str = ""
    due_s: float = 0.0


Told = tuple[str, Json] | tuple[str, Json, str, float]


def tell_story(draw: random.Random, people: list[str]) -> list[Line]:
    """A story, in the order in which it is told; `people` are at least four representatives."""
    story = draw.choice(STORIES)
    told = story(draw, draw.sample(people, 4))
    lines = [Line(told_[0], told_[1], n * PACE_S, *told_[2:]) for n, told_ in enumerate(told)]
    if not lines[0].data["workstream_id"].startswith("followed-"):
        return lines
    first, *rest = lines
    if "settle_window" in WORKSTREAMS[first.data["workstream_id"]]:
        draw.shuffle(rest)
    # Whatever comes before it waits for it.
    place = draw.randrange(1, 4) if draw.random() < EARLY else 0
    return [*rest[:place], first, *rest[place:]]


def _start(workstream_id: str, **data: Any) -> tuple[str, Json]:
    channel = WORKSTREAMS[workstream_id]["channel"]
    return "conversation.started", {"channel": channel, "workstream_id": workstream_id, **data}


def _of(who: str, **data: Any) -> Json:
    return {"representative_id": who, **data}


def follow_call(draw: random.Random, people: list[str]) -> list[Told]:
    """It rings at two desks; one of them answers, and may hand it over."""
    ana, bob, eve, _ = people
    told: list[Told] = [
        _start("followed-calls", queue_id="calls"),
        ("conversation.queued", {"queue_id": draw.choice(("calls", "sales"))}),
        ("conversation.offered", _of(ana)),
        ("conversation.offered", _of(bob)),
        ("conversation.offer_ended", _of(bob, declined=draw.random() < 0.5)),
        ("conversation.answered", _of(ana)),
        ("conversation.progressed", {}),
    ]
    if draw.random() < 0.3:
        told += [("conversation.offered", _of(eve)), ("conversation.answered", _of(eve))]
    told.append(("conversation.ended", {"by": draw.choice(("customer", "representative"))}))
    return [*told, ("conversation.wrapped_up", {})] if draw.random() < 0.8 else told


def follow_thread(draw: random.Random, people: list[str]) -> list[Told]:
    """It is parked, and taken up again by somebody else."""
    ana, bob, _, _ = people
    return [
        _start("followed-messages"),
        ("conversation.queued", {"queue_id": "messages"}),
        ("conversation.offered", _of(ana)),
        ("conversation.answered", _of(ana)),
        ("customer.messaged", {}),
        ("conversation.updated", {"priority": draw.randrange(100)}),
        ("conversation.parked", {}),
        ("customer.messaged", {}),
        ("conversation.answered", _of(bob)),
        ("conversation.ended", {"by": draw.choice(("customer", "bot", "system"))}),
        ("conversation.wrapped_up", _of(bob)),
    ]


def follow_record(draw: random.Random, people: list[str]) -> list[Told]:
    """Nobody waits for an order here: it is told as it happens."""
    ana, bob, _, _ = people
    return [
        _start("followed-records"),
        ("conversation.queued", {"queue_id": "claims"}),
        ("conversation.answered", _of(ana)),
        ("conversation.parked", {}),
        ("record.reactivated", {}),
        ("conversation.answered", _of(bob)),
        draw.choice([("conversation.ended", {}), ("record.deactivated", {"outcome": "resolved"})]),
    ]


def share_chat(draw: random.Random, people: list[str]) -> list[Told]:
    """Offered to three at once, handed over, and left silent where lots fall so."""
    ana, bob, eve, dan = people
    told: list[Told] = [
        _start("shared-chats", queue_id="support", attributes={"skills": ["spanish"]}),
        ("router.assign", _of(ana)),
        ("router.assign", _of(bob)),
        ("router.assign", _of(eve)),
        ("router.withdraw", _of(eve)),
        ("representative.reject", _of(bob, reason="busy")),
        ("representative.accept", _of(ana)),
        ("customer.messaged", {}),
    ]
    lot = draw.random()
    if lot < 0.3:
        # Nobody answers: a reminder, and back into the queue.
        return told
    told.append(("representative.message", _of(ana)))
    if lot < 0.65:
        # The customer is gone.
        return told
    told += [
        ("representative.transfer", _of(ana, to={"kind": "representative", "id": dan})),
        ("representative.accept", _of(dan)),
        ("consult.started", _of(bob, via="queue")),
        ("representative.disconnected", _of(bob)),
        ("supervisor.monitor", BOSS),
        ("supervisor.leave", BOSS),
        ("representative.end", _of(dan, disposition="sold")),
        ("representative.extend_wrap_up", _of(dan, seconds=2)),
        ("representative.close_session", _of(ana)),
    ]
    return told


def leave_to_bot(draw: random.Random, _: list[str]) -> list[Told]:
    """One bot takes it over from another; the second one may fall silent."""
    told: list[Told] = [
        _start(draw.choice(("shared-chats", "slow-messages")), handled_by="bot"),
        ("customer.messaged", {}),
        ("bot.message", {}),
        ("bot.take", {"bot_id": "billing-bot"}),
        ("customer.messaged", {}),
    ]
    if draw.random() < 0.5:
        told.append(("supervisor.assign", {**BOSS, "queue_id": "support"}))
    return told


def call_outside(draw: random.Random, people: list[str]) -> list[Told]:
    """A caller is held, given to somebody outside, and perhaps taken back."""
    ana, bob, _, _ = people
    return [
        _start("rich-calls", handled_by="bot", priority=5),
        ("bot.take", {"bot_id": "operator"}),
        ("bot.escalate", {"queue_id": "calls"}),
        ("router.assign", _of(ana, auto_accept=True)),
        ("representative.hold", _of(ana)),
        ("representative.hold", _of(bob)),
        ("representative.unhold", _of(ana)),
        ("conversation.progressed", {}),
        ("representative.transfer", _of(ana, to={"kind": "external", "id": "+34910555010"})),
        draw.choice(
            [
                ("external.failed", {}),
                ("external.ended", {}),
                ("representative.resume", _of(ana)),
                ("router.close", {"reason": "failure"}),
                ("supervisor.assign", {**BOSS, **_of(bob)}),
            ]
        ),
        ("representative.disconnected", _of(ana)),
    ]


def promise(draw: random.Random, people: list[str]) -> list[Told]:
    """Scheduled at once or later, promised to somebody, or called off."""
    ana, bob, _, _ = people
    told: list[Told] = [
        (*_start("rich-calls", **_of(ana)), "scheduled_for", draw.uniform(0.5, 3)),
        ("conversation.updated", {"units": 15, "attributes": {"tier": "gold"}}),
    ]
    lot = draw.random()
    if lot < 0.4:
        told.append(("router.schedule", _of(bob), "scheduled_for", draw.uniform(0.5, 3)))
    elif lot < 0.6:
        reason = draw.choice(("duplicate", "merged", "spam"))
        told.append(("conversation.closed", {"reason": reason, "merged_into": "another"}))
    elif lot < 0.7:
        told.append(("router.close", {"reason": "overflow"}))
    return told


def keep_writing(draw: random.Random, people: list[str]) -> list[Told]:
    """A thread that waits, wakes, and is opened again out of wrap-up."""
    ana, _, _, _ = people
    told: list[Told] = [
        _start("slow-messages", queue_id="messages"),
        ("router.assign", _of(ana, expected_sequence=1)),
        ("router.assign", _of(ana, expected_sequence=1)),
        ("representative.accept", _of(ana)),
        ("conversation.updated", {"profiles": ["messages"]}),
        ("representative.message", _of(ana)),
    ]
    lot = draw.random()
    if lot < 0.3:
        return told
    if lot < 0.6:
        return [*told, ("representative.close_session", _of(ana), "resume_at", 1.0)]
    told += [("representative.end", _of(ana)), ("customer.messaged", {})]
    return [*told, ("conversation.closed", {"reason": "customer_opted_out"})]


def reopen_record(draw: random.Random, people: list[str]) -> list[Told]:
    """A record that waits for somebody, is resolved, and is opened once more."""
    ana, _, _, _ = people
    return [
        _start("slow-records", queue_id="claims"),
        ("router.assign", _of(ana)),
        ("representative.close_session", _of(ana), "resume_at", draw.choice((0.2, 30.0))),
        ("record.reactivated", {}),
        ("representative.resolve_record", _of(ana, outcome="resolved")),
        ("record.reactivated", {}),
        ("representative.resolve_record", _of(ana, outcome="cancelled", disposition="void")),
        ("representative.close_session", _of(ana)),
    ]


STORIES: Final[tuple[Callable[[random.Random, list[str]], list[Told]], ...]] = (
    follow_call,
    follow_thread,
    follow_record,
    share_chat,
    leave_to_bot,
    call_outside,
    promise,
    keep_writing,
    reopen_record,
)
