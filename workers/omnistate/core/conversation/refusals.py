"""Why an input is refused or ignored: the codes of contract.md#codes, in order, in one place.

Each entry of CODES looks at a cell once, at import: it can say never, always, or hand back a
question that must be asked of the conversation. What remains of a cell is its questions and its
choices; `judge` asks them. Nothing here changes anything.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import KINDS, Kind

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.coverage import check_law
from omnistate.core.conversation.guards import (
    IDLE,
    Answer,
    Question,
    has_too_many_consultants,
    is_picked,
    lacks_the_offer,
)
from omnistate.core.conversation.rules import RECORDED, RULES, Recorded, Rule, Who
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, FACTS, kinds_meeting
from omnistate.core.conversation.triggers import INPUT_TRIGGERS
from omnistate.core.input import Input
from omnistate.core.kinds import TRAITS
from omnistate.core.settings import WorkstreamSettings


class Refusal(NamedTuple):
    """A code, and whether the input is ignored (a fact, a repeat) or rejected."""

    code: str
    ignored: bool


class Cell:
    """What is left to ask, and what then happens, for one kind, stage and trigger."""

    __slots__ = ("choices", "fact", "questions")

    def __init__(
        self,
        questions: tuple[tuple[Refusal, Question | None], ...],
        choices: tuple[Rule | Recorded, ...],
        fact: bool,
    ) -> None:
        """Refusals with what leads to them, None = always; whether the trigger is a fact."""
        self.questions = questions
        self.choices = choices
        self.fact = fact


def _shut(_: Kind, stage: Stage, trigger: str) -> Answer:
    return CELLS[stage][trigger][0] in {"stale", "shut"}


def _push_only(kind: Kind, _: Stage, trigger: str) -> Answer:
    return trigger == "representative.pick" and kind not in kinds_meeting(trigger)


def _wrong_channel(kind: Kind, _: Stage, trigger: str) -> Answer:
    return kind not in kinds_meeting(trigger)


def _pick_only(_: Kind, __: Stage, trigger: str) -> Answer:
    return is_picked if trigger == "router.assign" else False


def _no_effect(kind: Kind, stage: Stage, trigger: str) -> Answer:
    if trigger in FACTS and not _choices(kind, stage, trigger):
        return True
    stages, question = IDLE.get(trigger, (frozenset(), False))
    return question if stage in stages else False


def _not_offered(_: Kind, __: Stage, trigger: str) -> Answer:
    offered = trigger in {"representative.accept", "representative.reject"}
    return lacks_the_offer if offered else False


def _invalid_status(kind: Kind, stage: Stage, trigger: str) -> Answer:
    if not _choices(kind, stage, trigger):
        return True
    return has_too_many_consultants if trigger == "consult.started" else False


# In the order of contract.md#codes. The four before them and `too_large` are looked for by
# `decision`; `not_assigned` depends on the rule that was chosen (see `judge`).
CODES: Final[tuple[tuple[str, Callable[[Kind, Stage, str], Answer]], ...]] = (
    ("closed", _shut),
    ("push_only", _push_only),
    ("wrong_channel", _wrong_channel),
    ("pick_only", _pick_only),
    ("no_effect", _no_effect),
    ("not_offered", _not_offered),
    ("invalid_status", _invalid_status),
)
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_TRAITS: Final = TRAITS
NO_EFFECT: Final = Refusal("no_effect", ignored=True)
NOT_ASSIGNED: Final = Refusal("not_assigned", ignored=False)


def _choices(kind: Kind, stage: Stage, trigger: str) -> tuple[Rule | Recorded, ...]:
    """What the cell's words mean for this kind: rules and recorded, in the order of the cell."""
    found: list[Rule | Recorded] = []
    for word in CELLS[stage][trigger]:
        if word == "rec":
            found.append(RECORDED[trigger])
        found.extend(rule for rule in RULES if rule.id == word and trigger.startswith(rule.on))
    return tuple(choice for choice in found if kind in choice.kinds)


def _refusal(code: str, trigger: str) -> Refusal:
    fact = trigger in FACTS
    if code == "closed":
        return Refusal("stale" if fact else "closed", fact)
    return Refusal(code, code == "no_effect" or (code == "wrong_channel" and fact))


def _compile(kind: Kind, stage: Stage, trigger: str) -> Cell:
    if trigger == "customer.disconnected" and TRAITS[kind].disconnect == "hang_up":
        trigger = "customer.ended"
    questions: list[tuple[Refusal, Question | None]] = []
    for code, look in CODES:
        answer = look(kind, stage, trigger)
        if answer is False:
            continue
        questions.append((_refusal(code, trigger), None if answer is True else answer))
        if answer is True:
            break
    return Cell(tuple(questions), _choices(kind, stage, trigger), trigger in FACTS)


check_law()
LAW: Final[dict[Kind, dict[Stage, dict[str, Cell]]]] = {
    kind: {
        stage: {trigger: _compile(kind, stage, trigger) for trigger in INPUT_TRIGGERS}
        for stage in STAGES
        if stage != "nothing"
    }
    for kind in KINDS
}


def judge(
    conversation: Conversation, settings: WorkstreamSettings, input_: Input
) -> Rule | Recorded | Refusal:
    """What `input_` does to the conversation as it stands: a rule, recorded, or a refusal."""
    cell = LAW[settings.kind][conversation.stage][input_.trigger]
    for refusal, question in cell.questions:
        if question is None or question(conversation, settings, input_):
            return refusal
    for choice in cell.choices:
        if choice.when == "at_once" and not asks_nothing(settings):
            continue
        who = choice.who
        if who == "anyone" or may(who, conversation, input_.representative_id):
            return choice
        return NO_EFFECT if cell.fact else NOT_ASSIGNED
    raise AssertionError(f"no choice left for {input_.trigger} in {conversation.stage}")


def asks_nothing(settings: WorkstreamSettings) -> bool:
    """Whether an offer is taken at once: the kind never asks, or `auto_accept`."""
    return settings.auto_accept or not _TRAITS[settings.kind].asks


def may(who: Who, conversation: Conversation, representative_id: str | None) -> bool:
    """Whether the representative is the one who may."""
    if representative_id is None:
        return False
    if who == "primary":
        return representative_id == conversation.representative_id
    if who == "offered":
        return representative_id == conversation.offered_representative_id
    if representative_id == conversation.representative_id:
        return True
    if who == "offered_or_primary":
        return representative_id == conversation.offered_representative_id
    return representative_id in conversation.consultants
