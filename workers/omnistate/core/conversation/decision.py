"""What one input, or one due timer, comes to: the front door of the core.

`decide` gives every input exactly one outcome; `fire` carries out one timer. Both are pure but for
the row and the counters they are handed, which belong to the caller's overlay.
"""

from typing import Final, Literal

from omnistate_schemas.input_data import PROFILES_MAX
from omnistate_schemas.times import parse_time_ms
from omnistate_schemas.vocabulary import KINDS, Kind

from omnistate.core.causes import cause_of, position_of
from omnistate.core.conversation.bounds import TooLarge
from omnistate.core.conversation.context import Context
from omnistate.core.conversation.conversation import Conversation, Hold
from omnistate.core.conversation.effects import Transition
from omnistate.core.conversation.recording import end_windows, record
from omnistate.core.conversation.refusals import Refusal, judge
from omnistate.core.conversation.row import decode_conversation, encode_conversation
from omnistate.core.conversation.rules import RULES, Recorded, Rule
from omnistate.core.conversation.sentences import explain_refusal
from omnistate.core.conversation.stages import MEANINGS, STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, TIES
from omnistate.core.facts import Fact, Ignored, Rejected
from omnistate.core.input import Input
from omnistate.core.settings import Directory, WorkstreamSettings

Outcome = Literal["changed", "recorded", "ignored", "rejected"]


# The outcome of an input, its conversation (None where there is none) and what to publish.
Decision = tuple[Outcome, Conversation | None, list[Fact]]

_DUPLICATE: Final = Refusal("duplicate", ignored=True)
_INVALID: Final = Refusal("invalid_data", ignored=False)
_UNKNOWN_CONVERSATION: Final = Refusal("unknown_conversation", ignored=False)
_UNKNOWN_WORKSTREAM: Final = Refusal("unknown_workstream", ignored=False)
_TOO_LARGE: Final = Refusal("too_large", ignored=False)
_BEGINNINGS: Final = {
    rule.when: rule for rule in RULES if rule.id in CELLS["nothing"]["conversation.started"]
}


def decide(conversation: Conversation | None, input_: Input, context: Context) -> Decision:
    """What `input_` does. The first four of contract.md#codes are looked for here, and the last.

    The conversation that comes back is another one, and the former is void, where the input was
    too large.
    """
    started = input_.trigger == "conversation.started"
    if started and input_.problem is None:
        # Seen only with the configuration at hand, but as much a fault of the data as any other.
        input_.problem = _check_start(input_, context.directory)
    if input_.problem is not None:
        return _refuse(_INVALID, conversation, input_)
    if conversation is not None:
        if started or conversation.knows(input_.fingerprint):
            return _refuse(_DUPLICATE, conversation, input_)
        return _act(conversation, input_, context)
    if not started:
        return _refuse(_UNKNOWN_CONVERSATION, None, input_)
    if input_.started.workstream_id not in context.directory.workstreams:
        return _refuse(_UNKNOWN_WORKSTREAM, None, input_)
    return _begin(input_, context)


def _check_start(input_: Input, directory: Directory) -> str | None:
    started = input_.started
    workstream = directory.workstreams.get(started.workstream_id)
    if workstream is None:
        return None
    settings = workstream[2]
    if not settings.takes(started.channel):
        return (
            f"channel: {started.channel} does not fit workstream {started.workstream_id}, "
            f"which takes {settings.channel}"
        )
    if started.profiles and settings.profiles:
        cost = len({*started.profiles, *settings.profiles})
        if cost > PROFILES_MAX:
            return f"profiles: {cost} with those of the workstream; {PROFILES_MAX} are the most"
    return None


