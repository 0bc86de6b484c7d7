"""A disk of its own for a folder, small enough to be filled: a file system in memory.

To mount one takes root. Nothing else of the machine is filled by it.
"""

import contextlib
import errno
import os
import subprocess
from pathlib import Path
from typing import Final

from tests.harness.broker.jars import BrokerUnavailable

FILLER: Final = "filler"
_CHUNK: Final = bytes(1 << 20)


def may_mount() -> bool:
    """Whether this process may give a folder a disk of its own."""
    return os.geteuid() == 0


def mount(folder: Path, size_bytes: int) -> None:
    """Give the folder a disk of so many bytes. Raises BrokerUnavailable where that is refused."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BrokerUnavailable(f"a small disk is needed, and root to mount it: {done.stderr}")


def unmount(folder: Path) -> None:
    """Take the disk away, with what is on it; nothing where there is none."""
    if folder.is_mount():
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> int:
    """Write until nothing more fits; how many bytes that were."""
    written = 0
    with (folder / FILLER).open("wb", buffering=0) as file:
        try:
            while True:
                written += file.write(_CHUNK)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    return written


def clear(folder: Path) -> None:
    """Take what `fill` wrote away."""
    with contextlib.suppress(FileNotFoundError):
        (folder / FILLER).unlink()
