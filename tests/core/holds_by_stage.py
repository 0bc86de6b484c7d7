"""contract.md#holds-by-stage a second time: who is held in which role, for tests of the ledger."""

from omnistate.core.conversation.conversation import Conversation
from omnistate.core.conversation.parties import Hold
from omnistate.core.settings import WorkstreamSettings


def wanted_holds(
    row: Conversation,
    settings: WorkstreamSettings,
    held: dict[tuple[str, str], Hold],
    former_stage: str,
    *,
    releases_all: bool,
) -> set[tuple[str, str]]:
    """contract.md#capacity: who is held in which role once settled, given what was held before.

    The representatives' profiles `day` and `night` are kept until midnight.
    """
    wanted = {key for key in held if key[1] == "daily"}
    primary = (row.representative_id or "", "primary")
    if row.stage == "in_conversation":
        wanted |= {key for key in held if key[1] == "consultant" and key[0] in row.consultants}
        wanted.add(primary)
    elif row.stage == "awaiting_acceptance" and settings.reserve_on_offer:
        wanted.add(primary)
    elif row.stage == "wrap_up" and settings.wrap_up_block_ms != 0:
        wanted |= {primary} if former_stage == "in_conversation" else {primary} & set(held)
    elif row.stage == "closed" and primary in held:
        remainder = held[primary].until_ms is not None
        if remainder and not settings.release_on_close and not releases_all:
            wanted.add(primary)
    names = {*settings.profiles, *row.profiles}
    if primary in wanted and primary not in held and names & {"day", "night"}:
        wanted.add((primary[0], "daily"))
    return wanted
