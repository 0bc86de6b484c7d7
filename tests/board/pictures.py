"""`make pictures`: the board of a contact centre at work, as the README shows it.

It runs what `make live` runs until the middle of the morning, and photographs the page.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from omnistate.adapters.kafka.clients.connection import Connection
from omnistate.demo.world import World
from PIL import Image

from deploy.live.live_centre import Centre
from deploy.live.live_pace import quicken
from deploy.live.live_traffic import Traffic
from tests.board.browser import Browser
from tests.harness.ports import free_port

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
# Name, width, height, colours, picture elements for each of the page's.
PICTURES = (
    ("board-light", 1440, 1180, "light", 1),
    ("board-dark", 1440, 1180, "dark", 1),
    ("board-phone", 375, 812, "light", 2),
)
SIZE_MAX = 300_000
# Long enough for figures and lag to have been read.
FILLED_S = 6


def say(line: str) -> None:
    """Tell whoever waits."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Take the pictures; the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--speed", type=float, default=40, help="a day's seconds in one second")
    parser.add_argument("--conversations", type=int, default=3_000, help="in the whole day")
    parser.add_argument("--until", default="10:15", help="when in the day to take them")
    parser.add_argument("--out", type=Path, default=FOLDER, help="the folder to write them to")
    given = parser.parse_args()
    world = World(7, given.conversations)
    with tempfile.TemporaryDirectory(prefix="omnistate-pictures-") as folder:
        configuration = quicken(world.configuration, given.speed)
        with Centre(Path(folder), configuration, partitions=4, board_port=free_port()) as centre:
            traffic = Traffic(Connection(brokers=centre.brokers), world, given.speed)
            return asyncio.run(_photograph(traffic, centre, given.until, given.out))


async def _photograph(traffic: Traffic, centre: Centre, until: str, out: Path) -> int:
    running = asyncio.create_task(traffic.run())
    try:
        while traffic.time_of_day < until:
            done, _ = await asyncio.wait([running], timeout=5)
            for each in done:
                each.result()
            say(f"{traffic.time_of_day}  {traffic.events:,} inputs")
        return await asyncio.to_thread(_take, centre, out)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def _take(centre: Centre, out: Path) -> int:
    too_large = 0
    with tempfile.TemporaryDirectory(
        prefix="omnistate-chromium-", ignore_cleanup_errors=True
    ) as folder:
        browser = Browser(Path(folder))
        try:
            for name, width, height, scheme, scale in PICTURES:
                browser.look(width, height, scheme, scale)
                browser.open(centre.board)
                browser.sign_in(centre.token)
                browser.wait("live", lambda: browser.state() == "live")
                time.sleep(FILLED_S)
                browser.rest()
                path = out / f"{name}.png"
                browser.picture(path)
                size = _shrink(path)
                too_large += size > SIZE_MAX
                say(f"{path}: {size:,} bytes")
        finally:
            browser.close()
    return int(too_large > 0)


def _shrink(path: Path) -> int:
    """Write it as small as it can be without a loss; the file's size then."""
    with Image.open(path) as picture:
        picture.convert("RGB").save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main())
