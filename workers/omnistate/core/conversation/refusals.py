"""Why an input is refused or ignored: the codes of contract.md#codes, in order, in one place.

Each entry of CODES looks at a cell once, at import: it can say never, always, or hand back a
question that must be asked of the conversation. What remains of a cell is its questions and its
choices; `judge` asks them. Nothing here changes anything.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import KINDS, Kind

from omnistate.core.conversation.conditions import CONDITIONS, may
from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.coverage import check_law
from omnistate.core.conversation.guards import (
    IDLE,
    Answer,
    Question,
    engine_decides,
    has_all_offers,
    has_too_many_consultants,
    is_over_for_good,
    is_overtaken,
    is_picked,
    is_superseded,
    lacks_reservation,
    lacks_the_offer,
)
from omnistate.core.conversation.recorded import RECORDED, WRITTEN_UP
from omnistate.core.conversation.rule import Recorded, Rule
from omnistate.core.conversation.rules import RULES
from omnistate.core.conversation.stages import STAGES, Stage
from omnistate.core.conversation.transitions import CELLS, FACTS, FOLLOWED, kinds_meeting
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

    __slots__ = ("certain", "choices", "fact", "first", "questions")

    def __init__(
        self,
        questions: tuple[tuple[Refusal, Question | None], ...],
        choices: tuple[Rule | Recorded, ...],
        fact: bool,
        first: bool,
    ) -> None:
        """Refusals with what leads to them, None = always; whether the trigger is a fact.

        `first` says that somebody who writes up is looked for before the questions (W7).
        """
        self.questions = questions
        self.choices = choices
        self.fact = fact
        self.first = first
        # What happens without a question, as with most of a customer's messages.
        asks = first or questions or not choices
        asks = asks or choices[0].when != "always" or choices[0].who != "anyone"
        self.certain = None if asks else choices[0]


def _shut(_: Kind, stage: Stage, trigger: str) -> Answer:
    return CELLS[stage][trigger][-1] in {"stale", "shut"}


def _engine_decides(_: Kind, __: Stage, trigger: str) -> Answer:
    return engine_decides if trigger in FOLLOWED else False


def _superseded(_: Kind, __: Stage, trigger: str) -> Answer:
    if trigger in FOLLOWED:
        return is_overtaken
    return False if trigger in FACTS else is_superseded


def _push_only(kind: Kind, _: Stage, trigger: str) -> Answer:
    return trigger == "representative.pick" and kind not in kinds_meeting(trigger)


def _wrong_channel(kind: Kind, _: Stage, trigger: str) -> Answer:
    return kind not in kinds_meeting(trigger)


def _pick_only(_: Kind, __: Stage, trigger: str) -> Answer:
    return is_picked if trigger == "router.assign" else False


def _not_reserved(_: Kind, __: Stage, trigger: str) -> Answer:
    return lacks_reservation if trigger == "router.assign" else False


def _stale(kind: Kind, stage: Stage, trigger: str) -> Answer:
    if trigger != "customer.messaged" or stage != "wrap_up":
        return False
    return is_over_for_good if _choices(kind, stage, trigger) else True


def _no_effect(kind: Kind, stage: Stage, trigger: str) -> Answer:
    if trigger in FACTS and not _choices(kind, stage, trigger):
        return True
    stages, question = IDLE.get(trigger, (frozenset(), False))
    return question if stage in stages else False


def _not_offered(_: Kind, __: Stage, trigger: str) -> Answer:
    return lacks_the_offer if trigger in _OF_AN_OFFER else False


def _invalid_status(kind: Kind, stage: Stage, trigger: str) -> Answer:
    if trigger in FACTS:
        return False
    if not any(choice.when != "writes_up" for choice in _choices(kind, stage, trigger)):
        return True
    if trigger == "router.assign" and stage == "awaiting_acceptance":
        return has_all_offers
    return has_too_many_consultants if trigger == "consult.started" else False


_OF_AN_OFFER: Final = frozenset(
    {"representative.accept", "representative.reject", "router.withdraw"}
)
# In the order of contract.md#codes. The four before them, what an update would make of a
# conversation, and `too_large` are looked for by `decision`; `not_assigned` depends on the rule
# that was chosen (see `judge`).
CODES: Final[tuple[tuple[str, Callable[[Kind, Stage, str], Answer]], ...]] = (
    ("closed", _shut),
    ("engine_decides", _engine_decides),
    ("superseded", _superseded),
    ("push_only", _push_only),
    ("wrong_channel", _wrong_channel),
    ("pick_only", _pick_only),
    ("not_reserved", _not_reserved),
    ("stale", _stale),
    ("no_effect", _no_effect),
    ("not_offered", _not_offered),
    ("invalid_status", _invalid_status),
)
# Compiled, imported names are looked up at every use, and names of our own that are Final are not.
_CONDITIONS: Final = CONDITIONS
_WRITTEN_UP: Final = WRITTEN_UP
NO_EFFECT: Final = Refusal("no_effect", ignored=True)
NOT_ASSIGNED: Final = Refusal("not_assigned", ignored=False)
INVALID_STATUS: Final = Refusal("invalid_status", ignored=False)
SUPERSEDED: Final = Refusal("superseded", ignored=False)


def _choices(kind: Kind, stage: Stage, trigger: str) -> tuple[Rule | Recorded, ...]:
    """What the cell's words mean for this kind: rules and recorded, in the order of the cell."""
    found: list[Rule | Recorded] = []
    for word in CELLS[stage][trigger]:
        if word == "rec":
            found.append(RECORDED[trigger])
        elif word == "W7":
            found.append(WRITTEN_UP)
        found.extend(
            rule
            for rule in RULES
            if rule.id == word
            and trigger.startswith(rule.on)
            and (rule.within is None or stage in rule.within)
        )
    return tuple(choice for choice in found if kind in choice.kinds)


def _refusal(code: str, trigger: str) -> Refusal:
    fact = trigger in FACTS
    if code == "closed":
        return Refusal("stale" if fact else "closed", fact)
    ignored = code in {"no_effect", "stale"} or (code in {"wrong_channel", "superseded"} and fact)
    return Refusal(code, ignored or code == "engine_decides")


def _compile(kind: Kind, stage: Stage, trigger: str) -> Cell:
    trigger = TRAITS[kind].read_trigger(trigger)
    questions: list[tuple[Refusal, Question | None]] = []
    for code, look in CODES:
        answer = look(kind, stage, trigger)
        if answer is False:
            continue
        questions.append((_refusal(code, trigger), None if answer is True else answer))
        if answer is True:
            break
    first = trigger == "representative.close_session"
    return Cell(tuple(questions), _choices(kind, stage, trigger), trigger in FACTS, first)


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
    if cell.certain is not None:
        return cell.certain
    if cell.first and _CONDITIONS["writes_up"](conversation, settings, input_):
        if is_superseded(conversation, settings, input_):
            return SUPERSEDED
        return _WRITTEN_UP
    for refusal, question in cell.questions:
        if question is None or question(conversation, settings, input_):
            return refusal
    for choice in cell.choices:
        when = choice.when
        if when != "always" and not _CONDITIONS[when](conversation, settings, input_):
            continue
        who = choice.who
        if who == "anyone" or may(who, conversation, input_.representative_id):
            return choice
        return NO_EFFECT if cell.fact else NOT_ASSIGNED
    return NO_EFFECT if cell.fact else INVALID_STATUS
