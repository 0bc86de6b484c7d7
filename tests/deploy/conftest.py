"""The chart that the tests render, and helm to do it with."""

from pathlib import Path

import pytest

from deploy.chart_assembly import assemble_chart
from tests.deploy.kubernetes_tools import provide_tools
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
