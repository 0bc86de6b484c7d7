"""The settings that a conversation keeps for life, and the limits that count at once.

A workstream's configuration with every default of sections 6 and 7 filled in, in milliseconds.
It does not read configuration from anywhere.
"""

from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Final

import msgspec
from omnistate_schemas.configuration import AutoClose, CapacityProfile, Representative, Workstream
from omnistate_schemas.vocabulary import AM, KIND_OF_CHANNEL, LC, PC, RE, VO, Kind

MINUTE_MS: Final = 60_000
DAY_MS: Final = 86_400_000

# Section 7: `auto_close` by kind and status; None = never.
AUTO_CLOSE_MS: Final[dict[Kind, dict[str, int | None]]] = {
    LC: {"open": 20 * MINUTE_MS, "active": None, "wrap_up": 15 * MINUTE_MS},
    PC: {"open": 30 * DAY_MS, "active": None, "wrap_up": DAY_MS},
    AM: {"open": 30 * DAY_MS, "active": 30 * DAY_MS, "wrap_up": DAY_MS},
    VO: {"open": 30 * DAY_MS, "active": 120 * MINUTE_MS, "wrap_up": DAY_MS},
    RE: {"open": None, "active": None, "wrap_up": None},
}
WAITING_MS: Final = 28 * DAY_MS
RESOLVED_MS: Final = DAY_MS
REPRESENTATIVE_RECONNECT_MS: Final = {
    LC: 150_000,
    PC: 150_000,
    AM: 150_000,
    VO: 30_000,
    RE: 150_000,
}
UNITS: Final = 30


class WorkstreamSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One workstream's settings, resolved. Durations in milliseconds, None = never."""

    channel: str
    kind: Kind
    picked: bool
    units: int
    profiles: tuple[str, ...]
    # None = until closed ("always"), 0 = released on entry ("never").
    wrap_up_block_ms: int | None
    release_on_close: bool
    reserve_on_offer: bool
    keep_same_representative: bool
    auto_accept: bool
    offer_ms: int | None
    customer_reconnect_ms: int | None
    representative_reconnect_ms: int | None
    open_ms: int | None
    active_ms: int | None
    wrap_up_ms: int | None
    waiting_ms: int | None
    resolved_ms: int | None
    bot_inactivity_ms: int | None
    closed_retention_ms: int | None
    direct_consult_blocks: bool
    queue_consult_blocks: bool

    @property
    def affinity(self) -> bool:
        """Whether a conversation returns to its last representative (X2, L1)."""
        return self.keep_same_representative and not self.picked

    def takes(self, channel: str) -> bool:
        """Whether a conversation of `channel` fits this workstream."""
        return self.channel in (channel, KIND_OF_CHANNEL[channel])


def resolve(workstream: Workstream) -> WorkstreamSettings:
    """The workstream's settings with the defaults of its channel kind (sections 6 and 7)."""
    kind = KIND_OF_CHANNEL.get(workstream.channel, AM)
    block = workstream.block_capacity_for_wrap_up
    units = workstream.units
    if units is None:
        units = 0 if workstream.profiles else UNITS
    keep = workstream.keep_same_representative
    reconnect_ms = _milliseconds(workstream.representative_reconnect_window)
    if "representative_reconnect_window" not in workstream.model_fields_set:
        reconnect_ms = REPRESENTATIVE_RECONNECT_MS[kind]
    return WorkstreamSettings(
        channel=workstream.channel,
        kind=kind,
        picked=workstream.distribution == "pick",
        units=units,
        profiles=tuple(dict.fromkeys(workstream.profiles)),
        wrap_up_block_ms={"always": None, "never": 0}[block]
        if isinstance(block, str)
        else _milliseconds(block),
        release_on_close=workstream.release_on_close,
        reserve_on_offer=workstream.reserve_on_offer,
        keep_same_representative=kind in (PC, AM) if keep is None else keep,
        auto_accept=workstream.auto_accept,
        offer_ms=_milliseconds(workstream.offer_timeout),
        customer_reconnect_ms=_milliseconds(workstream.reconnect_window),
        representative_reconnect_ms=reconnect_ms,
        open_ms=None if kind == RE else _auto_close_ms(workstream.auto_close, "open", kind),
        active_ms=_auto_close_ms(workstream.auto_close, "active", kind),
        wrap_up_ms=_auto_close_ms(workstream.auto_close, "wrap_up", kind),
        waiting_ms=_auto_close_ms(workstream.auto_close, "waiting", kind),
        resolved_ms=_auto_close_ms(workstream.auto_close, "resolved", kind),
        bot_inactivity_ms=None if kind == VO else _milliseconds(workstream.bot_inactivity),
        closed_retention_ms=_milliseconds(workstream.closed_retention),
        direct_consult_blocks=workstream.consult_blocks_capacity.direct,
        queue_consult_blocks=workstream.consult_blocks_capacity.queue,
    )


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)


