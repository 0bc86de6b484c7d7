"""Which extension attributes the events of usual producers have: their names, learned by sight.

A producer sends the same ones with each event; those that are known are read in one pass with the
others. How fast an event is read depends on what came before it, never what it means.
"""

import re
from collections.abc import Mapping
from keyword import iskeyword
from typing import Final

from omnistate.stream.conversation.fast_structs import Attributes

# Few, since each is looked for in every event that has any; and only what comes again and again.
NAMES_MAX: Final = 12
SIGHTINGS: Final = 20
STRANGERS_KEPT: Final = 256
# As CloudEvents names attributes, but for those that Python would not take.
_NAME: Final = re.compile(r"[a-z][a-z0-9]{0,19}")
_KINDS: Final = frozenset({str, int, bool, type(None)})
_KNOWN: Final = frozenset(Attributes.__struct_fields__) | {"type", "data"}


class Extensions:
    """The names that are known, and how often others have been seen."""

    __slots__ = ("_sightings", "known", "names")

    def __init__(self) -> None:
        """None is known yet but those that have a meaning here."""
        self.names: tuple[str, ...] = ()
        # With those of all attributes that have a meaning.
        self.known = _KNOWN
        self._sightings: dict[str, int] = {}

    def see(self, event: Mapping[str, object]) -> bool:
        """Count the attributes of an event that are not known; True where one is known now."""
        if len(self.names) >= NAMES_MAX:
            return False
        learned = [
            name
            for name, value in event.items()
            if name not in self.known and type(value) in _KINDS and self._count(name)
        ]
        if not learned:
            return False
        self.names = (*self.names, *learned)[:NAMES_MAX]
        self.known = _KNOWN.union(self.names)
        return True

    def _count(self, name: str) -> bool:
        """Whether this name has come often enough."""
        if _NAME.fullmatch(name) is None or iskeyword(name):
            return False
        if name not in self._sightings and len(self._sightings) >= STRANGERS_KEPT:
            self._sightings.clear()
        times = self._sightings[name] = self._sightings.get(name, 0) + 1
        if times < SIGHTINGS:
            return False
        del self._sightings[name]
        return True
