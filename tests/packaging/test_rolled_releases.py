"""Two releases of the installed package over one cluster: forwards, back, and forwards for good."""

import json
import sys
import threading
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cluster.story_inputs import CENTRE, story
from tests.harness.installation import Installation
from tests.harness.outside import ROOT, make_venv, run_outside
from tests.harness.topics import read_records
from tests.harness.waiting import eventually, wait_until
from tests.harness.worker_process import WorkerProcess
from tests.packaging.next_release import NEW, OLD, write_next_release

KINDS: Final = ("conversation", "conversation", "representative", "figures")
PARTITIONS: Final = 4
REFUSED: Final = f"the tables are of version {NEW}, and this release reads up to {OLD}: "

pytestmark = [pytest.mark.slow, pytest.mark.broker, pytest.mark.dist]


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The command `omnistate` of this release and of the next, each in its own environment."""
    folder = tmp_path_factory.mktemp("releases")
    (folder / "sources").mkdir()
    sources = write_next_release(folder / "sources")
    commands = []
    for name, project in (("present", ROOT), ("next", sources)):
        wheels = folder / f"wheels-{name}"
        for each in (ROOT / "schemas", project):
            run_outside(
                *(sys.executable, "-m", "build", "--wheel", "--outdir", wheels, each), cwd=folder
            )
        commands.append(make_venv(folder / name, *sorted(wheels.glob("*.whl"))) / "omnistate")
    return commands[0], commands[1]


class Load:
    """Chats that begin, are offered, accepted and ended, one after the other, until it stops."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._send)
        self.chats = 0
        self._failure: Exception | None = None

    def __enter__(self) -> "Load":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def await_more(self) -> None:
        """Until chats have come that are begun after now."""
        before = self.chats
        wait_until("more chats", lambda: self._failure is not None or self.chats > before + 5)
        self.check()

    def check(self) -> None:
        """Raise what sending raised."""
        if self._failure is not None:
            raise self._failure

    def _send(self) -> None:
        try:
            for number in count():
                if self._over.is_set():
                    return
                chats = range(number * 5, number * 5 + 5)
                events = [each for chat in chats for each in story(f"chat-{chat}")]
                self._installation.send(events, "--rate", "40")
                self.chats = chats.stop
        except Exception as error:
            self._failure = error


def installation(
    command: Path, brokers: str, prefix: str, folder: Path, **settings: object
) -> Installation:
    folder.mkdir()
    found = Installation(
        brokers, prefix, folder, command=(str(command),), session_timeout=6, **settings
    )
    found.environment["PYTHONWARNINGS"] = "error"
    return found


class Fleet:
    """A worker at each place; `roll` replaces one after the other."""

    def __init__(self, first: Installation) -> None:
        self._workers = [first.worker(kind, ready=False) for kind in KINDS]
        for worker in self._workers:
            worker.await_ready()

    def roll(self, to: Installation) -> None:
        """Each ends and is replaced, and is ready before the next one ends."""
        for place, kind in enumerate(KINDS):
            assert self._workers[place].stop() == 0
            self._workers[place] = to.worker(kind)

    def of(self, kind: str) -> WorkerProcess:
        """One of them."""
        return self._workers[KINDS.index(kind)]


async def last_rows(brokers: str, topic: str) -> list[Any]:
    """The last row of each partition of a changelog whose rows are JSON."""
    records = await read_records(brokers, topic)
    last = {each.partition: json.loads(each.value) for each in records if each.value}
    return [last[number] for number in sorted(last)]


async def written_in(brokers: str, prefix: str) -> list[int]:
    """The version of the last position of each partition of each group that has positions."""
    found = []
    for group in ("conversation", "representative"):
        rows = await last_rows(brokers, f"{prefix}{group}-positions-changelog")
        assert len(rows) == PARTITIONS
        found += [row["version"] for row in rows]
    return found


async def figures_written_in(brokers: str, prefix: str) -> list[int]:
    """The version of the last row of each partition in which figures were counted."""
    return [row[0] for row in await last_rows(brokers, f"{prefix}figures-conversations-changelog")]


@pytest.fixture
def installations(
    releases: tuple[Path, Path], brokers: str, prefix: str, tmp_path: Path
) -> Iterator[tuple[Installation, Installation, Installation]]:
    """This release, the next one, and the next one told to write its own rows."""
    present, following = releases
    found = (
        installation(present, brokers, prefix, tmp_path / "present"),
        installation(following, brokers, prefix, tmp_path / "next"),
        installation(following, brokers, prefix, tmp_path / "switched", row_version=NEW),
    )
    yield found
    for each in found:
        each.end()


async def test_forwards_back_and_forwards_for_good(
    installations: tuple[Installation, Installation, Installation], brokers: str, prefix: str
) -> None:
    present, following, switched = installations
    present.set_up(CENTRE, PARTITIONS)
    groups = PARTITIONS * 2
    with Load(present) as load:
        fleet = Fleet(present)
        for release in (following, present, following):
            fleet.roll(release)
            load.await_more()
            assert await written_in(brokers, prefix) == [OLD] * groups
            assert set(await figures_written_in(brokers, prefix)) == {OLD}
            present.run("audit")
        fleet.roll(switched)
        load.await_more()
        assert await written_in(brokers, prefix) == [NEW] * groups
        await eventually(
            "figures in every partition",
            lambda: figures_written_in(brokers, prefix),
            lambda found: found == [NEW] * PARTITIONS,
        )
        for kind in dict.fromkeys(KINDS):
            former = present.worker(kind, ready=False)
            assert former.wait() == 2, former.last_words()
            refusals = [line for line in former.log().splitlines() if REFUSED in line]
            assert len(refusals) == 1, former.last_words()
            assert "Traceback" not in former.log()
            assert fleet.of(kind).running
        load.await_more()
    load.check()
    for group in ("conversation", "representative", "figures"):
        wait_until(f"{group} has read everything", partial(switched.caught_up, group))
    assert REFUSED in present.run("audit", status=2)
    assert "✗" not in switched.run("audit")
