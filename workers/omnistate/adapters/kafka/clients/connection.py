"""Where the cluster is, who we are to it, and what our names are called there.

It opens no connection by itself: it makes consumers, producers and admin clients that are alike.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Literal, NamedTuple

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from omnistate.adapters.kafka.clients.credentials import Credentials, LoginPart, TlsFiles
from omnistate.adapters.kafka.clients.sticky_assignor import StickyAssignor
from omnistate.adapters.kafka.internals.consumer import CheckedConsumer, GroupConsumer
from omnistate.adapters.kafka.internals.logins import space_out_logins
from omnistate.adapters.kafka.internals.sending import forgive_removals

SecurityProtocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
SaslMechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

# Of producers: the default of 100 put the 99th percentile of a commit at over 100 ms. Others keep
# it, so that a broker that is away is not asked, and complained of, a hundred times a second.
PRODUCER_RETRY_BACKOFF_MS: Final = 10
RETRY_BACKOFF_MS: Final = 100
REQUEST_TIMEOUT_MS: Final = 40_000
# Below the broker's default of 1,048,588 bytes a batch, with room for a batch's own header.
BATCH_BYTES_MAX: Final = 1_000_000
PARTITION_FETCH_BYTES: Final = 1_048_576
# What the groups' members before StickyAssignor know: offered until none of them can be met.
FORMER_PROTOCOL: Final = "range"


class Membership(NamedTuple):
    """How a worker is in its group."""

    session_timeout_ms: int
    # Of a static member: it keeps its place, and its partitions, through a restart.
    instance_id: str | None = None


@dataclass(frozen=True)
class Connection:
    """One cluster as one installation sees it. The password never shows in its `repr`."""

    brokers: str = "localhost:9092"
    # In front of every topic, group and transactional id.
    prefix: str = ""
    security_protocol: SecurityProtocol = "PLAINTEXT"
    sasl_mechanism: SaslMechanism = "PLAIN"
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_ca_file: str | None = None
    ssl_cert_file: str | None = None
    ssl_key_file: str | None = None
    # Where the user and the password were read, and may be renewed.
    sasl_username_file: str | None = None
    sasl_password_file: str | None = None

    def physical(self, name: str) -> str:
        """What a topic, group or transactional id of ours is called on the cluster."""
        return self.prefix + name

    def logical(self, name: str) -> str:
        """What we call a topic of the cluster. Raises ValueError for one that is not ours."""
        if not name.startswith(self.prefix):
            raise ValueError(f"{name} is not of this installation")
        return name[len(self.prefix) :]

    def partitions(self, topic: str, count: int) -> list[TopicPartition]:
        """The partitions of a topic of ours that has so many, as they are called there."""
        return [TopicPartition(self.physical(topic), number) for number in range(count)]

    def consumer(self, **options: Any) -> CheckedConsumer:
        """A consumer of committed records that commits nothing by itself; not started."""
        return CheckedConsumer(
            **{**self._consumer_options(), "auto_offset_reset": "earliest", **options}
        )

    def member(self, group: str, membership: Membership) -> GroupConsumer:
        """A member of a group to which partitions are assigned by number, alike for all topics."""
        session_timeout_ms, instance_id = membership
        return GroupConsumer(
            StickyAssignor(),
            FORMER_PROTOCOL,
            instance_id,
            **self._consumer_options(),
            group_id=self.physical(group),
            session_timeout_ms=session_timeout_ms,
            heartbeat_interval_ms=session_timeout_ms // 4,
            rebalance_timeout_ms=max(session_timeout_ms, 30_000),
            # Batches are bounded; a worker that restores for long is no dead one.
            max_poll_interval_ms=3_600_000,
            fetch_max_wait_ms=100,
            # Whoever reads says where; never silently from the beginning.
            auto_offset_reset="none",
        )

    def member_of(self, assignor: Any, **options: Any) -> GroupConsumer:
        """A member of a group that has its partitions assigned in a way of its own."""
        options = {**self._consumer_options(), "auto_offset_reset": "earliest", **options}
        return GroupConsumer(assignor, None, None, **options)

    def producer(self, **options: Any) -> AIOKafkaProducer:
        """An idempotent producer; not started. A `transactional_id` is given as on the cluster."""
        producer = AIOKafkaProducer(
            **{
                **self._options(),
                "retry_backoff_ms": PRODUCER_RETRY_BACKOFF_MS,
                "enable_idempotence": True,
                "max_batch_size": BATCH_BYTES_MAX,
                "max_request_size": 2 * BATCH_BYTES_MAX,
                **options,
            },
        )
        forgive_removals(producer)
        return producer

    def admin(self) -> AIOKafkaAdminClient:
        """An admin client; not started."""
        return AIOKafkaAdminClient(**self._options())

    def _consumer_options(self) -> dict[str, Any]:
        return {
            **self._options(),
            "isolation_level": "read_committed",
            "enable_auto_commit": False,
            "max_partition_fetch_bytes": PARTITION_FETCH_BYTES,
        }

    def _options(self) -> dict[str, Any]:
        space_out_logins()
        return {
            "bootstrap_servers": self.brokers,
            "client_id": "omnistate",
            "request_timeout_ms": REQUEST_TIMEOUT_MS,
            "retry_backoff_ms": RETRY_BACKOFF_MS,
            "security_protocol": self.security_protocol,
            "sasl_mechanism": self.sasl_mechanism,
            # As functions: each connection asks anew.
            "ssl_context": self.credentials.context,
            "sasl_plain_username": self.credentials.username,
            "sasl_plain_password": self.credentials.password,
        }

    @cached_property
    def credentials(self) -> Credentials:
        """What each new connection shows and trusts; renewed with its files."""
        files = TlsFiles(self.ssl_ca_file, self.ssl_cert_file, self.ssl_key_file)
        return Credentials(
            LoginPart(self.sasl_username, self.sasl_username_file),
            LoginPart(self.sasl_password, self.sasl_password_file),
            files if self.security_protocol.endswith("SSL") else None,
        )