def _auto_close_ms(auto_close: AutoClose, status: str, kind: Kind) -> int | None:
    """The configured duration where the key is there (null = never), else the kind's default."""
    if status in auto_close.model_fields_set:
        return _milliseconds(getattr(auto_close, status))
    defaults = {"waiting": WAITING_MS, "resolved": RESOLVED_MS, **AUTO_CLOSE_MS[kind]}
    return defaults[status]


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_DECODER: Final = msgspec.msgpack.Decoder(WorkstreamSettings)


def encode_settings(settings: WorkstreamSettings) -> tuple[bytes, bytes]:
    """The key (a digest of the content, 8 bytes) under which settings are interned, and the row."""
    row = _ENCODER.encode(settings)
    return blake2b(row, digest_size=8).digest(), row


def decode_settings(row: bytes) -> WorkstreamSettings:
    """The settings of an interned row."""
    return _DECODER.decode(row)


class Directory:
    """The configuration in force: what conversations started now inherit, and present limits."""

    __slots__ = ("profiles", "representatives", "version", "workstreams")

    def __init__(
        self,
        workstreams: Mapping[str, Workstream] | None = None,
        profiles: Mapping[str, CapacityProfile] | None = None,
        representatives: Mapping[str, Representative] | None = None,
    ) -> None:
        """Resolve every workstream once; profiles and representatives are looked up as they are."""
        # Counts the changes, so that whoever derives something from it knows when to do so anew.
        self.version = 0
        self.workstreams: dict[str, tuple[bytes, bytes, WorkstreamSettings]] = {}
        for id_, workstream in (workstreams or {}).items():
            self.put_workstream(id_, workstream)
        self.profiles = dict(profiles or {})
        self.representatives = dict(representatives or {})

    def put_workstream(self, id_: str, workstream: Workstream | None) -> None:
        """Add or replace a workstream; None takes it away."""
        self.version += 1
        if workstream is None:
            self.workstreams.pop(id_, None)
        else:
            settings = resolve(workstream)
            self.workstreams[id_] = (*encode_settings(settings), settings)

    def put_profile(self, name: str, profile: CapacityProfile | None) -> None:
        """Add or replace a capacity profile; None takes it away."""
        self.version += 1
        if profile is None:
            self.profiles.pop(name, None)
        else:
            self.profiles[name] = profile

    def put_representative(self, id_: str, representative: Representative | None) -> None:
        """Add or replace a representative; None takes him away."""
        self.version += 1
        if representative is None:
            self.representatives.pop(id_, None)
        else:
            self.representatives[id_] = representative

    def split_by_reset(self, profiles: Iterable[str]) -> tuple[list[str], list[str]]:
        """The profiles that are given back at once, and those kept until the end of the day."""
        at_once: list[str] = []
        daily: list[str] = []
        for name in profiles:
            profile = self.profiles.get(name, UNKNOWN_PROFILE)
            (daily if profile.reset == "end_of_day" else at_once).append(name)
        return at_once, daily

    def time_zone_of(self, representative_id: str) -> str:
        """The IANA name of the representative's zone; UTC for one whom nobody configured."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).time_zone

    def units_of(self, representative_id: str) -> int:
        """How many units the representative has at present."""
        return self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).units

    def limit_of(self, representative_id: str, profile: str) -> int:
        """How many slots of `profile` the representative has at present."""
        own = self.representatives.get(representative_id, UNKNOWN_REPRESENTATIVE).profiles
        limit = own.get(profile)
        return self.profiles.get(profile, UNKNOWN_PROFILE).limit if limit is None else limit


# Nobody has room for a profile that nobody configured: it shows as negative availability.
UNKNOWN_PROFILE: Final = CapacityProfile(limit=0)
UNKNOWN_REPRESENTATIVE: Final = Representative()
