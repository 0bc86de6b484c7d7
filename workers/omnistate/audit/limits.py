"""The part of the law of totals that the configuration decides: units, limits, what blocks.

A picture is of the configuration as its worker knew it then. So it is compared where it was
published, or its partition has gone on, well after the configuration last changed.
"""

from collections import Counter
from collections.abc import Set
from typing import Final

from omnistate_schemas.configuration import CapacityProfile, Representative

from omnistate.audit.configuration_history import Configured
from omnistate.audit.findings import Findings
from omnistate.audit.scope import SETTLING_MS
from omnistate.audit.totals_law import TotalsCheck
from omnistate.audit.totals_rows import Picture
from omnistate.stream.partitioning import partition_of

UNKNOWN: Final = Representative()
# Nobody has room for a profile that is not configured.
NO_PROFILE: Final = CapacityProfile(limit=0)
# A worker tells so many of a changed configuration at once: only then has it told everybody.
TOLD_AT_ONCE: Final = 5_000


def check_limits(
    check: TotalsCheck, at_rest: Set[int], configured: Configured, findings: Findings
) -> None:
    """Compare the last pictures with the configuration as it is."""
    partitions = check.layout.partitions
    homes = {who: partition_of(who.encode(), partitions) for who in check.totals.pictures}
    crowds = Counter(homes.values())
    since_ms = 0
    if configured.changed_ms is not None:
        since_ms = configured.changed_ms + SETTLING_MS
    told = {
        home
        for home in at_rest
        if (check.cut.clock_ms(home) or 0) >= since_ms and crowds[home] <= TOLD_AT_ONCE
    }
    for who, picture in check.totals.pictures.items():
        if picture.at_ms >= since_ms or homes[who] in told:
            findings.counts["limits"] += 1
            _compare(who, picture, configured, findings)


def _compare(who: str, picture: Picture, configured: Configured, findings: Findings) -> None:
    own = configured.representatives.get(who, UNKNOWN)
    if picture.units != own.units:
        sentence = f"units: {picture.units}, they have {own.units}"
        findings.add("totals", *picture.place, sentence)
    expected = {}
    for name in {*own.profiles, *picture.held.profiles, *picture.granted}:
        profile = configured.profiles.get(name, NO_PROFILE)
        limit = own.profiles.get(name)
        expected[name] = (profile.limit if limit is None else limit, profile.blocking)
    if picture.limits != expected:
        sentence = "profiles: limits and blocking are not those of the configuration"
        findings.add("totals", *picture.place, sentence)