def _begin(input_: Input, context: Context) -> Decision:
    """Rules C1 to C4; where several apply, C4 before C3 before C2."""
    started = input_.started
    key, row, settings = context.directory.workstreams[started.workstream_id]
    origin = f"{input_.partition}-{input_.offset}"
    conversation = Conversation(key, started.channel, started.workstream_id, origin)
    conversation.queue_id = started.queue_id
    conversation.customer_id = started.customer_id
    conversation.outbound = started.direction == "outbound"
    conversation.units = started.units
    if started.profiles:
        conversation.profiles = list(dict.fromkeys(started.profiles))
    conversation.fingerprints = input_.fingerprint
    scheduled_ms = None
    if started.scheduled_for is not None:
        scheduled_ms = parse_time_ms(started.scheduled_for)
    if scheduled_ms is not None and scheduled_ms > context.now_ms:
        rule = _BEGINNINGS["scheduled"]
    elif conversation.outbound:
        rule = _BEGINNINGS["outbound"]
    else:
        rule = _BEGINNINGS["bot" if started.handled_by else "always"]
    turn = Transition(conversation, input_.conversation_id, settings, context, input_)
    if _may_pass_bounds(conversation, settings, context):
        context.former = []
    try:
        turn.follow(rule, scheduled_ms)
    except TooLarge as error:
        context.undo()
        input_.problem = str(error)
        return _refuse(_TOO_LARGE, None, input_)
    finally:
        context.former = None
    context.intern(key, row)
    return "changed", conversation, turn.facts


def _act(conversation: Conversation, input_: Input, context: Context) -> Decision:
    settings = context.settings_of(conversation.settings_key)
    verdict = judge(conversation, settings, input_)
    if isinstance(verdict, Refusal):
        return _refuse(verdict, conversation, input_)
    if _may_pass_bounds(conversation, settings, context):
        return _carry_out_closely(conversation, verdict, settings, input_, context)
    return _carry_out(conversation, verdict, settings, input_, context)


def _may_pass_bounds(
    conversation: Conversation, settings: WorkstreamSettings, context: Context
) -> bool:
    """Whether a hold could be too large; nearly always, a look at two empty lists says no."""
    if not settings.profiles and not conversation.profiles:
        return False
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
    conversation.remember(input_.fingerprint)
    if conversation.deadlines or conversation.session_closed:
        end_windows(conversation, input_)
    if isinstance(verdict, Recorded):
        record(conversation, settings, verdict, input_, context.now_ms)
        if not verdict.consult:
            return "recorded", conversation, []
    turn = Transition(conversation, input_.conversation_id, settings, context, input_)
    if isinstance(verdict, Recorded):
        turn.consult()
        return "recorded", conversation, turn.facts
    turn.follow(verdict)
    return "changed", conversation, turn.facts


def _refuse(refusal: Refusal, conversation: Conversation | None, input_: Input) -> Decision:
    """A refusal changes nothing but the list of the last inputs (contract.md#repeats)."""
    stage: Stage = "nothing" if conversation is None else conversation.stage
    if conversation is not None and not conversation.knows(input_.fingerprint):
        conversation.remember(input_.fingerprint)
    refused = (Ignored if refusal.ignored else Rejected)(
        conversation_id=input_.conversation_id,
        code=refusal.code,
        message=explain_refusal(refusal.code, input_, stage),
        status=MEANINGS[stage].status,
        detail=MEANINGS[stage].detail,
        sequence=0 if conversation is None else conversation.sequence,
        cause=cause_of(input_),
        representative_id=input_.representative_id,
        input=position_of(input_),
    )
    return "ignored" if refusal.ignored else "rejected", conversation, [refused]


def _firing(kind: Kind, stage: Stage, name: str) -> Rule | str:
    """What a timer does: a rule, or the id under which a hold is given back."""
    trigger = f"timer.{name}"
    (word,) = CELLS[stage][trigger]
    for rule in RULES:
        if rule.id == word and kind in rule.kinds and trigger.startswith(rule.on):
            return rule
    return word


_FIRING: Final[dict[Kind, dict[Stage, dict[str, Rule | str]]]] = {
    kind: {
        stage: {name: _firing(kind, stage, name) for name in TIES if name != "forget"}
        for stage in STAGES
    }
    for kind in KINDS
}


def fire(
    conversation: Conversation, subject: str, name: str, hold: Hold | None, context: Context
) -> list[Fact]:
    """Carry out the timer `name`, due at `context.now_ms`, and say what to publish.

    `hold` is the hold whose timer it is, None for the conversation's own.
    """
    settings = context.settings_of(conversation.settings_key)
    rule = _FIRING[settings.kind][conversation.stage][name]
    turn = Transition(conversation, subject, settings, context, timer=name.partition("/")[0])
    if isinstance(rule, Rule):
        conversation.deadlines.pop(name, None)
        turn.follow(rule)
    else:
        assert hold is not None
        turn.expire(rule, hold)
    return turn.facts
