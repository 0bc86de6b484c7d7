"""The soak: steady load, workers that come and go, and samples of those that stay.

Of each kind one worker is left alone and sampled; the other one is ended and started again, so that
partitions change hands all the while. At the end witness and audit judge, as in `make chaos`.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from omnistate_schemas.vocabulary import CONVERSATION_STATES

from tests.chaos.chaos_installation import ChaosInstallation
from tests.chaos.chaos_traffic import Traffic, hurry
from tests.chaos.lived_day import tell_day
from tests.chaos.rounds import CONVERSATIONS, QUIET_S, REDIS
from tests.chaos.worker_kinds import CONVERSATION, KINDS, REPRESENTATIVE
from tests.harness.broker import Broker
from tests.harness.redis import RedisServer
from tests.harness.tied_process import PATIENCE_S
from tests.soak.process_figures import read_figures

WORKERS: Final = 2
# What a broker compacts and forgets in a day, it has to in minutes: else changelogs only grow.
COMPACTING: Final = {
    "log.segment.bytes": "2097152",
    "log.roll.ms": "60000",
    "log.cleaner.backoff.ms": "1000",
    "log.cleaner.min.cleanable.ratio": "0.2",
    "log.cleaner.delete.retention.ms": "60000",
}
# The witness reads it when all is over, and looks for what was forgotten, too.
KEPT: Final = {
    "cleanup.policy": "compact",
    "delete.retention.ms": "86400000",
    "min.insync.replicas": "1",
}
SAMPLE_S: Final = 5.0
Samples = dict[str, list[tuple[float, float]]]


class Soak:
    """One run; `samples` by the name of what was sampled, `violations` are sentences."""

    def __init__(
        self, folder: Path, seed: int, rate: float, churn_s: float, write: Callable[[str], None]
    ) -> None:
        self.samples: Samples = defaultdict(list)
        self.violations: list[str] = []
        self._folder, self._seed = folder, seed
        self._rate, self._churn_s, self._write = rate, churn_s, write
        self._began_s = time.monotonic()

    async def run(self, seconds: float) -> None:
        """Keep it up for so long, then judge."""
        day, configuration = await tell_day(self._seed, CONVERSATIONS)
        for profile in configuration["capacity_profiles"].values():
            # A slot that is held until midnight keeps its conversation until then, and so memory.
            profile["reset"] = "immediate"
        with (
            Broker(self._folder / "broker", heap="1g", settings=COMPACTING) as broker,
            RedisServer(self._folder / "redis", settings=REDIS) as redis,
        ):
            here = ChaosInstallation(
                *(broker, redis.url, "soak.", self._folder / "installation"),
                *(hurry(configuration), Traffic(day, str(self._seed)), self._rate, self._say),
            )
            try:
                await here.open(WORKERS)
                await self._keep_states(here)
                await self._await_all(here)
                here.generator.resume()
                until_s = time.monotonic() + seconds
                await asyncio.gather(self._churn(here, until_s), self._sample(here, until_s))
                await self._judge(here)
            finally:
                await here.close()

    async def _keep_states(self, here: ChaosInstallation) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=here.brokers)
        await admin.start()
        try:
            topic = here.prefix + CONVERSATION_STATES
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, KEPT)])
        finally:
            await admin.close()

    async def _churn(self, here: ChaosInstallation, until_s: float) -> None:
        number = 0
        while time.monotonic() + self._churn_s < until_s:
            await asyncio.sleep(self._churn_s)
            fleet = here.fleets[KINDS[number % len(KINDS)]]
            number += 1
            worker = fleet.workers[-1]
            worker.taken = True
            since = worker.log_size()
            if number % 2:
                worker.kill()
            else:
                await fleet.end_well(worker)
            worker.start()
            worker.taken = False
            await fleet.await_ready(worker)
            for line in worker.said(since):
                if line.get("event") == "partition_running":
                    at_s = time.monotonic() - self._began_s
                    self.samples[f"{fleet.kind.name}: takeover_s"].append((at_s, line["seconds"]))

    async def _sample(self, here: ChaosInstallation, until_s: float) -> None:
        while time.monotonic() < until_s:
            at_s = time.monotonic() - self._began_s
            for kind, fleet in here.fleets.items():
                for name, figure in read_figures(fleet.workers[0].pid):
                    self.samples[f"{kind.name}: {name}"].append((at_s, figure))
            for kind in (CONVERSATION, REPRESENTATIVE):
                behind = await here.behind(kind, await here.ends(kind))
                self.samples[f"{kind.name}: lag_records"].append((at_s, sum(behind.values())))
            here.generator.check()
            await asyncio.sleep(SAMPLE_S)

    async def _await_all(self, here: ChaosInstallation) -> None:
        async with asyncio.timeout(PATIENCE_S):
            for fleet in here.fleets.values():
                while not await fleet.runs_all():
                    await asyncio.sleep(0.1)

    async def _judge(self, here: ChaosInstallation) -> None:
        await here.generator.hold()
        async with asyncio.timeout(PATIENCE_S):
            for kind in KINDS:
                ends = await here.ends(kind)
                while await here.behind(kind, ends):
                    await asyncio.sleep(0.1)
        await asyncio.sleep(QUIET_S)
        reached = here.journal.ends(CONVERSATION.consumes)
        await here.witness.look(reached, at_ms=round(time.time() * 1_000))
        self.violations += here.witness.violations
        self.violations += await here.audit()
        for fleet in here.fleets.values():
            self.violations += [*fleet.violations, *fleet.unasked_ends]
        self._say(f"{here.journal.count(CONVERSATION.consumes):,} inputs")

    def _say(self, sentence: str) -> None:
        self._write(f"{time.monotonic() - self._began_s:7.1f} s  {sentence}")
