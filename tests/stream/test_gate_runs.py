"""Many routers, one gate, an engine's stand-in, crashes anywhere: judged by the naive one."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from omnistate.adapters.memory.memory_partition import MemoryPartition
from omnistate.stream.outcome import UnknownOutcome
from omnistate.stream.partition_task import PartitionTask
from omnistate.stream.ports import Fenced
from omnistate.stream.representative.totals_processor import (
    TotalsProcessor,
    process_representatives,
)
from omnistate_schemas.vocabulary import DEAD_LETTERS

from tests.stream.desk_comparison import compare_holdings, compare_pictures
from tests.stream.engine_stand_in import EngineStandIn
from tests.stream.faulty_log import Fault, FaultyLog, Moment
from tests.stream.gate_rig import GateRig
from tests.stream.naive_gate import NaiveGate, Said
from tests.stream.representative_rig import INPUTS, TABLES, directory_of

RUNS = 60
ACTS = 120
HERE = {"default_presence": "available"}
CENTRE: dict[str, Any] = {
    "capacity_profiles": {
        "chat": {"limit": 2},
        "call": {"limit": 1, "blocking": True},
        "case": {"limit": 2, "reset": "end_of_day"},
    },
    "representatives": {
        "ana": {"units": 100, **HERE},
        "bob": {"units": 60, "profiles": {"chat": 3, "case": None}, **HERE},
        "cleo": {"units": 100},
    },
}
PEOPLE = (*CENTRE["representatives"], "stranger")
COSTS: tuple[dict[str, Any], ...] = (
    {"units": 30},
    {"units": 60, "profiles": ["chat"]},
    {"profiles": ["case"]},
    {"units": 10, "profiles": ["case", "chat"]},
    {"profiles": ["call"]},
    {},
)


class Run:
    """One gate from its first record to its last."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.rig = GateRig(directory_of(CENTRE))
        self.engine = EngineStandIn(self.rig, dice)
        self.asked: list[tuple[str, str, dict[str, Any], str]] = []

    async def task(self) -> PartitionTask[TotalsProcessor]:
        """A new owner; perhaps one that a fault will end."""
        while True:
            log: Any = MemoryPartition(self.rig.log, "representative", 0, INPUTS, TABLES)
            if self.dice.random() < 0.8:
                moment = self.dice.choice((Moment.BEFORE, Moment.AFTER))
                log = FaultyLog(log, self.dice.randrange(40), moment, announce=True)
            task = PartitionTask(log, process_representatives(self.rig.directory))
            with suppress(Fault, Fenced, UnknownOutcome):
                await task.start()
                return task

    async def work(
        self, task: PartitionTask[TotalsProcessor], records: int, *, fire: bool
    ) -> PartitionTask[TotalsProcessor]:
        """Batches until all is read, or so many records; whoever falls is replaced."""
        while True:
            try:
                while (await task.run_batch(records)).records:
                    if self.dice.random() < 0.1:
                        return task
                due_ms = task.processor.due_ms
                if not fire or due_ms is None or due_ms > self.rig.now_ms:
                    return task
                await task.fire_timers(self.rig.now_ms)
            except (Fault, Fenced, UnknownOutcome):
                task = await self.task()

    def act(self) -> None:
        """Something happens."""
        dice, rig, engine = self.dice, self.rig, self.engine
        who = dice.choice(PEOPLE)
        what = dice.random()
        if what < 0.4:
            self.ask(who)
        elif what < 0.6:
            engine.read()
            engine.answer()
        elif what < 0.68:
            engine.end()
        elif what < 0.7:
            engine.end_a_day()
        elif what < 0.75:
            # Somebody picks, or a supervisor assigns: past the gate.
            place = f"picked-{dice.randrange(10)}"
            if (place, who) not in engine.holds:
                engine.hold(who, place, dice.choice((0, 30)), dice.choice(([], ["chat"])))
        elif what < 0.92:
            said = dice.choice(("available", "available", "busy", "away", "offline"))
            lease = dice.choice(({}, {"lease_seconds": dice.choice((10, 20))}))
            rig.sign(who, said, **lease)
        else:
            rig.wait(dice.choice((1, 5, 12)))

    def ask(self, who: str) -> None:
        if self.asked and self.dice.random() < 0.2:
            who, conversation, members, event_id = self.dice.choice(self.asked)
            self.rig.ask(who, conversation, event_id, **members)
            return
        conversation = f"chat-{self.dice.randrange(12)}"
        members = dict(self.dice.choice(COSTS))
        if self.dice.random() < 0.2:
            members["allowed_presences"] = ["available"]
        event_id = self.rig.ask(who, conversation, **members)
        self.asked.append((who, conversation, members, event_id))

    def inputs(self) -> Iterator[Any]:
        for topic in INPUTS:
            yield from self.rig.log.read(topic, 0, 0)


