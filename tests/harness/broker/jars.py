"""Java, and Kafka's jars in a cache outside the tree: found, or fetched once with Maven.

A cache that is there is whole: it is filled beside its place and moved there. No registry is named
here; which one Maven asks is the business of the machine's own Maven settings.
"""

import fcntl
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# `make test-brokers` asks for others: SUPPORT.md says which are promised.
VERSION = os.environ.get("KAFKA_VERSION") or "4.1.0"
POM = Path(__file__).with_name("pom.xml")
OLDEST_JAVA = 17
FETCH_TIMEOUT_S = 600


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
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "omnistate" / f"kafka-{VERSION}"


def classpath() -> str:
    """Java's class path of Kafka; fetches the jars where they are not in the cache yet."""
    folder = cache()
    if not folder.is_dir():
        java()  # Maven needs it too, and would say less clearly that it is missing
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.with_name(f"{folder.name}.lock")):
            if not folder.is_dir():
                _fill(folder)
    return f"{folder}/*"


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file at `path`; whoever else wants it, in this process or another, waits."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _fill(folder: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise BrokerUnavailable("Maven is needed to fetch Kafka: apt-get install maven")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    command = [maven, "--batch-mode", "--quiet", "--file", str(POM)]
    command += [f"-DoutputDirectory={part}", f"-Dkafka.version={VERSION}"]
    try:
        fetched = subprocess.run(
            [*command, "dependency:copy-dependencies"],
            cwd=part,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=FETCH_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired:
        raise BrokerUnavailable(f"Maven took more than {FETCH_TIMEOUT_S} s") from None
    if fetched.returncode:
        errors = re.findall(r"ERROR\S* (.+)", fetched.stdout) or ["it does not say why"]
        raise BrokerUnavailable(f"Maven could not fetch Kafka {VERSION}: {errors[0]}")
    if not (part / f"kafka_2.13-{VERSION}.jar").is_file():
        raise BrokerUnavailable(f"pom.xml does not name Kafka {VERSION}, which jars.py does")
    part.rename(folder)
