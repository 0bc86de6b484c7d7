"""The chart as helm renders it: the objects that a cluster would be given.

Rendering asks no cluster. An object is a mapping as it stands in YAML; no key may stand twice.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

from deploy.chart_assembly import CHART
from tests.deploy.kubernetes_tools import run_helm

EXAMPLES: Final = ("minimal", "tls-scram", "everything")
WORKLOADS: Final = frozenset({"Deployment", "StatefulSet"})
NAMESPACE: Final = "centre"
RELEASE: Final = "omnistate"

Object = dict[str, Any]


class Refused(Exception):
    """helm refuses the values; the message is what it says."""


class Rendering(NamedTuple):
    """All objects of one rendering, in the order of its text."""

    text: str
    objects: tuple[Object, ...]

    def of(self, *kinds: str) -> list[Object]:
        """Those of these kinds."""
        return [each for each in self.objects if each["kind"] in kinds]

    def one(self, kind: str, name: str) -> Object:
        """The only one of this kind and name."""
        (found,) = [each for each in self.of(kind) if each["metadata"]["name"] == name]
        return found

    def pods(self) -> Iterator[tuple[Object, Object]]:
        """What makes pods, each with the specification of its pods."""
        for maker in self.of("Deployment", "StatefulSet", "Job"):
            yield maker, maker["spec"]["template"]["spec"]


@cache
def render_chart(chart: Path, example: str, *values: str, release: str = RELEASE) -> Rendering:
    """The chart with the values of an example, and further ones as `--set` takes them.

    Raises Refused.
    """
    chosen = [part for value in values for part in ("--set-json", value)]
    file = CHART / "ci" / f"{example}.yaml"
    where = ("--namespace", NAMESPACE, "--values", file)
    done = run_helm("template", release, chart, *where, *chosen)
    if done.returncode:
        raise Refused(done.stderr)
    return Rendering(done.stdout, tuple(read_objects(done.stdout)))


def read_objects(text: str) -> Iterator[Object]:
    """The objects of several documents; empty ones are none."""
    for document in yaml.load_all(text, _UniqueKeys):
        if document is not None:
            yield document


def hook_events(thing: Object) -> frozenset[str]:
    """When helm makes an object; empty where it is the release's own."""
    events = annotations_of(thing).get("helm.sh/hook", "")
    return frozenset(filter(None, events.split(",")))


def annotations_of(thing: Object) -> dict[str, str]:
    """An object's annotations."""
    found: dict[str, str] = thing["metadata"].get("annotations") or {}
    return found


def environment_of(pod: Object) -> dict[str, Object]:
    """The variables of a pod's only container, by name."""
    (container,) = pod["containers"]
    return {each["name"]: each for each in container["env"]}


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, and `=` is a text."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        assert len(keys) == len(set(keys)), f"{node.start_mark}: a key stands twice in {keys}"
        return super().construct_mapping(node, deep)


_UniqueKeys.yaml_implicit_resolvers = {
    first: [each for each in found if each[0] != "tag:yaml.org,2002:value"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
