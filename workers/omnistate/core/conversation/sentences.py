"""Sentences for people: what a rule did, and why an input was refused.

Text only; the decision has been made elsewhere. Never a word of a customer's message.
"""

from typing import Final, get_args

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.vocabulary import IgnoredCode, RejectionCode

from omnistate.core.conversation.rules import RULE_IDS
from omnistate.core.conversation.stages import MEANINGS, Stage
from omnistate.core.input import Input

# What each rule says of a conversation, after "it was" or "it": one line in a story.
RULE_SENTENCES: Final[dict[str, str]] = {
    "C1": "began and waits for a representative",
    "C2": "began with a bot",
    "C3": "was begun by a representative",
    "C4": "was scheduled for later",
    "S1": "came up as scheduled and waits for a representative",
    "S2": "was force-closed by a supervisor before its time",
    "S3": "was offered to whom it was promised",
    "S4": "was closed before its time because its record is no longer active",
    "O1": "was offered to a representative by the router",
    "O2": "was picked by a representative",
    "O3": "was assigned to a representative by a supervisor",
    "O4": "was put into a queue by a supervisor",
    "O5": "was moved to a queue by the router",
    "O6": "was closed by the router",
    "O7": "was left by the customer while it waited",
    "O8": "was closed because the customer did not come back while it waited",
    "O9": "was closed because nobody did anything for too long",
    "O10": "was force-closed by a supervisor while it waited",
    "O11": "was closed because its record is no longer active",
    "A1": "was accepted",
    "A2": "was declined",
    "A3": "went back to the queue because the offer was not answered in time",
    "A4": "was left by the customer before anyone accepted",
    "A5": "was closed because the customer did not come back before anyone accepted",
    "A6": "went back to the queue because the representative did not come back",
    "A7": "was force-closed by a supervisor before anyone accepted",
    "A8": "was given back by whoever it was offered to",
    "A9": "was offered to somebody else by a supervisor",
    "A10": "was taken back into a queue before anyone accepted",
    "A11": "was taken back from whoever it was offered to",
    "A13": "was offered to one more representative",
    "A14": "was closed because nothing was heard of it while it was offered",
    "B1": "was ended by the representative",
    "B2": "was ended by the customer",
    "B3": "was ended because the customer did not come back",
    "B4": "was ended because nobody did anything for too long",
    "B5": "went back to the queue because the representative did not come back",
    "B6": "was released to its queue",
    "B7": "was transferred to a queue",
    "B8": "went back to the queue because the session was closed without End",
    "B9": "waits for the customer: the session was closed without End",
    "B10": "was offered to a colleague",
    "B11": "was transferred to an external party",
    "B12": "was transferred to a bot",
    "B13": "was offered to another representative by a supervisor",
    "B14": "had its record finished",
    "B15": "was closed because its record was deleted",
    "B16": "was force-closed by a supervisor in the middle of it",
    "B17": "was taken over",
    "B18": "stays where it is: the transfer was not taken up",
    "B19": "was taken back into a queue",
    "B20": "waits for the customer, who did not answer",
    "B21": "was ended because the customer did not answer",
    "B22": "went back to the queue because the representative did not answer",
    "B23": "was taken over by a consultant",
    "R1": "was closed by the representative",
    "R2": "was force-closed by a supervisor after its record was finished",
    "R3": "was closed because its finished record was deleted",
    "R4": "was closed a day after its record was finished",
    "R5": "goes on: its record is active again",
    "E1": "ended with the external party",
    "E2": "was closed because nothing was heard from the external party",
    "E3": "went back to the queue because the external party did not answer",
    "E4": "was ended by the external party",
    "E5": "was taken back by the representative",
    "D1": "was handed to people by the bot",
    "D2": "was ended by the bot",
    "D3": "was left by the customer while with the bot",
    "D4": "was closed because the customer said nothing to the bot",
    "D5": "was force-closed by a supervisor while with the bot",
    "D6": "went to people because the bot did not answer",
    "W1": "was closed by the representative after wrap-up",
    "W2": "was closed because wrap-up took too long",
    "W3": "was force-closed by a supervisor during wrap-up",
    "W4": "no longer occupies the representative, though wrap-up goes on",
    "W5": "no longer occupies the representative",
    "W6": "no longer occupies whoever handed it over",
    "W7": "no longer occupies whoever handed it over: they are done with it",
    "W8": "goes on: the customer wrote during wrap-up",
    "W9": "no longer occupies the representative, who did not come back",
    "X1": "is open again: the customer came back",
    "X2": "was offered to the representative who had it before",
    "X3": "was taken up again by the representative",
    "X4": "was closed because the customer did not come back",
    "X5": "was force-closed by a supervisor while it waited for the customer",
    "X6": "was assigned to a representative by a supervisor",
    "X7": "was put into a queue",
    "X8": "is open again, as was asked for",
    "X9": "was closed by the representative while it waited for the customer",
    "X10": "was closed because its record is no longer active",
    "L1": "was offered to the same representative again",
    "N1": "was assigned to a representative by a supervisor",
    "N2": "was taken into a queue",
    "N3": "was taken by a bot",
    "N4": "was put off until later",
    "N5": "was closed by the router",
    "N6": "was picked by a representative",
    "U1": "was updated",
    "Z1": "was closed from outside, with a reason",
    "F1": "waits in a queue, as was reported",
    "F2": "is offered to a representative, as was reported",
    "F3": "is no longer offered to a representative, as was reported",
    "F4": "is in conversation with a representative, as was reported",
    "F5": "is over, as was reported",
    "F6": "is done with, as was reported",
    "F7": "waits for the customer, as was reported",
    "K1": "occupies a consultant, too",
    "K2": "no longer occupies a consultant",
    "K3": "no longer occupies the representative: nothing happens",
    "K4": "occupies the representative again",
    "P1": "no longer occupies a slot of the representative's day, which is over",
}

