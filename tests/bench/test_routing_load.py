"""`make bench-router` at a small size: all phases come to their end, and every figure is there.

It says nothing about speed.
"""

import json
import os
import sys
from pathlib import Path

from omnistate_schemas.vocabulary import (
    AGENT_ACTIONS,
    ASSIGNMENT_REQUESTS,
    REPRESENTATIVE_CAPACITY,
    STATE_CHANGES,
)

from bench.routing_stages import Stages
from tests.harness.command import run_command

TINY = ("--people", "8", "--open", "40", "--changes", "40", "--rate", "8", "--seconds", "2")


def test_a_small_centre_is_measured(kafka_installed: None, tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    arguments = (*TINY, "--json", str(path))
    done = run_command(arguments, os.environ, command=(sys.executable, "-m", "bench.routing_load"))
    assert done.status == 0, done.out + done.err
    assert "target: p99 <= 300 ms" in done.out
    found = json.loads(path.read_text())
    assert len(found.pop("ms")) == 5
    unserved = found.pop("unserved")
    assert len(unserved) == 4
    assert all(0 <= share <= 1.1 for share in unserved.values()), unserved
    assert all(number > 0 for number in found.values()), found


def test_stages_are_told_apart() -> None:
    stages = Stages()
    capacity = '{"data": {"representative_id": "ana", "available_units": %d}}'
    stages.take(REPRESENTATIVE_CAPACITY, [(capacity % 30).encode()], 1.0)
    # What is read together: it had room, and has none since it was granted.
    stages.take(REPRESENTATIVE_CAPACITY, [(capacity % 0).encode()], 1.25)
    request = b'{"subject": "ana", "data": {"conversation_id": "c"}}'
    stages.take(ASSIGNMENT_REQUESTS, [request], 1.25)
    stages.take(AGENT_ACTIONS, [b'{"source":"/omnistate/gate","subject":"c"}'], 1.5)
    change = b'{"data":{"conversation_id":"c","offered_representative_id":"ana",'
    change += b'"cause":{"type":"router.assign"}}}'
    stages.take(STATE_CHANGES, [change], 2.0)
    assert stages.offers == [("c", "ana", 1.0, 1.25, 1.5, 2.0)]
