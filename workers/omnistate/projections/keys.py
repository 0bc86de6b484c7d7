"""The names of the read model's keys, as contract.md#read-model has them.

Names only: what is kept there is said by `conversation_effects` and `representative_effects`.
"""

from typing import Final

# Commands of a batch, in the words of Redis; COUNT adds to a field and takes it away at 0, and
# FORGET takes a member out of a set once none of the keys behind it are there.
Command = tuple[str, ...]
COUNT: Final = "COUNT"
FORGET: Final = "FORGET"
# Stands in figures for each workstream and queue that nobody configured: gateways may invent any.
OTHER: Final = "other"

_WORK: Final = ":conversations"
_OFFERS: Final = ":offers"


class Keys:
    """The keys of one installation; its TOPIC_PREFIX stands in front of each."""

    def __init__(self, prefix: str = "") -> None:
        """`prefix` is the installation's, empty for none."""
        self.root: Final = f"{prefix}omnistate:"
        self.offsets: Final = f"{self.root}offsets"
        self.counts: Final = f"{self.root}counts"
        self.changes: Final = f"{self.root}changes"
        # Beside the contract: which queues, representatives and workstreams there are to be listed,
        self.queues: Final = f"{self.root}queues"
        self.representatives: Final = f"{self.root}representatives"
        self.workstreams: Final = f"{self.root}workstreams"
        # the open conversations that are in no queue, and those that are scheduled.
        self.unqueued: Final = f"{self.root}unqueued:open"
        self.scheduled: Final = f"{self.root}scheduled"
        # The figures worker writes these; see `row_publication`.
        self.figures: Final = f"{self.root}figures:"

    def conversation(self, conversation_id: str) -> str:
        """The hash of a conversation."""
        return f"{self.root}conversation:{conversation_id}"

    def queue(self, queue_id: str) -> str:
        """The sorted set of a queue's open conversations; the empty id is that of no queue."""
        return f"{self.root}queue:{queue_id}:open" if queue_id else self.unqueued

    def elsewhere(self, detail: str) -> str:
        """The sorted set of those with a bot, `with_bot`, or somebody outside, `with_external`."""
        return f"{self.root}{detail}"

    def closed(self, workstream_id: str) -> str:
        """The sorted set of a workstream's closed conversations by when they closed."""
        return f"{self.root}closed:{workstream_id}"

    def representative(self, representative_id: str) -> str:
        """The hash of a representative; none where `is_ambiguous` says so."""
        return f"{self.root}representative:{representative_id}"

    def work(self, representative_id: str) -> str:
        """The set of conversations that a representative is primary of."""
        return f"{self.root}representative:{representative_id}{_WORK}"

    def offers(self, representative_id: str) -> str:
        """The set of conversations that a representative is offered."""
        return f"{self.root}representative:{representative_id}{_OFFERS}"

    def forget_queue(self, queue_id: str) -> Command:
        """What ends its being listed, where nothing is open in it."""
        return FORGET, self.queues, queue_id, self.queue(queue_id)

    def forget_representative(self, id_: str) -> Command:
        """What ends their being listed, where nothing is known of them."""
        named = () if is_ambiguous(id_) else (self.representative(id_),)
        return FORGET, self.representatives, id_, *named, self.work(id_), self.offers(id_)

    def figures_rows(self, window_seconds: int) -> str:
        """The sorted set of which rows of figures there are."""
        return f"{self.root}figures-rows:{window_seconds}"

    def figures_of(self, window_seconds: int, workstream_id: str, queue_id: str) -> str:
        """The hash of a row of figures."""
        quoted = workstream_id.replace("%", "%25").replace(":", "%3A")
        return f"{self.figures}{window_seconds}:{quoted}:{queue_id}"


def is_ambiguous(representative_id: str) -> bool:
    """Whether their hash would have the name of another one's set: they have none then."""
    return representative_id.endswith((_WORK, _OFFERS))


def offset_field(topic: str, partition: int) -> str:
    """The field of `offsets` that says how far a partition has been applied."""
    return f"{topic}:{partition}"