check_complete("sentences.RULE_SENTENCES", RULE_SENTENCES, RULE_IDS, "rule")

_REFUSALS: Final = {
    "invalid_data": "{problem}.",
    "duplicate": "This {type} was received before, or the conversation was started already.",
    "unknown_conversation": "There is no conversation {conversation}.",
    "unknown_workstream": "There is no workstream {workstream}.",
    "stale": "The conversation is closed; {type} changes nothing any more.",
    "closed": "The conversation is closed; {type} is not possible any more.",
    "push_only": "Voice conversations are assigned; they cannot be picked.",
    "wrong_channel": "{type} is not for a conversation on this channel.",
    "pick_only": "This workstream's conversations are picked; the router may not assign them.",
    "no_effect": "{type} changes nothing while the conversation is {stage}.",
    "not_offered": "The conversation is not offered to {representative}.",
    "invalid_status": "{type} is not possible while the conversation is {stage}.",
    "not_assigned": "{representative} does not have the conversation: {type} is not theirs to do.",
    "engine_decides": "Reports do not count in this conversation's workstream.",
    "superseded": "{type} is of an earlier state of the conversation.",
    "not_reserved": "The gate has not granted this to {representative}.",
    "too_large": "{problem}.",
}
_CODES: Final = (*get_args(RejectionCode), *get_args(IgnoredCode))
check_complete("sentences._REFUSALS", _REFUSALS, _CODES, "code of a refusal")
# In wrap-up it is over for the customer alone.
_OVER: Final = "The conversation is over for the customer; {type} changes nothing any more."


def explain_refusal(code: str, input_: Input, stage: Stage) -> str:
    """The sentence of a rejection or of an ignored input (contract.md#refusals)."""
    type_, _, variant = input_.trigger.partition("/")
    if variant and "transfer" in type_:
        type_ = f"{type_} to {'an' if variant == 'external' else 'a'} {variant}"
    sentence = _OVER if code == "stale" and stage != "closed" else _REFUSALS[code]
    return sentence.format(
        problem=input_.problem,
        type=type_,
        conversation=input_.conversation_id,
        workstream=None if input_.start is None else input_.start.workstream_id,
        representative=input_.representative_id,
        stage=describe_stage(stage),
    )


def describe_stage(stage: Stage) -> str:
    """A stage in public words, such as `active (in conversation)`."""
    status, detail, _ = MEANINGS[stage]
    if status is None:
        return "unknown"
    words = status.replace("_", "-")
    return words if detail is None else f"{words} ({detail.replace('_', ' ')})"
