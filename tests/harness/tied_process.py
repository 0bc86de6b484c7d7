"""A process that ends with whoever started it, and can be stopped, killed and paused.

On Linux alone. It knows nothing of what it runs.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

TIE: Final = str(Path(__file__).with_name("process_tie.py"))
# So long a process may take that only waits for its turn on a busy machine; one that hangs does.
PATIENCE_S: Final = 900.0


class TiedProcess:
    """A command running in `folder`, its words at the end of the file `log`; starts at once.

    The kernel kills it when the *thread* that started it ends, so start it from one that lives on.
    """

    def __init__(
        self,
        command: Sequence[str],
        log: Path,
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        append: bool = False,
    ) -> None:
        """`append` keeps what the log says already."""
        with log.open("ab" if append else "wb") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-IS", TIE, str(os.getpid()), *command],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                # A terminal's Ctrl-C is for us, who then stop it in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Its process id, also that of the command that it becomes."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended; a paused process has not."""
        return self._process.poll() is None

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs, below 0 where a signal ended it."""
        return self._process.poll()

    def wait(self, timeout_s: float = PATIENCE_S) -> int:
        """Its exit status, once it has ended by itself. Raises TimeoutExpired."""
        return self._process.wait(timeout_s)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing where it has ended."""
        self._process.send_signal(number)

    def stop(self, timeout_s: float = PATIENCE_S) -> int:
        """Ask it to end, paused or not, and make it end after `timeout_s`; its exit status."""
        self._process.terminate()
        self.resume()
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """End it as `kill -9` does; its exit status."""
        self._process.kill()
        return self._process.wait()

    def pause(self) -> None:
        """Let it stand still; returns when it does, or when it has ended."""
        if self.running:
            self._process.send_signal(signal.SIGSTOP)
            # Its threads stop one by one: until the last has, it may still answer.
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)
