"""What values do, and that wrong ones are refused by the name of their key."""

import json
import re
import tarfile
from pathlib import Path

import omnistate
import pytest
import yaml

from deploy.chart_assembly import CHART, MONITORING, assemble_chart, main
from deploy.monitoring.alerts import ALERTS
from tests.deploy.kubernetes_tools import run_helm
from tests.deploy.rendered_chart import (
    EXAMPLES,
    WORKLOADS,
    Refused,
    Rendering,
    environment_of,
    render_chart,
)
from tests.deploy.wrong_values import AUTOSCALED, STATIC, WRONG

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("example", EXAMPLES)
def test_lint_has_nothing_to_say(chart: Path, example: str) -> None:
    values = chart / "ci" / f"{example}.yaml"
    done = run_helm("lint", "--strict", "--values", values, chart)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_value_is_refused_by_its_name(chart: Path, case: str) -> None:
    values, named = WRONG[case]
    with pytest.raises(Refused) as refusal:
        render_chart(chart, "minimal", *values)
    assert named in str(refusal.value)


def test_the_values_beside_the_wrong_ones_are_right(chart: Path) -> None:
    assert render_chart(chart, "minimal", *AUTOSCALED).of("ScaledObject")
    assert render_chart(chart, "minimal", *STATIC).of("StatefulSet")
    assert render_chart(chart, "minimal", "recreate=true")


def test_static_members_are_named_after_their_pods(chart: Path) -> None:
    rendering = render_chart(chart, "minimal", *STATIC)
    (worker,) = rendering.of("StatefulSet")
    variables = environment_of(worker["spec"]["template"]["spec"])
    path = {"fieldRef": {"fieldPath": "metadata.name"}}
    assert variables["OMNISTATE_INSTANCE_ID"]["valueFrom"] == path
    assert rendering.one("Service", worker["spec"]["serviceName"])["spec"]["clusterIP"] == "None"
    others = render_chart(chart, "minimal").pods()
    assert not any("OMNISTATE_INSTANCE_ID" in environment_of(pod) for _, pod in others)


def test_who_is_scaled_is_given_no_number(chart: Path) -> None:
    rendering = render_chart(chart, "minimal", *AUTOSCALED)
    name = "omnistate-conversation"
    assert "replicas" not in rendering.one("Deployment", name)["spec"]
    assert rendering.one("Deployment", "omnistate-figures")["spec"]["replicas"] == 2
    (scaled,) = rendering.of("ScaledObject")
    spec = scaled["spec"]
    assert spec["scaleTargetRef"]["name"] == name
    # No answer, or an empty one, is not a lag of 0, and takes nobody away.
    (trigger,) = spec["triggers"]
    assert trigger["metadata"]["ignoreNullValues"] == "false"
    assert spec["fallback"]["behavior"] == "currentReplicasIfHigher"
    assert spec["fallback"]["replicas"] == 3
    assert trigger["metricType"] == "AverageValue", "KEDA falls back with this one alone"
    assert int(trigger["metadata"]["threshold"]) == 400_000
    down = spec["advanced"]["horizontalPodAutoscalerConfig"]["behavior"]["scaleDown"]
    assert down["policies"] == [{"type": "Pods", "value": 1, "periodSeconds": 600}]


def test_no_two_versions_run_beside_one_another_where_that_is_wanted(chart: Path) -> None:
    rendering = render_chart(chart, "minimal", "recreate=true")
    strategies = [each["spec"]["strategy"] for each in rendering.of("Deployment")]
    assert strategies == [{"type": "Recreate"}] * len(strategies)


def test_a_digest_counts_before_a_tag_and_a_worker_s_own_before_all_s(chart: Path) -> None:
    digest = f"sha256:{'0' * 64}"
    values = ('image.tag="1"', f"image.digest={json.dumps(digest)}")
    own = ('workers.figures.image.tag="2"',)
    images = {
        maker["metadata"]["name"]: pod["containers"][0]["image"]
        for maker, pod in render_chart(chart, "minimal", *values, *own).pods()
    }
    assert images.pop("omnistate-figures") == "registry.example/omnistate:2"
    assert set(images.values()) == {f"registry.example/omnistate@{digest}"}
    pods = [pod for _, pod in render_chart(chart, "minimal").pods()]
    version = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))["appVersion"]
    assert {pod["containers"][0]["image"] for pod in pods} == {
        f"registry.example/omnistate:{version}"
    }


def test_the_chart_is_of_this_release() -> None:
    metadata = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    assert metadata["appVersion"] == omnistate.__version__


def test_texts_come_as_they_were_given(chart: Path) -> None:
    example = yaml.safe_load((chart / "ci" / "everything.yaml").read_text(encoding="utf-8"))
    rendering = render_chart(chart, "everything")
    jobs = rendering.one("ConfigMap", "omnistate-jobs")["data"]
    assert jobs["centre.yaml"] == example["configuration"]["text"]
    assert jobs["topics.yaml"] == example["topics"]["declaration"]
    topics = rendering.one("ConfigMap", "omnistate-topics")["data"]
    assert topics == {"topics.yaml": example["topics"]["declaration"]}


def test_without_jobs_there_is_nothing_of_theirs(chart: Path) -> None:
    rendering = render_chart(chart, "minimal", "topics.apply=false")
    assert rendering.of("Job") == []
    assert "helm.sh/hook" not in rendering.text


