"""The demo's people in a container: their configuration is published, then one day follows another.

As whoever has the repository runs it beside the workers; it only publishes what gateways, desktops
and an administrator publish.
"""

import argparse
import asyncio
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from omnistate.adapters.kafka.clients.errors import ClusterFailure
from omnistate.demo.world import World
from omnistate.process.process_settings import Settings
from omnistate.process.settings_source import load_settings

from deploy.live.live_pace import quicken
from deploy.live.live_traffic import Traffic


def parse_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The program's options."""
    parser = argparse.ArgumentParser(prog="traffic", description=__doc__.splitlines()[0])
    parser.add_argument("--speed", type=float, default=30, help="a day's seconds in one second")
    parser.add_argument("--conversations", type=int, default=3_000, help="in a whole day")
    parser.add_argument("--seed", type=int, default=7, help="the first day's; each has the next")
    given = parser.parse_args(arguments)
    if given.speed <= 0 or given.conversations <= 0:
        parser.error("speed and conversations are above 0")
    return given


def publish_configuration(configuration: dict[str, Any]) -> int:
    """Have it published by the command that administrators use; its exit status."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "demo.json"
        file.write_text(json.dumps(configuration), encoding="utf-8")
        command = [sys.executable, "-m", "omnistate.cli.app", "config", "apply", str(file)]
        return subprocess.run(command, check=False).returncode


async def _live_through(world: World, speed: float, settings: Settings) -> None:
    traffic = Traffic(settings.connection, world, speed)
    await traffic.run()
    print(f"a day is over: {traffic.events:,} inputs, {traffic.outputs:,} outputs", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Until it is stopped, or Kafka cannot be reached; the exit status."""
    given = parse_options(arguments)
    settings = load_settings()
    try:
        for seed in itertools.count(given.seed):
            world = World(seed, given.conversations)
            status = publish_configuration(quicken(world.configuration, given.speed))
            if status:
                return status
            asyncio.run(_live_through(world, given.speed, settings))
    except ClusterFailure as error:
        print(f"traffic: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
