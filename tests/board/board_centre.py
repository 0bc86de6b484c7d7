"""A contact centre at work behind a board: engine, totals, read model and figures, as processes.

What the board should show is folded from the topics by code that shares nothing with the workers.
"""

import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import yaml
from omnistate_schemas.registry import ROUTES

from tests.board.browser import Browser
from tests.cluster.dump import connect
from tests.cluster.read_model_rig import wait_until_equal
from tests.cluster.story_inputs import event
from tests.cluster.test_projection_worker import PATIENT
from tests.harness.installation import Installation, installed
from tests.harness.topics import Written, write
from tests.harness.waiting import wait_until
from tests.projections.fold import Folded

TOKEN = "the-token-of-the-tests"
PARTITIONS = 3
INPUTS = 500
STATUSES = ("open", "active", "waiting", "wrap_up", "resolved", "scheduled", "closed")
ALWAYS = {"open", "active", "waiting", "wrap_up", "closed"}


class Centre:
    """The installation, its projection worker, and what has happened there."""

    def __init__(self, found: Installation, redis_url: str) -> None:
        self.found = found
        self.redis_url = redis_url
        self.projection = found.worker("projection", ready=False)
        self._numbers = itertools.count(1)

    @property
    def board(self) -> str:
        """The page's address."""
        return f"http://127.0.0.1:{self.projection.port}/board"

    async def say(self, type_: str, subject: str, **data: Any) -> None:
        """One input, on its topic when this returns."""
        await self.publish([self.event(type_, subject, **data)])

    def event(self, type_: str, subject: str, **data: Any) -> dict[str, Any]:
        """An input that nobody has said before."""
        return {**event(0, type_, subject, **data), "id": f"board-{next(self._numbers)}"}

    async def publish(self, events: list[dict[str, Any]]) -> None:
        """Inputs; those of a topic in their order."""
        prefix = self.found.prefix
        records = [
            Written(
                prefix + ROUTES[each["type"]], each["subject"].encode(), json.dumps(each).encode()
            )
            for each in events
        ]
        await write(self.found.brokers, *records)

    async def settle(self) -> Folded:
        """Wait until the read model is what the topics fold to; that."""
        engines = self.found.workers[:2]
        wait_until(
            "taken", lambda: all(each.metric("omnistate_lag_records") == 0 for each in engines)
        )
        with connect(self.redis_url) as client:
            return await wait_until_equal(self.found, client)


@asynccontextmanager
async def working(brokers: str, redis_url: str, folder: Path) -> AsyncIterator[Centre]:
    """A morning of the demo's people, and a few things that they seldom do."""
    prefix = f"b-{folder.stat().st_ino}."
    settings = {"redis_url": redis_url, "api_token": TOKEN}
    with installed(brokers, prefix, folder, **settings) as found:
        day = folder / "day"
        found.run("demo", "--conversations", "100", "--seed", "5", "--out", str(day))
        configuration = yaml.safe_load((day / "config.yaml").read_text())
        for workstream in configuration["workstreams"].values():
            workstream.update(PATIENT)
        found.set_up(configuration, PARTITIONS)
        for name in ("conversation", "representative"):
            found.worker(name, ready=False)
        centre = Centre(found, redis_url)
        found.worker("figures", ready=False)
        lines = (day / "inputs.jsonl").read_text().splitlines()
        await centre.publish([json.loads(line) for line in lines[:INPUTS]])
        chat = {"channel": "live_chat", "workstream_id": "vip-chat", "queue_id": "vip"}
        busy = [f"busy-{number}" for number in range(4)]
        await centre.publish([centre.event("conversation.started", id_, **chat) for id_ in busy])
        grace = {"representative_id": "grace"}
        await centre.publish([centre.event("representative.pick", id_, **grace) for id_ in busy])
        await centre.say(
            "conversation.started", "lost", channel="live_chat", workstream_id="vip-chat"
        )
        await centre.say("representative.presence", "henry", presence="away", supervisor_id="sue")
        await write(brokers, Written(f"{prefix}channel-events", b"lost", b"not JSON"))
        for worker in found.workers:
            worker.await_ready()
        yield centre


