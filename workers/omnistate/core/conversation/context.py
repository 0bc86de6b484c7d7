"""What a decision may look at beside the row: configuration, settings, counters, clock, bounds.

Handed in by the runtime for one batch; the core reads nothing else.
"""

from collections.abc import Callable

from omnistate.core.conversation.bounds import HoldBounds
from omnistate.core.directory import Directory
from omnistate.core.settings import WorkstreamSettings, decode_settings


class Counter:
    """What one representative holds in one partition; `sequence` counts its changes."""

    __slots__ = ("profiles", "sequence", "units")

    def __init__(
        self, sequence: int = 0, units: int = 0, profiles: dict[str, int] | None = None
    ) -> None:
        """Nothing is held yet, by default."""
        self.sequence = sequence
        self.units = units
        self.profiles: dict[str, int] = {} if profiles is None else profiles


# A counter with what it was: sequence, units and profiles.
FormerCounter = tuple[Counter, int, int, dict[str, int]]


class Context:
    """One batch's surroundings; the runtime moves `now_ms` on before each decision.

    `settings_of` gives the settings of a key, `intern` keeps those of a new conversation, and
    `counter_of` gives a representative's counter, to be changed in place. While `former` is a list,
    holds are looked at closely, and counters are noted there before they change.
    """

    __slots__ = (
        "bounds",
        "counter_of",
        "crowded",
        "directory",
        "former",
        "intern",
        "now_ms",
        "partition",
        "settings_of",
    )

    def __init__(
        self,
        directory: Directory,
        settings_of: Callable[[bytes], WorkstreamSettings],
        intern: Callable[[bytes, bytes], None],
        counter_of: Callable[[str], Counter],
        partition: int,
        bounds: HoldBounds | None = None,
        counter_bytes_max: int = 0,
    ) -> None:
        """The clock stands at 0 until the runtime sets it.

        `bounds` are those of the only partition, by default; no row of a counter is longer than
        `counter_bytes_max`.
        """
        self.bounds = bounds or HoldBounds()
        # Whether some counter of the partition may be near its bound.
        self.crowded = counter_bytes_max > self.bounds.quiet_row_bytes
        self.former: list[FormerCounter] | None = None
        self.directory = directory
        self.settings_of = settings_of
        self.intern = intern
        self.counter_of = counter_of
        self.partition = partition
        self.now_ms = 0

    def note(self, counter: Counter) -> None:
        """Keep a counter as it is, where holds are looked at closely, before it changes."""
        if self.former is not None:
            former = (counter, counter.sequence, counter.units, dict(counter.profiles))
            self.former.append(former)

    def undo(self) -> None:
        """The counters become again what they were when they were noted."""
        for counter, sequence, units, profiles in reversed(self.former or []):
            counter.sequence = sequence
            counter.units = units
            counter.profiles = profiles

    @classmethod
    def in_memory(cls, directory: Directory, partition: int = 0) -> "Context":
        """Surroundings of their own, kept in dictionaries, for whoever decides without a log."""
        rows: dict[bytes, bytes] = {}
        counters: dict[str, Counter] = {}

        def settings_of(key: bytes) -> WorkstreamSettings:
            return decode_settings(rows[key])

        def intern(key: bytes, row: bytes) -> None:
            rows[key] = row

        def counter_of(representative_id: str) -> Counter:
            return counters.setdefault(representative_id, Counter())

        return cls(directory, settings_of, intern, counter_of, partition)
