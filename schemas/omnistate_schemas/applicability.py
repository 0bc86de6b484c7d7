"""Which channel kinds a channel belongs to and an input type is for: the one list of both.

Data, and looking it up; what becomes of an input on another kind of channel is not said here.
"""

from typing import Final, get_args

from omnistate_schemas.completeness import check_complete, check_known
from omnistate_schemas.vocabulary import (
    KIND_CODES,
    KIND_OF_CHANNEL,
    KINDS,
    Channel,
    Kind,
)

_ALL: Final = "LC PC AM VO RE"
# By input type, or by type and variant where that is for fewer kinds than its type.
FOR: Final = {
    "conversation.started": _ALL,
    "conversation.updated": _ALL,
    "conversation.progressed": "LC PC AM VO",
    "conversation.closed": _ALL,
    "customer.messaged": "LC PC AM",
    "customer.ended": "LC VO",
    "customer.disconnected": "LC VO",
    "customer.reconnected": "LC PC",
    "record.deactivated": "RE",
    "record.reactivated": "RE",
    "external.failed": "VO",
    "external.ended": "VO",
    "conversation.queued": _ALL,
    "conversation.offered": _ALL,
    "conversation.offer_ended": _ALL,
    "conversation.answered": _ALL,
    "conversation.parked": "PC AM RE",
    "conversation.ended": _ALL,
    "conversation.wrapped_up": _ALL,
    "router.assign": _ALL,
    "router.move": _ALL,
    "router.close": "LC PC AM VO",
    "router.withdraw": _ALL,
    "router.schedule": _ALL,
    "representative.pick": "LC PC AM RE",
    "representative.accept": _ALL,
    "representative.reject": "LC PC AM VO",
    "representative.message": "LC PC AM",
    "representative.end": "LC PC AM VO",
    "representative.close_session": _ALL,
    "representative.hold": "VO",
    "representative.unhold": "VO",
    "representative.extend_wrap_up": "LC PC AM VO",
    "representative.release": _ALL,
    "representative.transfer": _ALL,
    "representative.transfer/external": "VO",
    "representative.transfer/bot": "LC PC AM VO",
    "representative.resume": "PC AM VO RE",
    "representative.disconnected": _ALL,
    "representative.reconnected": _ALL,
    "representative.resolve_record": "RE",
    "consult.started": "LC PC AM VO",
    "consult.ended": "LC PC AM VO",
    "supervisor.assign": _ALL,
    "supervisor.transfer": "LC PC AM RE",
    "supervisor.monitor": "LC PC AM VO",
    "supervisor.leave": "LC PC AM VO",
    "supervisor.force_close": _ALL,
    "bot.escalate": "LC PC AM VO",
    "bot.end": "LC PC AM VO",
    "bot.take": "LC PC AM VO",
    "bot.message": "LC PC AM",
}
# By setting of a workstream; those that are not here are for all.
SETTINGS_FOR: Final = {
    "can_wait": "PC AM RE",
    "reopen_from_wrap_up": "PC AM",
    "release_when_idle": "LC PC AM",
    "bot_response_timeout": "LC PC AM",
    "time_out_rules": "LC PC AM",
    "promote_consultant": "LC PC AM VO",
}
# For which kinds another system alone may offer to several at once: a record is given.
OFFERED_TO_SEVERAL: Final = "LC PC AM VO"
# Where somebody who is silent may be waited for.
WAITED_FOR: Final = "PC AM"
# A workstream's channel is a channel, or a kind that stands for all its channels.
KIND_OF: Final[dict[str, Kind]] = {**{kind: kind for kind in KINDS}, **KIND_OF_CHANNEL}


def kinds_of(codes: str) -> frozenset[Kind]:
    """The channel kinds of codes such as `LC VO`. Raises Incomplete for an unknown one."""
    check_known("applicability.FOR", codes.split(), KIND_CODES, "code of a channel kind")
    return frozenset(KIND_CODES[code] for code in codes.split())


_KINDS_FOR: Final = {name: kinds_of(codes) for name, codes in FOR.items()}


def kinds_for(name: str) -> frozenset[Kind]:
    """The channel kinds that an input type, or a `type/variant` of it, is for.

    Raises KeyError where it is no input type.
    """
    return _KINDS_FOR.get(name) or _KINDS_FOR[name.partition("/")[0]]


check_complete("vocabulary.KINDS", KINDS, get_args(Kind), "channel kind")
check_complete("vocabulary.KIND_CODES", KIND_CODES.values(), KINDS, "channel kind")
check_complete("vocabulary.KIND_OF_CHANNEL", KIND_OF_CHANNEL.values(), KINDS, "channel kind")
check_complete("vocabulary.KIND_OF_CHANNEL", KIND_OF_CHANNEL, get_args(Channel), "channel")
