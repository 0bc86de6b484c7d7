"""An offence against each import contract of pyproject.toml: what it forbids, done once.

By the contract's id. An offence names a module that is there and what it must not import, or a
module that would be in no room.
"""

from typing import Final, NamedTuple


class Import(NamedTuple):
    """One import too many."""

    importer: str
    imported: str
    # Contracts that are broken with it: an import upwards mostly closes a circle, too.
    also: frozenset[str] = frozenset()


class Stray(NamedTuple):
    """A module that was put in no room of its floor."""

    module: str
    also: frozenset[str] = frozenset()


CIRCLE: Final = frozenset({"circles"})

OFFENCES: Final[dict[str, list[Import | Stray]]] = {
    "floors": [
        Import("omnistate.audit.limits", "omnistate.demo.agenda"),
        Import("omnistate.process.waiting", "omnistate.audit.order"),
        Import("omnistate.core.settings", "omnistate.stream.partitioning", CIRCLE),
        Import(
            "omnistate.projections.figures.counting",
            "omnistate.adapters.memory.memory_log",
            CIRCLE,
        ),
        Stray("omnistate.helpers"),
    ],
    "schemas": [Import("omnistate_schemas.openapi", "omnistate.stream.partitioning")],
    "circles": [
        Import("omnistate.core.facts", "omnistate.core.causes"),
        Import("omnistate.audit.order", "omnistate.audit.auditor"),
        Import("omnistate_schemas.times", "omnistate_schemas.registry"),
    ],
    "core": [
        Import("omnistate.core.representative.totals", "omnistate.core.conversation.stages"),
        Import("omnistate.core.conversation.timers", "omnistate.core.representative.presence"),
        Import("omnistate.core.router.work", "omnistate.core.conversation.stages"),
        Import("omnistate.core.facts", "omnistate.core.conversation.stages", CIRCLE),
        Stray("omnistate.core.helpers"),
    ],
    "stream": [
        Import(
            "omnistate.stream.representative.totals_step",
            "omnistate.stream.conversation.timer_index",
        ),
        Import(
            "omnistate.stream.conversation.step", "omnistate.stream.representative.totals_table"
        ),
        Import("omnistate.stream.router.action_records", "omnistate.stream.conversation.encoding"),
        Import("omnistate.stream.outbox", "omnistate.stream.conversation.tables"),
        Import("omnistate.stream.merge", "omnistate.stream.representative.totals_step"),
        Stray("omnistate.stream.helpers"),
    ],
    "projections": [
        Import(
            "omnistate.projections.figures.windows", "omnistate.projections.read_model.progress"
        ),
        Import(
            "omnistate.projections.read_model.progress", "omnistate.projections.figures.windows"
        ),
        Import("omnistate.projections.keys", "omnistate.projections.figures.windows", CIRCLE),
        Stray("omnistate.projections.helpers"),
    ],
    "adapters": [
        Import("omnistate.adapters.redis.contents", "omnistate.adapters.memory.memory_log"),
        Import("omnistate.adapters.memory.memory_log", "omnistate.adapters.kafka.admin.readiness"),
        Stray("omnistate.adapters.helpers"),
    ],
    "kafka": [
        Import(
            "omnistate.adapters.kafka.worker.end_offsets",
            "omnistate.adapters.kafka.dead_letters.letter",
        ),
        Import(
            "omnistate.adapters.kafka.internals.sending",
            "omnistate.adapters.kafka.clients.append_times",
            CIRCLE,
        ),
        Import(
            "omnistate.adapters.kafka.clients.connection",
            "omnistate.adapters.kafka.admin.readiness",
            CIRCLE,
        ),
        Stray("omnistate.adapters.kafka.helpers"),
    ],
    "process": [
        Import("omnistate.process.figures.figures_engine", "omnistate.process.projection.overview"),
        Import(
            "omnistate.process.projection.overview", "omnistate.process.partitions.partition_engine"
        ),
        Import("omnistate.process.router.router_engine", "omnistate.process.lag.lag_engine"),
        Import(
            "omnistate.process.supervisor", "omnistate.process.partitions.partition_engine", CIRCLE
        ),
        Stray("omnistate.process.helpers"),
    ],
    "pure-core": [
        Import("omnistate.core.conversation.timers", "time"),
        Import("omnistate.core.conversation.day_starts", "random"),
        Import("omnistate.core.facts", "logging"),
        Import("omnistate_schemas.vocabulary", "sqlite3"),
    ],
    "pure-schemas": [Import("omnistate_schemas.envelope", "msgspec")],
    "generators": [Import("omnistate.cli.topics", "omnistate_schemas.generators.documents")],
    "demo": [
        Import("omnistate.demo.people", "omnistate.core.conversation.ledger"),
        Import("omnistate.demo.roster", "omnistate.stream.conversation.step"),
    ],
    "audit": [
        Import("omnistate.audit.holds_law", "omnistate.core.conversation.effects"),
        Import("omnistate.audit.tables_law", "omnistate.stream.conversation.step"),
    ],
    "aiohttp": [Import("omnistate.cli.worker", "aiohttp")],
    "aiokafka": [
        Import("omnistate.process.supervisor", "aiokafka"),
        Import("omnistate.stream.merge", "aiokafka"),
    ],
    "faust": [Import("omnistate.process.supervisor", "faust")],
    "matplotlib": [Import("omnistate.demo.screen", "matplotlib")],
    "mode": [Import("omnistate.process.faust_client", "mode")],
    "prometheus-client": [Import("omnistate.process.supervisor", "prometheus_client")],
    "pydantic-settings": [Import("omnistate.cli.options", "pydantic_settings")],
    "redis": [Import("omnistate.projections.keys", "redis")],
    "rich": [Import("omnistate.process.logs", "rich")],
    "structlog": [Import("omnistate.process.supervisor", "structlog")],
    "typer": [Import("omnistate.process.environment", "typer")],
    "uvloop": [Import("omnistate.process.faust_host", "uvloop")],
    "xxhash": [Import("omnistate.stream.conversation.step", "xxhash")],
    "yaml": [Import("omnistate.core.settings", "yaml")],
}
