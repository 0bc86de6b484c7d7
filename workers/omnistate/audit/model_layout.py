"""What keys the read model should have, from what the topics come to.

Names of contract.md#read-model, and those beside it that follow from the same changes: open
conversations in no queue, scheduled ones, those that a bot or somebody outside has, and those of
each workstream that closed within a day.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from omnistate.audit.model_fold import CLOSED, Known, Told

ROOT: Final = "omnistate:"
CONVERSATION: Final = f"{ROOT}conversation:"
REPRESENTATIVE: Final = f"{ROOT}representative:"
COUNTS: Final = f"{ROOT}counts"
OFFSETS: Final = f"{ROOT}offsets"
WORK: Final = ":conversations"
OFFERS: Final = ":offers"
CLOSED_OF: Final = f"{ROOT}closed:"
BESIDE: Final = frozenset(
    f"{ROOT}{name}" for name in ("unqueued:open", "scheduled", "with_bot", "with_external")
)

# Members and their scores; None where the key is a set, or the score is not known.
Members = dict[str, int | None]


def is_index(name: str) -> bool:
    """Whether a key names conversations that are somewhere, or with somebody."""
    if name.startswith(REPRESENTATIVE):
        return name.endswith((WORK, OFFERS))
    return name in BESIDE or name.startswith((f"{ROOT}queue:", CLOSED_OF))


def index(known: Mapping[str, Known]) -> dict[str, Members]:
    """Every set and sorted set."""
    found: dict[str, Members] = {}
    for id_, each in known.items():
        for name, score in _places(each):
            found.setdefault(name, {})[id_] = score
    return found


def count(known: Mapping[str, Known]) -> Counter[str]:
    """Conversations that are not closed, by workstream and status."""
    return Counter(
        f"{each.workstream_id}:{each.status}" for each in known.values() if each.status != CLOSED
    )


def name_hashes(told: Mapping[str, Told]) -> dict[str, str]:
    """The representatives that have a hash, by its name: not those whose hash would be a set."""
    return {f"{REPRESENTATIVE}{who}": who for who in told if not who.endswith((WORK, OFFERS))}


def _places(known: Known) -> Iterator[tuple[str, int | None]]:
    if known.status == CLOSED:
        yield f"{CLOSED_OF}{known.workstream_id}", known.at_ms
        return
    if known.queue is not None:
        queue = f"queue:{known.queue}:open" if known.queue else "unqueued:open"
        yield f"{ROOT}{queue}", known.listed_ms
    elif known.listed is not None:
        yield f"{ROOT}{known.listed}", known.listed_ms
    if known.representative_id is not None:
        yield f"{REPRESENTATIVE}{known.representative_id}{WORK}", None
    for who in known.offered_representative_ids:
        yield f"{REPRESENTATIVE}{who}{OFFERS}", None
