"""Run the engine as `omnistate replay` does, in the process, on lines and a configuration."""

import json
from typing import Any

from omnistate.cli.configuration_file import build_directory
from omnistate.stream.conversation.replay import Replay
from omnistate_schemas.configuration import ContactCentre
from omnistate_schemas.times import parse_time_ms

Output = dict[str, Any]


def run(
    lines: list[bytes], config: dict[str, Any], until: str | None = None
) -> tuple[list[Output], dict[str, Any]]:
    """The output records in order, and the object that `--state` prints."""
    replay = Replay(build_directory(ContactCentre.model_validate(config)))
    outputs = [json.loads(line) for line in replay.feed(lines)]
    if until is not None:
        outputs += [json.loads(line) for line in replay.advance(parse_time_ms(until))]
    return outputs, json.loads(json.dumps(replay.state()))


def canonical(outputs: list[Output], state: dict[str, Any]) -> tuple[list[Output], dict[str, Any]]:
    """Outputs and state with what is free left out: ids of outputs, messages, names of holds."""
    names: dict[str, str] = {}
    plain: list[Output] = []
    for output in outputs:
        value = output["value"]
        if isinstance(value, dict):
            data = dict(value["data"])
            data.pop("message", None)
            if "hold_id" in data:
                data["hold_id"] = names.setdefault(data["hold_id"], f"hold-{len(names)}")
            value = {name: member for name, member in value.items() if name != "id"} | {
                "data": data
            }
        plain.append({**output, "value": value})
    conversations = {
        id_: {
            **row,
            "holds": [
                {**hold, "hold_id": names.get(hold["hold_id"], hold["hold_id"])}
                for hold in row["holds"]
            ],
        }
        for id_, row in state["conversations"].items()
    }
    return plain, {**state, "conversations": conversations}
