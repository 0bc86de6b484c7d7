"""How `omnistate top` says single things: ages, names, bars.

What is late or over has a sign, too: colours alone are not seen by everybody.
"""

from typing import Final

from rich.text import Text

from omnistate.cli.command_end import printable

COLOURS: Final = {
    "open": "yellow",
    "active": "green",
    "waiting": "cyan",
    "wrap_up": "magenta",
    "resolved": "blue",
    "available": "green",
    "busy": "yellow",
    "do_not_disturb": "red",
    "away": "cyan",
}
DIM: Final = "bright_black"
LATE: Final = "bold red"
# Seconds from which on an age is worth a look, and from which on it is late: those of the board.
QUEUE_STEPS: Final = (60, 180)
LAG_STEPS: Final = (5, 30)
MARK: Final = "▲"
BAR: Final = 10


def name(id_: str) -> Text:
    """An id as text: a terminal must not take it for markup or for orders."""
    return Text(printable(id_))


def draw_bar(used: int, limit: int) -> Text:
    """What is used within the limit, what is beyond it, and what is free."""
    whole = max(used, limit, 1)
    # A little is seen, too, on either side.
    within = min(BAR, -(-BAR * min(used, limit) // whole))
    beyond = max(BAR - within, 1) if used > limit else 0
    within = min(within, BAR - beyond)
    free = BAR - within - beyond
    return Text("█" * within, "green") + Text("▒" * beyond, "red") + Text("░" * free, DIM)


def describe_age(seconds: float, steps: tuple[int, int]) -> Text:
    """An age as it looks: from the first step on worth a look, from the second on late."""
    notice, late = steps
    text = f"{seconds:.1f} s" if seconds < 10 else describe_span(seconds)
    if seconds >= late:
        return Text(f"{MARK} {text}", LATE)
    return Text(text, "yellow" if seconds >= notice else "")


def describe_span(seconds: float) -> str:
    """A duration for people: 40 s, 4 min 10 s, 1 h 02 min, 3 d 4 h."""
    minutes, whole = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {whole:02} s" if minutes else f"{whole} s"


def describe_shortly(seconds: float) -> str:
    """The same in six characters."""
    if seconds < 10:
        return f"{int(seconds * 10) / 10:g} s"
    if seconds < 100:
        return f"{int(seconds)} s"
    if seconds < 6_000:
        return f"{int(seconds / 60)} min"
    return f"{int(seconds / 3_600)} h" if seconds < 172_800 else f"{int(seconds / 86_400)} d"
