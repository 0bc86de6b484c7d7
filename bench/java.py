"""Kafka Streams: its jars in the cache beside the broker's, and our small program, compiled.

Its version is the broker's.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.harness.broker import jars
from tests.harness.fetched_folder import FetchUnavailable, fetch, provide_folder

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
        found = provide_folder(f"kafka-streams-{jars.VERSION}", _fetch)
    except (jars.BrokerUnavailable, FetchUnavailable) as missing:
        raise PeerMissing(str(missing)) from None
    classes = folder / "classes"
    if not classes.exists():
        source = str(PEERS / f"{PROGRAM}.java")
        subprocess.run([javac, "-d", str(classes), "-cp", f"{found}/*", source], check=True)
    return [java, "-Xmx1g", "-cp", f"{found}/*:{classes}", PROGRAM]


def _fetch(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise PeerMissing("Maven is needed to fetch Kafka Streams: apt-get install maven")
    told = [f"-Dkafka.version={jars.VERSION}", f"-DoutputDirectory={folder}"]
    pom = str(PEERS / "pom.xml")
    fetch([maven, "-B", "-q", "-f", pom, *told, "dependency:copy-dependencies"], folder)
