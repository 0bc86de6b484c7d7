"""A YAML file that is read strictly, and remembers on which line everything stands.

A repeated key is an error, a key is text, and nothing is a date. What the content means is for
others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from omnistate.process.errors import Unusable

MERGE: Final = "tag:yaml.org,2002:merge"


class UnusableFile(Unusable):
    """A file that cannot be used; the message is one line that names it, and the line in it."""


class UnusableKey(yaml.constructor.ConstructorError):
    """A key that is none, or stands twice."""


class Document:
    """What a file says, and where."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises UnusableFile."""
        self.path = path
        try:
            loader = _Loader(path.read_bytes())
            self._root = loader.get_single_node()
            self.content: Any = (
                None if self._root is None else loader.construct_document(self._root)
            )
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from None
        except UnusableKey as error:
            raise UnusableFile(f"{_place(path, error)}: {error.problem}") from None
        except yaml.MarkedYAMLError as error:
            said = on_one_line(" ".join(filter(None, (error.context, error.problem))))
            raise UnusableFile(f"{_place(path, error)}: not YAML: {said}") from None
        except Exception as error:
            # PyYAML lets through what int, float and recursion say of nonsense.
            raise UnusableFile(f"{path}: not YAML: {on_one_line(str(error))}") from None

    def place(self, keys: Sequence[str | int]) -> str:
        """The file, and the line on which what these keys lead to stands; as far as it is there."""
        line: int | None = None
        node = self._root
        for key in keys:
            found = next(_find(node, key), None)
            if found is None:
                break
            mark, node = found
            line = mark.line + 1
        return str(self.path) if line is None else f"{self.path}:{line}"


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


def on_one_line(text: str) -> str:
    """The text without line ends, and with whatever a terminal would not print as it is escaped."""
    words = " ".join(text.split())
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in words)


def _place(path: Path, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return str(path) if mark is None else f"{path}:{mark.line + 1}"


def _find(node: yaml.Node | None, key: str | int) -> Iterator[tuple[yaml.Mark, yaml.Node]]:
    """Where a key of a mapping, or an element of a sequence, stands; and its value."""
    if isinstance(node, yaml.SequenceNode):
        if isinstance(key, int) and key < len(node.value):
            yield node.value[key].start_mark, node.value[key]
        return
    # Construction has put what a mapping was merged with in front of its own.
    for key_node, value in reversed(node.value) if isinstance(node, yaml.MappingNode) else ():
        if key_node.value == key:
            yield key_node.start_mark, value
