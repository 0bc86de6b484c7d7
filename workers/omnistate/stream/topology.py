"""`topics.yaml` as code: which topics there are, and which worker reads and writes which.

It must not know a cluster, a prefix or a driver: it says what should be there, adapters see to it.
"""

from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, ValidationError, model_validator

from omnistate.stream.topology_parts import Client, Declared, Group, Topic
from omnistate.stream.topology_rules import find_problems
from omnistate.stream.yaml_text import UnusableYaml, on_one_line, read_yaml

DEFAULTS: Final = frozenset({"partitions", "replication_factor", "config"})


class TopologyError(ValueError):
    """The declaration of the topics cannot be used; the message is one line that says why."""


class Topology(Declared):
    """The whole declaration, valid in itself."""

    version: Literal[1]
    topics: Annotated[tuple[Topic, ...], Field(strict=False)]
    groups: Annotated[tuple[Group, ...], Field(strict=False)]
    clients: Annotated[tuple[Client, ...], Field(strict=False)] = ()

    @model_validator(mode="before")
    @classmethod
    def _fill_in_defaults(cls, declared: Any) -> Any:
        if not isinstance(declared, dict) or not isinstance(declared.get("topics"), list):
            return declared
        rest = {member: value for member, value in declared.items() if member != "defaults"}
        defaults = declared.get("defaults", {})
        if not isinstance(defaults, dict) or set(defaults) - DEFAULTS:
            raise ValueError("defaults: there are those of partitions, replication_factor, config")
        rest["topics"] = [
            _fill_in(defaults, topic) if isinstance(topic, dict) else topic
            for topic in declared["topics"]
        ]
        return rest

    @model_validator(mode="after")
    def _check(self) -> Self:
        first = next(find_problems(self), None)
        if first is not None:
            raise ValueError(first)
        return self

    def topic(self, name: str) -> Topic:
        """The topic of that name. Raises TopologyError where none is declared."""
        for topic in self.topics:
            if topic.name == name:
                return topic
        raise TopologyError(f"topic {name} is not declared")

    def group(self, name: str) -> Group:
        """The group of that name. Raises TopologyError where none is declared."""
        for group in self.groups:
            if group.name == name:
                return group
        raise TopologyError(f"group {name} is not declared")

    def topics_of(self, co_partition: str) -> tuple[Topic, ...]:
        """The topics that share their partition numbers under that name."""
        return tuple(topic for topic in self.topics if topic.co_partitioned_with == co_partition)


def load_topology(path: Path | None = None) -> Topology:
    """The declaration in `path`, or else the one that came with the package.

    Raises TopologyError, a line that names the file and the place, where it cannot be used.
    """
    source = path or packaged_path()
    return check_declaration(source, read_declaration(source))


def read_declaration(source: Path) -> Any:
    """What a file says, unchecked. Raises TopologyError."""
    try:
        return read_yaml(source)[1]
    except OSError as error:
        raise TopologyError(f"{source}: cannot be read: {error.strerror}") from None
    except UnusableYaml as error:
        raise TopologyError(error.at(source)) from None


def check_declaration(source: Path, declared: Any) -> Topology:
    """What a file says, as the declaration that it is. Raises TopologyError."""
    try:
        return Topology.model_validate(declared)
    except ValidationError as error:
        raise TopologyError(on_one_line(f"{source}: {_first_line(error)}")) from None


def packaged_path() -> Path:
    """Where the package's own topics.yaml lies: in the wheel, or at the root of the repository."""
    package = Path(__file__).parents[1]
    in_wheel = package / "topics.yaml"
    return in_wheel if in_wheel.is_file() else package.parents[1] / "topics.yaml"


def _fill_in(defaults: dict[str, Any], topic: dict[str, Any]) -> dict[str, Any]:
    """A topic with the defaults; its own settings stand beside those of all."""
    filled = {**defaults, **topic}
    settings = [each.get("config", {}) for each in (defaults, topic)]
    if all(isinstance(each, dict) for each in settings):
        filled["config"] = settings[0] | settings[1]
    return filled


def _first_line(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "model_type":
        message = "a mapping is needed"
    return f"{place}: {message}" if place else message
