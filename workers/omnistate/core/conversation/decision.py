"""What one input comes to: the front door of the core.

`decide` gives every input exactly one outcome, or has it wait; `take_next` decides one that has
waited. Both are pure but for the row and the counters they are handed, which belong to the caller's
overlay. What a due timer does is `firing`.
"""

from typing import Final, Literal

from omnistate.core.causes import cause_of, position_of
from omnistate.core.conversation import clocks, waiting
from omnistate.core.conversation.beginning import begin, check_start
from omnistate.core.conversation.bounds import TooLarge
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.description import describe_recorded
from omnistate.core.conversation.effects import Transition
from omnistate.core.conversation.recording import end_windows, record
from omnistate.core.conversation.refusals import Refusal, judge
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.conversation.rule import Recorded, Rule
from omnistate.core.conversation.sentences import explain_refusal
from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.conversation.transitions import FOLLOWED
from omnistate.core.conversation.updates import find_problem, note_remarks
from omnistate.core.facts import Declined, Fact, GrantedReservation, Ignored, Rejected
from omnistate.core.input import MESSAGES, Input
from omnistate.core.kinds import TRAITS
from omnistate.core.settings import WorkstreamSettings

# `waits`: it has no outcome yet.
Outcome = Literal["changed", "recorded", "ignored", "rejected", "waits"]
# The outcome of an input, its conversation (None where there is none) and what to publish.
Decision = tuple[Outcome, Conversation | None, list[Fact]]

_DUPLICATE: Final = Refusal("duplicate", ignored=True)
_INVALID: Final = Refusal("invalid_data", ignored=False)
_UNKNOWN_CONVERSATION: Final = Refusal("unknown_conversation", ignored=False)
_UNKNOWN_WORKSTREAM: Final = Refusal("unknown_workstream", ignored=False)
_TOO_LARGE: Final = Refusal("too_large", ignored=False)
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_MESSAGES: Final = MESSAGES
_FOLLOWED: Final = FOLLOWED


def decide(conversation: Conversation | None, input_: Input, context: Context) -> Decision:
    """What `input_` does. The first four of contract.md#codes are looked for here, and the last.

    The conversation that comes back is another one, and the former is void, where the input was
    too large, or began what inputs have waited for.
    """
    start = input_.start
    if start is not None and input_.problem is None:
        # Seen only with the configuration at hand, but as much a fault of the data as any other.
        input_.problem = check_start(input_, context.directory)
    if input_.problem is not None:
        return _refuse(_INVALID, conversation, input_)
    begun = False
    if conversation is not None:
        begun = conversation.stage != "nothing"
        if (begun and start is not None) or conversation.knows(input_.fingerprint):
            return _refuse(_DUPLICATE, conversation, input_)
    if input_.details is not None and _is_past(input_, context.now_ms):
        input_.problem = "scheduled_for: not after the engine's clock"
        return _refuse(_INVALID, conversation, input_)
    if conversation is None or not begun:
        return _meet(conversation, input_, context)
    settings = context.settings_of(conversation.settings_key)
    if settings.settle_ms and waiting.waits_for_order(settings, input_, context.now_ms):
        waiting.put_unordered(conversation, settings, input_, context.now_ms)
        return "waits", conversation, []
    return _act(conversation, input_, settings, context)


def _meet(early: Conversation | None, input_: Input, context: Context) -> Decision:
    """What an input does where no conversation has begun; `early` holds those that came before."""
    if input_.start is not None:
        if input_.start.workstream_id not in context.directory.workstreams:
            return _refuse(_UNKNOWN_WORKSTREAM, early, input_)
        return _begin(input_, early, context)
    if not waiting.waits_for_start(input_):
        return _refuse(_UNKNOWN_CONVERSATION, early, input_)
    if early is None:
        early = Conversation(b"", "", "", "")
    waiting.put_early(early, input_, context.now_ms)
    return "waits", early, []


def take_next(
    conversation: Conversation, context: Context, ripe_by_ms: int | None
) -> tuple[Input, Decision]:
    """Decide the first of the inputs that wait and are ripe by then, or of all of them (None)."""
    if conversation.stage == "nothing":
        input_ = waiting.take(conversation, None, ripe_by_ms)
        return input_, _refuse(_UNKNOWN_CONVERSATION, conversation, input_)
    settings = context.settings_of(conversation.settings_key)
    input_ = waiting.take(conversation, TRAITS[settings.kind], ripe_by_ms)
    return input_, _act(conversation, input_, settings, context)


def _is_past(input_: Input, now_ms: int) -> bool:
    """Whether it schedules for what is over already."""
    return input_.type == "router.schedule" and (input_.told.at_ms or 0) <= now_ms


