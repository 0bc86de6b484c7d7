"""A configuration that nobody would follow is refused with one line, before anything is done."""

import json
from pathlib import Path
from typing import Any

import pytest
from omnistate.adapters.kafka.configuration.configuration_topics import (
    UnusableObject,
    decode_object,
)
from omnistate.cli.configuration_file import load_contact_centre
from omnistate.cli.yaml_document import UnusableFile
from omnistate_schemas.configured import OBJECT_BYTES_MAX


def written(folder: Path, centre: dict[str, Any]) -> Path:
    """The centre in a file: an object a line."""
    lines = []
    for section, objects in centre.items():
        lines.append(f"{section}:")
        lines += [
            f"  {id_}: {json.dumps(each, ensure_ascii=False)}" for id_, each in objects.items()
        ]
    path = folder / "centre.yaml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def refusal(folder: Path, **centre: Any) -> str:
    with pytest.raises(UnusableFile) as caught:
        load_contact_centre(written(folder, centre))
    (line,) = str(caught.value).splitlines()
    return line.partition("centre.yaml:")[2]


def profiles(count: int, length: int = 1) -> dict[str, int]:
    return {f"p{n}".ljust(length, "x"): 1 for n in range(count)}


def test_a_representative_of_25_000_profiles(tmp_path: Path) -> None:
    ana = {"profiles": profiles(25_000)}
    assert "representatives.ana.profiles: " in refusal(tmp_path, representatives={"ana": ana})
    with pytest.raises(UnusableObject, match=r"bytes as JSON; 65536 are the most"):
        decode_object("representatives", json.dumps(ana).encode())


def test_64_profiles_and_no_more(tmp_path: Path) -> None:
    fits, more = {"profiles": profiles(64)}, {"profiles": profiles(65)}
    load_contact_centre(written(tmp_path, {"representatives": {"ana": fits}}))
    said = refusal(tmp_path, representatives={"bob": {}, "ana": more})
    assert said.startswith("3: representatives.ana.profiles: ")
    assert "64" in said
    decode_object("representatives", json.dumps(fits).encode())
    with pytest.raises(UnusableObject, match=r"^profiles: "):
        decode_object("representatives", json.dumps(more).encode())


def test_an_object_of_64_kib_and_no_more(tmp_path: Path) -> None:
    """64 profiles of 256 characters that take four bytes each."""
    slots = 2_147_483_647
    large = {f"{n}".ljust(256, "\U00010000"): slots for n in range(64)}
    said = refusal(tmp_path, representatives={"bob": {}, "ana": {"profiles": large}})
    size = len(json.dumps({"profiles": large}, ensure_ascii=False, separators=(",", ":")).encode())
    assert size > OBJECT_BYTES_MAX
    assert said == f"3: representatives.ana: {size} bytes as JSON; {OBJECT_BYTES_MAX} are the most"
    value = b'{"units": 7}'
    assert decode_object("representatives", value.ljust(OBJECT_BYTES_MAX)) is not None
    for topic in ("representatives", "workstreams", "capacity-profiles", "queues"):
        with pytest.raises(UnusableObject, match=r"^65537 bytes as JSON; 65536 are the most$"):
            decode_object(topic, value.ljust(OBJECT_BYTES_MAX + 1))


@pytest.mark.parametrize(
    ("topic", "section", "rest"),
    [
        ("workstreams", "workstreams", {"channel": "voice"}),
        ("representatives", "representatives", {}),
    ],
)
def test_units(topic: str, section: str, rest: dict[str, Any], tmp_path: Path) -> None:
    fits, more = {**rest, "units": 10_000}, {**rest, "units": 10_001}
    load_contact_centre(written(tmp_path, {section: {"it": fits}}))
    assert refusal(tmp_path, **{section: {"it": more}}).startswith(f"2: {section}.it.units: ")
    decode_object(topic, json.dumps(fits).encode())
    with pytest.raises(UnusableObject, match=r"^units: "):
        decode_object(topic, json.dumps(more).encode())


def test_slots_are_not_units(tmp_path: Path) -> None:
    """A limit that stands for "as many as there are" is somebody's good right."""
    centre = load_contact_centre(
        written(
            tmp_path,
            {
                "capacity_profiles": {"chat": {"limit": 2_147_483_647}},
                "representatives": {"ana": {"profiles": {"chat": 2_147_483_647}}},
            },
        )
    )
    assert centre.capacity_profiles["chat"].limit == 2_147_483_647
