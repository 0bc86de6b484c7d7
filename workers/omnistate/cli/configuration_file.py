"""CONFIG.yaml from a file: read, validated whole, and turned into the directory the engine uses.

Every error is one line that names the file, the place and what is wrong.
"""

from pathlib import Path
from typing import Any

import yaml
from omnistate_schemas.configuration import ContactCentre
from pydantic import ValidationError

from omnistate.core.settings import Directory


class UnusableFile(Exception):
    """A file that cannot be used; the message is one line."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain YAML: a repeated key is an error, and nothing is a date."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node. Raises ConstructorError where a key stands twice."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(
                    None, None, f"quote the key {key_node.value!r}", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


# A date among ids or durations is a slip; as text it is refused where it stands.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_contact_centre(path: Path) -> ContactCentre:
    """The configuration in a file. Raises UnusableFile."""
    try:
        content = yaml.load(path.read_bytes(), Loader=_Loader)
    except OSError as error:
        raise UnusableFile(f"{path}: {error.strerror}") from None
    except Exception as error:
        raise UnusableFile(f"{path}: not YAML: {_on_one_line(str(error))}") from None
    if content is not None and not isinstance(content, dict):
        raise UnusableFile(f"{path}: a mapping is needed, of workstreams and the rest")
    try:
        return ContactCentre.model_validate({} if content is None else content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        place = ".".join(str(part) for part in problems[0]["loc"])
        message = problems[0]["msg"].removeprefix("Value error, ")
        if problems[0]["type"] in {"dict_type", "model_type"}:
            message = "a mapping is needed"
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise UnusableFile(_on_one_line(f"{path}: {place}: {message}{more}")) from None


def _on_one_line(text: str) -> str:
    """The text without line ends, and with whatever a terminal would not print as it is escaped."""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)


def build_directory(centre: ContactCentre) -> Directory:
    """The directory of a whole configuration."""
    return Directory(centre.workstreams, centre.capacity_profiles, centre.representatives)


def load_directory(path: Path) -> Directory:
    """The directory of the configuration in a file. Raises UnusableFile."""
    return build_directory(load_contact_centre(path))
