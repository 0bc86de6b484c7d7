"""The chart that the tests render, helm to do it with, and images that were built."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deploy.chart_assembly import assemble_chart
from tests.deploy.compose_rig import BuiltImages, build_images, provide_tool
from tests.deploy.container_engine import ContainerEngine, EngineUnavailable, require_engine
from tests.deploy.kubernetes_tools import provide_tools
from tests.harness.broker.jars import BrokerUnavailable
from tests.harness.fetched_folder import FetchUnavailable
from tests.harness.machine import give_up


@pytest.fixture(scope="session")
def kubernetes_tools() -> Path:
    """Skip where helm and Kubernetes' schemas cannot be had."""
    try:
        return provide_tools()
    except FetchUnavailable as reason:
        give_up(f"no helm: {reason}")


@pytest.fixture(scope="session")
def chart(kubernetes_tools: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The chart as `make chart` puts it together."""
    folder = tmp_path_factory.mktemp("chart") / "omnistate"
    assemble_chart(folder)
    return folder


@pytest.fixture(scope="session")
def built_images(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BuiltImages]:
    """A container engine with every image; skip where it cannot be had."""
    try:
        require_engine()
        provide_tool()
    except (EngineUnavailable, FetchUnavailable) as reason:
        give_up(str(reason))
    with ContainerEngine(networked=True) as engine:
        try:
            images = build_images(engine, tmp_path_factory.mktemp("compose"))
        except BrokerUnavailable as reason:
            give_up(str(reason))
        yield BuiltImages(engine, images)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Print a figure that somebody will want to read of a run that passed, too."""

    def write(text: str) -> None:
        with capsys.disabled():
            sys.stdout.write(f"\n{text}")

    return write
