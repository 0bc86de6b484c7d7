"""The dashboards, one table: what is drawn, by which questions to Prometheus; see `dashboards`.

Every query has an answer on a system at work: what may not have happened yet is 0.
"""

from typing import Final

from deploy.monitoring.questions import (
    RATE,
    Dashboard,
    Panel,
    Query,
    by,
    figure,
    of_queues,
    quantile,
    rate,
)

LAG: Final = Dashboard(
    "lag",
    "omnistate: lag",
    (
        Panel(
            "Records waiting, by group and topic",
            "short",
            (by("sum by (group, topic) (omnistate_group_lag_records)", "group", "topic"),),
        ),
        Panel(
            "Age of the oldest, by group and topic",
            "s",
            (by("max by (group, topic) (omnistate_group_lag_seconds)", "group", "topic"),),
        ),
        Panel(
            "Records waiting, the ten greatest partitions",
            "short",
            (
                by(
                    "topk(10, max by (group, topic, partition) (omnistate_group_lag_records))",
                    *("group", "topic", "partition"),
                ),
            ),
        ),
        Panel(
            "Age of the oldest, the ten greatest partitions",
            "s",
            (
                by(
                    "topk(10, max by (group, topic, partition) (omnistate_group_lag_seconds))",
                    *("group", "topic", "partition"),
                ),
            ),
        ),
        Panel("Members", "short", (by("max by (group) (omnistate_group_members)", "group"),)),
        Panel(
            "Share of the retention used up",
            "percentunit",
            (by("max by (group) (omnistate_retention_ratio)", "group"),),
        ),
        Panel(
            "Age of the measurement",
            "s",
            (Query("time() - max(omnistate_lag_measured_timestamp_seconds)", "measured"),),
        ),
    ),
)

WORKERS: Final = Dashboard(
    "workers",
    "omnistate: workers",
    (
        Panel("Inputs by outcome", "reqps", (rate("omnistate_inputs_total", "outcome"),)),
        Panel("Published changes by rule", "reqps", (rate("omnistate_transitions_total", "rule"),)),
        Panel(
            "Writing and committing a batch",
            "s",
            tuple(quantile("omnistate_commit_seconds", share) for share in (0.5, 0.99)),
        ),
        Panel(
            "Records in a batch",
            "short",
            tuple(quantile("omnistate_batch_records", share) for share in (0.5, 0.99)),
        ),
        Panel(
            "Taking a partition over",
            "s",
            tuple(quantile("omnistate_restore_seconds", share) for share in (0.5, 0.99)),
        ),
        Panel(
            "Partitions running, and given up a second",
            "short",
            (
                Query("sum by (job) (omnistate_partition_running)", "{{job}} running"),
                Query(
                    f"sum by (job) (rate(omnistate_partitions_revoked_total{RATE}))",
                    "{{job}} given up",
                ),
            ),
        ),
        Panel(
            "Faults of the log, fenced producers, faults of Redis",
            "reqps",
            (
                Query(f"sum(rate(omnistate_faults_total{RATE}))", "log"),
                Query(f"sum(rate(omnistate_fenced_producers_total{RATE}))", "fenced"),
                Query(f"sum(rate(omnistate_redis_faults_total{RATE}))", "Redis"),
            ),
        ),
        Panel(
            "Lateness of timers",
            "s",
            tuple(quantile("omnistate_timer_lateness_seconds", share) for share in (0.5, 0.99)),
        ),
        Panel(
            "Processor time",
            "percentunit",
            (
                by(
                    f"sum by (job, instance) (rate(process_cpu_seconds_total{RATE}))",
                    "job",
                    "instance",
                ),
            ),
        ),
        Panel(
            "Memory (resident, GB)",
            "short",
            (
                by(
                    "max by (job, instance) (process_resident_memory_bytes) / 1e9",
                    "job",
                    "instance",
                ),
            ),
        ),
    ),
)

CENTRE: Final = Dashboard(
    "centre",
    "omnistate: the contact centre",
    (
        Panel(
            "Conversations by status",
            "short",
            (by("sum by (status) (omnistate_conversations)", "status"),),
        ),
        Panel(
            "Representatives whose capacity is counted, and gaps in it",
            "short",
            (
                Query("sum(omnistate_representatives)", "representatives"),
                Query("sum(omnistate_capacity_gaps_total) or vector(0)", "gaps"),
            ),
        ),
        Panel(
            "Granted by the gate, and representatives lost",
            "reqps",
            (
                Query(f"sum(rate(omnistate_grants_total{RATE}))", "granted"),
                Query(f"sum(rate(omnistate_representatives_lost_total{RATE}))", "lost"),
            ),
        ),
        Panel("Rejected, by code", "reqps", (rate("omnistate_rejections_total", "code"),)),
        Panel("Ignored, by code", "reqps", (rate("omnistate_ignored_total", "code"),)),
        Panel("Service level, the last hour", "percentunit", (figure("service_level"),)),
        Panel("Average speed of answer, the last hour", "s", (figure("average_answer_seconds"),)),
        Panel("Average handle time, the last hour", "s", (figure("average_handle_seconds"),)),
        Panel(
            "Offered and abandoned, the last hour",
            "short",
            (
                Query(figure("offered").expression, "{{workstream}} offered"),
                Query(figure("abandoned").expression, "{{workstream}} abandoned"),
            ),
        ),
        Panel("Dead letters by reason", "reqps", (rate("omnistate_dead_letters_total", "reason"),)),
    ),
)

ROUTER: Final = Dashboard(
    "router",
    "omnistate: the router",
    (
        Panel("Conversations that wait, by queue", "short", (of_queues("waiting"),)),
        Panel("The longest wait, by queue", "s", (of_queues("oldest_wait_seconds"),)),
        Panel(
            "People signed in, and those with room for what waits",
            "short",
            (
                Query(of_queues("signed_in").expression, "{{queue}} signed in"),
                Query(of_queues("free").expression, "{{queue}} free"),
            ),
        ),
        Panel("Asked for, by type", "reqps", (rate("omnistate_router_actions_total", "type"),)),
        Panel("Refused, by code", "reqps", (rate("omnistate_router_refused_total", "code"),)),
        Panel(
            "Routers that act, and those that are ready",
            "short",
            (
                Query("sum(omnistate_router_acting)", "act"),
                Query("sum(omnistate_router_ready)", "are ready"),
            ),
        ),
        Panel(
            "Age of the oldest request without an answer",
            "s",
            (Query("max(omnistate_router_unanswered_seconds)", "unanswered"),),
        ),
        Panel(
            "Deciding once",
            "s",
            tuple(quantile("omnistate_router_decision_seconds", share) for share in (0.5, 0.99)),
        ),
    ),
)

DASHBOARDS: Final = (LAG, WORKERS, CENTRE, ROUTER)
