"""What was made of some files, and is made anew once they have changed.

Files are renewed under whoever runs, and not always all at once: what cannot be used leaves the
last that could in force. It says so, and never what is in a file.
"""

import os
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeAlias, TypeVar

T = TypeVar("T")
# What is new: None, or why it cannot be used.
Tell: TypeAlias = Callable[[Sequence[str], str | None], None]
_Stamp: TypeAlias = tuple[int, int, int] | None


def tell_nobody(files: Sequence[str], problem: str | None) -> None:
    """In the place of somebody who wants to know."""


class Renewed(Generic[T]):
    """A function of some files. It may be called for each connection, from any thread."""

    def __init__(self, files: Sequence[str], make: Callable[[], T], first: T | None = None) -> None:
        """`make` reads them, and raises OSError or ValueError where they are of no use.

        `first` counts until they have been read.
        """
        self._files: Final = tuple(files)
        self._make = make
        self._last = first
        self._seen: tuple[_Stamp, ...] | None = None
        self._problem: str | None = None
        self.tell: Tell = tell_nobody

    def __call__(self) -> T:
        """What they make now. Raises what `make` raises where they never made anything."""
        # Before they are read: whatever changes meanwhile is looked at again.
        stamps = tuple(_stamp(file) for file in self._files)
        if self._last is not None and self._problem is None and stamps == self._seen:
            return self._last
        try:
            made = self._make()
        except (OSError, ValueError) as error:
            if self._last is None:
                raise
            problem = str(error)
            if problem != self._problem:
                self._problem = problem
                self.tell(self._files, problem)
            return self._last
        renewed = self._seen is not None or self._problem is not None
        self._last, self._seen, self._problem = made, stamps, None
        if renewed:
            self.tell(self._files, None)
        return made


def _stamp(file: str) -> _Stamp:
    """Which file it is, and how it was written; of a link (as Kubernetes mounts) what it means."""
    try:
        found = os.stat(file)  # noqa: PTH116 - a path is made for nothing else
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
