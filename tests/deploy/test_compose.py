"""The compose file, brought up for real: a day, a death, more and fewer workers, and none."""

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.deploy.compose_rig import Compose, build_images, provide_tool
from tests.deploy.container_engine import ContainerEngine, EngineUnavailable, require_engine
from tests.harness.broker.jars import BrokerUnavailable
from tests.harness.fetched_folder import FetchUnavailable
from tests.harness.machine import give_up
from tests.harness.waiting import wait_until

PROFILES: Final = "core,monitoring,demo"
JOBS: Final = {"topics", "configuration"}
GROUPS: Final = ("conversation", "representative", "projection", "figures", "router")

pytestmark = [pytest.mark.deploy, pytest.mark.slow]


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """All of it, up and healthy."""
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
        found = Compose(engine, images, PROFILES)
        try:
            found.run("up", "--wait", "--quiet-pull")
            yield found
        finally:
            found.run("down", "--volumes", "--timeout", "30")


def query(compose: Compose, expression: str) -> list[dict[str, Any]]:
    """What Prometheus answers, by label."""
    address = f"http://prometheus:9090/api/v1/query?query={quote(expression)}"
    answer = json.loads(compose.ask("lag", address))
    assert answer["status"] == "success"
    found: list[dict[str, Any]] = answer["data"]["result"]
    return found


def value(compose: Compose, expression: str) -> float | None:
    """The only one; None where there is none."""
    found = query(compose, expression)
    return float(found[0]["value"][1]) if found else None


def conversations(compose: Compose) -> list[dict[str, Any]]:
    return compose.states()["conversation"]


def test_everything_is_up_and_nothing_listens_but_on_the_loopback_interface(
    compose: Compose,
) -> None:
    states = compose.states()
    for name, containers in states.items():
        for each in containers:
            if name in JOBS:
                assert (each["State"], each["ExitCode"]) == ("exited", 0), name
            else:
                assert each["State"] == "running", name
                assert each["Health"] in {"healthy", ""}, name
            published = {
                port["URL"] for port in each.get("Publishers") or () if port["PublishedPort"]
            }
            assert published <= {"127.0.0.1"}, name
    assert {"prometheus", "demo", "kafka", "redis", *GROUPS, "lag"} < set(states)


def test_a_day_goes_on_while_one_is_killed_and_four_take_over(compose: Compose) -> None:
    taken = partial(value, compose, "sum(omnistate_inputs_total)")
    wait_until("the demo's people are heard", lambda: (taken() or 0) > 1_000)
    (before,) = conversations(compose)
    compose.run("kill", "--signal", "SIGKILL", "conversation")
    compose.run("up", "--wait", "--no-recreate", "--scale", "conversation=4", "conversation")
    assert len([each for each in conversations(compose) if each["State"] == "running"]) == 4
    members = partial(value, compose, 'omnistate_group_members{group="conversation"}')
    wait_until("four share the partitions", lambda: members() == 4)
    since = taken() or 0
    wait_until("they work", lambda: (taken() or 0) > since + 200)
    assert before["Name"] in {each["Name"] for each in conversations(compose)}


def test_the_rules_are_loaded_and_every_replica_is_asked(compose: Compose) -> None:
    rules = json.loads(compose.ask("lag", "http://prometheus:9090/api/v1/rules"))
    assert sum(len(group["rules"]) for group in rules["data"]["groups"]) > 10
    wait_until("each is asked", lambda: len(query(compose, "up == 1")) == 4 + 5)
    assert query(compose, "up == 0") == []


def test_with_nobody_at_work_the_lag_is_known_and_the_alert_says_so(compose: Compose) -> None:
    compose.run("stop", "conversation")
    codes = {each["ExitCode"] for each in conversations(compose) if each["State"] == "exited"}
    # By themselves, each: 137 is who had to be killed.
    assert 0 in codes
    lag = 'sum(omnistate_group_lag_records{group="conversation"})'
    wait_until("it grows", lambda: (value(compose, lag) or 0) > 50)
    assert value(compose, 'omnistate_group_members{group="conversation"}') == 0
    alert = 'ALERTS{alertname="OmnistateNobodyWorks",alertstate="%s"}'
    wait_until("it is pending", lambda: bool(query(compose, alert % "pending")))
    compose.run("up", "--wait", "--no-recreate", "--scale", "conversation=2", "conversation")
    wait_until("it has none", lambda: value(compose, lag) == 0)
    wait_until("it is over", lambda: not query(compose, alert % "pending"))


def test_an_audit_finds_nothing_and_all_end_by_themselves(compose: Compose) -> None:
    compose.run("stop", "demo")
    lag = "sum(omnistate_group_lag_records)"
    wait_until("all is taken", lambda: value(compose, lag) == 0)
    audited = compose.omnistate("audit")
    assert audited.returncode == 0, audited.stdout[-3_000:]
    for name in (*GROUPS, "lag"):
        compose.run("stop", "--timeout", "30", name)
    left = {
        each["Name"]: each["ExitCode"]
        for name in (*GROUPS, "lag")
        for each in compose.states()[name]
    }
    assert set(left.values()) <= {0, 137}
    assert [name for name, code in left.items() if code == 137] in (
        [],
        ["omnistate-conversation-1"],
    )


def test_nonsense_is_refused_before_anything_starts(compose: Compose) -> None:
    done: subprocess.CompletedProcess[str] = compose.attempt("up", "--wait", "nobody")
    assert done.returncode
    assert "no such service" in done.stderr