def said(event: dict[str, Any]) -> tuple[Any, ...]:
    """What of an output the judge has a view on."""
    data = event["data"]
    if event["type"].startswith("input."):
        data = {name: data[name] for name in ("code", "representative_id")}
    return event["type"], event["subject"], event["time"], data


def expected(each: Said) -> tuple[Any, ...]:
    seconds, millis = divmod(each.at_ms, 1_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    time = f"1970-01-01T{hours:02}:{minutes:02}:{seconds:02}.{millis:03}Z"
    return each.type, each.subject, time, each.data


async def play(seed: int) -> Run:
    run = Run(random.Random(seed))
    task = await run.task()
    await run.work(task, 5, fire=True)
    # Whoever is configured was told of, and it is known what time it is.
    for _ in range(ACTS):
        run.act()
        if run.dice.random() < 0.5:
            records = run.dice.choice((1, 3, 1_000))
            task = await run.work(task, records, fire=run.dice.random() < 0.5)
        if run.dice.random() < 0.05:
            task = await run.task()
    while True:
        task = await run.work(task, 1_000, fire=False)
        run.engine.read()
        if run.engine.idle and not (await task.run_batch()).records:
            break
        run.engine.answer()
    return run


@pytest.mark.parametrize("number", range(RUNS))
async def test_whatever_falls_the_gate_says_what_the_naive_one_says(number: int) -> None:
    seed = random.randrange(2**32)
    run = await play(seed)
    where = f"seed {seed} of run {number}"
    run.rig.wait(100)
    task = PartitionTask(
        MemoryPartition(run.rig.log, "representative", 0, INPUTS, TABLES),
        process_representatives(run.rig.directory),
    )
    await task.start()
    while (await task.run_batch()).records:
        continue
    while (due_ms := task.processor.due_ms) is not None and due_ms <= run.rig.now_ms:
        await task.fire_timers(run.rig.now_ms)
    judge = NaiveGate(CENTRE)
    judge.run(run.inputs(), run.rig.now_ms)
    assert list(map(said, run.rig.orders())) == list(map(expected, judge.actions)), where
    assert list(map(said, run.rig.answers())) == list(map(expected, judge.refused)), where
    assert not run.rig.log.read(DEAD_LETTERS, 0, 0), where
    ids = [each["id"] for each in run.rig.orders()]
    assert len(set(ids)) == len(ids), where
    compare_pictures(run.rig, judge, where)
    compare_holdings(run.rig, task, where)


async def test_the_same_inputs_give_the_same_bytes() -> None:
    """Whoever cuts them into which batches, and whoever falls."""
    seed = random.randrange(2**32)
    run = await play(seed)
    again = GateRig(directory_of(CENTRE))
    records = sorted(run.inputs(), key=lambda each: each.timestamp_ms)
    task = await again.take_over()
    for record in records:
        again.now_ms = record.timestamp_ms
        again.log.append(record.topic, record.key, record.value)
    while (await task.run_batch(7)).records:
        continue
    # Those whose lease ended by the clock alone, after the last input, are told of in one run only.
    both = [[json.dumps(each, sort_keys=True) for each in rig.orders()] for rig in (run.rig, again)]
    shorter = min(map(len, both))
    assert both[0][:shorter] == both[1][:shorter], f"seed {seed}"
    assert run.rig.answers() == again.answers(), f"seed {seed}"
