"""The broker's data folder before its first start, and what Java says when something is wrong.

Formatting writes the cluster's id, the newest features and the users of SASL, once a folder.
"""

import base64
import fcntl
import itertools
import re
import subprocess
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from tests.harness.broker.broker_properties import LOG_FOLDER, MECHANISMS

# This Java lives for a moment: it shall begin quickly, not run fast.
BRIEF = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


class BrokerFailed(Exception):
    """Kafka did not start, or ended by itself; the message says why, as far as Kafka does."""


def lock_folder(folder: Path) -> TextIO:
    """Take a folder for oneself: Kafka looks into its data before it takes its own lock on them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "broker.lock").open("w")
    except OSError as error:
        raise BrokerFailed(f"{folder}: {error.strerror}") from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise BrokerFailed(f"{folder} is in use by another broker") from None
    return lock


def new_cluster_id() -> str:
    """A cluster's id, as Kafka makes them."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def format_storage(
    java: str,
    classpath: str,
    folder: Path,
    users: Mapping[str, str],
    cluster_id: str | None = None,
) -> str:
    """Format the folder of `server.properties` unless that is done already; the cluster's id.

    `users` are those of SCRAM, with their passwords; `cluster_id` is the one to write, by default
    a new one.
    """
    written = folder / LOG_FOLDER / "meta.properties"
    if not written.exists():
        new = cluster_id or new_cluster_id()
        command = [java, *BRIEF, "-cp", classpath, "kafka.tools.StorageTool", "format"]
        # With "=", because an id may begin with a dash.
        command += [f"--cluster-id={new}", "--config", "server.properties"]
        for (user, password), mechanism in itertools.product(users.items(), MECHANISMS):
            command += ["--add-scram", f"{mechanism}=[name={user},password={password}]"]
        run = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            raise BrokerFailed(f"Kafka cannot format {folder}: {reason(run.stdout, run.stderr)}")
    found = re.search(r"^cluster\.id=(.+)$", written.read_text(), re.MULTILINE)
    if found is None:
        raise BrokerFailed(f"{written} names no cluster")
    return found[1]


def reason(log: str, console: str) -> str:
    """What went wrong, in Java's words: the innermost exception's message, else its first line."""
    exception = r"^(?:Caused by: )?[\w.$]+(?:Exception|Error): (.+)"
    told = re.findall(exception, f"{log}\n{console}", re.MULTILINE)
    return str(told[-1]) if told else (console.strip() or "it does not say why").splitlines()[0]
