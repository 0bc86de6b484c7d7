"""One installation on a broker and a Redis: its topics and configuration, its workers and traffic.

It is put up with omnistate's own commands, as an operator would, and taken down whole.
"""

import asyncio
import json
import re
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient
from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    REPRESENTATIVE_PRESENCE,
)

from tests.chaos.chaos_traffic import Json, Traffic
from tests.chaos.chaos_witness import Witness
from tests.chaos.downstream_check import Downstream
from tests.chaos.fleet import Fleet
from tests.chaos.generator import Generator
from tests.chaos.journal import Journal
from tests.chaos.positions import Positions
from tests.chaos.read_model_check import ReadModel
from tests.chaos.worker_kinds import CONVERSATION, KINDS, PARTITIONS, REPRESENTATIVE, Kind
from tests.harness.broker import Broker, Cluster
from tests.harness.command import COMPILED, SOURCES
from tests.harness.installation import CommandFailed, Installation
from tests.harness.topics import Place, TopicReader

# What the generator publishes.
INPUTS: Final = (*CONVERSATION.consumes, REPRESENTATIVE_PRESENCE, ASSIGNMENT_REQUESTS)
# How far a fault may set the clocks of two nodes apart.
SKEW_MS: Final = 10_000
# Kafka needs more than this on a busy machine, and a worker that is alive for us may miss it.
SESSION_TIMEOUT_S: Final = 3.0
APART_S: Final = 10.0
# What the audit says of grants that were lost with an input.
_UNANSWERED: Final = re.compile(r"\d+ requests have no answer that retention has left")


