"""When each alert fires and when it does not: series every 15 seconds, and what is seen at a time.

The values are promtool's: `1+2x3` are 1 3 5 7, `_` is none.
"""

from typing import Final

from tests.deploy.alert_trials import Firing, Quiet
from tests.deploy.certificate_alert_cases import CERTIFICATE_FIRING, CERTIFICATE_QUIET
from tests.deploy.router_alert_cases import ROUTER_FIRING, ROUTER_QUIET

PLACE: Final = 'group="conversation",topic="channel-events",partition="0"'
AGE: Final = f"omnistate_group_lag_seconds{{{PLACE}}}"
WAITING: Final = f"omnistate_group_lag_records{{{PLACE}}}"
MEMBERS: Final = 'omnistate_group_members{group="conversation"}'
MEASURED: Final = "omnistate_lag_measured_timestamp_seconds"
SHARE: Final = f"omnistate_retention_ratio{{{PLACE}}}"
GONE: Final = 'omnistate_records_gone_total{topic="channel-events",instance="a"}'
GAPS: Final = 'omnistate_capacity_gaps_total{topic="capacity-changes",instance="a"}'
LOST: Final = 'omnistate_representatives_lost_total{instance="a"}'
PEOPLE: Final = 'omnistate_representatives{instance="a"}'
LETTERS: Final = 'omnistate_dead_letters_total{reason="not_json",instance="a"}'
STOPPED: Final = 'omnistate_partition_stopped{job="c",partition="3",reason="unreadable"}'
RUNNING: Final = 'omnistate_partition_running{{job="c",partition="3",instance="{0}"}}'
LATE: Final = 'omnistate_timer_lateness_seconds_bucket{{le="{0}"}}'
FENCED: Final = 'omnistate_fenced_producers_total{job="c",instance="a"}'
READY: Final = 'omnistate_projection_ready{job="p",instance="a"}'
GROUP: Final = {"group": "conversation"}

FIRING: Final[tuple[tuple[str, Firing], ...]] = (
    (
        "LagOld",
        Firing(
            {AGE: "0+15x40"},
            "5m",
            GROUP,
            "conversation has not taken a record that is 5m 0s old.",
        ),
    ),
    (
        "LagGrowing",
        Firing({AGE: "0+15x200"}, "40m", GROUP, "conversation falls ever further behind."),
    ),
    (
        "NobodyWorks",
        Firing(
            {WAITING: "5x40", MEMBERS: "0x40"},
            "5m",
            GROUP,
            "5 records wait for conversation, and it has no member.",
        ),
    ),
    *(
        (
            "LagUnknown",
            Firing(
                series,
                "10m",
                {},
                "Nobody has measured the lag for two minutes: the alerts on it are blind.",
            ),
        )
        for series in ({MEASURED: "0x60"}, {"up": "1x60"})
    ),
    (
        "NearRetention",
        Firing(
            {SHARE: "0.6x60"},
            "10m",
            {"group": "conversation", "topic": "channel-events"},
            "channel-events will delete records that conversation has not taken.",
        ),
    ),
    (
        "RecordsGone",
        Firing(
            {GONE: "_x20 3x40"},
            "10m",
            {"topic": "channel-events"},
            "3 records were deleted before they were read.",
        ),
    ),
    (
        "RecordsGone",
        Firing(
            {"omnistate_projection_records_gone_total": "0x20 2x400"},
            "40m",
            {},
            "2 records were deleted before they were read.",
        ),
    ),
    (
        "CapacityGaps",
        Firing(
            {GAPS: "_x20 1x40"},
            "10m",
            {"topic": "capacity-changes"},
            "1 capacity changes never arrived: totals may be wrong.",
        ),
    ),
    (
        "ManyLost",
        Firing(
            {LOST: "0x20 7x40", PEOPLE: "30x60"},
            "8m",
            {},
            "7 representatives were lost within five minutes: their leases ran out.",
        ),
    ),
    (
        "PartitionStopped",
        Firing(
            {STOPPED: "1x40"},
            "5m",
            {"job": "c", "partition": "3", "reason": "unreadable"},
            "Partition 3 stands still: unreadable.",
        ),
    ),
    (
        "PartitionNotRunning",
        Firing(
            {RUNNING.format("a"): "0x60"},
            "10m",
            {"job": "c", "partition": "3"},
            "Partition 3 of c is being restored for long.",
        ),
    ),
    (
        "WorkerUnreachable",
        Firing(
            {'up{job="omnistate-workers",instance="a:6066"}': "0x40"},
            "5m",
            {"job": "omnistate-workers", "instance": "a:6066"},
            "Prometheus does not reach a:6066 of omnistate-workers.",
        ),
    ),
    *(
        (
            "ReadModelBehind",
            Firing(
                {f'omnistate_{worker}_ready{{job="p",instance="a"}}': "0x60"},
                "10m",
                {"job": "p", "instance": "a"},
                "a has not caught up: what it shows is old.",
            ),
        )
        for worker in ("projection", "figures")
    ),
    (
        "DeadLetters",
        Firing(
            {LETTERS: "_x20 7x40"},
            "10m",
            {"reason": "not_json"},
            "7 records could not be used: not_json.",
        ),
    ),
    (
        "FencedOften",
        Firing(
            {FENCED: "0+1x80"},
            "20m",
            {"job": "c"},
            "Workers of c take partitions from one another again and again.",
        ),
    ),
    *ROUTER_FIRING,
    (
        "TimersLate",
        Firing(
            {LATE.format(10): "0x100", LATE.format(60): "0+1x100", LATE.format("+Inf"): "0+1x100"},
            "20m",
            {},
            "One timer in a hundred fires 59.5s late, or later.",
        ),
    ),
    *CERTIFICATE_FIRING,
)

