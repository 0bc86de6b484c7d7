"""The compose file, brought up for real: a day, a death, more and fewer workers, and none.

The tests go on from one another, in this order.
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from tests.deploy.compose_rig import BuiltImages, Compose
from tests.deploy.container_stops import ContainerStops, Stop
from tests.harness.waiting import stretch, wait_until

PROFILES: Final = "core,monitoring,demo"
JOBS: Final = {"topics", "configuration"}
GROUPS: Final = ("conversation", "representative", "projection", "figures", "router")
INPUTS: Final = ("channel-events", "agent-actions")
WAITING_INPUTS: Final = Path(__file__).with_name("waiting_inputs.py")
# What is promised of a worker that is asked to end, and of the age that the lag worker tells.
PROMISED_END_S: Final = 10.0
PROMISED_AGE_S: Final = 2.0
ALERT: Final = 'ALERTS{alertname="OmnistateLagOld",group="conversation"}'

pytestmark = [pytest.mark.deploy, pytest.mark.slow]


@pytest.fixture(scope="module")
def compose(built_images: BuiltImages) -> Iterator[Compose]:
    """All of it, up and healthy."""
    found = Compose(*built_images, PROFILES)
    try:
        found.run("up", "--wait", "--quiet-pull")
        yield found
    finally:
        found.run("down", "--volumes", "--timeout", "30")


def has_members(compose: Compose, group: str, count: int) -> bool:
    return compose.value(f'omnistate_group_members{{group="{group}"}}') == count


def waiting(compose: Compose) -> dict[str, Any]:
    """What Kafka and the lag worker say of the inputs of `conversation`."""
    source = WAITING_INPUTS.read_text(encoding="utf-8")
    command = ("exec", "-T", "lag", "/opt/omnistate/bin/python", "-c", source)
    found: dict[str, Any] = json.loads(
        compose.run(*command, "kafka:19092", "conversation", *INPUTS)
    )
    return found


def alert_is(compose: Compose, state: str) -> bool:
    found = compose.query(ALERT)
    return state in {each["metric"]["alertstate"] for each in found}


def stop(compose: Compose, *services: str) -> dict[str, Stop]:
    """Ask all of these to end: how each did, by its name. It did so by itself, and in time."""
    running = [
        each["Name"]
        for name in services
        for each in compose.states()[name]
        if each["State"] == "running"
    ]
    with ContainerStops(compose.engine) as stops:
        compose.run("stop", *services)
        ended = stops.await_stops(running)
    assert {each.status for each in ended.values()} == {0}, describe(ended)
    slowest_s = max(each.seconds for each in ended.values())
    assert slowest_s <= stretch(PROMISED_END_S), describe(ended)
    return ended


def describe(ended: dict[str, Stop]) -> str:
    return "".join(
        f"{name} ended {each.seconds:.2f} s after it was asked to, with status {each.status}\n"
        for name, each in sorted(ended.items())
    )


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
    taken = partial(compose.value, "sum(omnistate_inputs_total)")
    wait_until("the demo's people are heard", lambda: (taken() or 0) > 500)
    (before,) = conversations(compose)
    compose.run("kill", "--signal", "SIGKILL", "conversation")
    compose.run("up", "--wait", "--no-recreate", "--scale", "conversation=4", "conversation")
    assert len([each for each in conversations(compose) if each["State"] == "running"]) == 4
    wait_until("four share the partitions", partial(has_members, compose, "conversation", 4))
    since = taken() or 0
    wait_until("they work", lambda: (taken() or 0) > since + 200)
    assert before["Name"] in {each["Name"] for each in conversations(compose)}


def test_the_rules_are_loaded_and_every_replica_is_asked(compose: Compose) -> None:
    rules = json.loads(compose.ask("lag", "http://prometheus:9090/api/v1/rules"))
    assert sum(len(group["rules"]) for group in rules["data"]["groups"]) > 10
    wait_until("each is asked", lambda: len(compose.query("up == 1")) == 4 + 5)
    assert compose.query("up == 0") == []


def test_with_nobody_at_work_the_lag_is_right_and_the_alert_says_so(
    compose: Compose, say: Callable[[str], None]
) -> None:
    ended = stop(compose, *GROUPS)
    assert len(ended) == 4 + 4
    for group in GROUPS:
        wait_until(f"{group} has no member", partial(has_members, compose, group, 0))
    lag = 'sum(omnistate_group_lag_records{group="conversation"})'
    wait_until("it grows", lambda: (compose.value(lag) or 0) > 50)
    # Nothing is added any more: what is counted one after the other is the same.
    ended |= stop(compose, "demo")
    say(describe(ended))

    seen: dict[str, Any] = {}

    def all_is_told() -> bool:
        seen.update(waiting(compose))
        return bool(seen["told_records"] == seen["records"])

    wait_until("all that waits is told", all_is_told)
    say(f"what waits for conversation: {json.dumps(seen)}")
    least_s, most_s = seen["age_s"]
    assert least_s - PROMISED_AGE_S <= seen["told_age_s"] <= most_s + PROMISED_AGE_S
    lines = map(json.loads, compose.omnistate("lag", "--json").stdout.splitlines())
    said = sum(line["records"] for line in lines if line["group"] == "conversation")
    assert said == seen["records"]

    for state in ("pending", "firing"):
        wait_until(f"it is {state}", partial(alert_is, compose, state))
    assert compose.query('ALERTS{alertname="OmnistateNobodyWorks",alertstate="firing"}')
    compose.run("up", "--wait", "--no-recreate", "--scale", "conversation=2", *GROUPS)
    wait_until("nothing waits", lambda: compose.value(lag) == 0)
    wait_until("it is over", lambda: not compose.query(ALERT))


def test_an_audit_finds_nothing_and_all_end_by_themselves(
    compose: Compose, say: Callable[[str], None]
) -> None:
    lag = "sum(omnistate_group_lag_records)"
    wait_until("all is taken", lambda: compose.value(lag) == 0)
    audited = compose.omnistate("audit")
    say(audited.stdout)
    assert audited.returncode == 0, audited.stdout[-3_000:]
    say(describe(stop(compose, *GROUPS, "lag")))


def test_nonsense_is_refused_before_anything_starts(compose: Compose) -> None:
    done: subprocess.CompletedProcess[str] = compose.attempt("up", "--wait", "nobody")
    assert done.returncode
    assert "no such service" in done.stderr
