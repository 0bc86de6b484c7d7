"""The envelope of an output: a CloudEvent whose data is a fact of the core.

It stays interpreted where `encoding` is compiled: msgspec reads how the class is declared.
"""

import msgspec
from msgspec import UNSET, UnsetType

from omnistate.core.facts import Fact


class OutputEvent(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """The envelope of an output (contract.md#envelope)."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    data: Fact
    causationid: str | UnsetType = UNSET
    traceparent: str | UnsetType = UNSET
    tracestate: str | UnsetType = UNSET
