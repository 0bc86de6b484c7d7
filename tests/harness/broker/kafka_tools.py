"""Kafka's own command-line tools, from the jars of the broker, as its administrators run them."""

import subprocess

from tests.harness.broker import jars
from tests.harness.broker.broker_storage import BRIEF
from tests.harness.tied_process import PATIENCE_S

# What `bin/` of a distribution has by these names, as Java's classes.
CLASSES = {
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-configs": "kafka.admin.ConfigCommand",
}


class ToolFailed(Exception):
    """A tool ended otherwise than with 0; the message is what it said."""


def run_tool(name: str, *arguments: str) -> str:
    """Run a tool to its end; what it printed. Raises ToolFailed."""
    java, classpath = jars.provide()
    done = subprocess.run(
        [java, *BRIEF, "-cp", classpath, CLASSES[name], *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise ToolFailed(f"{name}: {done.stderr or done.stdout}")
    return done.stdout
