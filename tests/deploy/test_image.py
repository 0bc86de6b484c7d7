"""The container image, built without a registry or a network, and what is promised of it."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.deploy.container_engine import (
    BASE,
    ROOT,
    ContainerEngine,
    EngineUnavailable,
    require_engine,
)
from tests.harness.machine import give_up

IMAGE: Final = "omnistate:test"
ALLOWED_BYTES: Final = 100 * 10**6
HARDENED: Final = (
    *("run", "--rm", "--network", "none", "--read-only"),
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
)

pytestmark = [pytest.mark.deploy, pytest.mark.slow]


@pytest.fixture(scope="module")
def engine() -> Iterator[ContainerEngine]:
    """An engine that has the image, made as `make image` makes it."""
    try:
        require_engine()
    except EngineUnavailable as reason:
        give_up(str(reason))
    with ContainerEngine() as started:
        started.make_image(IMAGE)
        yield started


@pytest.fixture(scope="module")
def parts(engine: ContainerEngine) -> dict[str, Any]:
    command = (*HARDENED, "--entrypoint", "/opt/omnistate/bin/python", IMAGE, "-c")
    read = "print(open('/usr/share/omnistate/sbom.json').read())"
    document: dict[str, Any] = json.loads(engine.docker(*command, read))
    return document


def test_it_runs_compiled_with_a_root_that_is_read_only(engine: ContainerEngine) -> None:
    assert engine.docker(*HARDENED, IMAGE, "--version").endswith(", compiled\n")


def test_it_runs_a_whole_day_where_it_may_write_to_tmp_alone(engine: ContainerEngine) -> None:
    said = engine.docker(*HARDENED, "--tmpfs", "/tmp", IMAGE, "demo", "--conversations", "40")
    # The last thing that it says: the report and the files are made by then.
    assert "Picture: none" in said


def test_it_is_little_more_than_its_base(engine: ContainerEngine) -> None:
    more = engine.inspect(IMAGE)["Size"] - engine.inspect(BASE)["Size"]
    assert 0 < more <= ALLOWED_BYTES


def test_it_is_nobody_and_says_how_it_is_started_and_stopped(engine: ContainerEngine) -> None:
    settings = engine.inspect(IMAGE)["Config"]
    assert settings["User"] == "10001:10001"
    assert settings["Entrypoint"] == ["/opt/omnistate/bin/omnistate"]
    assert settings["StopSignal"] == "SIGTERM"
    assert "6066/tcp" in settings["ExposedPorts"]
    assert "OMNISTATE_WEB_HOST=0.0.0.0" in settings["Env"]


def test_neither_compiler_nor_pip_nor_a_test_remains(engine: ContainerEngine) -> None:
    search = (
        "import pathlib, shutil; print([each for each in ('cc', 'gcc', 'make', 'pip', 'ld') "
        "if shutil.which(each)], [*pathlib.Path('/opt/omnistate').rglob('pip')], "
        "[*pathlib.Path('/').glob('wheels')])"
    )
    command = (*HARDENED, "--entrypoint", "/opt/omnistate/bin/python", IMAGE, "-c", search)
    assert engine.docker(*command) == "[] [] []\n"


def test_it_can_write_nowhere_and_its_files_are_roots(engine: ContainerEngine) -> None:
    look = (
        "import os; print(os.getuid(), [p for p, _, _ in os.walk('/opt') if os.access(p, os.W_OK)])"
    )
    command = ("run", "--rm", "--network", "none", "--entrypoint", "/opt/omnistate/bin/python")
    assert engine.docker(*command, IMAGE, "-c", look) == "10001 []\n"


def test_the_parts_are_those_that_are_pinned_and_the_base(parts: dict[str, Any]) -> None:
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {pin.partition(" ")[0] for pin in pins}
    ours = {
        f"{re.sub(r'[-_.]+', '-', part['name']).lower()}=={part['version']}"
        for part in parts["components"]
        if part["purl"].startswith("pkg:pypi/") and not part["name"].startswith("omnistate")
    }
    assert ours <= pinned
    assert {"aiokafka", "pydantic-core", "uvloop"} <= {pin.partition("==")[0] for pin in ours}
    kinds = {part["purl"].partition("/")[0] for part in parts["components"]}
    assert kinds == {"pkg:pypi", "pkg:deb", "pkg:generic"}


def test_every_part_has_a_licence(parts: dict[str, Any]) -> None:
    everything = [parts["metadata"]["component"], *parts["components"]]
    assert [part["purl"] for part in everything if not part["licenses"]] == []
