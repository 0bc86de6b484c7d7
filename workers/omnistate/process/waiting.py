"""When to try again what does not answer, and when to say again that we wait for it; pure.

It does not sleep, log or ask a clock: whoever waits does, and hands the time in.

    wait = Wait()
    while True:
        try:
            await act()
        except LogUnavailable as error:
            pause = wait.fail(str(error), time.monotonic())
            if pause.speaks:
                log.warning("waiting_for_broker", reason=str(error), waited_s=round(pause.waited_s))
            await asyncio.sleep(pause.seconds)
        else:
            return
"""

from typing import Final, NamedTuple

# Between two tries: 1, 2, 4, 8, 16 and then 30 s.
FIRST_PAUSE_S: Final = 1.0
LONGEST_PAUSE_S: Final = 30.0
# Between two lines about the same wait: 10 s, 20 s, 40 s and so on, then 10 minutes.
FIRST_SILENCE_S: Final = 10.0
LONGEST_SILENCE_S: Final = 600.0
GROWTH: Final = 2.0
# A reason that is new is said at once, but a broker's may be new each time.
REASONS_MAX: Final = 5
# A worker is not ready when its group has not been heard of for longer, whatever its session.
UNHEARD_MAX_S: Final = 30.0


def describe_silence(silence_s: float, session_timeout_s: float) -> str | None:
    """What to say where a group's coordinator has been silent for too long, None before that.

    After the session's timeout the group has given the partitions away.
    """
    if silence_s < min(session_timeout_s, UNHEARD_MAX_S):
        return None
    return f"has not answered for {silence_s:.0f} s"


class Pause(NamedTuple):
    """What to do after a try that failed."""

    # Until the next try.
    seconds: float
    # Whether it is time for a line about it.
    speaks: bool
    # Since the first of the tries that failed.
    waited_s: float


class Wait:
    """The tries that fail one after another, until one succeeds."""

    def __init__(self, longest_pause_s: float = LONGEST_PAUSE_S) -> None:
        """Nothing has failed yet. `longest_pause_s`: how far the pause may grow."""
        self._longest_pause_s = longest_pause_s
        self.succeed()

    def succeed(self) -> None:
        """What was waited for is there: the next failure begins a wait of its own."""
        self._pause_s = min(FIRST_PAUSE_S, self._longest_pause_s)
        self._silence_s = FIRST_SILENCE_S
        self._since_s: float | None = None
        self._quiet_until_s: float | None = None
        self._reasons: set[str] = set()

    def fail(self, reason: str, now_s: float) -> Pause:
        """A try failed for `reason` at `now_s`, on a clock that never goes back."""
        seconds = self._pause_s
        self._pause_s = min(self._pause_s * GROWTH, self._longest_pause_s)
        if self._since_s is None:
            self._since_s = now_s
        return Pause(seconds, self._is_time_to_speak(reason, now_s), now_s - self._since_s)

    def _is_time_to_speak(self, reason: str, now_s: float) -> bool:
        is_new = reason not in self._reasons and len(self._reasons) < REASONS_MAX
        is_due = self._quiet_until_s is not None and now_s >= self._quiet_until_s
        if is_due:
            self._silence_s = min(self._silence_s * GROWTH, LONGEST_SILENCE_S)
        if is_new:
            self._reasons.add(reason)
        if is_new or is_due:
            self._quiet_until_s = now_s + self._silence_s
        return is_new or is_due
