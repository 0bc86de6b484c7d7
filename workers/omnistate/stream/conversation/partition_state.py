"""The state of one partition as people and tests read it: what `omnistate replay --state` prints.

Derived from the tables and the limits in force; it changes nothing.
"""

from typing import Any

from omnistate.core.conversation.row import decode_conversation
from omnistate.core.directory import Directory
from omnistate.stream.conversation.tables import Tables, read_counter


def describe_state(tables: Tables, directory: Directory) -> dict[str, Any]:
    """Conversations with their holds, and representatives with their capacity (contract.md#replay).

    Representatives are those of the configuration and those of a hold.
    """
    clock_ms = tables.clock_ms
    conversations: dict[str, Any] = {}
    holders: set[str] = set()
    for id_, row in sorted(tables.conversations.items()):
        conversation = decode_conversation(row)
        if conversation.stage == "nothing":
            continue
        forgotten_ms = conversation.deadlines.get("forget")
        if clock_ms is not None and forgotten_ms is not None and forgotten_ms <= clock_ms:
            continue
        conversations[id_] = conversation.describe()
        holders.update(hold.representative_id for hold in conversation.holds)
    return {
        "conversations": conversations,
        "representatives": {
            id_: describe_capacity(tables, directory, id_)
            for id_ in sorted({*directory.representatives, *holders})
        },
    }


def describe_capacity(
    tables: Tables, directory: Directory, representative_id: str
) -> dict[str, Any]:
    """What a representative occupies of their present limits; available may be negative."""
    counter = read_counter(tables.counters.get(representative_id))
    configured = directory.representatives.get(representative_id)
    names = {*counter.profiles, *(configured.profiles if configured else ())}
    profiles = {}
    for name in sorted(names):
        limit = directory.limit_of(representative_id, name)
        occupied = counter.profiles.get(name, 0)
        profiles[name] = {"limit": limit, "occupied": occupied, "available": limit - occupied}
    return {
        "occupied_units": counter.units,
        "available_units": directory.units_of(representative_id) - counter.units,
        "profiles": profiles,
    }
