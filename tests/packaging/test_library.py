"""The library as `omnistate.__doc__` shows it: its lines are what runs here."""

import json
import subprocess
import sys

import omnistate
from omnistate_schemas.configuration import Workstream

STARTED = {
    "specversion": "1.0",
    "id": "1",
    "source": "/gateways/chat",
    "type": "conversation.started",
    "subject": "chat-1",
    "time": "2026-03-02T09:00:00Z",
    "data": {"channel": "live_chat", "workstream_id": "support"},
}


def shown() -> str:
    """The indented lines of the docstring, as one program."""
    lines = (omnistate.__doc__ or "").splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith("    "))


def test_the_documented_lines_replay_and_decide() -> None:
    names = {name: getattr(omnistate, name) for name in omnistate.__all__}
    found = {**names, "Workstream": Workstream, "event": STARTED}
    found["lines"] = [json.dumps(STARTED).encode()]
    assert shown().count("\n") == 4
    exec(compile(shown(), "omnistate.__doc__", "exec"), found)
    (output,) = (json.loads(line)["value"]["data"] for line in found["outputs"])
    assert (output["rule"], output["status"]) == ("C1", "open")
    assert found["outcome"] == "changed"
    assert [fact.rule for fact in found["facts"]] == ["C1"]
    assert found["replay"].state()["conversations"]["chat-1"]["sequence"] == 1


def test_importing_the_package_loads_no_room() -> None:
    code = "import sys, omnistate; print([m for m in sys.modules if m.startswith('omnistate.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    assert not hasattr(omnistate, "Step")
    assert dir(omnistate) == sorted(omnistate.__all__)