def shown_conversations(folded: Folded) -> dict[str, list[str]]:
    """The rows of the first room, without what stands in no workstream."""
    counts: dict[str, dict[str, int]] = {}
    for field, number in folded.keys["omnistate:counts"].items():
        workstream, _, status = field.rpartition(":")
        counts.setdefault(workstream, {})[status] = int(number)
    for key, closed in folded.keys.items():
        if key.startswith("omnistate:closed:"):
            counts.setdefault(key.split(":", 2)[2], {})["closed"] = len(closed)
    kept = [
        each for each in STATUSES if each in ALWAYS or any(own.get(each) for own in counts.values())
    ]
    return {
        workstream: [f"{own.get(each, 0):,}" for each in kept] for workstream, own in counts.items()
    }


def shown_queues(folded: Folded) -> dict[str, str]:
    """How many are open in each queue, the oldest first."""
    ends = {"omnistate:unqueued:open": "in no queue"}
    open_ = {
        ends.get(key, key.removeprefix("omnistate:queue:").removesuffix(":open")): ids
        for key, ids in folded.keys.items()
        if key.endswith(":open")
    }
    # What came within the same millisecond is in the order of the names; without a queue's first.
    order = sorted(open_, key=lambda name: (min(open_[name].values()), "" if " " in name else name))
    return {name: str(len(open_[name])) for name in order}


def longest(folded: Folded) -> list[str]:
    """Open conversations, those first that have waited the longest."""
    since: dict[str, int] = {}
    for key, ids in folded.keys.items():
        if key.endswith(":open"):
            since |= ids
    return sorted(since, key=lambda id_: (since[id_], id_))


def shown_people(folded: Folded) -> dict[str, tuple[str, str, str]]:
    """Presence, units, and conversations with offers, by representative."""
    found = {}
    for key, fields in folded.keys.items():
        kind, _, id_ = key.removeprefix("omnistate:").partition(":")
        if kind == "representative" and "units" in fields:
            units, used = int(fields["units"]), int(fields["occupied_units"])
            over = f" ▲ {used - units} over" if used > units else ""
            work, offers = (
                len(folded.keys.get(f"{key}:{s}", ())) for s in ("conversations", "offers")
            )
            held = f"{work} + {offers}" if offers else str(work)
            found[id_] = (fields["presence"].replace("_", " "), f"{used}/{units}{over}", held)
    return found


def over_their_limit(folded: Folded) -> list[str]:
    """Who holds more than they have, who holds most too much first."""
    free = {
        key.removeprefix("omnistate:representative:"): int(fields["available_units"])
        for key, fields in folded.keys.items()
        if key.startswith("omnistate:representative:") and "units" in fields
    }
    return sorted((id_ for id_ in free if free[id_] < 0), key=lambda id_: (free[id_], id_))


def agrees(page: Browser, folded: Folded) -> list[str]:
    """Where the page says something else than the topics."""
    people = page.rows("representatives")
    seen: dict[str, Any] = {
        "waiting": set(page.rows("waiting")),
        "conversations": page.rows("conversations"),
        "queues": {name: cells[0] for name, cells in page.rows("queues").items()},
        "order": list(page.rows("queues")),
        "people": {
            id_: (cells[0].partition(" · ")[0], cells[2], cells[4]) for id_, cells in people.items()
        },
    }
    queues = shown_queues(folded)
    told: dict[str, Any] = {
        "waiting": set(longest(folded)[:10]),
        "conversations": shown_conversations(folded),
        "queues": queues,
        "order": list(queues),
        "people": shown_people(folded),
    }
    return [f"{name}: {seen[name]}, not {told[name]}" for name in told if seen[name] != told[name]]
