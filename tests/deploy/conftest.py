"""The chart that the tests render, and helm to do it with."""

from pathlib import Path
from typing import Final

import pytest

from deploy.chart_assembly import MONITORING, assemble_chart
from tests.deploy.kubernetes_tools import ToolsUnavailable, provide_tools
from tests.harness.machine import give_up

# What stands in for deploy/monitoring where a checkout has none yet.
RULES: Final = """\
groups:
- name: omnistate
  rules:
  - alert: OmnistateLagOld
    expr: max by (group) (omnistate_group_lag_seconds) > 30
    annotations:
      summary: '{{ $labels.group }} is late.'
      runbook_url: https://omnistate.github.io/omnistate/how-to/runbooks/#lagold
"""


@pytest.fixture(scope="session")
def kubernetes_tools() -> Path:
    """Skip where helm and Kubernetes' schemas cannot be had."""
    try:
        return provide_tools()
    except ToolsUnavailable as reason:
        give_up(f"no helm: {reason}")


@pytest.fixture(scope="session")
def monitoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with rules and dashboards."""
    if (MONITORING / "rules.yaml").exists():
        return MONITORING
    folder = tmp_path_factory.mktemp("monitoring")
    (folder / "rules.yaml").write_text(RULES, encoding="utf-8")
    (folder / "dashboards").mkdir()
    (folder / "dashboards" / "lag.json").write_text('{"title": "{{group}}"}\n', encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def chart(
    kubernetes_tools: Path, monitoring: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The chart as `make chart` puts it together."""
    folder = tmp_path_factory.mktemp("chart") / "omnistate"
    assemble_chart(folder, monitoring)
    return folder
