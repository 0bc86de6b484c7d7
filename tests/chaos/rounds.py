"""The rounds: strike, recover, judge; with a fresh installation every few rounds.

An audit reads everything from the beginning, so that an installation which lived for ever would
make each round longer than the one before.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from tests.chaos.chaos_installation import INPUTS, ChaosInstallation
from tests.chaos.chaos_traffic import Traffic, hurry
from tests.chaos.fault_figures import Figures, Round
from tests.chaos.faults import FAULTS, list_faults
from tests.chaos.lived_day import tell_day
from tests.chaos.outage import Outage, make_kafka
from tests.chaos.plan import STRIKES, Strike, draw_rounds
from tests.chaos.stall_watch import StallWatch
from tests.chaos.trial import Trial
from tests.chaos.worker_kinds import CONVERSATION, KINDS, PROJECTION, REPRESENTATIVE, Kind
from tests.harness.redis import RedisServer
from tests.harness.tied_process import PATIENCE_S

ROUNDS_PER_INSTALLATION: Final = 5
# Of each kind.
WORKERS: Final = 2
WORKERS_MAX: Final = 3
# So that Redis writes what it has when it ends in order, and never by itself.
REDIS: Final = {"save": "3600 1000000000"}
CONVERSATIONS: Final = 200
# Long enough for the quick timers of what was said during the fault.
FLOW_S: Final = 7.0
STRIKES_S: Final = 3 * PATIENCE_S
RECOVERY_S: Final = PATIENCE_S
# After the last input: so that only the wall clock can fire what is due.
QUIET_S: Final = 2.5
# One breach may lead to hundreds.
SHOWN: Final = 10


class Options:
    """What a run is made of.

    `kinds` are names of FAULTS, `strikes` how many a round may have; `nodes` Kafka has, one or
    three; `compiled` is which engine.
    """

    def __init__(
        self,
        rounds: int,
        seed: int,
        rate: float,
        kinds: Sequence[str] = (),
        strikes: Sequence[int] = STRIKES,
        *,
        nodes: int = 1,
        compiled: bool = False,
    ) -> None:
        self.rounds = rounds
        self.seed = seed
        self.rate = rate
        self.kinds = tuple(kinds) or list_faults(nodes)
        self.nodes = nodes
        self.strikes = strikes
        self.compiled = compiled


class Run:
    """One run; `figures` is what it has come to so far."""

    def __init__(self, options: Options, folder: Path, write: Callable[[str], None]) -> None:
        self.figures = Figures(options.seed, options.rate)
        self._options = options
        self._folder = folder
        self._write = write
        self._began_s = time.monotonic()
        self._round = 0
        self._violations: list[str] = []

    async def run(self) -> None:
        """All rounds, or as many as it takes to break a law."""
        options = self._options
        self._say(f"seed {options.seed}: Kafka ({options.nodes}) and a Redis are started")
        day, configuration = await tell_day(options.seed, CONVERSATIONS)
        plan = draw_rounds(options.seed, options.kinds, options.strikes)
        broker = make_kafka(self._folder, options.nodes)
        redis = Outage(RedisServer(self._folder / "redis", settings=REDIS), "Redis")
        try:
            async with broker, redis:
                left, number = options.rounds, 0
                while left > 0 and not self.figures.violations:
                    number += 1
                    count = min(left, ROUNDS_PER_INSTALLATION)
                    left -= count
                    here = ChaosInstallation(
                        broker.server,
                        redis.server.url,
                        f"chaos-{number}.",
                        self._folder / f"installation-{number}",
                        hurry(configuration),
                        Traffic(day, f"{options.seed}/{number}", hurry(configuration)),
                        options.rate,
                        self._say,
                        compiled=options.compiled,
                    )
                    # Each strike has a word of its own for what it touches.
                    trial = Trial(here, broker, redis, self._say, self._violate, lambda _: None)
                    await self._run_installation(trial, count, plan)
        finally:
            self.figures.seconds = time.monotonic() - self._began_s

    async def _run_installation(
        self, trial: Trial, count: int, plan: Iterator[list[Strike]]
    ) -> None:
        here = trial.installation
        try:
            await here.open(WORKERS)
            await self._recover(here)
            for strikes in plan:
                self._round += 1
                self.figures.rounds.append(await self._run_round(trial, strikes))
                count -= 1
                if self.figures.violations or count == 0:
                    break
            await self._end_installation(here)
        finally:
            await here.close()

    async def _run_round(self, trial: Trial, strikes: list[Strike]) -> Round:
        here, began_s = trial.installation, time.monotonic()
        positions = here.positions[CONVERSATION]
        watch = StallWatch(positions, here.journal)
        before = here.witness.counts + here.downstream.counts
        restarts = here.restarts
        here.generator.resume()
        await self._trim(here)
        async with asyncio.timeout(STRIKES_S):
            await asyncio.gather(*(self._strike(trial, strike, watch) for strike in strikes))
        recovery_s = await self._recover(here)
        await asyncio.sleep(max(0.0, FLOW_S - (time.monotonic() - began_s)))
        await self._judge(here)
        found = here.witness.counts + here.downstream.counts - before
        result = Round(
            number=self._round,
            kinds=[strike.kind for strike in strikes],
            counts=dict(found),
            restarts=here.restarts - restarts,
            recovery_s=recovery_s,
            stalls=watch.conclude(),
            seconds=time.monotonic() - began_s,
            violations=self._take_violations(here),
        )
        self._say(result.describe())
        return result

    async def _strike(self, trial: Trial, strike: Strike, watch: StallWatch) -> None:
        await asyncio.sleep(strike.delay_s)
        touch = partial(watch.touch, strike.kind)
        await FAULTS[strike.kind](trial._replace(touch=touch), strike.draw())

    async def _trim(self, here: ChaosInstallation) -> None:
        """Faults add workers; each round begins with a few."""
        for fleet in here.fleets.values():
            for worker in fleet.workers[WORKERS_MAX:]:
                worker.taken = True
                await fleet.end_well(worker)
                fleet.remove(worker)

    async def _recover(self, here: ChaosInstallation) -> float:
        """Until every partition runs and all that was there has been taken; seconds."""
        began_s = time.monotonic()
        for kind in KINDS:
            if not self._violations:
                await self._recover_kind(here, kind)
        return time.monotonic() - began_s

    async def _recover_kind(self, here: ChaosInstallation, kind: Kind) -> None:
        ends = await here.ends(kind)
        fleet = here.fleets[kind]
        try:
            async with asyncio.timeout(RECOVERY_S):
                while await here.behind(kind, ends) or not await fleet.runs_all():
                    await asyncio.sleep(0.1)
        except TimeoutError:
            behind = await here.behind(kind, ends)
            self._violate(
                f"{kind.name} has not recovered after {RECOVERY_S:g} s: running "
                f"{await fleet.running_partitions()}, not taken {behind or 'nothing'}\n"
                f"{await asyncio.to_thread(fleet.describe)}"
            )

    async def _judge(self, here: ChaosInstallation) -> None:
        """Let everything come to rest, and look at it."""
        await here.generator.hold()
        if not self._violations:
            await self._recover(here)
        await asyncio.sleep(QUIET_S)
        reached = {
            place: positions.next_offset(place)
            for kind, positions in here.positions.items()
            for place in here.journal.ends(kind.consumes)
        }
        await here.witness.look(reached, at_ms=round(time.time() * 1_000))
        await self._look_at_offsets(here)
        self._violations += await here.downstream.look()
        self._violations += await here.audit()

    async def _look_at_offsets(self, here: ChaosInstallation) -> None:
        """The groups have no lag, and the tables have come exactly as far."""
        for kind, positions in here.positions.items():
            self._violations += await here.find_apart(kind)
            self._violations += positions.find_contradictions()

    async def _end_installation(self, here: ChaosInstallation) -> None:
        """Everybody leaves in order; what is at rest then is judged to the last record."""
        if not self.figures.violations:
            await here.fleets[CONVERSATION].end_all()
            await here.witness.look(here.journal.ends(INPUTS))
            here.witness.books.conclude()
            await self._recover_kind(here, REPRESENTATIVE)
            await here.fleets[REPRESENTATIVE].end_all()
            # Nothing moves any more but the read model.
            self._violations += await here.downstream.look()
            await here.fleets[PROJECTION].end_all()
            self._violations += await here.audit()
            self.figures.late_violations += self._take_violations(here)
        for fleet in here.fleets.values():
            self.figures.take_fleet(fleet)
        if not self.figures.violations:
            await here.forget()

    def _take_violations(self, here: ChaosInstallation) -> list[str]:
        found = [*self._violations, *here.witness.violations]
        found += [each for fleet in here.fleets.values() for each in fleet.violations]
        self._violations.clear()
        for sentence in found[:SHOWN]:
            self._say(f"VIOLATION: {sentence}")
        return found

    def _violate(self, sentence: str) -> None:
        self._violations.append(sentence)

    def _say(self, sentence: str) -> None:
        where = f"round {self._round}" if self._round else "start"
        self._write(f"{time.monotonic() - self._began_s:7.1f} s  {where:9} {sentence}")
