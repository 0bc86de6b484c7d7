"""A tape of bytes that choices are read from.

Cheaper than a draw per choice, and it shrinks well: a zero is the first option, and so is whatever
lies behind the end of the tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Tape:
    """Bytes, read one after the other."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def number(self, below: int) -> int:
        """A number from 0 on; two bytes are read where one is too small for it."""
        value = self._read()
        if below > 256:
            value = value * 256 + self._read()
        return value % below

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, the first for a zero."""
        return options[self.number(len(options))]

    def happens(self, one_in: int) -> bool:
        """True once in so many times, never for a zero."""
        return self.number(one_in) == one_in - 1

    def _read(self) -> int:
        if self._position >= len(self._content):
            return 0
        self._position += 1
        return self._content[self._position - 1]
