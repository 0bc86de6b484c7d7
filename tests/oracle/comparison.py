"""What is free in the outputs of a run, and whether two runs say the same beside it.

`python -m tests.oracle.comparison ONE.jsonl OTHER.jsonl [ONE.state OTHER.state]` compares what two
programs printed. Free are ids of outputs and of holds, sentences, and the order in which several
holds begin in one step (but `K4`'s, which is first).
"""

from __future__ import annotations

import json
import sys
from itertools import zip_longest
from pathlib import Path
from typing import Any

Output = dict[str, Any]


def plain(outputs: list[Output], state: dict[str, Any]) -> tuple[list[Output], dict[str, Any]]:
    """Outputs and state with what is free left out."""
    names: dict[str, str] = {}
    return (
        [_plain(output, names) for output in _order_holds(outputs)],
        {**state, "conversations": _plain_rows(state.get("conversations", {}), names)},
    )


def _plain(output: Output, names: dict[str, str]) -> Output:
    value = output["value"]
    if not isinstance(value, dict):
        return output
    data = {name: member for name, member in value["data"].items() if name != "message"}
    if "hold_id" in data:
        data["hold_id"] = names.setdefault(data["hold_id"], f"hold-{len(names)}")
    value = {name: member for name, member in value.items() if name != "id"} | {"data": data}
    return {**output, "value": value}


def _order_holds(outputs: list[Output]) -> list[Output]:
    """Holds that begin in one step in order of their representatives, `K4` first."""
    ordered: list[Output] = []
    step: list[Output] = []
    for output in [*outputs, None]:
        if output is not None and _begins(output) and (not step or _is_one_step(step[-1], output)):
            step.append(output)
            continue
        ordered += sorted(
            step, key=lambda held: (held["value"]["data"]["rule"] != "K4", held["key"])
        )
        step = [output] if output is not None and _begins(output) else []
        if output is not None and not step:
            ordered.append(output)
    return ordered


def _begins(output: Output) -> bool:
    value = output["value"]
    return isinstance(value, dict) and bool(value["type"] == "capacity.held")


def _is_one_step(one: Output, other: Output) -> bool:
    first, second = one["value"], other["value"]
    return bool(
        first["time"] == second["time"]
        and first["data"]["cause"] == second["data"]["cause"]
        and first["data"]["conversation_id"] == second["data"]["conversation_id"]
    )


def _plain_rows(rows: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {
        id_: {
            **row,
            "holds": sorted(
                (
                    {**hold, "hold_id": names.get(hold["hold_id"], hold["hold_id"])}
                    for hold in row["holds"]
                ),
                key=lambda hold: (hold["role"], hold["representative_id"]),
            ),
        }
        for id_, row in rows.items()
    }


def differences(one: list[Output], other: list[Output]) -> list[str]:
    """Where two lists of plain outputs part, with the members that differ."""
    found = []
    for number, (first, second) in enumerate(zip_longest(one, other), start=1):
        if first != second:
            found.append(f"output {number}: {_tell(first, second)}")
    return found


def _tell(first: Output | None, second: Output | None) -> str:
    """The members that differ, as far as both are events of one type."""
    if first is None or second is None or not _are_alike(first, second):
        return f"{json.dumps(first)} | {json.dumps(second)}"
    one, other = _flat(first), _flat(second)
    names = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    told = "; ".join(f"{name}: {one.get(name)} | {other.get(name)}" for name in names)
    return f"{one['value.type']} of {first['key']} at {one['value.time']}: {told}"


def _are_alike(first: Output, second: Output) -> bool:
    values = first["value"], second["value"]
    if not all(isinstance(value, dict) for value in values):
        return False
    return bool(values[0]["type"] == values[1]["type"] and first["key"] == second["key"])


def _flat(value: Any, name: str = "") -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    found: dict[str, Any] = {}
    for key, member in value.items():
        found |= _flat(member, f"{name}.{key}" if name else key)
    return found


def _read(path: str) -> list[Any]:
    return [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]


def main(arguments: list[str]) -> int:
    """0 where both say the same, else 1 with the first differences."""
    states = [_read(path)[0] for path in arguments[2:4]] or [{}, {}]
    one, other = (plain(_read(path), state) for path, state in zip(arguments, states, strict=False))
    found = differences(one[0], other[0])
    if one[1] != other[1]:
        found.append(f"state: {json.dumps(one[1])} | {json.dumps(other[1])}")
    sys.stdout.writelines(f"{line}\n" for line in found[:20])
    sys.stdout.write(f"{len(found)} differences in {len(one[0])} outputs\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
