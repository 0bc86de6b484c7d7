"""`conversation-states`, held against the changes as they were published: bytes against bytes.

Pure: records are handed in, whatever is wrong is a sentence. A batch's records become visible topic
by topic, so what is out of date now is asked for again before it is believed.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import msgspec

_CLOSED: Final = b'"status":"closed"'


class Changed(msgspec.Struct):
    """The last change of a conversation."""

    digest: int
    closed: bool


class States:
    """Where the conversations of one installation stand."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._changes: dict[bytes, Changed] = {}
        self._seen: set[int] = set()
        # By conversation: the digest of where it stands, None = forgotten; and the record's place.
        self._states: dict[bytes, tuple[int | None, str]] = {}
        # Changes that stood somewhere before they were seen on their own topic.
        self._ahead: dict[int, str] = {}

    def take_change(self, key: bytes, value: bytes) -> None:
        """A change that was published."""
        digest = hash((key, value))
        self._seen.add(digest)
        self._ahead.pop(digest, None)
        self._changes[key] = Changed(digest, _CLOSED in value)

    def take_state(self, where: str, key: bytes, value: bytes | None) -> None:
        """Where a conversation stands now."""
        self.counts["states" if value is not None else "forgotten"] += 1
        digest = None if value is None else hash((key, value))
        self._states[key] = (digest, where)
        if digest is not None and digest not in self._seen:
            self._ahead[digest] = where

    def find_invented(self) -> list[str]:
        """States that are nobody's change; to be asked once all changes of before were read."""
        return [f"{where}: stands there, but was never published" for where in self._ahead.values()]

    def find_stale(self) -> Iterator[str]:
        """Conversations that do not stand where their last change has left them."""
        for key, last in self._changes.items():
            digest, where = self._states.get(key, (0, "conversation-states"))
            if digest is None:
                if not last.closed:
                    yield f"{where}: {key!r} is forgotten, and was not closed"
            elif digest != last.digest and digest not in self._ahead:
                yield f"{where}: {key!r} does not stand at its last change"
