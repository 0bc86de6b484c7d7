"""When the alerts of the router fire and when they do not; forms as in `alert_cases`."""

from typing import Final

from tests.deploy.alert_trials import Firing, Quiet

ACTING: Final = 'omnistate_router_acting{{instance="{0}"}}'
WAITS: Final = 'omnistate_router_waiting{queue="support",instance="a"}'
FREE: Final = 'omnistate_router_free{queue="support",instance="a"}'

ROUTER_FIRING: Final[tuple[tuple[str, Firing], ...]] = (
    *(
        ("NobodyRoutes", Firing(series, "10m", {}, "No router acts: nobody is offered any work."))
        for series in (
            {ACTING.format("a"): "0x60", ACTING.format("b"): "0x60"},
            # The last one has gone, and what it said with it.
            {ACTING.format("a"): "1x20 stale"},
        )
    ),
    (
        "GateSilent",
        Firing(
            {"omnistate_router_unanswered_seconds": "0+15x40"},
            "5m",
            {},
            "The gate has not answered a request for 5m 0s.",
        ),
    ),
    (
        "WorkWaitsForFreePeople",
        Firing(
            {WAITS: "4x60", FREE: "1x60"},
            "10m",
            {"queue": "support"},
            "4 conversations wait in support though people there have room.",
        ),
    ),
)

ROUTER_QUIET: Final[tuple[tuple[str, Quiet], ...]] = (
    # One acts, the others stand by; and while the turn goes from one to the other.
    (
        "NobodyRoutes",
        Quiet({ACTING.format("a"): "1x60", ACTING.format("b"): "0x60"}, "10m"),
    ),
    (
        "NobodyRoutes",
        Quiet({ACTING.format("a"): "1x20 stale", ACTING.format("b"): "0x21 1x60"}, "10m"),
    ),
    # Whoever has never had one has a router of their own.
    ("NobodyRoutes", Quiet({"up": "1x60"}, "10m")),
    ("GateSilent", Quiet({"omnistate_router_unanswered_seconds": "9x60"}, "10m")),
    ("WorkWaitsForFreePeople", Quiet({WAITS: "4x60", FREE: "0x60"}, "10m")),
    ("WorkWaitsForFreePeople", Quiet({WAITS: "0x60", FREE: "5x60"}, "10m")),
)