QUIET: Final[tuple[tuple[str, Quiet], ...]] = (
    ("LagOld", Quiet({AGE: "20x40"}, "5m")),
    # A minute of a rebalance is nobody's night.
    ("LagOld", Quiet({AGE: "0x4 60x4 0x40"}, "2m")),
    ("LagGrowing", Quiet({AGE: "3000-3x300"}, "40m")),
    ("LagGrowing", Quiet({AGE: "0x400"}, "40m")),
    ("NobodyWorks", Quiet({WAITING: "5x40", MEMBERS: "2x40"}, "5m")),
    ("NobodyWorks", Quiet({WAITING: "0x40", MEMBERS: "0x40"}, "5m")),
    ("LagUnknown", Quiet({MEASURED: "0+15x60"}, "10m")),
    # One of two exporters has stopped.
    (
        "LagUnknown",
        Quiet({f"{MEASURED}{{i='a'}}": "0x60", f"{MEASURED}{{i='b'}}": "0+15x60"}, "10m"),
    ),
    ("NearRetention", Quiet({SHARE: "0.4x60"}, "10m")),
    ("RecordsGone", Quiet({GONE: "3x600"}, "2h")),
    # A worker that starts anew counts from 0.
    ("RecordsGone", Quiet({GONE: "3x20 0x40"}, "10m")),
    ("CapacityGaps", Quiet({GAPS: "1x600"}, "2h")),
    ("PartitionStopped", Quiet({STOPPED: "1x2 0x40"}, "5m")),
    # Taken over: the former owner's zero does not count.
    (
        "PartitionNotRunning",
        Quiet({RUNNING.format("a"): "0x60", RUNNING.format("b"): "1x60"}, "10m"),
    ),
    ("WorkerUnreachable", Quiet({'up{job="somebody-elses",instance="a"}': "0x40"}, "5m")),
    ("ReadModelBehind", Quiet({READY: "0x10 1x60"}, "10m")),
    # A tenth of everybody is not many.
    ("ManyLost", Quiet({LOST: "0x20 7x40", PEOPLE: "70x60"}, "8m")),
    ("ManyLost", Quiet({LOST: "3+1x200", PEOPLE: "1000x200"}, "30m")),
    ("DeadLetters", Quiet({LETTERS: "7x200"}, "30m")),
    ("FencedOften", Quiet({FENCED: "0x20 1x60"}, "20m")),
    *ROUTER_QUIET,
    (
        "TimersLate",
        Quiet({LATE.format(10): "0+1x100", LATE.format("+Inf"): "0+1x100"}, "20m"),
    ),
    *CERTIFICATE_QUIET,
)