class ChaosInstallation:
    """Put up by `open`, taken down by `close`, which may be called whatever happened before."""

    def __init__(
        self,
        kafka: Broker | Cluster,
        redis_url: str,
        prefix: str,
        folder: Path,
        configuration: Json,
        traffic: Traffic,
        rate: float,
        say: Callable[[str], None],
        *,
        compiled: bool = False,
    ) -> None:
        self.brokers = brokers = kafka.bootstrap
        nodes = len(kafka.nodes) if isinstance(kafka, Cluster) else 1
        self.prefix = prefix
        self.traffic = traffic
        self.journal = Journal(INPUTS, PARTITIONS)
        self.witness = Witness(brokers, prefix, self.journal)
        self.positions = {
            kind: Positions(brokers, prefix, kind, SKEW_MS if nodes > 1 else 0)
            for kind in (CONVERSATION, REPRESENTATIVE)
        }
        self.read_model = ReadModel(redis_url, prefix)
        self.downstream = Downstream(
            TopicReader(brokers, prefix, PARTITIONS),
            self.positions[REPRESENTATIVE],
            self.read_model,
            configuration,
        )
        self.generator = Generator(brokers, prefix, self.journal, self.traffic, rate)
        self.omnistate = Installation(
            # Workers and commands have a network of their own, which can be broken.
            kafka.bootstrap_proxied if isinstance(kafka, Cluster) else brokers,
            prefix,
            folder,
            command=(str(COMPILED),) if compiled else SOURCES,
            redis_url=redis_url,
            session_timeout=SESSION_TIMEOUT_S,
            log_format="json",
        )
        self.fleets = {kind: Fleet(kind, self.omnistate, say) for kind in KINDS}
        self._configuration = configuration
        self.replicas = nodes
        self._folder = folder
        self._say = say
        # Topic, partition and offset of batches that an operator had passed over.
        self.passed_over: list[tuple[str, int, int]] = []
        self._following: list[asyncio.Task[None]] = []

    async def open(self, workers: int) -> None:
        """Topics, configuration, so many workers of each kind, traffic."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._say((await asyncio.to_thread(self.omnistate.run, "--version")).strip())
        await asyncio.to_thread(
            self.omnistate.set_up, self._configuration, PARTITIONS, self.replicas
        )
        self._following = [asyncio.create_task(one.follow()) for one in self.positions.values()]
        for fleet in self.fleets.values():
            for _ in range(workers):
                fleet.add()
            fleet.watch()
        await asyncio.to_thread(self.generator.start)

    async def close(self) -> None:
        """End everything that was started."""
        self.generator.stop()
        for fleet in self.fleets.values():
            await fleet.close()
        for each in self._following:
            each.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        self.read_model.close()

    @property
    def restarts(self) -> int:
        """How often a worker of any kind was started again."""
        return sum(fleet.restarts for fleet in self.fleets.values())

    async def ends(self, kind: Kind) -> dict[Place, int]:
        """Where the inputs of a kind of worker end now, without markers of transactions."""
        ends = self.journal.ends(kind.consumes)
        published = set(kind.consumes) - {topic for topic, _ in ends}
        return ends | (await self.downstream.ends(published) if published else {})

    async def behind(self, kind: Kind, ends: Mapping[Place, int]) -> dict[Place, int]:
        """How much of it a kind of worker has still to take."""
        if kind.transactional:
            reached = {place: self.positions[kind].next_offset(place) for place in ends}
        else:
            reached = await asyncio.to_thread(self.read_model.offsets)
        left = {place: end - reached.get(place, 0) for place, end in ends.items()}
        return {place: count for place, count in left.items() if count > 0}

    async def forget(self) -> None:
        """Delete the topics, so that a broker that recovers has little to read."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.brokers)
        await admin.start()
        try:
            names = [name for name in await admin.list_topics() if name.startswith(self.prefix)]
            await admin.delete_topics(names)
        finally:
            await admin.close()

    async def audit(self) -> list[str]:
        """What `omnistate audit` finds; an audit that does not finish raises CommandFailed."""
        before = await self._count_inputs()
        status, out, err = await asyncio.to_thread(self.omnistate.attempt, "audit", "--json")
        try:
            found: dict[str, Any] = json.loads(out)
        except ValueError:
            raise CommandFailed(f"omnistate audit: {status}: {err or out}") from None
        begins = self.journal.begins
        violations = [
            json.dumps(each) for each in found["violations"] if not _is_of_cut(each, begins)
        ]
        # It must have looked at everything: nothing was deleted or configured anew.
        notes = [
            note for note in found["notes"] if not _is_asked_for(note, self.passed_over, begins)
        ]
        violations += [f"the audit leaves something out: {note}" for note in notes]
        taken = found["counts"]["inputs"]
        # Leases may run out meanwhile.
        sent = await self._count_inputs()
        if not before <= taken <= sent:
            violations.append(f"the audit counts {taken} inputs, {before} to {sent} were sent")
        if status != 0 and not found["violations"]:
            violations.append(f"the audit ended with {status}: {err}")
        return violations

    async def _count_inputs(self) -> int:
        """How many there are by now, those of our own worker among them."""
        await self.witness.catch_up(CONVERSATION.consumes)
        return self.journal.count(CONVERSATION.consumes)

    async def find_apart(self, kind: Kind) -> list[str]:
        """Where a kind's group and its tables do not come to the same end of an input."""
        until_s = asyncio.get_running_loop().time() + APART_S
        while True:
            committed, found = await self.group_offsets(kind), []
            for place, end in self.journal.ends(kind.consumes).items():
                reached, offset = self.positions[kind].next_offset(place), committed.get(place)
                if not reached == end == (offset or 0):
                    found.append(f"{place}: {end} inputs, {reached} taken, {offset} committed")
            if not found or asyncio.get_running_loop().time() > until_s:
                return found
            # Leases may run out meanwhile, and whoever is lost is an input more.
            await asyncio.sleep(0.3)
            await self.witness.catch_up(CONVERSATION.consumes)

    async def group_offsets(self, kind: Kind) -> dict[Place, int]:
        """What a kind's group has committed."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.brokers)
        await admin.start()
        try:
            found = await admin.list_consumer_group_offsets(self.prefix + kind.name)
        finally:
            await admin.close()
        return {
            (place.topic.removeprefix(self.prefix), place.partition): committed.offset
            for place, committed in found.items()
        }


def _is_of_cut(violation: Json, begins: Mapping[Place, int]) -> bool:
    """Whether it is what is left of an input that was cut short, and was taken all the same."""
    place = (violation["topic"], violation["partition"])
    return place in begins and "were deleted before they were read" in violation["sentence"]


def _is_asked_for(
    note: str, passed_over: Collection[tuple[str, int, int]], begins: Mapping[Place, int]
) -> bool:
    """Whether the audit notes a batch that was passed over, or an input made anew, on purpose."""
    if begins and note.startswith("not replayed, since inputs were deleted by retention"):
        return True
    if any(topic == AGENT_ACTIONS for topic, _ in begins) and _UNANSWERED.match(note):
        return True
    return any(
        note.startswith(f"{topic}/{partition}: passed over ") and str(offset) in note
        for topic, partition, offset in passed_over
    )
