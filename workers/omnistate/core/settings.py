"""The settings that a conversation keeps for life.

A workstream's configuration with every default filled in (contract.md#timers), in milliseconds.
It does not read configuration from anywhere.
"""

from hashlib import blake2b
from typing import Final

import msgspec
from omnistate_schemas.applicability import KIND_OF
from omnistate_schemas.completeness import check_complete, check_known
from omnistate_schemas.configuration import AutoClose, Workstream
from omnistate_schemas.vocabulary import Kind, SilenceAction, SilentSide

from omnistate.core.kinds import FOLLOWING, TRAITS, TimerDefaults
from omnistate.core.row_version import ROW_VERSION, SETTINGS

UNITS: Final = 30
# The configuration's keys of durations, and the settings that they become.
_DURATIONS: Final = {
    "offer_timeout": "offer_ms",
    "reconnect_window": "customer_reconnect_ms",
    "representative_reconnect_window": "representative_reconnect_ms",
    "bot_inactivity": "bot_inactivity_ms",
    "closed_retention": "closed_retention_ms",
}
# Those of its `auto_close`.
_CLOSINGS: Final = {
    "open": "open_ms",
    "active": "active_ms",
    "wrap_up": "wrap_up_ms",
    "waiting": "waiting_ms",
    "resolved": "resolved_ms",
}
check_complete(
    "settings._DURATIONS or _CLOSINGS",
    (*_DURATIONS.values(), *_CLOSINGS.values()),
    TimerDefaults._fields,
    "duration",
)
check_complete("settings._CLOSINGS", _CLOSINGS, AutoClose.model_fields, "status of auto_close")
check_known("settings._DURATIONS", _DURATIONS, Workstream.model_fields, "key of a workstream")


# One of `time_out_rules`: who is silent, for how many milliseconds, and what is done then.
SilenceRule = tuple[SilentSide, int, SilenceAction]
OFFERS_FOLLOWED: Final = 20


class WorkstreamSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One workstream's settings, resolved. Durations in milliseconds, None = never.

    A setting that a later version of the rows adds needs a default: it is left out of rows, and so
    of their keys, where it says that.
    """

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
    # Edition 2.
    follows: bool = False
    settle_ms: int = 0
    max_delay_ms: int | None = 3_600_000
    parallel_offers: int = 1
    through_gate: bool = False
    wrap_up_after_transfer_ms: int | None = None
    reopens: bool = False
    idle_ms: int | None = None
    promotes: bool = True
    may_wait: bool = False
    bot_silence_ms: int | None = None
    # In order of time.
    silence_rules: tuple[SilenceRule, ...] = ()
    tells_recorded: bool = True
    default_queue_id: str | None = None

    @property
    def affinity(self) -> bool:
        """Whether a conversation returns to its last representative (X2, L1)."""
        return self.keep_same_representative and not self.picked

    def cost_of(self, units: int | None, profiles: list[str]) -> tuple[int, list[str]]:
        """What handling a conversation costs that was given these of its own."""
        own = [*self.profiles] if self.profiles else []
        if profiles:
            own = list(dict.fromkeys((*own, *profiles)))
        return self.units if units is None else units, own

    def weigh(self, units: int | None, profiles: list[str]) -> tuple[int, frozenset[str]]:
        """That cost, to be compared with another: the order of profiles says nothing."""
        cost, names = self.cost_of(units, profiles)
        return cost, frozenset(names)

    def takes(self, channel: str) -> bool:
        """Whether a conversation of `channel` fits this workstream."""
        return self.channel in (channel, KIND_OF[channel])


def resolve(workstream: Workstream) -> WorkstreamSettings:
    """The workstream's settings with the defaults of its channel kind (contract.md#timers)."""
    kind = KIND_OF[workstream.channel]
    block = workstream.block_capacity_for_wrap_up
    units = workstream.units
    if units is None:
        units = 0 if workstream.profiles else UNITS
    keep, follows = workstream.keep_same_representative, workstream.authority == "upstream"
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
        keep_same_representative=TRAITS[kind].keeps_representative if keep is None else keep,
        auto_accept=workstream.auto_accept,
        direct_consult_blocks=workstream.consult_blocks_capacity.direct,
        queue_consult_blocks=workstream.consult_blocks_capacity.queue,
        follows=follows,
        settle_ms=round((workstream.settle_window or 0) * 1_000),
        max_delay_ms=None if follows else _milliseconds(workstream.max_delay),
        parallel_offers=_parallel_offers_of(workstream),
        through_gate=workstream.assign_through_gate,
        wrap_up_after_transfer_ms=_milliseconds(workstream.wrap_up_after_transfer),
        reopens=bool(workstream.reopen_from_wrap_up),
        idle_ms=_milliseconds(workstream.release_when_idle),
        promotes=workstream.promote_consultant is not False,
        may_wait=bool(workstream.can_wait),
        bot_silence_ms=_milliseconds(workstream.bot_response_timeout),
        silence_rules=_silence_rules_of(workstream),
        tells_recorded=workstream.publish_recorded,
        default_queue_id=workstream.default_queue_id,
        **_durations_of(workstream, kind)._asdict(),
    )


def _parallel_offers_of(workstream: Workstream) -> int:
    if workstream.parallel_offers is not None:
        return workstream.parallel_offers
    return OFFERS_FOLLOWED if workstream.authority == "upstream" else 1


def _silence_rules_of(workstream: Workstream) -> tuple[SilenceRule, ...]:
    """In order of time; of one time as they are listed."""
    rules = [
        (rule.silent, round(rule.after * 1_000), rule.then)
        for rule in workstream.time_out_rules or ()
    ]
    return tuple(sorted(rules, key=lambda rule: rule[1]))


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)


def _durations_of(workstream: Workstream, kind: Kind) -> TimerDefaults:
    """Each duration as it is configured (null = never), else the default of kind and authority."""
    traits, follows = TRAITS[kind], workstream.authority == "upstream"
    given = {
        name: _milliseconds(getattr(part, key))
        for part, names in ((workstream, _DURATIONS), (workstream.auto_close, _CLOSINGS))
        for key, name in names.items()
        if key in part.model_fields_set
    }
    if not traits.closes_open and not follows:
        given["open_ms"] = None
    if traits.bot_timer == "auto_close":
        given["bot_inactivity_ms"] = None
    return (FOLLOWING if follows else traits.timers)._replace(**given)


_ENCODER: Final = msgspec.msgpack.Encoder(order="deterministic")
_DECODER: Final = msgspec.msgpack.Decoder(tuple[int, WorkstreamSettings])
_SPLITTER: Final = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])


def encode_settings(settings: WorkstreamSettings) -> tuple[bytes, bytes]:
    """The key under which settings are interned, the same in every version, and the row."""
    row = _ENCODER.encode((ROW_VERSION, settings))
    return digest_settings(row), row


def decode_settings(row: bytes) -> WorkstreamSettings:
    """The settings of an interned row. Raises msgspec.DecodeError where it is none."""
    return _DECODER.decode(SETTINGS.upgrade(row))[1]


def digest_settings(row: bytes) -> bytes:
    """The key of a row: a digest of what it says, its version aside, 8 bytes.

    Raises msgspec.DecodeError where it is none.
    """
    _, content = _SPLITTER.decode(SETTINGS.upgrade(row))
    return blake2b(content, digest_size=8).digest()