def _begin(input_: Input, early: Conversation | None, context: Context) -> Decision:
    """Rules C1 to C4."""
    key, row, settings = context.directory.workstreams[input_.started.workstream_id]
    conversation, rule, scheduled_ms = begin(input_, key, settings, context.now_ms)
    clocks.move(conversation, settings, input_, context.now_ms)
    turn = Transition(conversation, input_.conversation_id, settings, context, input_)
    priced = settings.profiles or conversation.profiles
    if priced and _may_pass_bounds(conversation, settings, context):
        context.former = []
    try:
        turn.follow(rule, scheduled_ms)
    except TooLarge as error:
        context.undo()
        input_.problem = str(error)
        return _refuse(_TOO_LARGE, early, input_)
    finally:
        context.former = None
    context.intern(key, row)
    if early is not None:
        waiting.go_on_from(early, conversation, settings.settle_ms, context.now_ms)
    return "changed", conversation, turn.facts


def _act(
    conversation: Conversation, input_: Input, settings: WorkstreamSettings, context: Context
) -> Decision:
    verdict = judge(conversation, settings, input_)
    if isinstance(verdict, Refusal):
        return _refuse(verdict, conversation, input_)
    if isinstance(verdict, Rule) and verdict.tells:
        input_.problem = find_problem(conversation, settings, input_)
        if input_.problem is not None:
            return _refuse(_INVALID, conversation, input_)
        return _carry_out_closely(conversation, verdict, settings, input_, context)
    priced = settings.profiles or conversation.profiles
    if priced and _may_pass_bounds(conversation, settings, context):
        return _carry_out_closely(conversation, verdict, settings, input_, context)
    return _carry_out(conversation, verdict, settings, input_, context)


def _may_pass_bounds(
    conversation: Conversation, settings: WorkstreamSettings, context: Context
) -> bool:
    """Whether a hold could be too large, where it costs profiles; only those are bounded."""
    cost = len(settings.profiles) + len(conversation.profiles)
    return context.bounds.may_pass(conversation, cost, crowded=context.crowded)


def _carry_out_closely(
    conversation: Conversation,
    verdict: Rule | Recorded,
    settings: WorkstreamSettings,
    input_: Input,
    context: Context,
) -> Decision:
    """As `_carry_out`, unless a hold is too large: then everything is as it was, and refused."""
    row = encode_conversation(conversation)
    context.former = []
    try:
        return _carry_out(conversation, verdict, settings, input_, context)
    except TooLarge as error:
        context.undo()
        input_.problem = str(error)
        return _refuse(_TOO_LARGE, decode_conversation(row), input_)
    finally:
        context.former = None


def _carry_out(
    conversation: Conversation,
    verdict: Rule | Recorded,
    settings: WorkstreamSettings,
    input_: Input,
    context: Context,
) -> Decision:
    now_ms, subject = context.now_ms, input_.conversation_id
    clocks.move(conversation, settings, input_, now_ms)
    conversation.remember(input_.fingerprint, message=input_.type in _MESSAGES)
    if (
        conversation.windows
        or conversation.session_closed
        or "customer_reconnect" in conversation.deadlines
    ):
        end_windows(conversation, input_)
    if input_.details is not None:
        note_remarks(conversation, input_)
    if settings.follows and input_.type in _FOLLOWED:
        conversation.rest.reported_ms = input_.time_ms
    if isinstance(verdict, Rule):
        turn = Transition(conversation, subject, settings, context, input_)
        turn.follow(verdict, None if input_.details is None else input_.details.at_ms)
        return "changed", conversation, turn.facts
    record(conversation, settings, verdict, input_, now_ms)
    if verdict.message and settings.idle_ms is None:
        return "recorded", conversation, []
    turn = Transition(conversation, subject, settings, context, input_)
    turn.record(verdict)
    facts = turn.facts
    if settings.tells_recorded and not verdict.message:
        told = describe_recorded(conversation, subject, turn.cause, input_)
        facts = [*facts, told]
    return "recorded", conversation, facts


def _refuse(refusal: Refusal, conversation: Conversation | None, input_: Input) -> Decision:
    """A refusal changes nothing; what the gate had granted for it is declined."""
    stage: Stage = "nothing" if conversation is None else conversation.stage
    cause = cause_of(input_)
    refused = (Ignored if refusal.ignored else Rejected)(
        conversation_id=input_.conversation_id,
        code=refusal.code,
        message=explain_refusal(refusal.code, input_, stage),
        sequence=0 if conversation is None else conversation.sequence,
        cause=cause,
        input=position_of(input_),
        status=MEANINGS[stage].status,
        detail=MEANINGS[stage].detail,
        representative_id=input_.representative_id,
    )
    facts: list[Fact] = [refused]
    reservation, id_ = input_.told.reservation, input_.representative_id
    if reservation is not None and id_ is not None and refusal.code != "duplicate":
        granted = GrantedReservation(*reservation)
        declined = Declined(id_, input_.conversation_id, refusal.code, granted, cause)
        facts = [declined, refused]
    return "ignored" if refusal.ignored else "rejected", conversation, facts
