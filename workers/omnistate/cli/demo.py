"""`omnistate demo`: a contact centre's day on the embedded log, watched and summed up.

It wires the day to a screen and writes files; figures, pictures and words are `omnistate.demo`'s.
"""

import asyncio
import errno
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import yaml
from omnistate_schemas.vocabulary import CAPACITY_CHANGES, STATE_CHANGES
from rich.console import Console
from rich.live import Live

from omnistate.demo.day_figures import Figures
from omnistate.demo.day_report import (
    choose_story,
    print_accounts,
    print_ledger,
    print_story,
    print_workstreams,
)
from omnistate.demo.day_routing import Routing
from omnistate.demo.demo_centre import list_pushed
from omnistate.demo.recount import Recount
from omnistate.demo.routing_report import print_happenings, print_people, print_queues
from omnistate.demo.screen import Hourly, Screen
from omnistate.demo.simulated_day import Day
from omnistate.process.errors import Unusable
from omnistate.stream.conversation.partition_state import describe_state
from omnistate.stream.conversation.replay import describe_output
from omnistate.stream.ports import Outgoing

DEFAULT_OUT: Final = Path("omnistate-demo")
# Long enough for a person to follow, short enough to wait for.
SHOW_SECONDS: Final = 12.0
FRAME_SECONDS: Final = 0.1
PIPE_WIDTH: Final = 150


class Show:
    """One demo: the day, what is gathered from it, and how it is shown."""

    def __init__(self, seed: int, conversations: int, console: Console) -> None:
        """Nothing runs yet."""
        self.day = Day(seed, conversations)
        self.console = console
        world = self.day.world
        self.figures = Figures(world.start_ms)
        self.recount = Recount()
        self.routing = Routing(list_pushed(world.configuration))
        self.limits = {
            name: self.day.directory.units_of(name)
            for name in world.configuration["representatives"]
        }
        self.screen = Screen(self.figures, self.limits, world.start_ms, world.end_ms)

    async def run(self) -> None:
        """The whole day, on a live screen or as plain lines."""
        await self.day.start()
        if self.console.is_terminal:
            await self._run_live()
        else:
            world = self.day.world
            hourly = Hourly(self.console, self.figures, world.start_ms)
            while self._take(await self.day.step()):
                hourly.pass_time(self.day.now_ms)
        self.figures.sample(self.day.now_ms)

    async def _run_live(self) -> None:
        began = drawn = time.monotonic()
        world = self.day.world
        height = self.console.size.height
        with Live(console=self.console, screen=True, auto_refresh=False) as live:
            while self._take(await self.day.step()):
                now = time.monotonic()
                passed = (self.day.now_ms - world.start_ms) / (world.end_ms - world.start_ms)
                ahead_seconds = passed * SHOW_SECONDS - (now - began)
                if now - drawn < FRAME_SECONDS and ahead_seconds < FRAME_SECONDS:
                    continue
                live.update(self.screen.render(self.day.now_ms, self._inputs, height), refresh=True)
                drawn = now
                await asyncio.sleep(max(0.0, ahead_seconds))

    def _take(self, outputs: list[tuple[str, dict[str, Any]]] | None) -> bool:
        for topic, event in outputs or ():
            self.figures.read(topic, event)
            if topic == CAPACITY_CHANGES:
                self.recount.read(event)
            elif topic == STATE_CHANGES:
                self.routing.read(event)
        self.screen.read([event for _, event in outputs or ()])
        return outputs is not None

    @property
    def _inputs(self) -> int:
        return sum(count for name, count in self.day.tally.items() if name != "timer")

    def conclude(self) -> bool:
        """Print what a manager would want to see; False where the ledger does not balance."""
        day, console = self.day, self.console
        drift = self.recount.compare(describe_state(day.task.processor.tables, day.directory))
        console.print()
        print_workstreams(console, self.figures)
        console.print()
        self.routing.add_reasons(day.workers.router.explained)
        print_queues(console, self.routing)
        console.print()
        print_people(console, self.routing, self.figures)
        console.print()
        print_happenings(console, self.figures)
        console.print()
        print_accounts(console, day.tally, len(day.outputs))
        print_ledger(console, self.recount, drift)
        console.print()
        print_story(console, choose_story(self.figures))
        console.print()
        return not drift and not self.recount.violations

    def write(self, out: Path) -> None:
        """Inputs, outputs and configuration, so that `omnistate replay` says the same again.

        And of each conversation that was to be pushed, whom it was offered to, and why it waited.
        """
        (out / "config.yaml").write_text(
            yaml.safe_dump(self.day.world.configuration, sort_keys=False), encoding="utf-8"
        )
        with (out / "inputs.jsonl").open("wb") as file:
            file.writelines((record.value or b"") + b"\n" for record in self.day.read_inputs())
        with (out / "outputs.jsonl").open("wb") as file:
            for record in self.day.outputs:
                outgoing = Outgoing(record.topic, record.key, record.value)
                file.write(describe_output(outgoing))
        with (out / "routing.jsonl").open("w", encoding="utf-8") as lines:
            for each in self.routing.describe(self.day.workers.router.explained):
                lines.write(json.dumps(each, ensure_ascii=False) + "\n")

    def draw(self, path: Path) -> str:
        """Draw the picture of the day; the line that says where it is, or what it needs."""
        if find_spec("matplotlib") is None:
            return "Picture: none, matplotlib is missing: pip install 'omnistate[picture]'"
        from omnistate.demo.picture import draw_day

        draw_day(self.figures.samples, sum(self.limits.values()), path)
        return f"Picture: {path}"


def run_demo(seed: int, conversations: int, out: Path | None) -> int:
    """Run and show the day; exit status 0, or 1 where a law did not hold. Raises Unusable."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PIPE_WIDTH, no_color=True)
    folder = DEFAULT_OUT if out is None else out
    obstacle = _find_obstacle(folder)
    if obstacle is not None and out is not None:
        raise Unusable(obstacle)
    show = Show(seed, conversations, console)
    asyncio.run(show.run())
    balanced = show.conclude()
    with _explained(folder):
        # Nobody asked for the picture by name, so where it cannot be it is no fault.
        no_picture = None if obstacle is None else f"Picture: none, {obstacle} (--out FOLDER)"
        console.print(no_picture or show.draw(folder / "day.png"), soft_wrap=True, markup=False)
        if out is not None:
            show.write(out)
    if out is not None:
        console.print(
            f"Again: omnistate replay {out / 'inputs.jsonl'} --config {out / 'config.yaml'}"
            f" | cmp - {out / 'outputs.jsonl'}",
            soft_wrap=True,
        )
    return 0 if balanced else 1


def _find_obstacle(folder: Path) -> str | None:
    """Make the folder before the day takes its time; what is in the way of writing to it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    except OSError as error:
        return f"{error.filename or folder}: {error.strerror}"
    return None


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unusable(f"{error.filename or folder}: {error.strerror}") from None
