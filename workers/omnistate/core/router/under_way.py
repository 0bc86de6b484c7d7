"""Requests that the gate has not answered yet, and what it has granted that is not held yet.

A representative has one request under way at a time. One without an answer for 10 s is over: it is
made again while it still fits.
"""

from collections.abc import Iterator
from typing import Final

from omnistate.core.router.actions import AssignmentRequest

ANSWER_MS: Final = 10_000


class UnderWay:
    """Requests by representative and by conversation, and grants by conversation."""

    __slots__ = ("_by_id", "_for", "_granted", "_since_ms", "asked")

    def __init__(self) -> None:
        """Nothing was asked."""
        # By representative, in the order in which they were asked.
        self.asked: Final[dict[str, tuple[int, AssignmentRequest]]] = {}
        self._by_id: dict[str, AssignmentRequest] = {}
        # When each was made for the first time.
        self._since_ms: dict[str, int] = {}
        self._for: dict[str, set[str]] = {}
        self._granted: dict[str, set[str]] = {}

    def ask(self, request: AssignmentRequest, now_ms: int) -> None:
        """A request is made, or made again."""
        self.asked.pop(request.representative_id, None)
        self.asked[request.representative_id] = (now_ms, request)
        self._by_id[request.id] = request
        self._since_ms.setdefault(request.id, now_ms)
        self._for.setdefault(request.conversation_id, set()).add(request.representative_id)

    def request_to(self, representative_id: str) -> AssignmentRequest | None:
        """The request to somebody that is under way."""
        found = self.asked.get(representative_id)
        return None if found is None else found[1]

    def find_request(self, id_: str) -> AssignmentRequest | None:
        """The request of that id that is under way."""
        return self._by_id.get(id_)

    def end(self, representative_id: str) -> None:
        """The request to somebody is answered, or given up."""
        _, request = self.asked.pop(representative_id)
        del self._by_id[request.id]
        del self._since_ms[request.id]
        _discard(self._for, request.conversation_id, representative_id)

    def list_overdue(self, now_ms: int) -> Iterator[AssignmentRequest]:
        """Requests that were not answered in time; each is to be ended or made again."""
        overdue = []
        for asked_ms, request in self.asked.values():
            if asked_ms + ANSWER_MS > now_ms:
                break
            overdue.append(request)
        return iter(overdue)

    @property
    def next_overdue_ms(self) -> int | None:
        """When the next of them is overdue; None: none is under way."""
        first = next(iter(self.asked.values()), None)
        return None if first is None else first[0] + ANSWER_MS

    @property
    def oldest_ms(self) -> int | None:
        """Since when the request is under way that has waited longest; None: none is."""
        return min(self._since_ms.values(), default=None)

    def grant(self, conversation_id: str, representative_id: str) -> None:
        """The gate has granted it, and nothing is held yet."""
        self._granted.setdefault(conversation_id, set()).add(representative_id)

    def settle(self, conversation_id: str, representative_id: str) -> None:
        """A grant has become a hold, or was declined."""
        _discard(self._granted, conversation_id, representative_id)

    def is_asked_for(self, conversation_id: str, offered: frozenset[str]) -> bool:
        """Whether a request or a grant for it is on its way: not one of those `offered` it yet."""
        for known in (self._for, self._granted):
            people = known.get(conversation_id)
            if people is not None and not people <= offered:
                return True
        return False

    def list_asked_for(self, conversation_id: str) -> tuple[list[str], list[str]]:
        """Whom a request for it is under way to, and to whom it is granted."""
        asked, granted = self._for.get(conversation_id, ()), self._granted.get(conversation_id, ())
        return sorted(asked), sorted(granted)


def _discard(known: dict[str, set[str]], key: str, value: str) -> None:
    values = known.get(key)
    if values is not None:
        values.discard(value)
        if not values:
            del known[key]
