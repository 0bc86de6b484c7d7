"""What the chart tells the program is what the program understands."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from omnistate.cli.worker import commands
from omnistate.process.environment import PREFIX
from omnistate.process.lag.lag_metrics import RECORDS
from omnistate.process.process_settings import Settings, is_secret
from omnistate.stream.topology import load_topology

from deploy.chart_assembly import CHART
from tests.deploy.rendered_chart import (
    EXAMPLES,
    WORKLOADS,
    Object,
    Rendering,
    environment_of,
    render_chart,
)
from tests.harness.command import environment, run_command

pytestmark = pytest.mark.slow

VALUES: Final = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
SCHEMA: Final = json.loads((CHART / "values.schema.json").read_text(encoding="utf-8"))
# What lies in Secrets: any that the program takes.
SECRETS: Final = {
    "sasl_password": "a password",
    "redis_url": "rediss://user:word@redis:6379/0",
    "api_token": "a-token-of-sixteen-characters-or-more",
}
FOLDER: Final = "/etc/omnistate/secrets"
POD: Final = "omnistate-projection-0"
# A limit here that the program would not have, or the other way round, is a value refused too late.
LIMITED: Final = {
    ("settings", "topicPrefix"): "topic_prefix",
    ("settings", "logLevel"): "log_level",
    ("settings", "logFormat"): "log_format",
    ("settings", "sessionTimeout"): "session_timeout",
    ("settings", "timerGrace"): "timer_grace",
    ("settings", "unreadable"): "unreadable",
    ("kafka", "securityProtocol"): "security_protocol",
    ("kafka", "sasl", "mechanism"): "sasl_mechanism",
}
LIMITS: Final = ("enum", "minimum", "maximum", "maxLength", "pattern")


@pytest.fixture(params=EXAMPLES)
def rendering(request: pytest.FixtureRequest, chart: Path) -> Rendering:
    return render_chart(chart, request.param)


def settings_of(pod: Object) -> dict[str, Any]:
    """The settings that a container is given, by the program's names for them."""
    return {
        name.removeprefix(PREFIX).lower(): each.get("value", POD)
        for name, each in environment_of(pod).items()
    }


def settings_in(pod: Object, folder: Path) -> Settings:
    """The settings as the container's process has them, its secrets in this folder."""
    for name in secrets_of(pod):
        (folder / f"{PREFIX}{name.upper()}").write_text(SECRETS[name], encoding="utf-8")
    return Settings(**{**settings_of(pod), "secrets_dir": folder})


def secrets_of(pod: Object) -> dict[str, str]:
    """Those that come from Secrets, each with the name of its own."""
    return {
        item["path"].removeprefix(PREFIX).lower(): source["secret"]["name"]
        for volume in pod.get("volumes", ())
        if volume["name"] == "secrets"
        for source in volume["projected"]["sources"]
        for item in source["secret"]["items"]
    }


def test_every_variable_is_a_setting_that_takes_its_value(
    rendering: Rendering, tmp_path: Path
) -> None:
    for maker, pod in rendering.pods():
        (container,) = pod["containers"]
        variables = environment_of(pod)
        assert len(variables) == len(container["env"]), "a variable is given twice"
        assert all(name.startswith(PREFIX) for name in variables)
        given = {*settings_of(pod), *secrets_of(pod), "secrets_dir"}
        assert given <= set(Settings.model_fields), maker["metadata"]["name"]
        folder = tmp_path / maker["metadata"]["name"]
        folder.mkdir()
        assert settings_in(pod, folder).model_fields_set == given


def test_secrets_are_files_and_never_variables(rendering: Rendering) -> None:
    for maker, pod in rendering.pods():
        names = {name.removeprefix(PREFIX).lower() for name in environment_of(pod)}
        assert not [name for name in names if is_secret(name)], maker["metadata"]["name"]
        secrets = secrets_of(pod)
        # What is given twice would be the variable.
        assert not names & set(secrets)
        assert ("secrets_dir" in names) is bool(secrets)
        mounts = pod["containers"][0].get("volumeMounts", ())
        paths = {each["name"]: each["mountPath"] for each in mounts}
        assert paths.get("secrets") == (FOLDER if secrets else None)
        assert settings_of(pod).get("secrets_dir") == paths.get("secrets")


