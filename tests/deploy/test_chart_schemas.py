"""The rendered objects by the schemas of the API and of the operators that they are for.

Schemas know names and types. What an API server looks at beyond them is not asked here.
"""

import copy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.deploy.kubernetes_schemas import (
    judge,
    kind_of,
    read_definitions,
)
from tests.deploy.rendered_chart import EXAMPLES, render_chart
from tests.harness.fetched_folder import FetchUnavailable

pytestmark = pytest.mark.slow

OPERATORS = ("keda.sh", "monitoring.coreos.com")


@pytest.fixture(scope="module")
def definitions() -> dict[tuple[str, str], dict[str, Any]]:
    try:
        return read_definitions()
    except FetchUnavailable as reason:
        # Also where CI=true: the rest of the chart needs Python's registry alone.
        pytest.skip(str(reason))


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_object_is_as_kubernetes_knows_it(chart: Path, tmp_path: Path, example: str) -> None:
    rendering = render_chart(chart, example)
    own = [each for each in rendering.objects if not each["apiVersion"].startswith(OPERATORS)]
    said = judge(rendering.text, tmp_path / "objects.yaml")
    passed = [line for line in said if line.startswith("INFO it passed for resource ")]
    assert len(passed) == len(own), "\n".join(said)
    unknown = [line for line in said if line.startswith("WARN it Couldn't find schema")]
    assert len(unknown) == len(rendering.objects) - len(own)


def test_a_misspelt_key_would_be_found(chart: Path, tmp_path: Path) -> None:
    text = render_chart(chart, "minimal").text.replace("readinessProbe:", "readynessProbe:", 1)
    said = judge(text, tmp_path / "objects.yaml")
    assert any("readynessProbe" in line for line in said), "\n".join(said)


def test_objects_of_operators_are_as_these_define_them(
    chart: Path, definitions: dict[tuple[str, str], dict[str, Any]]
) -> None:
    objects = render_chart(chart, "everything").objects
    own = [each for each in objects if each["apiVersion"].startswith(OPERATORS)]
    assert {each["kind"] for each in own} == {"ScaledObject", "PodMonitor", "PrometheusRule"}
    for each in own:
        jsonschema.validate(each, definitions[kind_of(each)])
        # Breaking it shows that the schema is looked at, and is closed.
        wrong = copy.deepcopy(each)
        wrong["spec"]["misspelt"] = 1
        with pytest.raises(jsonschema.ValidationError, match="misspelt"):
            jsonschema.validate(wrong, definitions[kind_of(each)])
