"""Which rules no conversation of a workstream can come to, and why: an exact list, by hand.

The explorer must find these unreached, and no other. Rules are those of contract.md#rules; the
workstreams are those of `explored_workstreams`.
"""

from collections.abc import Callable
from typing import NamedTuple

LC, PC, AM, VO, RE = "live_chat", "persistent_chat", "messaging", "voice", "record"
WRITTEN = {LC, PC, AM}
THREADS = {PC, AM}


class Where(NamedTuple):
    """One workstream that is explored."""

    kind: str
    authority: str
    variant: str

    @property
    def engine(self) -> bool:
        """The engine decides."""
        return self.authority == "engine"

    @property
    def rich(self) -> bool:
        """It has whatever its kind may have."""
        return self.variant == "rich"

    @property
    def picked(self) -> bool:
        """Work is picked, not pushed."""
        return self.variant == "eager" and self.kind != VO

    @property
    def windowed(self) -> bool:
        """Representatives have a reconnect window, and an offer its time."""
        return self.engine or self.variant in {"rich", "unreserved"}


Holds = Callable[[Where], bool]
# Why, which rules, and where.
UNREACHABLE: tuple[tuple[str, str, Holds], ...] = (
    # Channel kinds
    ("only who is connected hangs up", "O7 A4 B2 D3", lambda it: it.kind not in {LC, VO}),
    ("only a chat's customer has a window", "O8 A5 B3 L1", lambda it: it.kind != LC),
    ("X requeues only these", "B8", lambda it: it.kind not in {LC, VO}),
    ("only records are resolved", "O11 B14 B15 R1 R2 R3 R4 R5 S4", lambda it: it.kind != RE),
    ("only a record that waits is taken away", "X10", lambda it: it.kind != RE),
    ("calls are not picked", "O2 N6", lambda it: it.kind == VO),
    ("only calls go outside", "B11 E1 E2 E3 E4 E5", lambda it: it.kind != VO),
    ("these cannot wait", "B9 F7 X1 X2 X3 X4 X5 X6 X7 X8", lambda it: it.kind in {LC, VO}),
    ("nobody ends a record that waits", "X9", lambda it: it.kind not in THREADS),
    ("nothing is written", "B20 B21 B22 D6 W8 K3 K4", lambda it: it.kind in {VO, RE}),
    ("a chat does not wait, nor open again", "B20 W8", lambda it: it.kind == LC),
    ("no bot has a record", "C2 B12 D1 D2 D4 D5 N1 N2 N3 N6", lambda it: it.kind == RE),
    ("the router closes no record", "O6 N5", lambda it: it.kind == RE),
    ("nobody wraps a record up", "B1 W1 W2 W3 W4 W5 W9", lambda it: it.kind == RE),
    ("nobody consults on a record", "B23 K1 K2", lambda it: it.kind == RE),
    ("a record's transfer is taken at once", "B10 B13", lambda it: it.kind == RE),
    ("a record is never declined", "A2 A3", lambda it: it.kind == RE),
    # Authority
    ("reports do not count", "F1 F2 F3 F4 F5 F6 F7 A14", lambda it: it.engine),
    (
        "only a report offers a record",
        "A1 A6 A7 A8 A9 A10 A11 A13 B18",
        lambda it: it.kind == RE and it.engine,
    ),
    ("an open record is for ever", "O9", lambda it: it.kind == RE and it.engine),
    ("an active one is for ever", "B4", lambda it: it.kind in {LC, PC, RE} and it.engine),
    ("an offer has no end of its own", "A3", lambda it: not it.windowed),
    ("customers have no window", "O8 A5 B3", lambda it: not it.windowed),
    ("representatives have no window", "A6 B5 W9", lambda it: not it.windowed),
    (
        "a consultant is promoted when a window ends",
        "B23",
        lambda it: it.kind in THREADS and not it.windowed,
    ),
    # Settings
    ("one offer at a time", "A13", lambda it: it.engine and it.variant == "plain"),
    ("the router does not assign what is picked", "O1 A13", lambda it: it.picked),
    ("who is given it is not asked", "B10 B13", lambda it: it.variant == "eager"),
    ("nobody is asked for a transfer", "B18", lambda it: it.variant == "eager" and it.engine),
    ("no consultant is promoted", "B23", lambda it: it.variant == "eager"),
    ("nobody comes back to whom they had", "L1", lambda it: it.variant in {"plain", "eager"}),
    ("what is picked comes back to nobody", "X2", lambda it: it.picked),
    ("nor does a record of itself", "X2", lambda it: it.kind == RE and it.variant == "plain"),
    (
        "a record has a window where one is configured",
        "B5",
        lambda it: it.kind == RE and it.engine and not it.rich,
    ),
    ("a record that cannot wait", "B9 X8", lambda it: it.kind == RE and not it.rich),
    (
        "and is not told to",
        "X1 X2 X3 X4 X5 X6 X7 X10",
        lambda it: it.kind == RE and it.engine and not it.rich,
    ),
    ("no slot is kept until midnight", "P1", lambda it: not it.rich),
    ("nobody writes up after a transfer", "W6 W7", lambda it: not it.rich),
    ("wrap-up is held until it is closed", "W4 W5", lambda it: it.variant == "plain"),
    ("wrap-up holds nothing", "W4 W5 W9", lambda it: it.variant == "eager"),
    ("nothing outlives a close", "W5", lambda it: it.variant == "unreserved"),
    ("consultants hold nothing", "K1 K2", lambda it: it.variant == "unreserved"),
    ("nobody minds a silence", "B20 B21 B22 D6", lambda it: not it.rich),
    ("its silent customer ends it", "B20", lambda it: it.kind == PC),
    ("its silent customer waits", "B21", lambda it: it.kind == AM),
    ("nobody is idle", "K3 K4", lambda it: not it.rich),
    ("what is over stays so", "W8", lambda it: not it.rich),
)


def unreachable(where: Where) -> set[str]:
    """The rules that no conversation there can come to."""
    return {rule for _, rules, holds in UNREACHABLE if holds(where) for rule in rules.split()}
