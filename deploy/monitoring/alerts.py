"""The alerts, one table. Each says why somebody is woken and where the runbook is; see `rules`.

Lag is the exporter's (`omnistate worker lag`), which is right when no worker runs. What workers say
of themselves is taken as the greatest of all of them, so that a takeover does not count twice.
"""

from typing import Final, Literal, NamedTuple

Severity = Literal["page", "ticket"]


class Alert(NamedTuple):
    """One alert; the runbook is the heading of its name.

    `lasts` is how long the expression must hold. The sentence may quote labels as Prometheus'
    templates do.
    """

    name: str
    expression: str
    lasts: str
    severity: Severity
    sentence: str


def risen(metric: str, *labels: str, window: str) -> str:
    """By how much a counter rose in a window, also where its labels came up within it.

    `increase` takes the first value that it sees as the beginning, and so misses the first event.
    """
    now = f"sum by ({', '.join(labels)}) ({metric})"
    before = f"sum by ({', '.join(labels)}) ({metric} offset {window})"
    return f"{now} - ({before} or {now} * 0)"


# So long will the certificate of a worker still be valid.
LEFT_S: Final = "omnistate_certificate_expiry_timestamp_seconds - time()"
ALERTS: Final = (
    Alert(
        "LagOld",
        "max by (group) (omnistate_group_lag_seconds) > 30",
        "2m",
        "page",
        "{{ $labels.group }} has not taken a record that is {{ $value | humanizeDuration }} old.",
    ),
    Alert(
        "LagGrowing",
        "deriv(max by (group) (omnistate_group_lag_seconds)[15m:30s]) > 0.05 "
        "and max by (group) (omnistate_group_lag_seconds) > 5",
        "15m",
        "ticket",
        "{{ $labels.group }} falls ever further behind.",
    ),
    Alert(
        "NobodyWorks",
        "sum by (group) (omnistate_group_lag_records) > 0 "
        "and on (group) max by (group) (omnistate_group_members) == 0",
        "1m",
        "page",
        "{{ $value }} records wait for {{ $labels.group }}, and it has no member.",
    ),
    Alert(
        "LagUnknown",
        "absent(omnistate_lag_measured_timestamp_seconds) "
        "or time() - max(omnistate_lag_measured_timestamp_seconds) > 120",
        "1m",
        "page",
        "Nobody has measured the lag for two minutes: the alerts on it are blind.",
    ),
    Alert(
        "NearRetention",
        "max by (group, topic) (omnistate_retention_ratio) > 0.5",
        "5m",
        "page",
        "{{ $labels.topic }} will delete records that {{ $labels.group }} has not taken.",
    ),
    Alert(
        "RecordsGone",
        f"{risen('omnistate_records_gone_total', 'topic', window='1h')} > 0 "
        f"or {risen('omnistate_projection_records_gone_total', window='1h')} > 0",
        "0s",
        "page",
        "{{ $value }} records were deleted before they were read.",
    ),
    Alert(
        "CapacityGaps",
        f"{risen('omnistate_capacity_gaps_total', 'topic', window='1h')} > 0",
        "0s",
        "page",
        "{{ $value }} capacity changes never arrived: totals may be wrong.",
    ),
    Alert(
        "PartitionStopped",
        "max by (job, partition, reason) (omnistate_partition_stopped) == 1",
        "1m",
        "page",
        "Partition {{ $labels.partition }} stands still: {{ $labels.reason }}.",
    ),
    Alert(
        "PartitionNotRunning",
        "max by (job, partition) (omnistate_partition_running) == 0",
        "5m",
        "ticket",
        "Partition {{ $labels.partition }} of {{ $labels.job }} is being restored for long.",
    ),
    Alert(
        "WorkerUnreachable",
        'up{job=~"omnistate-.+"} == 0',
        "2m",
        "ticket",
        "Prometheus does not reach {{ $labels.instance }} of {{ $labels.job }}.",
    ),
    Alert(
        "ReadModelBehind",
        "max by (job, instance) (omnistate_projection_ready) == 0 "
        "or max by (job, instance) (omnistate_figures_ready) == 0",
        "5m",
        "ticket",
        "{{ $labels.instance }} has not caught up: what it shows is old.",
    ),
    Alert(
        "ManyLost",
        f"{risen('omnistate_representatives_lost_total', window='5m')} "
        "> clamp_min(0.1 * sum(omnistate_representatives), 5)",
        "0s",
        "page",
        "{{ $value }} representatives were lost within five minutes: their leases ran out.",
    ),
    Alert(
        "DeadLetters",
        f"{risen('omnistate_dead_letters_total', 'reason', window='15m')} > 0",
        "0s",
        "ticket",
        "{{ $value }} records could not be used: {{ $labels.reason }}.",
    ),
    Alert(
        "FencedOften",
        "sum by (job) (increase(omnistate_fenced_producers_total[15m])) > 3",
        "0s",
        "ticket",
        "Workers of {{ $labels.job }} take partitions from one another again and again.",
    ),
    Alert(
        "NobodyRoutes",
        # Also where all of them are gone, of those who have had one within a day.
        "max(omnistate_router_acting) == 0 "
        "or max(max_over_time(omnistate_router_acting[1d])) == 1 "
        "unless on () max(omnistate_router_acting) == 1",
        "1m",
        "page",
        "No router acts: nobody is offered any work.",
    ),
    Alert(
        "GateSilent",
        "max(omnistate_router_unanswered_seconds) > 30",
        "1m",
        "page",
        "The gate has not answered a request for {{ $value | humanizeDuration }}.",
    ),
    Alert(
        "WorkWaitsForFreePeople",
        "max by (queue) (omnistate_router_waiting) > 0 "
        "and on (queue) max by (queue) (omnistate_router_free) > 0",
        "5m",
        "ticket",
        "{{ $value }} conversations wait in {{ $labels.queue }} though people there have room.",
    ),
    Alert(
        "TimersLate",
        "histogram_quantile(0.99, "
        "sum by (le) (rate(omnistate_timer_lateness_seconds_bucket[5m]))) > 10",
        "10m",
        "ticket",
        "One timer in a hundred fires {{ $value | humanizeDuration }} late, or later.",
    ),
    Alert(
        "CertificateExpires",
        # Two weeks, or the last tenth of its life, where it does not live for so long.
        f"min by (job, instance, role) ({LEFT_S} < 1209600 "
        f"and 9 * ({LEFT_S}) < omnistate_certificate_age_seconds)",
        "15m",
        "ticket",
        "{{ $labels.instance }}, {{ $labels.role }} certificate: "
        "valid for {{ $value | humanizeDuration }} more.",
    ),
)