def test_the_api_is_there_with_a_token_alone(chart: Path) -> None:
    assert render_chart(chart, "minimal").of("Service") == []
    rendering = render_chart(chart, "tls-scram")
    service = rendering.one("Service", "omnistate-api")["spec"]
    pod = rendering.one("Deployment", "omnistate-projection")["spec"]["template"]["spec"]
    ports = {port["name"]: port["containerPort"] for port in pod["containers"][0]["ports"]}
    assert service["ports"][0]["targetPort"] == "web"
    assert ports["web"] == int(environment_of(pod)["OMNISTATE_WEB_PORT"]["value"])


def _ports(rendering: Rendering, policy: str) -> set[int]:
    egress = rendering.one("NetworkPolicy", policy)["spec"]["egress"]
    return {port["port"] for rule in egress for port in rule["ports"]}


def test_a_worker_reaches_name_servers_and_its_servers_alone(chart: Path) -> None:
    brokers = 'kafka.brokers="a:9092,b:9092,[fd00::1]:9093"'
    rendering = render_chart(chart, "minimal", brokers, 'redis.url="redis://r:7000/1"')
    assert _ports(rendering, "omnistate-conversation") == {53, 9092, 9093}
    assert _ports(rendering, "omnistate-jobs") == {53, 9092, 9093}
    assert _ports(rendering, "omnistate-projection") == {53, 9092, 9093, 7000}
    assert _ports(render_chart(chart, "minimal", 'redis.url="redis://r"'), "omnistate-lag") == {
        *(53, 9092, 6379)
    }
    everything = render_chart(chart, "everything")
    assert _ports(everything, "omnistate-figures") == {53, 5353, 9094, 9095, 6380}


def test_rules_and_dashboards_are_those_of_the_one_source(chart: Path) -> None:
    rendering = render_chart(chart, "everything", 'monitoring.rules.runbooks=""')
    source = yaml.safe_load((MONITORING / "rules.yaml").read_text(encoding="utf-8"))
    (rules,) = rendering.of("PrometheusRule")
    assert rules["spec"] == source
    dashboards = {
        file: text
        for each in rendering.of("ConfigMap")
        if "-dashboard-" in each["metadata"]["name"]
        for file, text in each["data"].items()
    }
    assert dashboards == {
        path.name: path.read_text(encoding="utf-8")
        for path in (MONITORING / "dashboards").glob("*.json")
    }


def test_jobs_are_called_as_the_rules_expect(chart: Path) -> None:
    rendering = render_chart(chart, "everything")
    (monitor,) = rendering.of("PodMonitor")
    (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
    (relabeling,) = endpoint["relabelings"]
    (alert,) = [each for each in ALERTS if each.name == "WorkerUnreachable"]
    expected = re.search(r'job=~"(.+?)"', alert.expression)
    assert expected is not None
    label = "app.kubernetes.io/component"
    source = f"__meta_kubernetes_pod_label_{re.sub('[./]', '_', label)}"
    assert relabeling["sourceLabels"] == [source]
    assert relabeling["targetLabel"] == "job"
    for worker in rendering.of(*WORKLOADS):
        labels = worker["spec"]["template"]["metadata"]["labels"]
        assert monitor["spec"]["selector"]["matchLabels"].items() <= labels.items()
        job = relabeling["replacement"].replace("$1", labels[label])
        assert re.fullmatch(expected[1], job)


def test_runbooks_may_be_elsewhere(chart: Path) -> None:
    (rules,) = render_chart(chart, "everything").of("PrometheusRule")
    source = yaml.safe_load((MONITORING / "rules.yaml").read_text(encoding="utf-8"))
    expected = [
        f"https://runbooks.example/omnistate#{rule['annotations']['runbook_url'].partition('#')[2]}"
        for group in source["groups"]
        for rule in group["rules"]
    ]
    found = [
        rule["annotations"]["runbook_url"]
        for group in rules["spec"]["groups"]
        for rule in group["rules"]
    ]
    assert found == expected


def test_a_chart_without_rules_says_how_to_get_them(kubernetes_tools: Path, tmp_path: Path) -> None:
    (tmp_path / "monitoring").mkdir()
    bare = tmp_path / "omnistate"
    assert assemble_chart(bare, tmp_path / "monitoring") == []
    for what in ("rules", "dashboards"):
        with pytest.raises(Refused, match=f"monitoring.{what}.enabled: .* `make chart`"):
            render_chart(bare, "minimal", f"monitoring.{what}.enabled=true")


def test_the_packaged_chart_is_the_same(chart: Path, tmp_path: Path) -> None:
    done = run_helm("package", chart, "--destination", tmp_path)
    assert done.returncode == 0, done.stderr
    (package,) = tmp_path.glob("omnistate-*.tgz")
    with tarfile.open(package) as archive:
        names = set(archive.getnames())
    assert "omnistate/monitoring/rules.yaml" in names
    assert not [name for name in names if "/ci/" in name or name.endswith(".py")]
    assert render_chart(package, "everything").text == render_chart(chart, "everything").text


def test_make_chart_says_what_is_in_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.chart_assembly.ROOT", tmp_path)
    monkeypatch.setattr("deploy.chart_assembly.TARGET", tmp_path / "chart")
    assert main() == 0
    assert capsys.readouterr().out.startswith("The chart: chart, with ")
    assert (tmp_path / "chart" / "Chart.yaml").is_file()
