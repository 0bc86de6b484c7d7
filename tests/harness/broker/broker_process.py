"""A process that ends with whoever started it, and can be stopped, killed and paused.

On Linux alone. It knows nothing of Kafka.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

TIED = str(Path(__file__).with_name("tied_process.py"))


class TiedProcess:
    """A command running in `folder`, its words in `console` there; starts at once.

    The kernel kills it when the *thread* that started it ends, so start it from one that lives on.
    """

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        console: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        with (folder / console).open("wb") as words:
            self._process = subprocess.Popen(
                [sys.executable, "-IS", TIED, str(os.getpid()), *command],
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

    def stop(self, timeout_s: float) -> None:
        """Ask it to end, paused or not, and make it end after `timeout_s`."""
        self._process.terminate()
        self.resume()
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as `kill -9` does."""
        self._process.kill()
        self._process.wait()

    def pause(self) -> None:
        """Let it stand still; returns when it does, or when it has ended."""
        if self.running:
            self._process.send_signal(signal.SIGSTOP)
            # Its threads stop one by one: until the last has, it may still answer.
            os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)

    def resume(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)
