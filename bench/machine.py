"""What the figures were measured on and with: the machine, the versions, the time.

It measures nothing.
"""

import importlib.metadata
import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.contenders import PEERS_PYTHON
from tests.harness.broker import jars
from tests.harness.command import ROOT

OURS = ("aiokafka", "faust-streaming", "msgspec", "pydantic", "structlog")
PEERS = ("quixstreams", "confluent-kafka", "rocksdict", "faust-streaming", "aiokafka", "uvloop")
LOOK_UP = (
    "import importlib.metadata as m, json, sys; "
    "print(json.dumps({name: m.version(name) for name in sys.argv[1:]}))"
)


def describe_machine() -> dict[str, Any]:
    """Everything that a reader needs to know to measure the same."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30),
        "system": platform.platform(),
        "python": platform.python_version(),
        "java": _said([jars.java(), "-version"]).partition("\n")[0],
        "kafka": jars.VERSION,
        "ours": {name: importlib.metadata.version(name) for name in OURS},
        "peers": _peers(),
    }


def describe_moment() -> dict[str, Any]:
    """When it is, of what it is measured, and what else goes on."""
    return {
        "commit": _commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": [round(each, 2) for each in os.getloadavg()],
    }


def _commit() -> str:
    commit = _said(["git", "describe", "--always", "--exclude=*"])
    # Reports of other figures lie in docs, and change nothing that is measured.
    changed = _said(["git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!docs"])
    return f"{commit}-dirty" if changed else commit


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _said(command: list[str]) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).strip()


def _peers() -> dict[str, str]:
    if not PEERS_PYTHON.exists():
        return {}
    found: dict[str, str] = json.loads(_said([str(PEERS_PYTHON), "-c", LOOK_UP, *PEERS]))
    return found
