"""What a process takes of its machine, as Linux tells: memory, threads, open files."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

MIB: Final = 1 << 20
_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_THREADS: Final = re.compile(r"^Threads:\s+(\d+)$", re.MULTILINE)


def read_figures(pid: int) -> Iterator[tuple[str, float]]:
    """Names and figures; nothing where the process has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        status = (folder / "status").read_text()
        files = len(list((folder / "fd").iterdir()))
    except OSError:
        return
    resident, threads = _RESIDENT.search(status), _THREADS.search(status)
    if resident is None or threads is None:
        # It is a zombie, which has given everything back.
        return
    yield "memory_mib", int(resident[1]) * 1_024 / MIB
    yield "threads", int(threads[1])
    yield "open_files", files
