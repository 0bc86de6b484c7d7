"""Kafka Streams: its jars in the cache beside the broker's, and our small program, compiled.

Its version is the broker's. No registry is named here, as in `tests.harness.broker.jars`.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.harness.broker import jars

PEERS: Final = Path(__file__).with_name("peers")
PROGRAM: Final = "StreamsCount"


class PeerMissing(Exception):
    """A peer cannot be had on this machine; the message says why."""


def streams_command(folder: Path) -> list[str]:
    """What starts the program; its classes are put into `folder`. Raises PeerMissing."""
    javac = shutil.which("javac")
    if javac is None:
        raise PeerMissing("a JDK is needed to compile it: apt-get install default-jdk-headless")
    try:
        java = jars.java()
        found = _provide()
    except jars.BrokerUnavailable as missing:
        raise PeerMissing(str(missing)) from None
    classes = folder / "classes"
    if not classes.exists():
        source = str(PEERS / f"{PROGRAM}.java")
        subprocess.run([javac, "-d", str(classes), "-cp", f"{found}/*", source], check=True)
    return [java, "-Xmx1g", "-cp", f"{found}/*:{classes}", PROGRAM]


def _provide() -> Path:
    folder = jars.cache().with_name(f"kafka-streams-{jars.VERSION}")
    folder.parent.mkdir(parents=True, exist_ok=True)
    with jars.locked(folder.with_name(f"{folder.name}.lock")):
        if not folder.is_dir():
            _fetch(folder)
    return folder


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise PeerMissing("Maven is needed to fetch Kafka Streams: apt-get install maven")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    told = [f"-Dkafka.version={jars.VERSION}", f"-DoutputDirectory={part}"]
    done = subprocess.run(
        [maven, "-B", "-q", "-f", str(PEERS / "pom.xml"), *told, "dependency:copy-dependencies"],
        cwd=part,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=jars.FETCH_TIMEOUT_S,
    )
    if done.returncode:
        raise PeerMissing(f"Maven could not fetch Kafka Streams: {done.stdout[-300:]}")
    part.rename(folder)
