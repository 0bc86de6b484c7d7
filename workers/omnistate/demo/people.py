"""The people on the payroll: who they are, when they work, what they are like.

Data and what follows from it. It must not know what they are doing at the moment.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from omnistate.demo.agenda import HOUR_MS, MINUTE_MS
from omnistate.demo.demo_queues import QUEUES

MADRID: Final = "Europe/Madrid"
NEW_YORK: Final = "America/New_York"
MANILA: Final = "Asia/Manila"
KOLKATA: Final = "Asia/Kolkata"
# What people of a site can be counted on for.
SKILLS: Final[dict[str, tuple[str, ...]]] = {
    MADRID: ("spanish", "english"),
    NEW_YORK: ("english",),
    MANILA: ("english",),
    KOLKATA: ("english",),
}


@dataclass(frozen=True, slots=True)
class Temperament:
    """What somebody is like: a factor on durations, and probabilities of habits."""

    pace: float
    declines: float
    misses: float
    presses_x: float
    forgets_to_close: float
    hands_over: float
    consults: float


TEMPERAMENTS: Final[dict[str, Temperament]] = {
    "swift": Temperament(0.75, 0.015, 0.015, 0.02, 0.03, 0.02, 0.01),
    "steady": Temperament(1.0, 0.02, 0.025, 0.03, 0.05, 0.025, 0.015),
    "thorough": Temperament(1.35, 0.02, 0.03, 0.02, 0.03, 0.02, 0.02),
    "picky": Temperament(1.0, 0.10, 0.03, 0.03, 0.06, 0.04, 0.01),
    "forgetful": Temperament(1.1, 0.02, 0.07, 0.12, 0.20, 0.025, 0.015),
    "new": Temperament(1.4, 0.03, 0.04, 0.06, 0.08, 0.03, 0.05),
}

# The queues of a role, and the rank in each: the first are asked first.
ROLES: Final[dict[str, dict[str, int]]] = {
    "chat": {"vip": 2, "support": 1, "billing": 1, "members": 1, "messages": 2},
    "phone": {"phone": 1, "sales": 1, "callbacks": 1, "hotline": 1},
    "social": {"messages": 1, "social": 1, "members": 2, "support": 2, "overflow": 1},
    "cases": {"claims": 1, "back-office": 1, "messages": 2},
    "senior": {"vip": 1, "overflow": 2, "phone-overflow": 1, "claims": 2, "callbacks": 2},
}
# Name, time zone, first local hour, hours, role, units, temperament.
PAYROLL: Final[tuple[tuple[str, str, float, float, str, int, str], ...]] = (
    ("ana", MADRID, 8, 8, "chat", 100, "swift"),
    ("bruno", MADRID, 8, 8, "phone", 90, "steady"),
    ("carmen", MADRID, 8.5, 8, "senior", 120, "thorough"),
    ("nadia", MADRID, 8, 8, "senior", 120, "steady"),
    ("diego", MADRID, 9, 8, "social", 90, "forgetful"),
    ("elena", MADRID, 9, 8, "cases", 80, "steady"),
    ("fatima", MADRID, 12, 8, "chat", 100, "steady"),
    ("gonzalo", MADRID, 12, 8, "phone", 90, "picky"),
    ("hugo", MADRID, 13, 8, "senior", 120, "swift"),
    ("grace", NEW_YORK, 8, 8, "chat", 100, "swift"),
    ("henry", NEW_YORK, 8, 8, "phone", 90, "thorough"),
    ("irene", NEW_YORK, 8.5, 8, "social", 90, "steady"),
    ("james", NEW_YORK, 9, 8, "cases", 80, "picky"),
    ("kate", NEW_YORK, 10, 8, "senior", 120, "steady"),
    ("liam", NEW_YORK, 13, 8, "chat", 100, "forgetful"),
    ("maya", NEW_YORK, 11, 8, "phone", 90, "swift"),
    ("luz", MANILA, 14, 8, "chat", 100, "steady"),
    ("marisol", MANILA, 14, 8, "phone", 90, "swift"),
    ("paolo", MANILA, 15, 8, "social", 60, "new"),
    ("rafael", MANILA, 20, 8, "social", 90, "swift"),
    ("teresa", MANILA, 21, 8, "cases", 80, "thorough"),
    ("jun", MANILA, 30, 8, "chat", 100, "steady"),
    ("priya", KOLKATA, 12.5, 9, "phone", 90, "steady"),
)

SUPERVISORS: Final[tuple[tuple[str, str, float, float], ...]] = (
    ("maria", MADRID, 7.5, 9),
    ("imelda", MANILA, 19, 8),
    ("george", NEW_YORK, 10, 11),
)


@dataclass(frozen=True, slots=True)
class Representative:
    """One representative and their working day, in epoch milliseconds."""

    id: str
    queues: dict[str, int]
    skills: tuple[str, ...]
    units: int
    profiles: dict[str, int | None]
    time_zone: str
    temperament: Temperament
    starts_ms: int
    ends_ms: int
    breaks_ms: tuple[tuple[int, int], ...]
    auto_answers: bool


@dataclass(frozen=True, slots=True)
class Payroll:
    """Everybody, by id and by queue, in the order of the list."""

    representatives: dict[str, Representative]
    by_queue: dict[str, list[Representative]] = field(default_factory=dict)

    def describe(self) -> dict[str, dict[str, Any]]:
        """The representatives as CONFIG.yaml wants them."""
        return {
            person.id: {
                "units": person.units,
                "profiles": dict(person.profiles),
                "time_zone": person.time_zone,
                "queues": dict(person.queues),
                "skills": list(person.skills),
            }
            for person in self.representatives.values()
        }


def find_instant_ms(day: date, time_zone: str, hour: float) -> int:
    """The epoch milliseconds of a local hour of that day."""
    midnight = datetime.combine(day, time(), ZoneInfo(time_zone))
    return int((midnight + timedelta(hours=hour)).timestamp() * 1_000)


def hire(day: date, teams: int, random: Random) -> Payroll:
    """The payroll of one day, with as many such teams as the volume needs."""
    representatives: dict[str, Representative] = {}
    for team in range(1, teams + 1):
        for name, zone, hour, hours, role, units, temper in PAYROLL:
            person_id = name if team == 1 else f"{name}-{team}"
            starts_ms = find_instant_ms(day, zone, hour) + random.randrange(8 * MINUTE_MS)
            ends_ms = starts_ms + int(hours * HOUR_MS)
            representatives[person_id] = Representative(
                id=person_id,
                queues=ROLES[role],
                skills=SKILLS[zone],
                units=units,
                profiles=_limit_profiles(role, temper),
                time_zone=zone,
                temperament=TEMPERAMENTS[temper],
                starts_ms=starts_ms,
                ends_ms=ends_ms,
                breaks_ms=_plan_breaks(starts_ms, random),
                auto_answers=role == "phone" and temper == "swift",
            )
    by_queue: dict[str, list[Representative]] = {queue_id: [] for queue_id in QUEUES}
    for person in representatives.values():
        for queue_id in person.queues:
            by_queue[queue_id].append(person)
    return Payroll(representatives, by_queue)


def _limit_profiles(role: str, temper: str) -> dict[str, int | None]:
    limits: dict[str, int | None] = {}
    if role in {"phone", "senior"}:
        limits["call"] = None
    if role in {"chat", "social", "cases"}:
        limits["messages"] = 2 if temper == "new" else None
        limits["spanish"] = None
    if role == "cases":
        limits["claims-a-day"] = 18 if temper == "thorough" else None
    if role == "senior":
        limits["claims-a-day"] = 6
    return limits


def _plan_breaks(starts_ms: int, random: Random) -> tuple[tuple[int, int], ...]:
    """A short break, lunch, a short break."""
    plan = ((1.9, 12), (3.8, 35), (6.2, 12))
    breaks = []
    for hour, minutes in plan:
        from_ms = starts_ms + int(hour * HOUR_MS) + random.randrange(20 * MINUTE_MS)
        breaks.append((from_ms, from_ms + minutes * MINUTE_MS))
    return tuple(breaks)