def test_workers_wait_for_their_topics_and_are_seen_from_outside(
    rendering: Rendering, tmp_path: Path
) -> None:
    for worker in rendering.of(*WORKLOADS):
        settings = settings_in(worker["spec"]["template"]["spec"], tmp_path)
        assert settings.wait_for_topics
        assert settings.web_host in {"0.0.0.0", "::"}
        assert settings.health_port != settings.web_port


def test_files_that_the_settings_name_are_mounted(rendering: Rendering) -> None:
    for maker, pod in rendering.pods():
        (container,) = pod["containers"]
        mounts = {each["name"]: each["mountPath"] for each in container.get("volumeMounts", ())}
        files = {
            f"{mounts[volume['name']]}/{item['path']}"
            for volume in pod.get("volumes", ())
            if volume["name"] != "secrets"
            for item in (volume.get("secret") or volume["configMap"])["items"]
        }
        named = {path for name, path in settings_of(pod).items() if name.endswith("_file")} | {
            argument for argument in container["args"] if argument.startswith("/")
        }
        assert files == named, maker["metadata"]["name"]


def test_commands_take_what_they_are_given(rendering: Rendering) -> None:
    jobs = rendering.of("Job")
    assert jobs
    for job in jobs:
        arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
        # Help is shown only where the rest can be understood.
        done = run_command([*arguments, "--help"], environment())
        assert done.status == 0, done.err
        refused = run_command([*arguments, "--no-such-option", "--help"], environment())
        assert refused.status == 2


def test_there_is_a_section_for_each_worker_of_the_program() -> None:
    named = {each.name for each in commands.registered_commands}
    on = {name for name, each in VALUES["workers"].items() if each["enabled"]}
    assert on == named == set(VALUES["workers"])


def test_groups_are_named_as_workers_are(chart: Path) -> None:
    topology = load_topology()
    scaled = [name for name, each in VALUES["workers"].items() if "autoscaling" in each]
    for name in scaled:
        assert topology.group(name).name == name
    (found,) = [
        each
        for each in render_chart(chart, "everything").of("ScaledObject")
        if each["spec"]["scaleTargetRef"]["name"].endswith("-figures")
    ]
    query = found["spec"]["triggers"][0]["metadata"]["query"]
    assert f"({RECORDS.name}{{" in query
    assert {"group", "topic", "partition"} == set(RECORDS.labels)
    assert 'group="north.figures"' in query
    assert 'namespace="centre"' in query


def test_limits_are_those_of_the_program() -> None:
    program = Settings.model_json_schema()
    for path, name in LIMITED.items():
        ours: dict[str, Any] = SCHEMA
        for key in path:
            ours = ours["properties"][key]
        theirs = program["properties"][name]
        for limit in LIMITS:
            assert ours.get(limit) == theirs.get(limit), (path, limit)


def test_whatever_may_be_said_has_a_default_to_be_found() -> None:
    assert set(SCHEMA["properties"]) == {*VALUES, "global"}
    for section, each in SCHEMA["properties"].items():
        if "properties" in each:
            assert set(each["properties"]) == set(VALUES[section]), section


def test_a_user_of_its_own_is_what_kafka_sees(chart: Path) -> None:
    rendering = render_chart(chart, "tls-scram")
    seen = {}
    for maker, pod in rendering.pods():
        variables = environment_of(pod)
        secret = secrets_of(pod)["sasl_password"]
        assert secret == variables["OMNISTATE_SASL_USERNAME"]["value"]
        seen[maker["metadata"]["name"].removeprefix("omnistate-")] = secret
    workers = ("conversation", "representative", "projection", "figures", "lag", "router")
    assert seen == {name: name for name in workers} | {"topics": "operator"}


def test_what_a_worker_leaves_out_is_taken_from_all(chart: Path) -> None:
    rendering = render_chart(chart, "everything")
    representative = rendering.one("StatefulSet", "omnistate-representative")
    projection = rendering.one("StatefulSet", "omnistate-projection")
    names = []
    for worker in (representative, projection):
        pod = worker["spec"]["template"]["spec"]
        (certificate,) = [each for each in pod["volumes"] if each["name"] == "certificate"]
        names.append(
            (
                environment_of(pod)["OMNISTATE_SASL_USERNAME"]["value"],
                certificate["secret"]["secretName"],
                "tolerations" in pod,
            )
        )
    # An empty list of one's own is none.
    assert names == [
        ("omnistate", "omnistate-certificate", True),
        ("projection", "projection", False),
    ]
