"""Java, and Kafka's jars: found, or fetched once with Maven."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.harness.fetched_folder import FetchUnavailable, cached_folder, fetch, provide_folder

# `make test-brokers` asks for others: SUPPORT.md says which are promised.
VERSION = os.environ.get("KAFKA_VERSION") or "4.1.0"
POM = Path(__file__).with_name("pom.xml")
OLDEST_JAVA = 17


class BrokerUnavailable(Exception):
    """This machine lacks something that a broker needs; the message says how to get it."""


def provide() -> tuple[str, str]:
    """Java's path and Kafka's class path; fetches the jars where that has not been done yet."""
    if sys.platform != "linux":
        raise BrokerUnavailable("Linux is needed: ports and the broker's end rely on its kernel")
    return java(), classpath()


def java() -> str:
    """The path of a Java that is new enough: $JAVA_HOME's, else the first one on $PATH."""
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=Path(home) / "bin" if home else None)
    if found is None or _java_version(found) < OLDEST_JAVA:
        raise BrokerUnavailable(
            f"Java {OLDEST_JAVA} or newer is needed: apt-get install default-jre-headless"
        )
    return found


def _java_version(path: str) -> int:
    said = subprocess.run([path, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(\d+)', said)
    return int(version[1]) if version else 0


def cache() -> Path:
    """The folder of the jars, there or not."""
    return cached_folder(f"kafka-{VERSION}")


def classpath() -> str:
    """Java's class path of Kafka; fetches the jars where they are not in the cache yet."""
    if not cache().is_dir():
        java()  # Maven needs it too, and would say less clearly that it is missing
    return f"{provide_folder(cache().name, _fill)}/*"


def _fill(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerUnavailable("Maven is needed to fetch Kafka: apt-get install maven")
    command = [maven, "--batch-mode", "--quiet", "--file", str(POM)]
    command += [f"-DoutputDirectory={folder}", f"-Dkafka.version={VERSION}"]
    try:
        fetch([*command, "dependency:copy-dependencies"], folder)
    except FetchUnavailable as error:
        raise BrokerUnavailable(f"Kafka {VERSION}: {error}") from None
    if not (folder / f"kafka_2.13-{VERSION}.jar").is_file():
        raise BrokerUnavailable(f"pom.xml does not name Kafka {VERSION}, which jars.py does")
