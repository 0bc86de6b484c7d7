"""Become a command that the kernel kills as soon as whoever started it ends, even by `kill -9`.

    python process_tie.py PARENT_PID COMMAND ...

A program of its own, because from 3.12 on Python warns of code between fork and exec
(`preexec_fn`) where there are threads. The process id stays the same. The kernel ties it to the
*thread* that started it, not only to that thread's process.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(parent: int, command: list[str]) -> None:
    """Ask for the signal, then become the command; does not return."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before the kernel knew of our wish
        sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
