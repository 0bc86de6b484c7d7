"""What is promised of every pod that the chart makes, whatever the values."""

from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy.rendered_chart import (
    EXAMPLES,
    WORKLOADS,
    Object,
    Rendering,
    annotations_of,
    environment_of,
    hook_events,
    render_chart,
)

pytestmark = pytest.mark.slow

# Of one container; `exec` would need a shell, and a probe of readiness must not end the worker.
PROBES: Final = {
    "startupProbe": "/health/live",
    "livenessProbe": "/health/live",
    "readinessProbe": "/health/ready",
}
WORKERS: Final = ("conversation", "representative", "projection", "figures", "lag", "router")


@pytest.fixture(params=EXAMPLES)
def rendering(request: pytest.FixtureRequest, chart: Path) -> Rendering:
    return render_chart(chart, request.param)


def test_each_worker_is_there_once(rendering: Rendering) -> None:
    commands = [
        tuple(pod["containers"][0]["args"])
        for maker, pod in rendering.pods()
        if maker["kind"] in WORKLOADS
    ]
    assert Counter(commands) == Counter(set(commands))
    assert {("worker", name) for name in WORKERS} <= set(commands)


def test_no_two_objects_have_one_name(rendering: Rendering) -> None:
    names = Counter((each["kind"], each["metadata"]["name"]) for each in rendering.objects)
    assert [name for name, count in names.items() if count > 1] == []


