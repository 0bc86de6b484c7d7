"""What `omnistate top` tells of single conversations: those that wait, are scheduled, or elsewhere.

It makes rows of an overview and lays nothing out. A member that is not there says nothing.
"""

from collections.abc import Iterator
from typing import Final

from omnistate_schemas.explained_routing import WaitingRouting
from omnistate_schemas.listed_conversations import Elsewhere, ListedConversation, Scheduled, Waiting
from omnistate_schemas.output_members import Handler
from omnistate_schemas.read_api import Overview, RunningWindow, WindowsNow
from rich.text import Text

from omnistate.cli.command_end import printable
from omnistate.cli.top_tables import Room
from omnistate.cli.top_words import (
    DIM,
    LATE,
    MARK,
    QUEUE_STEPS,
    describe_age,
    describe_shortly,
    describe_span,
    name,
)
from omnistate.core.conversation.sentences import RULE_SENTENCES

# Timers that run against somebody who is away or owes an answer.
TIMERS: Final = {
    "customer_reconnect": "customer gone, until",
    "representative_reconnect": "representative gone, until",
    "offer": "to be taken by",
    "wake": "wakes at",
}
GONE: Final = {
    "customer_reconnect": "customer gone",
    "representative_reconnect": "representative gone",
}
UPDATED: Final = "U1"
# What stands against people, in numbers of people.
OBSTACLES: Final = {
    "rank_not_open": "of a later rank",
    "not_signed_in": "not signed in",
    "presence": "not available",
    "skills": "without the skills",
    "skipped": "declined it",
    "capacity": "full",
    "asked_already": "being asked",
}
# An attribute is a word or two on a line; there may be thirty-two.
ATTRIBUTES_SHOWN: Final = 4


def waiting(overview: Overview) -> Room:
    """Those that have waited the longest in any queue, and why they wait."""
    heads = ("waiting the longest", "queue", "why", "prio", "declined", "for")
    rows = [
        (
            name(each.conversation_id),
            name("in no queue" if each.queue_id is None else each.queue_id),
            Text(" · ".join(_why(each)), DIM),
            _number(each.priority),
            _number(each.decline_count),
            describe_age(each.age_seconds, QUEUE_STEPS),
        )
        for each in overview.waiting
    ]
    beyond = max(overview.queue_totals.open - len(rows), 0)
    return Room(heads, rows, "No conversation waits for anybody.", texts=3, beyond=beyond)


def elsewhere(overview: Overview) -> Room:
    """Scheduled conversations, those that a bot or somebody outside has, and windows that run."""
    works = (overview.with_bot, overview.with_external)
    gone = overview.windows or WindowsNow(running=0, windows=[])
    others = [each for work in works for each in work.conversations]
    # What has been there the longest, or is late, before what is to come.
    several = [
        *((-each.age_seconds, _elsewhere_row(each)) for each in others),
        *((each.due_seconds, _scheduled_row(each)) for each in overview.scheduled.conversations),
        *((each.due_seconds, _window_row(each)) for each in gone.windows),
    ]
    rows = [row for _, row in sorted(several, key=lambda pair: pair[0])]
    bots, outside = (work.active for work in works)
    number = overview.scheduled.scheduled
    title = f"scheduled {number:,}, bots {bots:,}, outside {outside:,}"
    if gone.running:
        title += f", gone {gone.running:,}"
    none = "Nothing is scheduled, or with a bot or somebody outside."
    beyond = max(number + bots + outside + gone.running - len(rows), 0)
    return Room((title, "where", "when"), rows, none, texts=2, beyond=beyond)


def _elsewhere_row(each: Elsewhere) -> tuple[Text, ...]:
    where = " · ".join([_handler(each.handler), *_special(each)])
    return name(each.conversation_id), Text(where), Text(f"for {describe_span(each.age_seconds)}")


def _window_row(each: RunningWindow) -> tuple[Text, ...]:
    where = GONE.get(each.name, each.name)
    if each.representative_id is not None:
        where += f" · {printable(each.representative_id)}"
    left = Text(f"{describe_span(each.due_seconds)} left")
    return name(each.conversation_id), Text(where), left


def _scheduled_row(each: Scheduled) -> tuple[Text, ...]:
    day, clock = each.scheduled_for[:10], each.scheduled_for[11:16]
    where = " · ".join([f"scheduled for {day} {clock} UTC", *_special(each)])
    when = Text(f"in {describe_span(each.due_seconds)}")
    if each.due_seconds < 0:
        when = Text(f"{MARK} {describe_span(-each.due_seconds)} late", LATE)
    return name(each.conversation_id), Text(where), when


def _handler(handler: Handler | None) -> str:
    if handler is None:
        return "elsewhere"
    kind = "bot" if handler.kind == "bot" else "outside"
    return kind if handler.id is None else f"{kind} {printable(handler.id)}"


def _why(each: Waiting) -> Iterator[str]:
    # That something of it was updated says nothing of why it waits.
    sentence = None if each.rule == UPDATED else RULE_SENTENCES.get(each.rule or "")
    why = sentence or (each.reason or "").replace("_", " ")
    if why:
        yield why
    if each.decline_reason is not None:
        yield f"“{printable(each.decline_reason)}”"
    if each.overflow_count:
        yield f"overflowed {each.overflow_count} ×"
    if each.routing is not None:
        yield from _routed(each.routing)
    yield from _special(each)


def _routed(routing: WaitingRouting) -> Iterator[str]:
    """What the router makes of it; before what is special, which a narrow screen cuts off."""
    if routing.place is not None:
        yield f"place {routing.place:,}"
    yield printable(routing.says)
    if routing.people:
        people = routing.people.items()
        yield ", ".join(f"{number:,} {_obstacle(what)}" for what, number in people)
    if routing.wait is not None and routing.wait.seconds is not None:
        yield f"about {describe_shortly(routing.wait.seconds)} to go"


def _special(each: ListedConversation) -> Iterator[str]:
    if each.direction == "outbound":
        yield "outbound"
    timer = each.next_timer
    if timer is not None and timer.name in TIMERS:
        yield f"{TIMERS[timer.name]} {timer.at[11:19]} UTC"
    for key, value in list(each.attributes.items())[:ATTRIBUTES_SHOWN]:
        several = value if isinstance(value, list) else [value]
        # As JSON has them, without quotes.
        words = (str(one).lower() if isinstance(one, bool) else str(one) for one in several)
        yield printable(f"{key}: {', '.join(words)}")
    left = len(each.attributes) - ATTRIBUTES_SHOWN
    if left > 0:
        yield f"{left} more"


def _obstacle(what: str) -> str:
    return OBSTACLES.get(what, what.replace("_", " "))


def _number(value: int | None) -> Text:
    return Text(f"{value:,}") if value else Text()
