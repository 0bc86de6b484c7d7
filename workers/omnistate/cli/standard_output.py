"""Standard output that fails in one way, and a standard error that does not fail.

Of output: a reader that is gone, or a place that takes no more. Libraries and Python itself would
each say something else, or print a traceback at the very end.
"""

import errno
import io
import os
import select
import sys

from omnistate.process.errors import Unusable


class ReaderGone(Exception):
    """Whoever read standard output has closed it."""


class UnwritableOutput(Unusable):
    """Standard output takes no more; the message says why."""


def guard_standard_output() -> None:
    """Make `sys.stdout` raise ReaderGone and UnwritableOutput, once; what comes then is dropped."""
    former = sys.stdout
    output = _Output(None if former is None else former.fileno())
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(output),
        encoding=None if former is None else former.encoding,
        # A name that the terminal's encoding does not have is no reason to end.
        errors="backslashreplace",
        line_buffering=output.isatty(),
    )


def guard_standard_error() -> None:
    """Make `sys.stderr` drop what cannot be written: the exit status has to do then."""
    former = sys.stderr
    if former is None:
        return
    sys.stderr = io.TextIOWrapper(
        io.BufferedWriter(_Complaints(former.fileno())),
        encoding=former.encoding,
        errors="backslashreplace",
        line_buffering=True,
    )


class _Output(io.RawIOBase):
    def __init__(self, descriptor: int | None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._has_failed = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._descriptor is not None and os.isatty(self._descriptor)

    def fileno(self) -> int:
        if self._descriptor is None:
            raise OSError(errno.EBADF, "standard output is closed")
        return self._descriptor

    # What a raw file takes is any buffer; typeshed names that of a private module.
    def write(self, data: "memoryview") -> int:  # type: ignore[override]
        """All of it, or some of it; the number of bytes."""
        if self._has_failed:
            return len(data)
        try:
            return self._write(data)
        except BrokenPipeError:
            self._has_failed = True
            raise ReaderGone from None
        except OSError as error:
            self._has_failed = True
            raise UnwritableOutput(f"standard output: {error.strerror}") from None

    def _write(self, data: "memoryview") -> int:
        while True:
            try:
                return os.write(self.fileno(), data)
            except BlockingIOError:
                select.select([], [self.fileno()], [])


class _Complaints(_Output):
    """Drops what Python would try to write once more at its end, to exit with 120 then."""

    def write(self, data: "memoryview") -> int:  # type: ignore[override]
        try:
            return super().write(data)
        except (ReaderGone, UnwritableOutput):
            return len(data)
