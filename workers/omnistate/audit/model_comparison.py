"""What of a read model differs from what the topics come to, key by key, as of known offsets.

It judges nothing: a difference is a suspect until it is known who has changed meanwhile.
"""

from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, NamedTuple

from omnistate_schemas.vocabulary import CONVERSATION_STATES, REPRESENTATIVE_CAPACITY

from omnistate.audit import model_layout as model
from omnistate.audit.model_fold import (
    CLOSED,
    KEPT_MS,
    Known,
    Told,
    digest_of,
    fold_capacities,
    fold_states,
)
from omnistate.audit.model_source import Offsets, Stored, Value
from omnistate.audit.source import TopicReader
from omnistate.stream.partitioning import partition_of

NO_RECORD: Final = ("", -1, -1)
_STATES: Final = CONVERSATION_STATES
TABLES: Final = (CONVERSATION_STATES, REPRESENTATIVE_CAPACITY)


class Suspect(NamedTuple):
    """A difference, unless its conversation or representative changed, or went, meanwhile."""

    topic: str
    id: str
    place: tuple[str, int, int]
    key: str
    sentence: str
    goes_ms: int | None = None


class ModelComparison:
    """The keys of one read model, held against the fold of the topics."""

    def __init__(self, unfilled: AbstractSet[str]) -> None:
        """`unfilled` are conversations that the model may know although the topic does not."""
        self.suspects: list[Suspect] = []
        self.compared = 0
        self._unfilled = unfilled
        self._known: dict[str, Known] = {}
        self._told: dict[str, Told] = {}
        self._index: dict[str, model.Members] = {}
        self._hashes: dict[str, str] = {}
        # Which partitions of each table have more than Redis was told.
        self._more: dict[str, list[bool]] = {}

    async def fold(self, reader: TopicReader, offsets: Offsets, since_ms: int) -> None:
        """Fold the topics up to these offsets, without what closed a day before `since_ms`."""
        self._known = await fold_states(reader, offsets, since_ms)
        self._told = await fold_capacities(reader, offsets)
        # Asked for afterwards: what compaction takes meanwhile is missing in the fold, too.
        for topic in TABLES:
            self._more[topic] = [
                offsets.get((topic, number), 0) < end
                for number, end in enumerate(await reader.ends(topic))
            ]
        self._index = model.index(self._known)
        self._hashes = model.name_hashes(self._told)

    @property
    def names(self) -> set[str]:
        """The keys that there should be."""
        conversations = {f"{model.CONVERSATION}{id_}" for id_ in self._known}
        return {*self._index, *self._hashes, *conversations}

    def count(self, changed: AbstractSet[str]) -> tuple[Counter[str], Counter[str], bool]:
        """How many there are at least and at most, by field; and whether more are possible.

        Of those that have `changed` since, compaction may have taken where they stood.
        """
        most = model.count(self._known)
        if any(self._more[CONVERSATION_STATES]):
            rest = {id_: each for id_, each in self._known.items() if id_ not in changed}
            return model.count(rest), most, True
        return most, most, bool(self._unfilled)

    def compare(self, name: str, stored: Stored | None) -> None:
        """Compare a key; `stored` None where it is not there."""
        self.compared += 1
        if name.startswith(model.CONVERSATION):
            self._compare_conversation(name, stored)
        elif model.is_index(name):
            self._compare_index(name, {} if stored is None else stored[0])
        elif name.startswith(model.REPRESENTATIVE):
            self._compare_representative(name, stored)

    def _compare_conversation(self, name: str, stored: Stored | None) -> None:
        id_ = name.removeprefix(model.CONVERSATION)
        known = self._known.get(id_)
        if known is None:
            if not self._may_be_gone(id_):
                self._suspect(_STATES, id_, name, "the topic knows no such conversation")
            return
        goes_ms = known.at_ms + KEPT_MS if known.status == CLOSED else None
        if stored is None:
            self._suspect(_STATES, id_, name, "is missing", goes_ms)
            return
        value, expires_ms = stored
        if not isinstance(value, Mapping) or digest_of(value) != known.digest:
            self._suspect(_STATES, id_, name, f"is not what change {known.sequence} says")
        elif expires_ms != goes_ms:
            sentence = f"goes at {expires_ms}, and should at {goes_ms}"
            self._suspect(_STATES, id_, name, sentence, goes_ms)

    def _compare_index(self, name: str, value: Value) -> None:
        expected = self._index.get(name, {})
        found = value if isinstance(value, Mapping) else dict.fromkeys(value)
        for id_ in sorted({*expected, *found}):
            goes_ms = None
            if name.startswith(model.CLOSED_OF):
                # Those of longer ago stay until the next one closes.
                score = found.get(id_)
                at_ms = expected.get(id_) or (score if isinstance(score, float | int) else 0)
                goes_ms = round(at_ms) + KEPT_MS
            if id_ not in found:
                sentence = "a conversation is missing that belongs there"
                self._suspect(_STATES, id_, name, sentence, goes_ms)
            elif id_ not in expected:
                if id_ in self._known or not self._may_be_gone(id_):
                    sentence = f"{model.CONVERSATION}{id_} does not belong there"
                    self._suspect(_STATES, id_, name, sentence, goes_ms)
            elif expected[id_] is not None and expected[id_] != found[id_]:
                sentence = f"a conversation is there since {found[id_]}, not {expected[id_]}"
                self._suspect(_STATES, id_, name, sentence, goes_ms)

    def _compare_representative(self, name: str, stored: Stored | None) -> None:
        who = name.removeprefix(model.REPRESENTATIVE)
        told = self._told.get(who)
        if told is None:
            # Compaction may have taken what Redis was told, if there is more to be told.
            if not self._has_more(REPRESENTATIVE_CAPACITY, who):
                sentence = "nothing is published of this representative"
                self._suspect(REPRESENTATIVE_CAPACITY, who, name, sentence)
        elif stored is None:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "is missing")
        elif not isinstance(stored[0], Mapping) or digest_of(stored[0]) != told.digest:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "is not what was published")
        elif stored[1] is not None:
            self._suspect(REPRESENTATIVE_CAPACITY, who, name, "must not expire")

    def _suspect(
        self, topic: str, id_: str, key: str, sentence: str, goes_ms: int | None = None
    ) -> None:
        """The record that says otherwise is the last one of whom it is about, if there is any."""
        last = (self._known if topic == _STATES else self._told).get(id_)
        place = NO_RECORD if last is None else (topic, last.partition, last.offset)
        self.suspects.append(Suspect(topic, id_, place, key, sentence, goes_ms))

    def _has_more(self, topic: str, key: str) -> bool:
        """Whether Redis has still to be told of something in the key's partition."""
        more = self._more[topic]
        return more[partition_of(key.encode(), len(more))]

    def _may_be_gone(self, conversation_id: str) -> bool:
        """Whether Redis may know it although the topic does not."""
        return conversation_id in self._unfilled or self._has_more(
            CONVERSATION_STATES, conversation_id
        )
