"""What the commands of `omnistate router` print: explanations as JSON, and as lines for people."""

import msgspec

from omnistate.core.router.explanation import Explanation
from omnistate.core.router.queue_explanation import QueueExplained
from omnistate.core.router.wait_estimate import WaitEstimate


def format_json(found: object) -> str:
    """One JSON object on one line."""
    return msgspec.json.encode(found).decode()


def format_lines(found: Explanation) -> str:
    """The same for people."""
    where = f" in {found.queue_id}" if found.queue_id else ""
    state = found.detail or found.status
    lines = [f"{found.conversation_id}: {state}{where}, sequence {found.sequence}", found.says]
    if found.place is not None:
        lines.append(f"place {found.place} of {found.waiting} in {found.queue_id}")
    if found.wait is not None:
        lines.append(_describe_wait(found.wait))
    if found.people:
        lines.append("people")
    for person in found.people:
        mark = ", preferred" if person.preferred else ""
        word = (person.obstacle or "free").replace("_", " ")
        lines.append(
            f"  {person.representative_id} (rank {person.rank}{mark}): {word}: {person.says}"
        )
    if found.overflow:
        lines.append("overflow, the first that holds")
    for rule in found.overflow:
        word = "holds" if rule.holds else rule.when.replace("_", " ")
        lines.append(f"  {rule.number + 1}. {word}: {rule.says}")
    return "\n".join(lines)


def format_queue(found: QueueExplained) -> str:
    """What waits in a queue, for people."""
    lines = [
        f"{found.queue_id}: {found.waiting} wait, {found.signed_in} of {found.members} signed in"
    ]
    for work in found.work:
        place = "-" if work.place is None else f"{work.place}."
        lines.append(f"{place} {work.conversation_id} (since {work.queued_at}): {work.says}")
        if work.people:
            counts = (f"{number} {word.replace('_', ' ')}" for word, number in work.people.items())
            lines.append(f"   people: {', '.join(counts)}")
        if work.wait is not None:
            lines.append(f"   {_describe_wait(work.wait)}")
    if found.waiting > len(found.work):
        lines.append(f"and {found.waiting - len(found.work)} more")
    return "\n".join(lines)


def _describe_wait(wait: WaitEstimate) -> str:
    length = "no estimate of the wait"
    if wait.seconds is not None:
        length = f"about {wait.seconds:g} s to wait"
    return f"{length}: {wait.how}"
