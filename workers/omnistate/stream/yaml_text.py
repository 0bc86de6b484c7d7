"""YAML that a person has written, read strictly: as nodes with their lines, and as what they say.

A repeated key is an error, a key is text, and nothing is a date. Depth and size are bounded, since
the C library ends the process where nodes are too deep. What the content means is for others.
"""

from pathlib import Path
from typing import Any, Final

import yaml

MERGE: Final = "tag:yaml.org,2002:merge"
# Far above anything that is configured, and far below what a stack can bear.
DEPTH_MAX: Final = 64
BYTES_MAX: Final = 64 * 1_048_576


class UnusableYaml(ValueError):
    """It is no YAML of ours; the message is one line without the file's name.

    `line` counts from 1; None where no line is known.
    """

    def __init__(self, message: str, line: int | None) -> None:
        """Say what is wrong, and where."""
        super().__init__(message)
        self.line = line

    def at(self, path: Path) -> str:
        """The message behind the file and the line."""
        return f"{path}{'' if self.line is None else f':{self.line}'}: {self}"


class UnusableKey(yaml.constructor.ConstructorError):
    """A key that is none, or stands twice."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """The mapping of a node. Raises UnusableKey."""
        seen: set[object] = set()
        for key_node, _ in node.value:
            if key_node.tag == MERGE:
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                problem = f"quote the key {key_node.value!r}"
                raise UnusableKey(None, None, problem, key_node.start_mark)
            if key in seen:
                raise UnusableKey(None, None, f"the key {key!r} stands twice", key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


# A date among ids or durations is a slip; as text it is refused where it stands.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_yaml(path: Path) -> tuple[yaml.Node | None, Any]:
    """The root node of a file, and what it says; None twice where it says nothing.

    Raises UnusableYaml and OSError.
    """
    with path.open("rb") as file:
        text = file.read(BYTES_MAX + 1)
    if len(text) > BYTES_MAX:
        raise UnusableYaml(f"larger than {BYTES_MAX >> 20} MiB", None)
    try:
        _check_depth(text)
        loader = _Loader(text)
        root: yaml.Node | None = loader.get_single_node()
        return root, None if root is None else loader.construct_document(root)
    except UnusableYaml:
        raise
    except UnusableKey as error:
        raise UnusableYaml(str(error.problem), _line(error.problem_mark)) from None
    except yaml.MarkedYAMLError as error:
        said = on_one_line(" ".join(filter(None, (error.context, error.problem))))
        raise UnusableYaml(
            f"not YAML: {said}", _line(error.problem_mark or error.context_mark)
        ) from None
    except Exception as error:
        # PyYAML lets through what int, float and recursion say of nonsense.
        raise UnusableYaml(f"not YAML: {on_one_line(str(error))}", None) from None


def on_one_line(text: str) -> str:
    """The text without line ends, and with whatever a terminal would not print as it is escaped."""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)


def _check_depth(text: bytes) -> None:
    """Raise UnusableYaml before nodes are made, one inside the other; events are in a row."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_MAX:
                said = f"more than {DEPTH_MAX} lists and mappings in each other"
                raise UnusableYaml(said, _line(event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(mark: Any) -> int | None:
    return None if mark is None else mark.line + 1
