"""The two clocks: when something happened, beside the engine's clock at which it is known.

See contract.md#two-clocks. Every duration that is published lies between two of these instants.
"""

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.rule import Rule
from omnistate.core.conversation.stages import Stage
from omnistate.core.input import Input
from omnistate.core.settings import WorkstreamSettings

# Here it waits for somebody.
_WAITS: frozenset[Stage] = frozenset({"open", "awaiting_acceptance"})


def move(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input | None, now_ms: int
) -> None:
    """An accepted input, or a timer at its deadline, moves the last `occurred_at`."""
    at_ms = now_ms
    if input_ is not None and input_.time_ms < now_ms:
        at_ms = input_.time_ms
        delay_ms = settings.max_delay_ms
        if not settings.follows and delay_ms is not None and now_ms - at_ms > delay_ms:
            at_ms = now_ms
    # A conversation that begins has no last one yet, and may be loaded with any time.
    if conversation.stage == "nothing" or at_ms > conversation.occurred_ms:
        conversation.occurred_ms = at_ms


class Before:
    """What a change is compared with."""

    __slots__ = ("queue_id", "representative_id", "since_ms", "stage")

    def __init__(self, conversation: Conversation) -> None:
        """The conversation as it stands."""
        self.stage: Stage = conversation.stage
        self.since_ms = conversation.stage_since_ms
        self.queue_id = conversation.queue_id
        self.representative_id = conversation.representative_id


def keep_times(conversation: Conversation, before: Before, rule: Rule) -> None:
    """Since when it is what it has become; a decline counts from when it came to this queue."""
    at_ms = conversation.occurred_ms
    if before.stage == "nothing":
        conversation.started_ms = at_ms
    if before.stage != conversation.stage:
        conversation.stage_since_ms = at_ms
    if conversation.representative_id != before.representative_id:
        known = conversation.representative_id is not None
        conversation.representative_since_ms = at_ms if known else None
    if conversation.stage == "open" and conversation.queued_ms is None:
        conversation.queued_ms = conversation.queue_since_ms = at_ms
        conversation.decline_count = 1 if rule.declined else 0
    elif conversation.queued_ms is not None and conversation.queue_id != before.queue_id:
        conversation.queue_since_ms = at_ms
        conversation.decline_count = 1 if rule.declined else 0
    elif rule.declined:
        conversation.decline_count += 1


def end_wait(conversation: Conversation) -> None:
    """Once the change that ends a wait has been told, nobody waits any more."""
    if conversation.stage not in _WAITS:
        conversation.queued_ms = conversation.queue_since_ms = None
        conversation.decline_count = 0


def talk_again(conversation: Conversation) -> None:
    """The caller is no longer on hold."""
    extras = conversation.extras
    if extras is not None and extras.on_hold_since_ms is not None:
        extras.on_hold_ms += conversation.occurred_ms - extras.on_hold_since_ms
        extras.on_hold_since_ms = None


def time_on_hold_ms(conversation: Conversation) -> int:
    """For how long the caller has been on hold with this representative."""
    extras = conversation.extras
    if extras is None:
        return 0
    if extras.on_hold_since_ms is None:
        return extras.on_hold_ms
    return extras.on_hold_ms + conversation.occurred_ms - extras.on_hold_since_ms
