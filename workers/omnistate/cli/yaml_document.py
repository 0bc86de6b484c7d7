"""A YAML file that remembers on which line everything stands.

How it is read is told in `omnistate.stream.yaml_text`; what the content means is for others.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from omnistate.process.errors import Unusable
from omnistate.stream.yaml_text import UnusableYaml, read_yaml


class UnusableFile(Unusable):
    """A file that cannot be used; the message is one line that names it, and the line in it."""


class Document:
    """What a file says, and where."""

    def __init__(self, path: Path) -> None:
        """Read the file. Raises UnusableFile."""
        self.path = path
        self.content: Any
        try:
            self._root, self.content = read_yaml(path)
        except OSError as error:
            raise UnusableFile(f"{path}: {error.strerror}") from None
        except UnusableYaml as error:
            raise UnusableFile(error.at(path)) from None

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
