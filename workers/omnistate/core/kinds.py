"""What depends on the channel kind: one KindTraits value a kind, and nothing else.

Data only. Rules, timers and settings ask for a trait, never which kind it is; which input types are
for which kinds is the schemas' `applicability`.
"""

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from omnistate_schemas.completeness import check_complete
from omnistate_schemas.vocabulary import AM, KINDS, LC, PC, RE, VO, Kind

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000


class TimerDefaults(NamedTuple):
    """Durations where the configuration says nothing, in milliseconds; None = never."""

    # `auto_close`, by the status that it closes; that of waiting is the timer `inactivity`.
    open_ms: int | None = 30 * DAY_MS
    active_ms: int | None = None
    wrap_up_ms: int | None = DAY_MS
    waiting_ms: int | None = 28 * DAY_MS
    resolved_ms: int | None = DAY_MS
    offer_ms: int | None = 120_000
    customer_reconnect_ms: int | None = 180_000
    representative_reconnect_ms: int | None = 150_000
    bot_inactivity_ms: int | None = 30 * MINUTE_MS
    closed_retention_ms: int | None = DAY_MS


# What `representative.close_session` does to a conversation that the representative is in:
#   requeued  back to its queue, and they are skipped (B8)
#   waiting   it waits for the customer, who may come back any day (B9)
#   kept      recorded: a record and its hold stay theirs until it is resolved, or it may wait (B9)
Leaving = Literal["requeued", "waiting", "kept"]

# What `customer.disconnected` means: a reconnect window starts, they have hung up, or nothing.
Disconnect = Literal["window", "hang_up", "nothing"]

# With `authority: upstream` nothing ends by itself but what the other system forgets to end.
FOLLOWING: Final = TimerDefaults(
    open_ms=DAY_MS,
    active_ms=DAY_MS,
    wrap_up_ms=DAY_MS,
    waiting_ms=28 * DAY_MS,
    resolved_ms=DAY_MS,
    offer_ms=None,
    customer_reconnect_ms=None,
    representative_reconnect_ms=None,
    bot_inactivity_ms=None,
)


class KindTraits(NamedTuple):
    """All that is different for a channel kind."""

    title: str
    leaving: Leaving
    disconnect: Disconnect
    # Which timer watches a conversation with a bot (D4); None = no bot ever has one.
    bot_timer: Literal["bot_inactivity", "auto_close"] | None
    # Whether it may wait for somebody outside: always, or where its workstream or a report says so.
    waits: Literal["always", "when_told"] | None = None
    # Whether customers and representatives write to each other.
    writes: bool = False
    # Where a conversation in which nothing happens leads (B4).
    silence_to: Literal["wrap_up", "closed"] = "closed"
    # Whether representatives are asked: an offer. Else they are given it at once.
    asks: bool = True
    # Whether representatives wrap up, so that their capacity may be held beyond the end.
    wraps_up: bool = True
    # Whether one that nobody takes is closed some day (O9); else never, whatever is configured.
    closes_open: bool = True
    # L1: whoever lost their connection is offered it again, where representatives are kept.
    returns_when_lost: bool = False
    # The default of `keep_same_representative`.
    keeps_representative: bool = False
    # Whether it counts among the service figures: somebody waits for an answer.
    counted: bool = True
    timers: TimerDefaults = TimerDefaults()

    def read_trigger(self, trigger: str) -> str:
        """What an input comes to here: who hangs up has ended it (contract.md#channel-events)."""
        hung_up = trigger == "customer.disconnected" and self.disconnect == "hang_up"
        return "customer.ended" if hung_up else trigger


TRAITS: Final[dict[Kind, KindTraits]] = {
    LC: KindTraits(
        "Live chat",
        leaving="requeued",
        disconnect="window",
        bot_timer="bot_inactivity",
        writes=True,
        returns_when_lost=True,
        timers=TimerDefaults(open_ms=20 * MINUTE_MS, wrap_up_ms=15 * MINUTE_MS),
    ),
    PC: KindTraits(
        "Persistent chat",
        leaving="waiting",
        disconnect="nothing",
        bot_timer="bot_inactivity",
        waits="always",
        writes=True,
        keeps_representative=True,
    ),
    AM: KindTraits(
        "Messaging",
        leaving="waiting",
        disconnect="nothing",
        bot_timer="bot_inactivity",
        waits="always",
        writes=True,
        keeps_representative=True,
        timers=TimerDefaults(active_ms=30 * DAY_MS),
    ),
    VO: KindTraits(
        "Voice",
        leaving="requeued",
        disconnect="hang_up",
        bot_timer="auto_close",
        silence_to="wrap_up",
        timers=TimerDefaults(active_ms=120 * MINUTE_MS, representative_reconnect_ms=30_000),
    ),
    RE: KindTraits(
        "Record",
        leaving="kept",
        disconnect="nothing",
        bot_timer=None,
        waits="when_told",
        asks=False,
        wraps_up=False,
        closes_open=False,
        counted=False,
        timers=TimerDefaults(
            open_ms=None, wrap_up_ms=None, waiting_ms=None, representative_reconnect_ms=None
        ),
    ),
}
check_complete("kinds.TRAITS", TRAITS, KINDS, "channel kind")


def kinds_where(holds: Callable[[KindTraits], bool]) -> frozenset[Kind]:
    """The channel kinds whose traits are so."""
    return frozenset(kind for kind, traits in TRAITS.items() if holds(traits))
