"""What the image is made of, without making it: the recipe, stripped wheels, the list of parts."""

import importlib.util
import re
import shutil
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import pytest

from deploy.image.parts import list_parts
from deploy.image.stripping import strip_wheel
from tests.harness import machine

ROOT: Final = Path(__file__).parents[2]
DOCKERFILE: Final = (ROOT / "deploy/image/Dockerfile").read_text(encoding="utf-8")
LICENCE: Final = "See /usr/share/common-licenses/LGPL-2.1."
COPYRIGHT: Final = "Format: x\n\nFiles: *\nLicense: MIT\n\nFiles: y\nLicense: GPL-2+\n text\n"


def test_every_stage_is_of_the_one_base_whose_default_is_exact() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert stages == ["${BASE}", "${BASE}"]
    (default,) = re.findall(r"^ARG BASE=(\S+)$", DOCKERFILE, re.MULTILINE)
    assert re.fullmatch(r"python:3\.11\.\d+-slim-[a-z]+@sha256:[0-9a-f]{64}", default)


def test_nothing_in_the_recipe_needs_a_shell_or_an_engine_of_a_certain_kind() -> None:
    run = re.findall(r"^RUN (.)", DOCKERFILE, re.MULTILINE)
    assert run == ["["]
    assert "--mount" not in DOCKERFILE
    assert "# syntax" not in DOCKERFILE


def test_the_image_takes_only_what_it_is_made_of() -> None:
    kept = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    taken = {line[1:] for line in kept if line.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert "*" in kept
    assert taken == {path for line in copied for path in line.split()}


@pytest.fixture
def parts(tmp_path: Path) -> dict[str, Any]:
    """The parts of this environment, on a base with two packages."""
    folder = tmp_path / "var/lib/dpkg"
    folder.mkdir(parents=True)
    (folder / "status").write_text(
        "Package: zlib1g\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1:1.2\n\n"
        "Package: gone\nStatus: deinstall ok not-installed\nArchitecture: all\nVersion: 1\n"
    )
    (folder / "status.d").mkdir()
    (folder / "status.d" / "libc6").write_text("Package: libc6\nArchitecture: amd64\nVersion: 2\n")
    for name, text in (
        ("zlib1g", COPYRIGHT),
        ("libc6", "See /usr/share/common-licenses/LGPL-2.1."),
    ):
        (tmp_path / "usr/share/doc" / name).mkdir(parents=True)
        (tmp_path / "usr/share/doc" / name / "copyright").write_text(text)
    site = Path(str(distribution("pydantic").locate_file("")))
    return list_parts(site, tmp_path)


def test_the_list_has_python_parts_what_they_carry_and_the_base(parts: dict[str, Any]) -> None:
    by_reference = {each["bom-ref"]: each for each in parts["components"]}
    assert parts["metadata"]["component"]["name"] == "omnistate"
    version = distribution("aiokafka").version
    assert by_reference[f"pkg:pypi/aiokafka@{version}"]["licenses"] == [
        {"expression": "Apache-2.0"}
    ]
    core = by_reference[f"pkg:pypi/pydantic-core@{distribution('pydantic-core').version}"]
    assert "regex" in {each["name"] for each in core["components"]}
    assert f"pkg:generic/python@{sys.version.split()[0]}" in by_reference
    debian = [each for name, each in by_reference.items() if name.startswith("pkg:deb/")]
    told = {each["name"]: [one["license"]["name"] for one in each["licenses"]] for each in debian}
    assert told == {"libc6": ["LGPL-2.1"], "zlib1g": ["GPL-2+", "MIT"]}


def test_a_stripped_wheel_is_smaller_and_its_list_true(tmp_path: Path) -> None:
    if shutil.which("strip") is None:
        machine.give_up("no strip: apt-get install binutils")
    found = importlib.util.find_spec("uvloop.loop")
    assert found is not None
    assert found.origin is not None
    wheel = tmp_path / "one-1-cp311-cp311-linux_x86_64.whl"
    with ZipFile(wheel, "w") as packed:
        packed.write(found.origin, "one/loop.so")
        packed.writestr("one/__init__.py", "")
        packed.writestr(
            "one-1.dist-info/RECORD",
            "one/loop.so,sha256=stale,1\none/__init__.py,,0\none-1.dist-info/RECORD,,\n",
        )
    before = wheel.stat().st_size
    saved = strip_wheel(wheel)
    assert saved > 0
    assert wheel.stat().st_size < before
    with ZipFile(wheel) as packed:
        rows = packed.read("one-1.dist-info/RECORD").decode().splitlines()
        assert rows[0].endswith(f",{packed.getinfo('one/loop.so').file_size}")
        assert "stale" not in rows[0]
        assert rows[1:] == ["one/__init__.py,,0", "one-1.dist-info/RECORD,,"]
        packed.extract("one/loop.so", tmp_path)
    assert strip_wheel(wheel) == 0
