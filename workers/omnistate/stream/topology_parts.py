"""What `topics.yaml` declares, piece by piece: topics, groups, and how records are classified.

Models only; whether they fit together is for `topology_rules` to say.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Annotated, Literal, Protocol

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

# Of a `turn` nothing is read: whoever of a group owns its partition is the one that acts.
Kind = Literal["input", "output", "configuration", "table", "changelog", "dead-letter", "turn"]
Delivery = Literal["exactly-once", "at-least-once"]
# Kafka's own limit is 249 characters; the rest is room for a prefix.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=180)]
Sentence = Annotated[str, StringConstraints(min_length=1)]


def _as_kafka_writes(value: object) -> object:
    """YAML's numbers and booleans as the text that Kafka keeps settings in."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else value


class Declared(BaseModel):
    """A piece of the file: nothing in it but what is known, each of its own type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Classification(Declared):
    """Whether people can be recognised in the records, and why these are kept that long."""

    personal_data: bool
    retention: Sentence


class Topic(Declared):
    """One topic, as it should be. `key` says what its keys are, `messages` what its values are."""

    name: Name
    description: Sentence
    key: Sentence
    kind: Kind
    partitions: int = Field(gt=0)
    replication_factor: int = Field(gt=0)
    config: Mapping[str, Annotated[str, BeforeValidator(_as_kafka_writes)]]
    messages: Annotated[tuple[str, ...], Field(strict=False)]
    co_partitioned_with: Name | None = None
    dead_letter: Name | None = None
    classification: Classification


class Group(Declared):
    """One worker's consumer group. `follows` are read whole by each member, beside the group."""

    name: Name
    description: Sentence
    consumes: Annotated[tuple[Name, ...], Field(strict=False, min_length=1)]
    follows: Annotated[tuple[Name, ...], Field(strict=False)]
    produces: Annotated[tuple[Name, ...], Field(strict=False)]
    tables: Mapping[Name, Name]
    delivery: Delivery
    # So long the brokers leave a transaction open that nobody ends any more.
    transaction_timeout_ms: int = Field(default=30_000, gt=0)

    @property
    def topics(self) -> tuple[str, ...]:
        """Every topic that the worker touches, each once."""
        touched = chain(self.consumes, self.follows, self.produces, self.tables.values())
        return tuple(dict.fromkeys(touched))


class Client(Declared):
    """Somebody who publishes or reads, and is no worker: what each may do follows from it."""

    name: Name
    description: Sentence
    reads: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    writes: Annotated[tuple[Name, ...], Field(strict=False)] = ()


class Declaration(Protocol):
    """Every topic and group, as far as the rules between them look."""

    @property
    def topics(self) -> Sequence[Topic]:
        """In the order of the file."""

    @property
    def groups(self) -> Sequence[Group]:
        """In the order of the file."""

    @property
    def clients(self) -> Sequence[Client]:
        """In the order of the file."""

    def topic(self, name: str) -> Topic:
        """The topic of that name."""

    def topics_of(self, co_partition: str) -> Sequence[Topic]:
        """The topics that share their partition numbers under that name."""
