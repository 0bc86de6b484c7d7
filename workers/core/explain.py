"""Sentences for people: why an input was refused, what a rule does.

Text only; the decision has been made elsewhere. Never a word of a customer's message.
"""

from typing import Final

from workers.core.intake import Input
from workers.core.stages import MEANINGS, Stage

_SENTENCES: Final = {
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
    "not_assigned": "{representative} does not have the conversation, so {type} is not his to do.",
}


def explain_refusal(code: str, input_: Input, stage: Stage) -> str:
    """The sentence of a rejection or of an ignored input (section 8, `message`)."""
    return _SENTENCES[code].format(
        problem=input_.problem,
        type=input_.trigger.replace("/", " to a " if "transfer" in input_.trigger else " "),
        conversation=input_.conversation_id,
        workstream=input_.member("workstream_id"),
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