def test_every_container_may_do_nothing_but_run(rendering: Rendering) -> None:
    for maker, pod in rendering.pods():
        assert pod["automountServiceAccountToken"] is False, maker["metadata"]["name"]
        assert pod["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC", "initContainers"} & set(pod)
        security = pod["securityContext"]
        assert security["runAsNonRoot"] is True
        assert {security["runAsUser"], security["runAsGroup"], security["fsGroup"]} == {10001}
        assert security["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        kinds = {kind for volume in pod.get("volumes", ()) for kind in volume if kind != "name"}
        assert kinds <= {"secret", "projected", "configMap"}
        assert all(mount["readOnly"] for mount in container.get("volumeMounts", ()))


def test_memory_is_bounded_and_processor_time_is_not(rendering: Rendering) -> None:
    for maker, pod in rendering.pods():
        resources = pod["containers"][0]["resources"]
        assert set(resources["requests"]) == {"cpu", "memory"}, maker["metadata"]["name"]
        assert set(resources["limits"]) == {"memory"}


def test_every_account_is_there_and_has_no_token(rendering: Rendering) -> None:
    accounts = {each["metadata"]["name"]: each for each in rendering.of("ServiceAccount")}
    for maker, pod in rendering.pods():
        account = accounts[pod["serviceAccountName"]]
        assert account["automountServiceAccountToken"] is False
        # A hook's account is there before it, the others' is the release's own.
        assert hook_events(maker) <= hook_events(account)
        assert bool(hook_events(maker)) is bool(hook_events(account))
    assert rendering.of("Secret", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding") == []


def test_every_worker_is_probed_at_ports_that_it_has(rendering: Rendering) -> None:
    for worker in rendering.of(*WORKLOADS):
        pod = worker["spec"]["template"]["spec"]
        (container,) = pod["containers"]
        ports = {port["name"]: port["containerPort"] for port in container["ports"]}
        variables = environment_of(pod)
        assert ports["health"] == int(variables["OMNISTATE_HEALTH_PORT"]["value"])
        assert ("web" in ports) is (container["args"] == ["worker", "projection"])
        for kind, path in PROBES.items():
            assert container[kind]["httpGet"] == {"path": path, "port": "health"}
        assert pod["terminationGracePeriodSeconds"] == 30
        # A worker that is restored for long is not ready, and alive.
        startup = container["startupProbe"]
        assert startup["periodSeconds"] * startup["failureThreshold"] >= 120


def test_no_more_than_one_is_away_by_intention(rendering: Rendering) -> None:
    for worker in rendering.of(*WORKLOADS):
        name, spec = worker["metadata"]["name"], worker["spec"]
        budget = rendering.one("PodDisruptionBudget", name)["spec"]
        assert budget["selector"] == spec["selector"]
        assert budget["maxUnavailable"] in {1, "50%"}
        assert budget["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
        assert spec["minReadySeconds"] > 0
        if worker["kind"] == "Deployment":
            rolling = {"maxSurge": 1, "maxUnavailable": 0}
            assert spec["strategy"] == {"type": "RollingUpdate", "rollingUpdate": rolling}


def test_workers_are_spread_over_zones_and_nodes(rendering: Rendering) -> None:
    for worker in rendering.of(*WORKLOADS):
        spread = worker["spec"]["template"]["spec"]["topologySpreadConstraints"]
        keys = [each["topologyKey"] for each in spread]
        assert keys == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
        revision = {"Deployment": "pod-template-hash", "StatefulSet": "controller-revision-hash"}
        for each in spread:
            assert each["matchLabelKeys"] == [revision[worker["kind"]]]
            assert each["labelSelector"] == worker["spec"]["selector"]
            assert each["whenUnsatisfiable"] == "ScheduleAnyway"


def _labels(maker: Object) -> dict[str, str]:
    found: dict[str, str] = maker["spec"]["template"]["metadata"]["labels"]
    return found


def _chosen(selector: Object, makers: list[Object]) -> list[str]:
    wanted: dict[str, Any] = selector.get("matchLabels", selector)
    return [each["metadata"]["name"] for each in makers if wanted.items() <= _labels(each).items()]


def test_every_selector_chooses_one_worker(rendering: Rendering) -> None:
    makers = [maker for maker, _ in rendering.pods()]
    for each in rendering.of(*WORKLOADS, "PodDisruptionBudget", "Service"):
        chosen = _chosen(each["spec"]["selector"], makers)
        assert len(chosen) == 1, each["metadata"]["name"]
    for policy in rendering.of("NetworkPolicy"):
        selector = policy["spec"]["podSelector"]
        if "matchExpressions" not in selector:
            assert len(_chosen(selector, makers)) == 1, policy["metadata"]["name"]


def test_every_pod_has_a_network_policy_for_both_ways(rendering: Rendering) -> None:
    policies = rendering.of("NetworkPolicy")
    for maker, _ in rendering.pods():
        component = _labels(maker)["app.kubernetes.io/component"]
        own = [
            policy["spec"]
            for policy in policies
            if policy["spec"]["podSelector"]["matchLabels"].get("app.kubernetes.io/component")
            == component
            or any(
                component in each["values"]
                for each in policy["spec"]["podSelector"].get("matchExpressions", ())
            )
        ]
        assert [each["policyTypes"] for each in own] == [["Ingress", "Egress"]], component


def test_what_a_hook_needs_is_there_before_it(rendering: Rendering) -> None:
    jobs = rendering.of("Job")
    assert jobs
    for job in jobs:
        pod = job["spec"]["template"]["spec"]
        needed = [rendering.one("ServiceAccount", pod["serviceAccountName"])]
        needed += [
            rendering.one("ConfigMap", volume["configMap"]["name"])
            for volume in pod.get("volumes", ())
            if volume.get("configMap", {}).get("name", "").startswith(("omnistate-", "centre-"))
        ]
        needed += [
            policy for policy in rendering.of("NetworkPolicy") if "helm.sh/hook" in str(policy)
        ]
        for each in needed:
            assert hook_events(job) <= hook_events(each), each["metadata"]["name"]
            weights = [int(annotations_of(it)["helm.sh/hook-weight"]) for it in (each, job)]
            assert weights[0] < weights[1]


def test_topics_are_there_before_workers_and_configuration(chart: Path) -> None:
    rendering = render_chart(chart, "everything")
    topics = rendering.one("Job", "omnistate-topics")
    configuration = rendering.one("Job", "omnistate-configuration")
    assert hook_events(topics) == {"pre-install", "pre-upgrade"}
    assert hook_events(configuration) == {"pre-install", "post-upgrade", "pre-rollback"}
    weights = [int(annotations_of(job)["helm.sh/hook-weight"]) for job in (topics, configuration)]
    assert weights[0] < weights[1]


def test_names_fit_whatever_the_release_is_called(chart: Path) -> None:
    rendering = render_chart(chart, "everything", release="r" * 53)
    names = [each["metadata"]["name"] for each in rendering.objects]
    assert max(map(len, names)) <= 63
    assert all(value == value[:63] for value in _label_values(rendering))


def _label_values(rendering: Rendering) -> list[str]:
    return [
        value for each in rendering.objects for value in each["metadata"].get("labels", {}).values()
    ]
